import { attachStore, defineAccessors } from '../../runtime/state/index.ts'
import type { Layout, Store } from '../../runtime/state/index.ts'

/** A brain of any schema, as `brain.name` and `brain['name.leaf']`. */
export function brainOf(state: Layout, store: Store): any {
  class AnyBrain {}
  defineAccessors(AnyBrain.prototype, state)
  const brain = new AnyBrain()
  attachStore(brain, store)
  return brain
}

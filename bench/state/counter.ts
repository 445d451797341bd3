import type { SharedState, Store } from '../../runtime/state/index.ts'
import { attachStore, defineAccessors, defineState, layoutOf } from '../../runtime/state/index.ts'

/** What both threads of the benchmark have. */

export const counterLayout = layoutOf(defineState({
  brain: 'bench#Counter',
  fields: ['n', 'ping', 'pong'].map((name) => ({ name, kind: 'number' })),
}))

export class Counter {
  declare n: number
  declare ping: number
  declare pong: number

  constructor(store: Store) {
    attachStore(this, store)
  }
}
defineAccessors(Counter.prototype, counterLayout)

/** `gate[0]`: rounds for which the contender stands ready; `gate[1]`: rounds that have begun. */
export interface Contention {
  readonly state: SharedState
  readonly gate: Int32Array
  readonly count: number
  readonly rounds: number
}

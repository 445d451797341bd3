import type { Slot } from './layout.ts'
import type { Store } from './store.ts'

/**
 * Leaves that emitted code of a base class reaches as `pose.x`, of a brain whose own class has declared `pose` anew, in a
 * form that has no slot for the leaf.
 */

type Place = NonNullable<Slot['within']>

export function readPart(brain: any, { attribute, keys }: Place): unknown {
  return keys.reduce((object, key) => object[key], brain[attribute])
}

/** `work` gets the object that has the leaf, which may be changed, and the leaf's key in it. */
export function changePart<T>(brain: any, store: Store, { attribute, keys }: Place, work: (object: any, key: string) => T): T {
  const changed = (whole: unknown): T => work(keys.slice(0, -1).reduce((object: any, key) => object[key], whole), keys.at(-1)!)
  const slot = store.layout.slotsByName.get(attribute)
  return slot ? store.change(slot, changed) : changed(brain[attribute])
}

/** Undefined where the name is not that of a leaf. */
export function placeOfLeaf(name: PropertyKey): Place | undefined {
  // A key that was worked out may be anything.
  if (typeof name !== 'string') return undefined
  const [attribute, ...keys] = name.split('.')
  return keys.length === 0 ? undefined : { attribute: attribute!, keys }
}

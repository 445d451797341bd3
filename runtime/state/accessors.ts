import { invariant } from '../errors.ts'
import { detached } from './errors.ts'
import type { Layout, Slot } from './layout.ts'
import type { Store } from './store.ts'

/** Where a brain keeps its store: not enumerable, so that it shows in no listing. */
const STORE: unique symbol = Symbol('taskbrain.store')

interface Attached {
  readonly [STORE]?: Store
}

/** Gives a brain its store, once, before any attribute is set. */
export function attachStore(brain: object, store: Store): void {
  invariant(!Object.hasOwn(brain, STORE), 'a brain gets its store once')
  Object.defineProperty(brain, STORE, { value: store })
}

export const storeOf = (brain: object): Store | undefined => (brain as Attached)[STORE]

/**
 * Puts an accessor for each shared attribute on the prototype, enumerable, so that `for (const key in brain)` lists it.
 * On anything without a store an attribute reads as undefined, as devtools do with a prototype.
 */
export function defineAccessors(prototype: object, layout: Layout): void {
  for (const slot of layout.slots) Object.defineProperty(prototype, slot.name, accessorOf(layout, slot))
}

/** One pair of functions per kind: each keeps to one path in the store. */
function accessorOf(layout: Layout, slot: Slot): PropertyDescriptor {
  const shared = { enumerable: true, configurable: true }
  switch (slot.kind) {
    case 'number':
      return {
        ...shared,
        get(this: Attached): unknown {
          const store = this[STORE]
          return store?.layout === layout ? store.readNumber(slot) : readByName(store, slot.name)
        },
        set(this: Attached, value: unknown): void {
          const store = this[STORE]
          if (store?.layout === layout) store.writeNumber(slot, value)
          else writeByName(this, slot.name, value)
        },
      }
    case 'boolean':
      return {
        ...shared,
        get(this: Attached): unknown {
          const store = this[STORE]
          return store?.layout === layout ? store.readBoolean(slot) : readByName(store, slot.name)
        },
        set(this: Attached, value: unknown): void {
          const store = this[STORE]
          if (store?.layout === layout) store.writeBoolean(slot, value)
          else writeByName(this, slot.name, value)
        },
      }
    case 'value':
      return {
        ...shared,
        get(this: Attached): unknown {
          const store = this[STORE]
          return store?.layout === layout ? store.readValue(slot) : readByName(store, slot.name)
        },
        set(this: Attached, value: unknown): void {
          const store = this[STORE]
          if (store?.layout === layout) store.writeValue(slot, value)
          else writeByName(this, slot.name, value)
        },
      }
  }
}

/** The accessor of a base class, met through `super`, on an instance whose state has a layout of its own. */
function readByName(store: Store | undefined, name: string): unknown {
  const slot = store?.layout.slotsByName.get(name)
  return store && slot ? store.read(slot) : undefined
}

function writeByName(brain: Attached, name: string, value: unknown): void {
  const store = brain[STORE]
  if (!store) throw detached(name)
  const slot = store.layout.slotsByName.get(name)
  if (slot) {
    store.write(slot, value)
    return
  }
  // An attribute of the base class that this state does not have: a plain field of the instance.
  Object.defineProperty(brain, name, { value, writable: true, enumerable: true, configurable: true })
}

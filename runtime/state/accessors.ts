import { invariant } from '../errors.ts'
import type { Arena } from './arena.ts'
import { ringWaiters } from './bells.ts'
import { DirectNumbers } from './direct-numbers.ts'
import { detached } from './errors.ts'
import { type Layout, SILENT, SINK, SLOT_BYTES, type Slot, WAITERS_BYTES } from './layout.ts'
import { FALSE, TRUE } from './scalar.ts'
import type { Snapshot, Store } from './store.ts'

/**
 * What a brain keeps of its state: not enumerable, so that it shows in no listing. The names are no symbols, since V8
 * looks `x[symbol]` up anew where it has met many shapes of `x`, also in code that it compiles for one of them.
 */
interface Attached {
  readonly $taskbrainStore?: Store
  /**
   * Where the region lies in the arena, in floats. While this thread must go through the store, a region of which it shows
   * that it is another one, so that nobody has to ask before: for who reads the silent one, where nothing is a number; for
   * who writes the sink, where nothing is lost and somebody waits for everything.
   */
  readonly $taskbrainReadBase: number
  readonly $taskbrainWriteBase: number
  readonly $taskbrainNumbers?: DirectNumbers
  /** Undefined while this thread must go through the store. */
  readonly $taskbrainSnapshots?: readonly Snapshot[] | undefined
}

const SILENT_BASE = SILENT.start >>> 3
const SINK_BASE = SINK.start >>> 3

/** The prototypes that have accessors, and for which arena these were made. */
const defined = new WeakMap<object, { readonly layout: Layout; arena: Arena | undefined }>()

/** Gives a brain its store, once, before any attribute is set. */
export function attachStore(brain: object, store: Store): void {
  invariant(!Object.hasOwn(brain, '$taskbrainStore'), 'a brain gets its store once')
  const isSuited = suits(brain, store)
  const { scalars } = store
  const base = store.shared.start >>> 3
  const snapshots = isSuited && scalars.isDirect ? store.snapshots : undefined
  const isDirect = (): boolean => isSuited && scalars.isDirect
  const attached: Record<keyof Attached, PropertyDescriptor> = {
    $taskbrainReadBase: { value: isDirect() ? base : SILENT_BASE, writable: true },
    $taskbrainWriteBase: { value: isDirect() ? base : SINK_BASE, writable: true },
    $taskbrainStore: { value: store },
    $taskbrainNumbers: { value: new DirectNumbers(brain, store) },
    $taskbrainSnapshots: { value: snapshots, writable: true },
  }
  Object.defineProperties(brain, attached)
  scalars.onTurn(() => {
    const turned = brain as { -readonly [Key in keyof Attached]: Attached[Key] }
    turned.$taskbrainReadBase = isDirect() ? base : SILENT_BASE
    turned.$taskbrainWriteBase = isDirect() ? base : SINK_BASE
    turned.$taskbrainSnapshots = store.arena.tracking.isOn ? undefined : snapshots
  })
}

export const storeOf = (brain: object): Store | undefined => (brain as Attached).$taskbrainStore

/**
 * Undefined also of null and the like, for which a `try` costs less than a question. Whoever uses it asks whether `brain`
 * is the brain itself: an object that was made from one has it too, and may have properties of its own.
 */
export function numbersOf(brain: any): DirectNumbers | undefined {
  try {
    return (brain as Attached).$taskbrainNumbers
  } catch {
    return undefined
  }
}

/**
 * Puts an accessor for each shared attribute on the prototype, enumerable, so that `for (const key in brain)` lists it.
 * On anything without a store an attribute reads as undefined, as devtools do with a prototype.
 *
 * The first brain replaces them by accessors that have the memory as a constant.
 */
export function defineAccessors(prototype: object, layout: Layout): void {
  define(prototype, layout, namedAccessor)
  defined.set(prototype, { layout, arena: undefined })
}

/**
 * Whether the accessors along a brain's prototypes find its slots. They don't where a base class, whose accessors are
 * met through `super`, has another order of attributes, or where they were made for another arena.
 */
function suits(brain: object, store: Store): boolean {
  let areAll = true
  for (let prototype = Object.getPrototypeOf(brain); prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    const known = defined.get(prototype)
    if (!known) continue
    if (!known.arena) {
      known.arena = store.arena
      define(prototype, known.layout, directAccessors(known.layout, store.arena))
      // For what has the prototype and no store.
      Object.defineProperties(prototype, { $taskbrainReadBase: { value: SILENT_BASE }, $taskbrainWriteBase: { value: SINK_BASE } })
    }
    areAll &&= known.arena === store.arena && isBeginOf(known.layout, store.layout)
  }
  return areAll
}

const isBeginOf = (base: Layout, layout: Layout): boolean => base === layout
  || base.slots.every(({ name, kind }, index) => name === layout.slots[index]?.name && kind === layout.slots[index].kind)

function define(prototype: object, layout: Layout, accessorOf: (slot: Slot) => PropertyDescriptor): void {
  for (const slot of layout.slots) {
    Object.defineProperty(prototype, slot.name, { ...accessorOf(slot), enumerable: true, configurable: true })
  }
}

const namedAccessor = ({ name }: Slot): PropertyDescriptor => ({
  get(this: Attached): unknown {
    return readByName(this, name)
  },
  set(this: Attached, value: unknown): void {
    writeByName(this, name, value)
  },
})

/**
 * One pair of functions per kind. Their views are constants of this call: V8 compiles accesses into the places where an
 * attribute is used, down to one load or store, only where it knows the view itself. Of a parameter it doesn't.
 *
 * A write is done, and then who waits for it is asked for (bells.ts says why that is enough).
 */
function directAccessors(layout: Layout, arena: Arena): (slot: Slot) => PropertyDescriptor {
  const floats = arena.floats
  const waiters = arena.waiters
  const words = arena.words

  return (own) => {
    const slot = own
    // Of more than a thousand attributes the last ones lie beyond the silent region and the sink.
    if (slot.offset + SLOT_BYTES > SILENT.byteLength) return namedAccessor(slot)
    const place = slot.index
    const float = slot.offset >>> 3
    const word = slot.offset >>> 2
    // What was written may lie in the sink.
    const writeOrRing = (brain: Attached, isWritten: boolean, value: unknown): void => {
      const base = brain.$taskbrainWriteBase
      if (isWritten && base !== SINK_BASE) ringWaiters(words, base * 2 + word + WAITERS_BYTES / 4)
      else writeThroughStore(brain, layout, slot, value)
    }
    switch (slot.kind) {
      case 'number':
        return {
          get(this: Attached): unknown {
            const value = floats[this.$taskbrainReadBase + float]!
            // True of all but NaN, and only a NaN can say that there is more to know. It is one branch; `===` would be two.
            // oxlint-disable-next-line oxc/const-comparisons
            if (value <= value) return value
            return readThroughStore(this, layout, slot)
          },
          set(this: Attached, value: unknown): void {
            const base = this.$taskbrainWriteBase
            if (typeof value === 'number') {
              floats[base + float] = value === value ? value : NaN
              if (!(waiters[base + float]! > 0)) return
            }
            writeOrRing(this, typeof value === 'number', value)
          },
        }
      case 'boolean':
        return {
          get(this: Attached): unknown {
            const value = words[this.$taskbrainReadBase * 2 + word]
            if (value === TRUE) return true
            if (value === FALSE) return false
            return readThroughStore(this, layout, slot)
          },
          set(this: Attached, value: unknown): void {
            const base = this.$taskbrainWriteBase
            if (typeof value === 'boolean') {
              words[base * 2 + word] = value ? TRUE : FALSE
              if (!(waiters[base + float]! > 0)) return
            }
            writeOrRing(this, typeof value === 'boolean', value)
          },
        }
      case 'value':
        return {
          get(this: Attached): unknown {
            const snapshots = this.$taskbrainSnapshots
            if (snapshots !== undefined) {
              const snapshot = snapshots[place]!
              const at = snapshot.at
              if (words[at] === snapshot.version && words[at + 1] === snapshot.reference) return snapshot.value
            }
            return readThroughStore(this, layout, slot)
          },
          set(this: Attached, value: unknown): void {
            writeThroughStore(this, layout, slot, value)
          },
        }
    }
  }
}

function readThroughStore(brain: Attached, layout: Layout, slot: Slot): unknown {
  const store = brain.$taskbrainStore
  return store?.layout === layout ? store.read(slot) : readByName(brain, slot.name)
}

function writeThroughStore(brain: Attached, layout: Layout, slot: Slot, value: unknown): void {
  const store = brain.$taskbrainStore
  if (store?.layout === layout) store.write(slot, value)
  else writeByName(brain, slot.name, value)
}

function readByName(brain: Attached, name: string): unknown {
  const store = brain.$taskbrainStore
  const slot = store?.layout.slotsByName.get(name)
  return store && slot ? store.read(slot) : undefined
}

function writeByName(brain: Attached, name: string, value: unknown): void {
  const store = brain.$taskbrainStore
  if (!store) throw detached(name)
  const slot = store.layout.slotsByName.get(name)
  if (slot) {
    store.write(slot, value)
    return
  }
  // An attribute of the base class that this state does not have: a plain field of the instance.
  Object.defineProperty(brain, name, { value, writable: true, enumerable: true, configurable: true })
}

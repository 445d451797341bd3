import { invariant } from '../errors.ts'
import type { Arena } from './arena.ts'
import { ringWaiters } from './bells.ts'
import { DirectNumbers } from './direct-numbers.ts'
import { detached } from './errors.ts'
import { isHidden } from './hidden.ts'
import type { InlineObject } from './inline-object.ts'
import { type Layout, SILENT, SINK, SLOT_BYTES, type Slot, WAITERS_BYTES } from './layout.ts'
import type { LiveArray } from './live-array.ts'
import { changePart, readPart } from './parts.ts'
import { FALSE, TRUE } from './scalar.ts'
import type { Store } from './store.ts'
import type { Snapshot } from './values.ts'

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
  readonly $taskbrainObjects?: readonly (InlineObject | undefined)[] | undefined
  readonly $taskbrainArrays?: readonly (LiveArray | undefined)[] | undefined
}

const SILENT_BASE = SILENT.start >>> 3
const SINK_BASE = SINK.start >>> 3
const SLOT_FLOATS = SLOT_BYTES >>> 3

/** The prototypes that have accessors, and for which arena these were made. */
const defined = new WeakMap<object, { readonly layout: Layout; arena: Arena | undefined }>()

/** Gives a brain its store, once, before any attribute is set. */
export function attachStore(brain: object, store: Store): void {
  invariant(!Object.hasOwn(brain, '$taskbrainStore'), 'a brain gets its store once')
  const isSuited = suits(brain, store)
  const { scalars } = store
  const base = store.shared.start >>> 3
  const snapshots = isSuited && scalars.isDirect ? store.values.snapshots : undefined
  const arrays = isSuited && scalars.isDirect ? store.arrays : undefined
  const isDirect = (): boolean => isSuited && scalars.isDirect
  const attached: Record<keyof Attached, PropertyDescriptor> = {
    $taskbrainReadBase: { value: isDirect() ? base : SILENT_BASE, writable: true },
    $taskbrainWriteBase: { value: isDirect() ? base : SINK_BASE, writable: true },
    $taskbrainStore: { value: store },
    $taskbrainNumbers: { value: new DirectNumbers(brain, store) },
    $taskbrainSnapshots: { value: snapshots, writable: true },
    $taskbrainObjects: { value: isSuited ? store.objects : undefined },
    $taskbrainArrays: { value: arrays, writable: true },
  }
  Object.defineProperties(brain, attached)
  for (const { name, isOwn } of store.layout.slots) if (isOwn) ownAttribute(brain, name)
  scalars.onTurn(() => {
    const turned = brain as { -readonly [Key in keyof Attached]: Attached[Key] }
    turned.$taskbrainReadBase = isDirect() ? base : SILENT_BASE
    turned.$taskbrainWriteBase = isDirect() ? base : SINK_BASE
    turned.$taskbrainSnapshots = store.arena.tracking.isOn ? undefined : snapshots
    turned.$taskbrainArrays = store.arena.tracking.isOn ? undefined : arrays
  })
}

/**
 * Makes an attribute a property of the brain itself, in the place of whatever has its name there. The accessor is that of its class,
 * the same for all brains of it: V8 then has one shape for them. One that was declared as `accessor` stays that of the class.
 * False where there is none.
 */
export function ownAttribute(brain: object, name: string): boolean {
  let prototype: object | null = Object.getPrototypeOf(brain)
  while (prototype && !defined.get(prototype)?.layout.slotsByName.has(name)) prototype = Object.getPrototypeOf(prototype)
  if (prototype === null) return false
  if (defined.get(prototype)!.layout.slotsByName.get(name)!.isOwn) Object.defineProperty(brain, name, Object.getOwnPropertyDescriptor(prototype, name)!)
  else delete (brain as Record<string, unknown>)[name]
  return true
}

export const storeOf = (brain: object): Store | undefined => (brain as Attached).$taskbrainStore

/**
 * Whether an object has a field of its own in the place of an attribute: one made from a brain, a brain whose state lacks that of its class,
 * or one whose base class has it in the main process alone, as long as the constructor of that runs.
 */
export function hasPlainField(object: object, name: string): boolean {
  if (!Object.hasOwn(object, name)) return false
  return !Object.hasOwn(object, '$taskbrainStore') || !storeOf(object)!.layout.slotsByName.has(name) || isHidden(object, name)
}

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
 * Puts an accessor for each shared attribute on the prototype. Each brain gets the same functions as properties of its own, so that
 * `{ ...this }`, `Object.keys(this)` and the like find what they find in a plain class.
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
    // Emitted code reaches a leaf as `this['pose.x']`, which is nobody else's business.
    Object.defineProperty(prototype, slot.name, { ...accessorOf(slot), enumerable: slot.isOwn, configurable: true })
  }
}

const namedAccessor = (slot: Slot): PropertyDescriptor => ({
  get(this: Attached): unknown {
    return readByName(this, slot)
  },
  set(this: Attached, value: unknown): void {
    writeByName(this, slot, value)
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
      case 'typed-array':
        return {
          get(this: Attached): unknown {
            const array = this.$taskbrainArrays?.[place]
            return array !== undefined && words[array.at] === array.reference ? array.view : readThroughStore(this, layout, slot)
          },
          set(this: Attached, value: unknown): void {
            writeThroughStore(this, layout, slot, value)
          },
        }
      case 'object': {
        const leafCount = slot.inline!.end
        const isBoolean = layout.slots.slice(place + 1, place + 1 + leafCount).map(({ kind }) => kind === 'boolean')
        return {
          // As `InlineObject.read`, in half the time.
          get(this: Attached): unknown {
            const base = this.$taskbrainReadBase
            const last = base !== SILENT_BASE ? this.$taskbrainObjects![place]!.last : undefined
            if (last === undefined) return readThroughStore(this, layout, slot)
            const { values } = last
            const sequence = words[base * 2 + word]!
            let isStill = (sequence & 1) === 0
            let leaf = base + float + SLOT_FLOATS
            for (let index = 0; isStill && index < leafCount; index++, leaf += SLOT_FLOATS) {
              if (isBoolean[index]) isStill = words[leaf * 2] === (values[index] ? TRUE : FALSE)
              else {
                const found = floats[leaf]!
                const known = values[index] as number
                // Not true of a NaN, which may be a mark. Zeros have two signs.
                isStill = found === known && (found !== 0 || Object.is(found, -0) === Object.is(known, -0))
              }
            }
            // Once more, since one leaf may have changed, and another one back, while the first were read.
            for (let index = leafCount - 1; isStill && index >= 0; index--) {
              leaf -= SLOT_FLOATS
              isStill = isBoolean[index] ? words[leaf * 2] === (values[index] ? TRUE : FALSE) : floats[leaf] === values[index]
            }
            return isStill && words[base * 2 + word] === sequence ? last.snapshot : readThroughStore(this, layout, slot)
          },
          set(this: Attached, value: unknown): void {
            writeThroughStore(this, layout, slot, value)
          },
        }
      }
    }
  }
}

function readThroughStore(brain: Attached, layout: Layout, slot: Slot): unknown {
  const store = brain.$taskbrainStore
  return store?.layout === layout ? readFrom(store, slot) : readByName(brain, slot)
}

function writeThroughStore(brain: Attached, layout: Layout, slot: Slot, value: unknown): void {
  const store = brain.$taskbrainStore
  if (store?.layout === layout) store.write(slot, value)
  else writeByName(brain, slot, value)
}

function readByName(brain: Attached, slot: Slot): unknown {
  const store = brain.$taskbrainStore
  if (!store) return undefined
  const own = store.layout.slotsByName.get(slot.name)
  if (own) return readFrom(store, own)
  return slot.within && readPart(brain, slot.within)
}

function writeByName(brain: Attached, slot: Slot, value: unknown): void {
  const { name, within } = slot
  const store = brain.$taskbrainStore
  if (!store) throw detached(name)
  const own = store.layout.slotsByName.get(name)
  if (own) {
    store.write(own, value)
    return
  }
  if (within) {
    changePart(brain, store, within, (object, key) => object[key] = value)
    return
  }
  // An attribute of the base class that this state does not have: a plain field of the instance.
  Object.defineProperty(brain, name, { value, writable: true, enumerable: true, configurable: true })
}

function readFrom(store: Store, slot: Slot): unknown {
  const value = store.read(slot)
  // Before its object was written at all. Emitted code asks for the leaf where the user's asked for the key of undefined.
  if (value === undefined && slot.within) throw new TypeError(`Cannot read properties of undefined (reading '${slot.within.keys[0]}')`)
  return value
}

import type { FieldKind, FieldSchema, StateSchema, TypedArrayName } from '../../src/contract/schema.ts'
import { type InlineLeaf, type InlineShape, shapeOfObject } from './inline-shape.ts'

/**
 * Where everything lies. A state has two memories: its slots, a region in the arena that all states of a process share,
 * and its values, a memory of its own.
 *
 *   region  byte 0      64      128
 *                ├ head ┼ lock ─┼ slots, 32 bytes each …
 *
 *   slot   number    [ float64 ][ before the step ][ waiters ][ ─ ][ after it ]             a NaN of our own while it was never written, or is in a step
 *          boolean   [ int32 ][ ─ ][ before ][ ─ ][ waiters ][ ─ ][ after ][ ─ ]             0 never written, 1 false, 2 true, 3 and more in a step
 *          value     [ version ][ reference ][ next block ][ step ][ waiters ][ ─ ]          reference = block << 1, + 1 where it is main's alone; 0 never written
 *          object    [ sequence ][ ─ ][ ─ ][ ─ ][ waiters ][ ─ ]                             odd while a step on several leaves is being completed; its leaves' slots follow
 *          array     [ sequence ][ reference ][ spare block ][ retired blocks ][ waiters ][ ─ ]   as live-array.ts has it
 *
 *   waiters: one bit per bell of a thread that waits for a change of the attribute (bells.ts). In the line of the value,
 *            so that a write has it at hand. What follows it stays 0: together they are read as a number.
 *
 *   values  byte 0      128          640           8832
 *                ├ head ┼ free lists ┼ doomed bits ┼ blocks of 16 bytes and more …
 *
 * Slots stand in the order of the schema, the leaves of an object behind its own, and have one size: a subclass's schema
 * begins with the fields of its base class, so an accessor of the base class finds its slot in an instance of the
 * subclass at the same place.
 */
export interface Layout {
  readonly schema: StateSchema
  readonly slots: readonly Slot[]
  readonly slotsByName: ReadonlyMap<string, Slot>
  /** Size of the region. */
  readonly regionBytes: number
  /** The least memory for values that works: without values there is nothing for it to hold. */
  readonly minimumBytes: number
  /** Tells two schemas apart. */
  readonly fingerprint: number
}

export interface Slot {
  readonly name: string
  readonly kind: FieldKind
  /** Position in the layout. */
  readonly index: number
  /** Bytes from the start of the region. */
  readonly offset: number
  /** Of an object. */
  readonly inline: InlineShape | undefined
  /** Of a typed array. */
  readonly array: TypedArrayName | undefined
  /** Whether each brain has it as a property of its own, as a field is. */
  readonly isOwn: boolean
  /** Of a leaf: the keys that lead to it from the attribute. */
  readonly within: { readonly attribute: string; readonly keys: readonly string[] } | undefined
}

/** Offsets in the arena, in 32-bit words. `top` counts units, `lastBell` the bells that were taken. */
export const ARENA = { id: 0, top: 2, lastBell: 3, bells: 16 } as const
/** As many as a word has bits. */
export const BELL_COUNT = 32
/** Bytes from the start of the arena to a region in which every number is a NaN, and its size. */
export const SILENT = { start: 192, byteLength: 32 * 1024 } as const
/** The same to a region in which nothing is kept and somebody waits for every attribute. */
export const SINK = { start: SILENT.start + SILENT.byteLength, byteLength: SILENT.byteLength } as const
/** Room for 50,000 brains of 30 attributes. */
export const ARENA_BYTES = 64 * 1024 * 1024
/** The unit in which the arena counts: a line of the processor's cache, so that no two brains share one. */
export const ARENA_UNIT_BYTES = 64

/** Offsets in a region, in 32-bit words. */
/**
 * `committing`: the position, + 1, of the object or array on which a step is being completed; `committed`: the number of
 * that step from the moment at which it counts. Both are 0 but for that time, or where a thread was killed in it.
 * `decided` and `finished`: the number of the last group that wrote several attributes (redo.ts).
 */
export const REGION = { magic: 0, fingerprint: 1, lastStep: 2, committing: 3, committed: 4, decided: 5, finished: 6, lock: 16 } as const
export const SLOT_BYTES = 32
/** Offsets in a slot, in bytes: what a number or boolean was before the step that it is in, and what it will be. */
export const IN_STEP = { before: 8, after: 24 } as const
/** From the start of a slot to the word of who waits for it. */
export const WAITERS_BYTES = 16
const SLOTS_START = 128

/** Offsets in the memory of the values, in 32-bit words. */
export const HEAP = { top: 0, freeLists: 32, doomed: 160 } as const
export const DOOMED_BITS = 65_536
/** Bytes from the start of the memory to the first block. */
export const HEAP_START = (HEAP.doomed + DOOMED_BITS / 32) * 4
/** The unit in which the heap counts. A block begins on a multiple of it. */
export const UNIT_BYTES = 16
const LEAST_HEAP_BYTES = 4096

export const MAGIC = 0x7a5b_0003
export const DEFAULT_STATE_BYTES = 64 * 1024 * 1024
/** Byte offsets stay below 2^32 and references (a unit shifted by one) within 31 bits. */
export const MAXIMUM_STATE_BYTES = 4 * 1024 * 1024 * 1024 - UNIT_BYTES

const layouts = new WeakMap<StateSchema, Layout>()

/** The same layout each time for the same schema object: accessors and stores that share it need no look-up by name. */
export function layoutOf(schema: StateSchema): Layout {
  const known = layouts.get(schema)
  if (known) return known
  const slots: Slot[] = []
  for (const field of schema.fields) addSlots(field, slots)
  const hasValues = slots.some((slot) => slot.kind === 'value' || slot.kind === 'typed-array')
  const layout: Layout = Object.freeze({
    schema,
    slots: Object.freeze(slots),
    slotsByName: new Map(slots.map((slot) => [slot.name, slot])),
    regionBytes: SLOTS_START + slots.length * SLOT_BYTES,
    minimumBytes: HEAP_START + (hasValues ? LEAST_HEAP_BYTES : 0),
    fingerprint: fingerprintOf(schema.brain, slots),
  })
  layouts.set(schema, layout)
  return layout
}

function addSlots(field: FieldSchema, slots: Slot[]): void {
  const add = (name: string, kind: FieldKind, { inline, within, array }: Partial<Pick<Slot, 'inline' | 'within' | 'array'>> = {}): void => {
    slots.push(Object.freeze({ name, kind, index: slots.length, offset: SLOTS_START + slots.length * SLOT_BYTES, inline, within, array, isOwn: within === undefined && !field.accessor }))
  }
  const { name, kind } = field
  if (field.kind !== 'object') {
    add(name, kind, field.kind === 'typed-array' ? { array: field.array } : {})
    return
  }
  const leaves: InlineLeaf[] = []
  add(name, kind, { inline: shapeOfObject(field, name, leaves) })
  for (const leaf of leaves) add(leaf.name, leaf.kind, { within: { attribute: name, keys: leaf.keys } })
}

function fingerprintOf(brain: string, slots: readonly Slot[]): number {
  const text = [brain, ...slots.map(({ name, kind, array }) => `${name}:${array ?? kind}`)].join('\n')
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0
  return hash
}

import type { FieldKind, StateSchema } from '../../src/contract/schema.ts'

/**
 * Where everything lies in a state's memory.
 *
 *   byte 0      64      128          640           8832                    heapStart
 *        ├ head ┼ lock ─┼ free lists ┼ doomed bits ┼ slots, 16 bytes each ─┼ heap: blocks of 16 bytes and more …
 *
 *   slot   number    [ float64 ][ ─ ]                 a NaN of our own while it was never written
 *          boolean   [ int32 ][ ─ ]                   0 never written, 1 false, 2 true
 *          value     [ version ][ reference ][ ─ ]    reference = block << 1, + 1 where it is main's alone; 0 never written
 *
 * Slots stand in the order of the schema and have one size: a subclass's schema begins with the fields of its base
 * class, so an accessor of the base class finds its slot in an instance of the subclass at the same place.
 */
export interface Layout {
  readonly schema: StateSchema
  readonly slots: readonly Slot[]
  readonly slotsByName: ReadonlyMap<string, Slot>
  /** Bytes from the start of the memory to the heap. */
  readonly heapStart: number
  /** The least memory that works: without values there is nothing for the heap to hold. */
  readonly minimumBytes: number
  /** Tells two schemas apart. */
  readonly fingerprint: number
}

export interface Slot {
  readonly name: string
  readonly kind: FieldKind
  /** Position in the schema. */
  readonly index: number
  /** Bytes from the start of the memory. */
  readonly offset: number
}

/** Offsets of the fixed part, in 32-bit words. */
export const WORD = { magic: 0, fingerprint: 1, heapTop: 2, lock: 16, freeLists: 32, doomed: 160 } as const

export const MAGIC = 0x7a5b_0001
export const DOOMED_BITS = 65_536
export const SLOT_BYTES = 16
/** The unit in which the heap counts. A block begins on a multiple of it. */
export const UNIT_BYTES = 16
export const DEFAULT_STATE_BYTES = 64 * 1024 * 1024
/** Byte offsets stay below 2^32 and references (a unit shifted by one) within 31 bits. */
export const MAXIMUM_STATE_BYTES = 4 * 1024 * 1024 * 1024 - UNIT_BYTES

const SLOTS_START = (WORD.doomed + DOOMED_BITS / 32) * 4
const LEAST_HEAP_BYTES = 4096

const layouts = new WeakMap<StateSchema, Layout>()

/** The same layout each time for the same schema object: accessors and stores that share it need no look-up by name. */
export function layoutOf(schema: StateSchema): Layout {
  const known = layouts.get(schema)
  if (known) return known
  const slots = schema.fields.map(({ name, kind }, index): Slot => (
    Object.freeze({ name, kind, index, offset: SLOTS_START + index * SLOT_BYTES })
  ))
  const heapStart = SLOTS_START + slots.length * SLOT_BYTES
  const hasValues = slots.some((slot) => slot.kind === 'value')
  const layout: Layout = Object.freeze({
    schema,
    slots: Object.freeze(slots),
    slotsByName: new Map(slots.map((slot) => [slot.name, slot])),
    heapStart,
    minimumBytes: heapStart + (hasValues ? LEAST_HEAP_BYTES : 0),
    fingerprint: fingerprintOf(schema),
  })
  layouts.set(schema, layout)
  return layout
}

function fingerprintOf({ brain, fields }: StateSchema): number {
  const text = [brain, ...fields.map(({ name, kind }) => `${name}:${kind}`)].join('\n')
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0
  return hash
}

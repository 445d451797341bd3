import type { TypedArrayName } from '../../src/contract/schema.ts'
import { invariant } from '../errors.ts'
import { bufferOf } from '../serializable/index.ts'
import { arrayBufferRefused, wrongArray } from './errors.ts'
import { type Block, BLOCK_HEADER_BYTES } from './heap.ts'
import { REGION, type Slot, UNIT_BYTES } from './layout.ts'
import type { Lock } from './lock.ts'
import type { StepMarks } from './step-marks.ts'

/** Any of the eleven kinds. */
export type TypedArray =
  | Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array
  | BigInt64Array | BigUint64Array

type TypedArrayConstructor = new (buffer: ArrayBufferLike, byteOffset?: number, length?: number) => TypedArray

/** Words of the slot: beside the sequence and the reference, the block from which a copy into place is made, and old blocks. */
const REFERENCE = 1
const SPARE = 2
const RETIRED = 3
/** At the start of the payload: the next retired block. It keeps the elements aligned, too. */
const HEAD_BYTES = 8
/** Copies that may turn out torn before a reader asks for the lock. */
const UNLOCKED_COPIES = 3

/** By the views that were handed out in this thread. */
const arrays = new WeakMap<object, LiveArray>()

/**
 * A typed array whose elements lie in the shared memory: what is read is a view of them, the same one for as long as the
 * attribute has its length. Elements are read and written as those of any array, by all threads at once.
 *
 * A new value of the same length is written to the spare block first. Then one store makes the step count, and it is
 * copied into place: by whoever has the lock next, if the writer is killed meanwhile. Who copies the whole without the
 * lock looks at the sequence before and after, which is odd for that time.
 *
 * A new value of another length gets a block of its own. The old one may be looked at for ever, so it is never given to
 * another attribute: it waits for a value of its length.
 */
export class LiveArray {
  readonly #slot: Slot
  readonly #Kind: TypedArrayConstructor
  readonly #memory: LiveArrayMemory
  readonly #word: number
  /** Where the region begins, in words. */
  readonly #region: number
  /** Where the reference lies, in words, what it was when the view was made, and that. */
  readonly at: number
  reference = 0
  view: TypedArray | undefined

  constructor(slot: Slot, start: number, memory: LiveArrayMemory) {
    invariant(slot.array, `${slot.name} has a kind of typed array`)
    this.#slot = slot
    this.#Kind = globalThis[slot.array] as TypedArrayConstructor
    this.#memory = memory
    this.#word = (start + slot.offset) >>> 2
    this.at = this.#word + REFERENCE
    this.#region = start >>> 2
  }

  get assignments(): number {
    return Atomics.load(this.#memory.words, this.#word)
  }

  /** Undefined before the first write. */
  read(): TypedArray | undefined {
    const reference = Atomics.load(this.#memory.words, this.at)
    if (reference !== this.reference) {
      this.reference = reference
      this.view = this.#viewOf(reference >>> 1)
      arrays.set(this.view, this)
    }
    return this.view
  }

  /** Throws `state-type`, or RangeError where the memory is full; the old value stays. */
  write(value: unknown): void {
    const bytes = bytesOf(this.#slot, value)
    const { words, lock } = this.#memory
    lock.enter()
    try {
      lock.assertHeld()
      const block = words[this.#word + REFERENCE]! >>> 1
      if (block !== 0 && this.#byteLengthOf(block) === bytes.length) this.#replace(block, bytes)
      else this.#move(block, bytes)
      this.#memory.wake(this.#slot)
    } finally {
      lock.leave()
    }
  }

  /** Under the lock: `change` gets the elements themselves. */
  change<T>(change: (value: any) => T): T {
    return change(this.read())
  }

  /** By whoever has the lock: completes a step that counts and whose thread was killed. */
  complete(): void {
    const { words } = this.#memory
    if (Atomics.load(words, this.#region + REGION.committed) !== 0) this.#copyIntoPlace(words[this.#word + REFERENCE]! >>> 1)
    if (Atomics.load(words, this.#word) & 1) Atomics.add(words, this.#word, 1)
    Atomics.store(words, this.#region + REGION.committed, 0)
    Atomics.store(words, this.#region + REGION.committing, 0)
    this.#memory.wake(this.#slot)
  }

  /** A copy in memory of this thread. None that has half of a value which was assigned meanwhile. */
  copyOf(view: TypedArray): TypedArray {
    const { words, lock } = this.#memory
    for (let attempt = 0; attempt < UNLOCKED_COPIES; attempt++) {
      const sequence = Atomics.load(words, this.#word)
      if (sequence & 1) continue
      const copy = privateCopy(view)
      if (Atomics.load(words, this.#word) === sequence) return copy
    }
    lock.enter()
    try {
      return privateCopy(view)
    } finally {
      lock.leave()
    }
  }

  /** Blocks that nobody else may get. */
  blocks(): Block[] {
    const { words } = this.#memory
    const blocks = [words[this.#word + REFERENCE]! >>> 1, words[this.#word + SPARE]!, ...this.#retired()]
    return [...new Set(blocks)].filter((block) => block !== 0)
  }

  // --- one step ---

  #replace(block: Block, bytes: Uint8Array): void {
    const { words, marks } = this.#memory
    const spare = this.#spareFor(bytes)
    this.#bytesOf(spare).set(bytes)
    Atomics.store(words, this.#region + REGION.committing, this.#slot.index + 1)
    Atomics.add(words, this.#word, 1)
    Atomics.store(words, this.#region + REGION.committed, marks.newStep())
    this.#copyIntoPlace(block)
    Atomics.add(words, this.#word, 1)
    Atomics.store(words, this.#region + REGION.committed, 0)
    Atomics.store(words, this.#region + REGION.committing, 0)
  }

  #copyIntoPlace(block: Block): void {
    this.#bytesOf(block).set(this.#bytesOf(this.#memory.words[this.#word + SPARE]!))
  }

  /** Nobody sees the spare block, so it is free once it is of no use. */
  #spareFor(bytes: Uint8Array): Block {
    const { words } = this.#memory
    const spare = words[this.#word + SPARE]!
    if (spare !== 0 && this.#byteLengthOf(spare) === bytes.length) return spare
    this.#freeSpare()
    return words[this.#word + SPARE] = this.#allocate(bytes)
  }

  #freeSpare(): void {
    const { words, free } = this.#memory
    const spare = words[this.#word + SPARE]!
    words[this.#word + SPARE] = 0
    if (spare !== 0) free(spare)
  }

  #move(old: Block, bytes: Uint8Array): void {
    const { words } = this.#memory
    const known = this.#retired().find((block) => block !== old && this.#byteLengthOf(block) === bytes.length)
    if (known === undefined) this.#freeSpare()
    const block = known ?? this.#allocate(bytes)
    Atomics.store(words, this.#region + REGION.committing, this.#slot.index + 1)
    Atomics.add(words, this.#word, 1)
    this.#bytesOf(block).set(bytes)
    // Before nothing names the old one any more: killed in between, the block in use is also a retired one, which is no harm.
    if (old !== 0) this.#retire(old)
    Atomics.store(words, this.#word + REFERENCE, block << 1)
    Atomics.add(words, this.#word, 1)
    Atomics.store(words, this.#region + REGION.committing, 0)
  }

  #retire(block: Block): void {
    const { words } = this.#memory
    if (this.#retired().includes(block)) return
    this.#headOf(block)[0] = words[this.#word + RETIRED]!
    words[this.#word + RETIRED] = block
  }

  #retired(): Block[] {
    const blocks: Block[] = []
    for (let block = this.#memory.words[this.#word + RETIRED]!; block !== 0; block = this.#headOf(block)[0]!) blocks.push(block)
    return blocks
  }

  #allocate(bytes: Uint8Array): Block {
    return this.#memory.reserve(this.#slot, HEAD_BYTES + bytes.length)
  }

  // --- blocks ---

  #viewOf(block: Block): TypedArray {
    const { buffer } = this.#bytesOf(block)
    const length = this.#byteLengthOf(block) / (this.#Kind as unknown as { readonly BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT
    const view = new this.#Kind(buffer, startOf(block), length)
    // What is written there by a place of its own, as a DataView does, would damage every attribute of the brain.
    Object.defineProperty(view, 'buffer', { get: () => this.#refuseBuffer() })
    return view
  }

  #refuseBuffer(): never {
    throw arrayBufferRefused(this.#slot.name)
  }

  #bytesOf(block: Block): Uint8Array {
    return new Uint8Array(this.#memory.values, startOf(block), this.#byteLengthOf(block))
  }

  #headOf(block: Block): Int32Array {
    return new Int32Array(this.#memory.values, startOf(block) - HEAD_BYTES, 1)
  }

  #byteLengthOf(block: Block): number {
    return this.#memory.payloadLength(block) - HEAD_BYTES
  }
}

export interface LiveArrayMemory {
  readonly words: Int32Array
  readonly values: SharedArrayBuffer
  readonly lock: Lock
  readonly marks: StepMarks
  /** A block of so many bytes. Throws RangeError. */
  readonly reserve: (slot: Slot, byteLength: number) => Block
  readonly free: (block: Block) => void
  /** Wakes who waits for the attribute. */
  readonly wake: (slot: Slot) => void
  readonly payloadLength: (block: Block) => number
}

/** A copy of a typed array; of one that is shared, none that has half of a value which was assigned meanwhile. */
export function copyOf<Value extends TypedArray>(view: Value): Value {
  return (arrays.get(view)?.copyOf(view) ?? privateCopy(view)) as Value
}

/** A number that is another one after each assignment of the attribute that a live view is of; undefined for all else. */
export function assignmentsOf(value: unknown): number | undefined {
  return typeof value === 'object' && value !== null ? arrays.get(value)?.assignments : undefined
}

const startOf = (block: Block): number => block * UNIT_BYTES + BLOCK_HEADER_BYTES + HEAD_BYTES

function privateCopy(view: TypedArray): TypedArray {
  const Kind = globalThis[view[Symbol.toStringTag] as TypedArrayName] as unknown as new (values: TypedArray) => TypedArray
  return new Kind(view)
}

function bytesOf({ name, array }: Slot, value: unknown): Uint8Array {
  if (!ArrayBuffer.isView(value) || (value as TypedArray)[Symbol.toStringTag] !== array) throw wrongArray(name, array!, value)
  return new Uint8Array(bufferOf(value), value.byteOffset, value.byteLength)
}

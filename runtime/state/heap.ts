import { HEAP, HEAP_START, UNIT_BYTES } from './layout.ts'

/**
 * The blocks that hold values. All of this runs under the state's lock.
 *
 *   block   [ size class ][ byte length ][ payload … ]      in use
 *           [ size class ][ next block  ][ …          ]     in a free list
 *
 * A thread may be killed between any two lines. Each change of a list or of the heap's top is one store of one word,
 * done last: before it nothing has changed, after it a block is in nobody's hands. So a kill can only leak a block,
 * and `sweep`, which knows the blocks in use from the slots that name them, finds it again.
 */

const CLASS = 0
const LENGTH = 1
const NEXT = 1
export const BLOCK_HEADER_BYTES = 8
const FIRST_UNIT = HEAP_START / UNIT_BYTES

/** A block's place, in units of 16 bytes from the start of the memory. 0 is none. */
export type Block = number

export class Heap {
  readonly #words: Int32Array
  readonly #bytes: Uint8Array
  readonly #endUnit: number

  constructor(words: Int32Array) {
    this.#words = words
    this.#bytes = new Uint8Array(words.buffer)
    this.#endUnit = Math.floor(this.#bytes.length / UNIT_BYTES)
  }

  /** Once, by the thread that makes the memory. */
  format(): void {
    this.#words[HEAP.top] = FIRST_UNIT
  }

  /** A block that nobody else knows, holding `payload`; 0 where there is no room without a sweep. */
  store(payload: Uint8Array): Block {
    const sizeClass = classFor(Math.ceil((payload.length + BLOCK_HEADER_BYTES) / UNIT_BYTES))
    const block = this.#take(sizeClass) || this.#extend(sizeClass) || this.#split(sizeClass)
    if (block === 0) return 0
    const start = block * UNIT_BYTES
    this.#words[(start >>> 2) + LENGTH] = payload.length
    this.#bytes.set(payload, start + BLOCK_HEADER_BYTES)
    return block
  }

  free(block: Block): void {
    const word = wordOf(block)
    const head = HEAP.freeLists + this.#words[word + CLASS]!
    this.#words[word + NEXT] = this.#words[head]!
    this.#words[head] = block
  }

  payloadLength(block: Block): number {
    return this.#words[wordOf(block) + LENGTH]!
  }

  /**
   * A private copy of a block's payload. Without the lock the block may be someone else's by now and the copy
   * nonsense: undefined where that is plain, else the caller has to find out.
   */
  load(block: Block): Uint8Array | undefined {
    const start = block * UNIT_BYTES + BLOCK_HEADER_BYTES
    const length = this.#words[wordOf(block) + LENGTH]!
    if (length < 0 || start + length > this.#bytes.length) return undefined
    const copy = new Uint8Array(length)
    copy.set(this.#bytes.subarray(start, start + length))
    return copy
  }

  /** Makes free whatever no block of `used` covers: joins what was split and finds what a killed thread leaked. */
  sweep(used: readonly Block[]): void {
    const words = this.#words
    for (let sizeClass = 0; sizeClass < CLASS_COUNT; sizeClass++) words[HEAP.freeLists + sizeClass] = 0
    const sorted = used.toSorted((one, other) => one - other)
    const last = sorted.at(-1)
    words[HEAP.top] = last === undefined ? FIRST_UNIT : this.#endOf(last)
    let unit = FIRST_UNIT
    for (const block of sorted) {
      this.#freeUnits(unit, block)
      unit = this.#endOf(block)
    }
  }

  #take(sizeClass: number): Block {
    const head = HEAP.freeLists + sizeClass
    const block = this.#words[head]!
    if (block !== 0) this.#words[head] = this.#words[wordOf(block) + NEXT]!
    return block
  }

  #extend(sizeClass: number): Block {
    const block = this.#words[HEAP.top]!
    const top = block + unitsOf(sizeClass)
    if (top > this.#endUnit) return 0
    this.#words[HEAP.top] = top
    this.#words[wordOf(block) + CLASS] = sizeClass
    return block
  }

  #split(sizeClass: number): Block {
    for (let larger = sizeClass + 1; larger < CLASS_COUNT; larger++) {
      const block = this.#take(larger)
      if (block === 0) continue
      this.#words[wordOf(block) + CLASS] = sizeClass
      this.#freeUnits(block + unitsOf(sizeClass), block + unitsOf(larger))
      return block
    }
    return 0
  }

  #freeUnits(start: number, end: number): void {
    for (let unit = start; unit < end;) {
      const sizeClass = largestClassWithin(end - unit)
      this.#words[wordOf(unit) + CLASS] = sizeClass
      this.free(unit)
      unit += unitsOf(sizeClass)
    }
  }

  #endOf(block: Block): number {
    return block + unitsOf(this.#words[wordOf(block) + CLASS]!)
  }
}

// Sizes in units: 1 to 8, then four steps to each doubling (10, 12, 14, 16, 20 …), so that at most a fifth is wasted.
const CLASS_COUNT = 112

const wordOf = (block: Block): number => block * (UNIT_BYTES / 4)

function classFor(units: number): number {
  if (units <= 8) return units - 1
  const doubling = 31 - Math.clz32(units - 1)
  return 8 + (doubling - 3) * 4 + (((units - 1) >>> (doubling - 2)) - 4)
}

function unitsOf(sizeClass: number): number {
  if (sizeClass < 8) return sizeClass + 1
  return (((sizeClass - 8) & 3) + 5) << (((sizeClass - 8) >>> 2) + 1)
}

function largestClassWithin(units: number): number {
  const sizeClass = classFor(units)
  return unitsOf(sizeClass) <= units ? sizeClass : sizeClass - 1
}

import { type PrivateMemory, putLongText, takeText, type Text } from './codec/index.ts'
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
const BLOCK_HEADER_WORDS = BLOCK_HEADER_BYTES / 4
/** Up to here a loop over words costs less than a view. */
const FEW_BYTES = 128
const UNIT_SHIFT = 4
const FIRST_UNIT = HEAP_START / UNIT_BYTES

/** A block's place, in units of 16 bytes from the start of the memory. 0 is none. */
export type Block = number

export class Heap {
  readonly #words: Int32Array
  readonly #bytes: Uint8Array
  readonly #text: Text
  readonly #endUnit: number

  constructor(words: Int32Array) {
    this.#words = words
    this.#bytes = new Uint8Array(words.buffer)
    this.#text = Buffer.from(words.buffer) as Buffer & Text
    this.#endUnit = Math.floor(this.#bytes.length / UNIT_BYTES)
  }

  /** Once, by the thread that makes the memory. */
  format(): void {
    this.#words[HEAP.top] = FIRST_UNIT
  }

  /** A block that nobody else knows, holding the first bytes of `source`; 0 where there is no room without a sweep. */
  store(source: PrivateMemory, byteLength: number): Block {
    const block = this.reserve(byteLength)
    if (block === 0) return 0
    const words = this.#words
    const word = wordOf(block) + BLOCK_HEADER_WORDS
    if (byteLength > FEW_BYTES) {
      this.#bytes.set(new Uint8Array(source.bytes.buffer, 0, byteLength), word * 4)
      return block
    }
    const from = source.words
    for (let index = 0; index * 4 < byteLength; index++) words[word + index] = from[index]!
    return block
  }

  /** As `store`, of a text of which `isLongText` is true. */
  storeText(text: string, byteLength: number): Block {
    const block = this.reserve(byteLength)
    if (block !== 0) putLongText(text, byteLength, this.#words, this.#text, wordOf(block) + BLOCK_HEADER_WORDS)
    return block
  }

  /** A block that nobody else knows, with whatever was there before as its payload; 0 where there is no room without a sweep. */
  reserve(byteLength: number): Block {
    const sizeClass = classFor((byteLength + BLOCK_HEADER_BYTES + UNIT_BYTES - 1) >>> UNIT_SHIFT)
    const block = this.#take(sizeClass) || this.#extend(sizeClass) || this.#split(sizeClass)
    if (block !== 0) this.#words[wordOf(block) + LENGTH] = byteLength
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
   * Copies a block's payload into the memory that `room` gives for so many bytes, and returns how many. Without the
   * lock the block may be someone else's by now and the copy nonsense: below 0 where that is plain, else the caller
   * has to find out.
   */
  load(block: Block, room: (byteLength: number) => PrivateMemory): number {
    const words = this.#words
    const word = wordOf(block) + BLOCK_HEADER_WORDS
    const byteLength = words[word - BLOCK_HEADER_WORDS + LENGTH]!
    if (byteLength < 0 || word * 4 + byteLength > this.#bytes.length) return -1
    const target = room(byteLength)
    if (byteLength > FEW_BYTES) {
      target.bytes.set(new Uint8Array(words.buffer, word * 4, byteLength))
      return byteLength
    }
    const to = target.words
    for (let index = 0; index * 4 < byteLength; index++) to[index] = words[word + index]!
    return byteLength
  }

  /** The text that is there; undefined of any other payload, and of the shortest. Without the lock it may be nonsense, as with `load`. */
  loadText(block: Block): string | undefined {
    const word = wordOf(block) + BLOCK_HEADER_WORDS
    const byteLength = this.payloadLength(block)
    if (byteLength < 0 || word * 4 + byteLength > this.#bytes.length) return undefined
    return takeText(byteLength, this.#words, this.#text, word)
  }

  /** Whether a block's payload is the first bytes of `source`. Under the lock. */
  holds(block: Block, { bytes, words: other }: PrivateMemory, byteLength: number): boolean {
    const words = this.#words
    const word = wordOf(block) + BLOCK_HEADER_WORDS
    if (words[word - BLOCK_HEADER_WORDS + LENGTH] !== byteLength) return false
    if (byteLength > FEW_BYTES) {
      return Buffer.compare(new Uint8Array(words.buffer, word * 4, byteLength), new Uint8Array(bytes.buffer, 0, byteLength)) === 0
    }
    const whole = byteLength >>> 2
    for (let index = 0; index < whole; index++) if (words[word + index] !== other[index]) return false
    for (let byte = whole * 4; byte < byteLength; byte++) if (this.#bytes[word * 4 + byte] !== bytes[byte]) return false
    return true
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

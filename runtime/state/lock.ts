import { invariant } from '../errors.ts'
import { DOOMED_BITS, HEAP } from './layout.ts'

/** The lock word: 0 free, else (owner + 1) << 1, with the lowest bit set while someone may sleep on it. */
const FREE = 0
const CONTENDED = 1

/** Long enough for a step that only copies a few words, far below a turn of the scheduler. */
const SPINS = 200
/** The longest sleep before a waiter looks again: a wake-up can be lost with the thread that should have passed it on. */
const WAIT_SLICE_MS = 5
/**
 * So many slices the lock stays with an owner that is about to be terminated. Termination reaches a thread at its next
 * call or loop turn, in about 2 ms; after 20 ms only a long native call can still be running, and `isHeld` stops what follows it.
 */
const DOOMED_SLICES = 4

/**
 * One lock per state, recursive per thread. Its word names the owner, so that a lock whose owner died can be told
 * from one that is in use.
 */
export class Lock {
  readonly #words: Int32Array
  readonly #word: number
  readonly #heapWords: Int32Array
  readonly #mine: number
  readonly #recover: () => void
  #depth = 0

  /**
   * The lock is one word; who is doomed stands with the values, where there is room for so many. `recover` completes what
   * the owner before had begun, if it was killed.
   */
  constructor(words: Int32Array, word: number, heapWords: Int32Array, owner: number, recover: () => void = () => undefined) {
    this.#words = words
    this.#word = word
    this.#heapWords = heapWords
    this.#mine = (owner + 1) << 1
    this.#recover = recover
  }

  enter(): void {
    if (this.#depth > 0) {
      this.#depth++
      return
    }
    if (Atomics.compareExchange(this.#words, this.#word, FREE, this.#mine) !== FREE) this.#wait()
    this.#depth = 1
    this.#recover()
  }

  leave(): void {
    if (--this.#depth > 0) return
    const word = Atomics.compareExchange(this.#words, this.#word, this.#mine, FREE)
    if (word === this.#mine) return
    // Only the owner clears the word, so a sleeper's bit is all that can have changed, unless the lock was taken over.
    if (word === (this.#mine | CONTENDED)) this.#passOn(word)
  }

  /** Whether this thread still has the lock that it took: a doomed one may have lost it. */
  get isHeld(): boolean {
    return this.#depth > 0 && (Atomics.load(this.#words, this.#word) & ~CONTENDED) === this.#mine
  }

  assertHeld(): void {
    invariant(this.isHeld, 'a thread that was told to end, and lost its lock, writes no more')
  }

  /** Frees what a thread held that runs no more. */
  release(owner: number): void {
    const theirs = (owner + 1) << 1
    // A thread that ends itself within a locked step (process.exit) may still do this in its exit handler.
    if (theirs === this.#mine) this.#depth = 0
    const word = Atomics.load(this.#words, this.#word)
    if ((word & ~CONTENDED) === theirs) this.#passOn(theirs)
    const [index, bit] = doomedBit(theirs)
    Atomics.and(this.#heapWords, index, ~bit)
  }

  /** Allows a waiter to take the lock from this owner. */
  doom(owner: number): void {
    const [index, bit] = doomedBit((owner + 1) << 1)
    Atomics.or(this.#heapWords, index, bit)
  }

  #passOn(theirs: number): void {
    const owner = theirs & ~CONTENDED
    const isCleared = Atomics.compareExchange(this.#words, this.#word, owner, FREE) === owner
      || Atomics.compareExchange(this.#words, this.#word, owner | CONTENDED, FREE) === (owner | CONTENDED)
    if (isCleared) Atomics.notify(this.#words, this.#word, 1)
  }

  #wait(): void {
    const words = this.#words
    const lock = this.#word
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.load(words, lock) === FREE && Atomics.compareExchange(words, lock, FREE, this.#mine) === FREE) return
    }
    // From here on the word is taken with the sleepers' bit, since others may sleep beside this thread.
    const taken = this.#mine | CONTENDED
    let doomedSlices = 0
    for (;;) {
      const word = Atomics.load(words, lock)
      if (word === FREE) {
        if (Atomics.compareExchange(words, lock, FREE, taken) === FREE) return
        continue
      }
      const held = word | CONTENDED
      if (word !== held && Atomics.compareExchange(words, lock, word, held) !== word) continue
      const outcome = Atomics.wait(words, lock, held, WAIT_SLICE_MS)
      doomedSlices = outcome === 'timed-out' && this.#isDoomed(held) ? doomedSlices + 1 : 0
      // The main thread may be the one that waits here, and then it can't hear that the owner has ended.
      if (doomedSlices >= DOOMED_SLICES && Atomics.compareExchange(words, lock, held, taken) === held) return
    }
  }

  #isDoomed(word: number): boolean {
    const [index, bit] = doomedBit(word & ~CONTENDED)
    return (Atomics.load(this.#heapWords, index) & bit) !== 0
  }
}

/** Owners share a bit only if 65,536 others were made between them. */
function doomedBit(lockWord: number): readonly [index: number, bit: number] {
  const owner = (lockWord >>> 1) % DOOMED_BITS
  return [HEAP.doomed + (owner >>> 5), 1 << (owner & 31)]
}

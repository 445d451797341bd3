import { ARENA, BELL_COUNT } from './layout.ts'

/**
 * How a write wakes who waits for it.
 *
 *   attribute   [ value … ][ waiters: one bit per bell ]
 *   bells       [ count ][ count ] … 32 in the arena; a thread that waits has taken one, and sleeps on its count
 *
 *   waiter   sets its bit at each attribute that its condition reads, reads them, sleeps until its bell counts on
 *   writer   stores the value; where `waiters` is not 0, takes all bits and rings their bells
 *
 * The writer takes the bits, so that of a thousand writes in a row one rings, until the waiter has looked and set its bit
 * again. Nobody takes a bit back: of a thread that waits no longer, or was killed, one ring too many is all that is left.
 * More than 32 threads that wait share bells, and then are woken, look, and sleep on.
 *
 * A writer stores and then looks at `waiters`, with no fence between the two (it would cost more than the write): the
 * value may still be on its way to the memory when a waiter has set its bit and reads the old value, and then nobody
 * rings. It is there about a microsecond later at most, so a waiter looks once more after `LOOK_AGAIN_MS`, and then sleeps on.
 * Atomic steps are fences: after them nothing is missed. Where a writer was killed between its store and the ring, whoever
 * releases what it held rings all bells.
 */
export const LOOK_AGAIN_MS = 2

/** For a write, where the word of who waits is not 0. */
export function ringWaiters(words: Int32Array, waitersWord: number): void {
  for (let bits = Atomics.exchange(words, waitersWord, 0); bits !== 0; bits &= bits - 1) ring(words, ARENA.bells + 31 - Math.clz32(bits & -bits))
}

function ring(words: Int32Array, word: number): void {
  Atomics.add(words, word, 1)
  Atomics.notify(words, word)
}

/** The bell of this thread, and all others. */
export class Bells {
  readonly words: Int32Array
  #own: number | undefined

  constructor(words: Int32Array) {
    this.words = words
  }

  /** The word of this thread's bell; taken at the first call. */
  get word(): number {
    this.#own ??= Atomics.add(this.words, ARENA.lastBell, 1) & (BELL_COUNT - 1)
    return ARENA.bells + this.#own
  }

  /** What was rung so far. */
  get count(): number {
    return Atomics.load(this.words, this.word)
  }

  /** Sets this thread's bit at an attribute. */
  setBit(waitersWord: number): void {
    Atomics.or(this.words, waitersWord, 1 << (this.word - ARENA.bells))
  }

  ringOwn(): void {
    ring(this.words, this.word)
  }

  ringAll(): void {
    for (let bell = 0; bell < BELL_COUNT; bell++) ring(this.words, ARENA.bells + bell)
  }
}

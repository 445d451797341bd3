import type { Arena } from './arena.ts'
import { REGION, type Slot } from './layout.ts'
import { isMarkOfStep, stepOfMark } from './scalar.ts'

/** Offsets in a slot, in 32-bit words; a number's next bits lie at `old`. */
const NEXT = 2
const STEP = 3
const OLD = 6

/**
 * So that a group that wrote several attributes is done wholly or not at all, also where its thread is killed meanwhile:
 *
 *   1. each slot that it wrote gets, beside what it holds, what it will hold, and the number of the step
 *   2. the region says that the step is decided
 *   3. the slots get their new values, in the order of the last writes
 *   4. the region says that the step is finished
 *
 *   number   [ mark of the step ][ before ][ waiters ][ ─ ][ next bits ]
 *   boolean  [ word ][ ─ ][ next ][ step ][ waiters ][ ─ ][ old ]
 *   value    [ version ][ reference ][ next block ][ step ] …
 *
 * Killed before 2 it has changed nothing. After 2 whoever takes the lock next does the rest, values first, since a flag is
 * mostly a number or a boolean. What was plainly written in between stands, as always beside a group.
 */
export class Redo {
  readonly #arena: Arena
  readonly #region: number
  readonly #start: number
  readonly #slots: readonly Slot[]

  constructor(arena: Arena, start: number, slots: readonly Slot[]) {
    this.#arena = arena
    this.#start = start
    this.#region = start >>> 2
    this.#slots = slots.toSorted((one, other) => Number(other.kind === 'value') - Number(one.kind === 'value'))
  }

  prepareNumber(slot: Slot, next: bigint): void {
    Atomics.store(this.#arena.floatBits, (this.#wordOf(slot) + OLD) >>> 1, next)
  }

  prepareBoolean(slot: Slot, step: number, old: number, next: number): void {
    const word = this.#wordOf(slot)
    Atomics.store(this.#arena.words, word + OLD, old)
    Atomics.store(this.#arena.words, word + NEXT, next)
    Atomics.store(this.#arena.words, word + STEP, step)
  }

  prepareValue(slot: Slot, step: number, block: number): void {
    Atomics.store(this.#arena.words, this.#wordOf(slot) + NEXT, block)
    Atomics.store(this.#arena.words, this.#wordOf(slot) + STEP, step)
  }

  decide(step: number): void {
    Atomics.store(this.#arena.words, this.#region + REGION.decided, step)
  }

  /** The slot has its new value, and needs it no second time. */
  settle(slot: Slot): void {
    Atomics.store(this.#arena.words, this.#wordOf(slot) + STEP, 0)
  }

  finish(step: number): void {
    Atomics.store(this.#arena.words, this.#region + REGION.finished, step)
  }

  /** Whether a thread was killed between 2 and 4, if asked under the lock. */
  get isUnfinished(): boolean {
    const { words } = this.#arena
    return words[this.#region + REGION.decided] !== words[this.#region + REGION.finished]
  }

  /** Does the rest of a step. Under the lock. `place` puts a block into the slot of a value; `wake` wakes who waits. */
  finishOther(place: (slot: Slot, block: number) => void, wake: (slot: Slot) => void): void {
    const { words, floatBits } = this.#arena
    const step = words[this.#region + REGION.decided]!
    for (const slot of this.#slots) {
      const word = this.#wordOf(slot)
      if (slot.kind === 'number') {
        const bits = Atomics.load(floatBits, word >>> 1)
        if (!isMarkOfStep(bits) || stepOfMark(bits) !== step) continue
        Atomics.compareExchange(floatBits, word >>> 1, bits, Atomics.load(floatBits, (word + OLD) >>> 1))
      } else {
        if (words[word + STEP] !== step) continue
        const next = words[word + NEXT]!
        if (slot.kind === 'boolean') Atomics.compareExchange(words, word, words[word + OLD]!, next)
        else if (words[word + 1] !== next << 1) place(slot, next)
        this.settle(slot)
      }
      wake(slot)
    }
    this.finish(step)
  }

  #wordOf({ offset }: Slot): number {
    return (this.#start + offset) >>> 2
  }
}

import type { Arena } from './arena.ts'
import { IN_STEP, REGION, type Slot } from './layout.ts'
import {
  booleanOfWord, isMarkOfStep, isWordOfStep, LAST_STEP, numberOfBits, type Scalar, stepOfMark, stepOfWord, wordOfBoolean, wordOfStep,
} from './scalar.ts'

const BEFORE_BITS = IN_STEP.before >>> 3
const AFTER_BITS = IN_STEP.after >>> 3
const BEFORE_WORD = IN_STEP.before >>> 2
const AFTER_WORD = IN_STEP.after >>> 2

/**
 * The marks of steps in the slots of one state. All that writes a mark has the lock.
 *
 * A slot with a mark is in a step: until the step counts, its number or boolean is what stands beside the mark as
 * `before`, afterwards what stands there as `after`. A step on one slot counts when its mark is replaced. A step on
 * several slots counts from the store of its number as `committed` on, for all of them at that moment; then its marks
 * are replaced one by one, by whoever has the lock next if its own thread is killed before.
 *
 * Steps without a lock make no number of a mark, and queue for the lock. Plain writes replace it, and stand.
 */
export class StepMarks {
  readonly #arena: Arena
  readonly #start: number
  readonly #committed: number

  constructor(arena: Arena, start: number) {
    this.#arena = arena
    this.#start = start
    this.#committed = (start >>> 2) + REGION.committed
  }

  /** A number that no mark has. Never 0. */
  newStep(): number {
    return (Atomics.add(this.#arena.words, (this.#start >>> 2) + REGION.lastStep, 1) & LAST_STEP) || this.newStep()
  }

  /** The bits of a number, or of none, also where the slot has a mark. `index` counts 64 bits. */
  bitsAt(index: number): bigint {
    const { words, floatBits } = this.#arena
    for (;;) {
      const found = Atomics.load(floatBits, index)
      if (!isMarkOfStep(found)) return found
      const isDone = Atomics.load(words, this.#committed) === stepOfMark(found)
      const bits = Atomics.load(floatBits, index + (isDone ? AFTER_BITS : BEFORE_BITS))
      // What stands beside a mark belongs to it as long as it is there.
      if (Atomics.load(floatBits, index) === found) return bits
    }
  }

  /** The word of a boolean, also where the slot has a mark. `index` counts 32 bits. */
  wordAt(index: number): number {
    const { words } = this.#arena
    for (;;) {
      const found = Atomics.load(words, index)
      if (!isWordOfStep(found)) return found
      const isDone = Atomics.load(words, this.#committed) === stepOfWord(found)
      const word = Atomics.load(words, index + (isDone ? AFTER_WORD : BEFORE_WORD))
      if (Atomics.load(words, index) === found) return word
    }
  }

  /** Puts the mark of a step in a slot: under the lock, where every mark that is found is of a step that never counted. */
  claim(slot: Slot, step: number): void {
    if (slot.kind === 'number') this.#arena.steps.claim(this.#start + slot.offset, step)
    else this.#claimBoolean(slot, step)
  }

  #claimBoolean(slot: Slot, step: number): void {
    const { words } = this.#arena
    const index = this.#wordOf(slot)
    for (;;) {
      const found = Atomics.load(words, index)
      Atomics.store(words, index + BEFORE_WORD, isWordOfStep(found) ? Atomics.load(words, index + BEFORE_WORD) : found)
      if (Atomics.compareExchange(words, index, found, wordOfStep(step)) === found) return
    }
  }

  /** Of a slot with a mark that this thread has put there. */
  before(slot: Slot): Scalar {
    const { words, floatBits } = this.#arena
    if (slot.kind === 'number') return numberOfBits(Atomics.load(floatBits, this.#floatOf(slot) + BEFORE_BITS))
    return booleanOfWord(Atomics.load(words, this.#wordOf(slot) + BEFORE_WORD))
  }

  /** Of a slot with a mark: nobody looks at it before the step counts. */
  setAfter(slot: Slot, value: number | boolean): void {
    const { words, floats } = this.#arena
    if (slot.kind === 'number') floats[this.#floatOf(slot) + AFTER_BITS] = value === value ? value as number : NaN
    else words[this.#wordOf(slot) + AFTER_WORD] = wordOfBoolean(value as boolean)
  }

  /** Whether a slot that was claimed has a mark still: a plain write replaces it. */
  has(slot: Slot): boolean {
    const { words, floats } = this.#arena
    if (slot.kind === 'boolean') return isWordOfStep(words[this.#wordOf(slot)]!)
    const value = floats[this.#floatOf(slot)]!
    return value !== value
  }

  /** Replaces the mark of a step by what the slot is after it, or was before. Nothing where a plain write has done so. */
  settle(slot: Slot, step: number, outcome: keyof typeof IN_STEP): void {
    const { words, steps } = this.#arena
    if (slot.kind === 'number') {
      steps.settle(this.#start + slot.offset, step, IN_STEP[outcome])
      return
    }
    const index = this.#wordOf(slot)
    Atomics.compareExchange(words, index, wordOfStep(step), Atomics.load(words, index + (IN_STEP[outcome] >>> 2)))
  }

  #floatOf({ offset }: Slot): number {
    return (this.#start + offset) >>> 3
  }

  #wordOf({ offset }: Slot): number {
    return (this.#start + offset) >>> 2
  }
}

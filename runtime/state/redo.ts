import type { Arena } from './arena.ts'
import { REGION, type Slot } from './layout.ts'
import type { StepMarks } from './step-marks.ts'

/** Offsets in the slot of a value, in 32-bit words. */
const NEXT = 2
const STEP = 3

/**
 * So that a group that wrote several attributes is done wholly or not at all, also where its thread is killed meanwhile:
 *
 *   1. each slot that it wrote gets, beside what it holds, what it will hold, and the number of the step
 *   2. the region says that the step is decided
 *   3. the slots get their new values, in the order of the last writes
 *   4. the region says that the step is finished
 *
 *   number, boolean   as step-marks.ts has it: the mark of the step, and beside it what it was and what it will be
 *   value             [ version ][ reference ][ next block ][ step ] …
 *
 * Killed before 2 it has changed nothing. After 2 whoever takes the lock next does the rest, values first, since a flag is
 * mostly a number or a boolean. What was plainly written in between stands, as always beside a group.
 */
export class Redo {
  readonly #arena: Arena
  readonly #region: number
  readonly #start: number
  readonly #marks: StepMarks
  readonly #slots: readonly Slot[]

  constructor(arena: Arena, start: number, slots: readonly Slot[], marks: StepMarks) {
    this.#arena = arena
    this.#start = start
    this.#region = start >>> 2
    this.#marks = marks
    const order = ({ kind }: Slot): number => (kind === 'value' ? 0 : kind === 'object' ? 2 : 1)
    this.#slots = slots.filter(({ kind }) => kind !== 'typed-array').sort((one, other) => order(one) - order(other))
  }

  prepareValue(slot: Slot, step: number, block: number): void {
    Atomics.store(this.#arena.words, this.#wordOf(slot) + NEXT, block)
    Atomics.store(this.#arena.words, this.#wordOf(slot) + STEP, step)
  }

  decide(step: number): void {
    Atomics.store(this.#arena.words, this.#region + REGION.decided, step)
  }

  /** The slot of a value has its new one, and needs it no second time. */
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
    const { words } = this.#arena
    const step = words[this.#region + REGION.decided]!
    // Its leaves come one by one: who reads the whole waits for the last. Objects stand last, and turn even there.
    for (const slot of this.#slots) if (slot.kind === 'object') Atomics.or(words, this.#wordOf(slot), 1)
    for (const slot of this.#slots) {
      const word = this.#wordOf(slot)
      if (slot.kind === 'object') {
        if (words[word]! & 1) Atomics.add(words, word, 1)
        continue
      }
      if (slot.kind === 'value') {
        if (words[word + STEP] !== step) continue
        const next = words[word + NEXT]!
        if (words[word + 1] !== next << 1) place(slot, next)
        this.settle(slot)
      } else {
        this.#marks.settle(slot, step, 'after')
      }
      wake(slot)
    }
    this.finish(step)
  }

  #wordOf({ offset }: Slot): number {
    return (this.#start + offset) >>> 2
  }
}

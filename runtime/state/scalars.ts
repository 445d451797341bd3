import type { Arena } from './arena.ts'
import { wrongType } from './errors.ts'
import type { Slot } from './layout.ts'
import { bitsOfNumber, booleanOfWord, checkedScalar, markOfStep, numberOfBits, type Scalar, wordOfBoolean } from './scalar.ts'
import { StepMarks } from './step-marks.ts'

/** Given back by the function of an `update` that wants to leave the attribute as it is. */
export const UNCHANGED: unique symbol = Symbol('unchanged')

/** What became of an attribute in one step. */
export interface Step {
  readonly before: unknown
  readonly after: unknown
}

export interface ScalarStep {
  value: Scalar
}

/**
 * The numbers and booleans of one state, seen from one thread.
 *
 * They are read and written in place, without a lock. So are steps on numbers whose outcome can be made as often as
 * another thread comes in between, such as `+=`: they end in a compare-exchange.
 *
 * A step whose function must run once, such as `??=`, has the lock, and puts a mark in the number's slot while it is
 * under way: steps without a lock can't make a number of it and queue for the lock, and readers look for the number
 * beside it. So a thread that is killed within a step leaves the number as it was before. Plain writes don't care and
 * replace the mark; then they stand, as if they had come right after the step. For that to be true the function of the
 * step must not see such a write, so this thread reads what the step began with until it ends.
 */
export class Scalars {
  readonly #arena: Arena
  readonly #start: number
  readonly #isTotalOrder: boolean
  #isDirect: boolean
  readonly marks: StepMarks
  /** Steps that are under way in this thread, which until they commit sees what they have made. */
  readonly #steps = new Map<number, ScalarStep>()
  readonly #listeners: (() => void)[] = []

  constructor(arena: Arena, start: number, isTotalOrder: boolean) {
    this.#arena = arena
    this.#start = start
    this.#isTotalOrder = isTotalOrder
    this.#isDirect = isTotalOrder
    this.marks = new StepMarks(arena, start)
  }

  /** Whether this thread may read and write numbers and booleans where they lie. */
  get isDirect(): boolean {
    return this.#isDirect
  }

  /** `listener` is called when `isDirect` has changed. */
  onTurn(listener: () => void): void {
    this.#listeners.push(listener)
  }

  readNumber(slot: Slot): number | undefined {
    const step = this.#steps.get(slot.index)
    if (step) return step.value as number | undefined
    const index = this.#floatOf(slot)
    const value = this.#arena.floats[index]!
    // Only NaN differs from itself, and only a NaN can say that there is more to know.
    return value === value && this.#isTotalOrder ? value : numberOfBits(this.marks.bitsAt(index))
  }

  writeNumber(slot: Slot, value: unknown): void {
    if (typeof value !== 'number') throw wrongType(slot.name, 'number', value)
    const step = this.#steps.get(slot.index)
    if (step) step.value = value
    else if (this.#isTotalOrder) this.#arena.floats[this.#floatOf(slot)] = value === value ? value : NaN
    else Atomics.store(this.#arena.floatBits, this.#floatOf(slot), bitsOfNumber(value))
  }

  readBoolean(slot: Slot): boolean | undefined {
    const step = this.#steps.get(slot.index)
    return step ? step.value as boolean | undefined : booleanOfWord(this.marks.wordAt(this.#wordOf(slot)))
  }

  writeBoolean(slot: Slot, value: unknown): void {
    if (typeof value !== 'boolean') throw wrongType(slot.name, 'boolean', value)
    const step = this.#steps.get(slot.index)
    if (step) step.value = value
    else Atomics.store(this.#arena.words, this.#wordOf(slot), wordOfBoolean(value))
  }

  /**
   * A step on a number without the lock. `operation` runs again whenever another thread has come in between. Undefined,
   * and nothing is changed, where only a step under the lock can tell what comes out.
   */
  tryApply(slot: Slot, operation: (old: unknown) => unknown): Step | undefined {
    if (slot.kind !== 'number' || this.#steps.has(slot.index)) return undefined
    const { floats, steps } = this.#arena
    const address = this.#start + slot.offset
    for (;;) {
      const before = floats[address >>> 3]!
      if (before !== before) return undefined
      const after = operation(before)
      if (typeof after !== 'number' || after !== after) return undefined
      if (steps.exchange(address, before, after)) return { before, after }
    }
  }

  /** Under the lock. `change` runs once. */
  update(slot: Slot, change: (old: unknown) => unknown): Step {
    const outer = this.#steps.get(slot.index)
    if (outer) return stepWithin(slot, outer, change)
    return slot.kind === 'number' ? this.#updateNumber(slot, change) : this.#updateBoolean(slot, change)
  }

  /** The step on an attribute that is under way in this thread. */
  stepOf({ index }: Slot): ScalarStep | undefined {
    return this.#steps.get(index)
  }

  /** Has this thread read and write `step` for the attribute, which some other part of the state has claimed. */
  begin({ index }: Slot, step: ScalarStep): void {
    this.#steps.set(index, step)
    if (this.#steps.size === 1) this.#turn()
  }

  end({ index }: Slot): void {
    this.#steps.delete(index)
    if (this.#steps.size === 0) this.#turn()
  }

  #updateNumber(slot: Slot, change: (old: unknown) => unknown): Step {
    const { floatBits } = this.#arena
    const index = this.#floatOf(slot)
    const number = this.marks.newStep()
    this.marks.claim(slot, number)
    const before = this.marks.before(slot)
    const step: ScalarStep = { value: before }
    this.begin(slot, step)
    try {
      return stepWithin(slot, step, change)
    } finally {
      this.end(slot)
      // Also where `change` threw: it may have set the attribute before.
      if (Object.is(step.value, before)) this.marks.settle(slot, number, 'before')
      else Atomics.compareExchange(floatBits, index, markOfStep(number), bitsOfNumber(step.value as number))
    }
  }

  #updateBoolean(slot: Slot, change: (old: unknown) => unknown): Step {
    const { words } = this.#arena
    const index = this.#wordOf(slot)
    const raw = Atomics.load(words, index)
    const before = booleanOfWord(this.marks.wordAt(index))
    const step: ScalarStep = { value: before }
    this.begin(slot, step)
    try {
      return stepWithin(slot, step, change)
    } finally {
      this.end(slot)
      if (step.value !== before) Atomics.compareExchange(words, index, raw, wordOfBoolean(step.value as boolean))
    }
  }

  #turn(): void {
    this.#isDirect = this.#isTotalOrder && this.#steps.size === 0
    for (const listener of this.#listeners) listener()
  }

  #floatOf({ offset }: Slot): number {
    return (this.#start + offset) >>> 3
  }

  #wordOf({ offset }: Slot): number {
    return (this.#start + offset) >>> 2
  }
}

function stepWithin(slot: Slot, step: ScalarStep, change: (old: unknown) => unknown): Step {
  const before = step.value
  const after = change(before)
  if (after === UNCHANGED) return { before, after: before }
  step.value = checkedScalar(slot, after)
  return { before, after }
}

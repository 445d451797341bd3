import { invariant } from '../errors.ts'
import type { Arena } from './arena.ts'
import { ringWaiters } from './bells.ts'
import { wrongType } from './errors.ts'
import type { Group, Part } from './group.ts'
import { type Slot, WAITERS_BYTES } from './layout.ts'
import {
  bitsOfNumber, booleanOfWord, checkedScalar, isMarkOfStep, markOfStep, numberOfBits, type Scalar, wordOfBoolean,
} from './scalar.ts'
import type { Turning } from './tracking.ts'

/** Given back by the function of an `update` that wants to leave the attribute as it is. */
export const UNCHANGED: unique symbol = Symbol('unchanged')

/** What became of an attribute in one step. */
export interface Step {
  readonly before: unknown
  readonly after: unknown
}

/** A number or boolean that the group under way has met. */
interface Claim extends Part {
  readonly slot: Slot
  isWritten: boolean
  value: Scalar
}

/**
 * The numbers and booleans of one state, seen from one thread.
 *
 * They are read and written in place, without a lock. So are steps on numbers whose outcome can be made as often as
 * another thread comes in between, such as `+=`: they end in a compare-exchange.
 *
 * A group, whose function runs once, has the lock, and puts a mark in the slot of each number that it meets: steps without
 * a lock can't make a number of it and queue for the lock, and readers look for the number beside it. So a thread that is
 * killed within a group leaves the number as it was before. Plain writes don't care and replace the mark; then they stand,
 * as if they had come right after the group. For that to be true its function must not see such a write, so this thread
 * reads what the number was when it met it until the group ends.
 */
export class Scalars implements Turning {
  readonly #arena: Arena
  readonly #start: number
  readonly #isTotalOrder: boolean
  /** The one that is under way in this thread, which until it commits sees what it has made. */
  #group: Group | undefined
  readonly #listeners: (() => void)[] = []

  constructor(arena: Arena, start: number, isTotalOrder: boolean) {
    this.#arena = arena
    this.#start = start
    this.#isTotalOrder = isTotalOrder
    arena.tracking.join(this)
  }

  /** Whether this thread may read and write numbers and booleans where they lie. */
  get isDirect(): boolean {
    return this.#isTotalOrder && this.#group === undefined && !this.#arena.tracking.isOn
  }

  /** `listener` is called when `isDirect` may have changed. */
  onTurn(listener: () => void): void {
    this.#listeners.push(listener)
  }

  turn(): void {
    for (const listener of this.#listeners) listener()
  }

  /** From now on what is read or written is part of the group. Under the lock. */
  begin(group: Group): void {
    this.#group = group
    this.turn()
  }

  /** The group has committed. */
  end(): void {
    this.#group = undefined
    this.turn()
  }

  readNumber(slot: Slot): number | undefined {
    if (this.#group) return this.#claimed(this.#group, slot).value as number | undefined
    const index = this.#floatOf(slot)
    const value = this.#arena.floats[index]!
    // Only NaN differs from itself, and only a NaN can say that there is more to know.
    return value === value && this.#isTotalOrder ? value : numberOfBits(this.#bitsAt(index))
  }

  writeNumber(slot: Slot, value: unknown): void {
    if (typeof value !== 'number') throw wrongType(slot.name, 'number', value)
    if (this.#group) return this.#write(this.#group, slot, value)
    if (this.#isTotalOrder) this.#arena.floats[this.#floatOf(slot)] = value === value ? value : NaN
    else Atomics.store(this.#arena.floatBits, this.#floatOf(slot), bitsOfNumber(value))
    this.wake(slot)
  }

  readBoolean(slot: Slot): boolean | undefined {
    if (this.#group) return this.#claimed(this.#group, slot).value as boolean | undefined
    return booleanOfWord(Atomics.load(this.#arena.words, this.#wordOf(slot)))
  }

  writeBoolean(slot: Slot, value: unknown): void {
    if (typeof value !== 'boolean') throw wrongType(slot.name, 'boolean', value)
    if (this.#group) return this.#write(this.#group, slot, value)
    Atomics.store(this.#arena.words, this.#wordOf(slot), wordOfBoolean(value))
    this.wake(slot)
  }

  /** After each write. */
  wake({ offset }: Slot): void {
    const waiters = (this.#start + offset + WAITERS_BYTES) >>> 2
    if (Atomics.load(this.#arena.words, waiters) !== 0) ringWaiters(this.#arena.words, waiters)
  }

  /**
   * A step on a number without the lock. `operation` runs again whenever another thread has come in between. Undefined,
   * and nothing is changed, where only a step under the lock can tell what comes out.
   */
  tryApply(slot: Slot, operation: (old: unknown) => unknown): Step | undefined {
    if (slot.kind !== 'number' || this.#group) return undefined
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

  /** Within a group. `change` runs once. */
  update(slot: Slot, change: (old: unknown) => unknown): Step {
    invariant(this.#group, 'a step that runs once is part of a group')
    const claim = this.#claimed(this.#group, slot)
    const before = claim.value
    const after = change(before)
    if (after === UNCHANGED) return { before, after: before }
    this.#write(this.#group, slot, checkedScalar(slot, after))
    return { before, after }
  }

  #claimed(group: Group, slot: Slot): Claim {
    const known = group.part(slot.index)
    if (known) return known as Claim
    const claim = slot.kind === 'number' ? this.#claimNumber(group, slot) : this.#claimBoolean(slot)
    group.put(slot.index, claim)
    return claim
  }

  #write(group: Group, slot: Slot, value: Scalar): void {
    const claim = this.#claimed(group, slot)
    claim.value = value
    claim.isWritten = true
    group.put(slot.index, claim)
  }

  #claimNumber(group: Group, slot: Slot): Claim {
    const { floatBits } = this.#arena
    const index = this.#floatOf(slot)
    const mark = markOfStep(group.step)
    const bits = this.#putMark(index, mark)
    const nextBits = (): bigint => (claim.value === undefined ? bits : bitsOfNumber(claim.value as number))
    const claim: Claim = {
      slot,
      value: numberOfBits(bits),
      isWritten: false,
      prepare: (redo) => redo.prepareNumber(slot, nextBits()),
      commit: () => {
        const next = nextBits()
        if (Atomics.compareExchange(floatBits, index, mark, next) === mark && next !== bits) this.wake(slot)
      },
    }
    return claim
  }

  /** Puts the mark in the slot, and the bits beside it that were there before. */
  #putMark(index: number, mark: bigint): bigint {
    const { floatBits } = this.#arena
    for (;;) {
      const found = Atomics.load(floatBits, index)
      // Whoever has the lock finds the mark of a thread that was killed, or that is taken to be.
      const bits = isMarkOfStep(found) ? Atomics.load(floatBits, index + 1) : found
      Atomics.store(floatBits, index + 1, bits)
      if (Atomics.compareExchange(floatBits, index, found, mark) === found) return bits
    }
  }

  #claimBoolean(slot: Slot): Claim {
    const { words } = this.#arena
    const index = this.#wordOf(slot)
    const raw = Atomics.load(words, index)
    const before = booleanOfWord(raw)
    let settle: (() => void) | undefined
    const claim: Claim = {
      slot,
      value: before,
      isWritten: false,
      prepare: (redo, step) => {
        redo.prepareBoolean(slot, step, raw, claim.value === undefined ? raw : wordOfBoolean(claim.value as boolean))
        settle = () => redo.settle(slot)
      },
      commit: () => {
        const isChanged = claim.value !== before
        if (isChanged && Atomics.compareExchange(words, index, raw, wordOfBoolean(claim.value as boolean)) === raw) this.wake(slot)
        settle?.()
      },
    }
    return claim
  }

  /**
   * The number's own bits. Beside a mark they are right however long ago the mark was seen: they are only written at
   * the begin of a step, with what the number is then.
   */
  #bitsAt(index: number): bigint {
    const { floatBits } = this.#arena
    const bits = Atomics.load(floatBits, index)
    return isMarkOfStep(bits) ? Atomics.load(floatBits, index + 1) : bits
  }

  #floatOf({ offset }: Slot): number {
    return (this.#start + offset) >>> 3
  }

  #wordOf({ offset }: Slot): number {
    return (this.#start + offset) >>> 2
  }
}

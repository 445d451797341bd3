import { invariant } from '../errors.ts'
import type { Arena } from './arena.ts'
import { ringWaiters } from './bells.ts'
import { wrongType } from './errors.ts'
import type { Group, Held, Part } from './group.ts'
import { type Slot, WAITERS_BYTES } from './layout.ts'
import { bitsOfNumber, booleanOfWord, checkedScalar, numberOfBits, type Scalar, wordOfBoolean } from './scalar.ts'
import { StepMarks } from './step-marks.ts'
import type { Turning } from './tracking.ts'

/** Given back by the function of an `update` that wants to leave the attribute as it is. */
export const UNCHANGED: unique symbol = Symbol('unchanged')

/** What became of an attribute in one step. */
export interface Step {
  readonly before: unknown
  readonly after: unknown
}

/** Where a number or boolean is kept that a group works on. */
export interface WorkingPlace {
  value: number | boolean
}

/** A number or boolean that the group under way has met. */
export interface Claim extends Part {
  readonly slot: Slot
  isWritten: boolean
  value: Scalar
  /** While the object that it is a leaf of is being changed in place: there it is kept. */
  place: WorkingPlace | undefined
}

/**
 * The numbers and booleans of one state, seen from one thread.
 *
 * They are read and written in place, without a lock. So are steps on numbers whose outcome can be made as often as
 * another thread comes in between, such as `+=`: they end in a compare-exchange.
 *
 * A group, whose function runs once, has the lock, and puts a mark in the slot of each number and boolean that it meets: steps
 * without a lock can't make a number of it and queue for the lock, and readers look for what it is beside it. So a thread that is
 * killed within a group leaves all as it was before. Plain writes don't care and replace the mark; then they stand,
 * as if they had come right after the group. For that to be true its function must not see such a write, so this thread
 * reads what the number was when it met it until the group ends.
 */
export class Scalars implements Turning {
  readonly #arena: Arena
  readonly #start: number
  readonly #isTotalOrder: boolean
  readonly marks: StepMarks
  /** The one that is under way in this thread, which until it commits sees what it has made. */
  #group: Group | undefined
  /** What opened changes of objects have claimed outside of a group; all else is read and written where it lies. */
  #region: Group | undefined
  readonly #listeners: (() => void)[] = []
  /** The objects that lie inline, by the positions of their leaves. */
  readonly #wholes = new Map<number, Held>()

  constructor(arena: Arena, start: number, isTotalOrder: boolean) {
    this.#arena = arena
    this.#start = start
    this.#isTotalOrder = isTotalOrder
    this.marks = new StepMarks(arena, start)
    arena.tracking.join(this)
  }

  joinLeaves(whole: Held, leaves: readonly Slot[]): void {
    for (const { index } of leaves) this.#wholes.set(index, whole)
  }

  /** Whether this thread may read and write numbers and booleans where they lie. */
  get isDirect(): boolean {
    return this.#isTotalOrder && this.#group === undefined && this.#region === undefined && !this.#arena.tracking.isOn
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

  beginRegion(region: Group): void {
    this.#region = region
    this.turn()
  }

  endRegion(): Group {
    const region = this.#region
    invariant(region, 'a region ends once')
    this.#region = undefined
    this.turn()
    return region
  }

  readNumber(slot: Slot): number | undefined {
    const claim = this.#claimOf(slot)
    if (claim) return valueOf(claim) as number | undefined
    const index = this.#floatOf(slot)
    const value = this.#arena.floats[index]!
    // Only NaN differs from itself, and only a NaN can say that there is more to know.
    return value === value && this.#isTotalOrder ? value : numberOfBits(this.marks.bitsAt(index))
  }

  writeNumber(slot: Slot, value: unknown): void {
    if (typeof value !== 'number') throw wrongType(slot.name, 'number', value)
    if (this.#claimOf(slot)) return this.writeInGroup(slot, value)
    if (this.#isTotalOrder) this.#arena.floats[this.#floatOf(slot)] = value === value ? value : NaN
    else Atomics.store(this.#arena.floatBits, this.#floatOf(slot), bitsOfNumber(value))
    this.wake(slot)
  }

  readBoolean(slot: Slot): boolean | undefined {
    const claim = this.#claimOf(slot)
    if (claim) return valueOf(claim) as boolean | undefined
    return booleanOfWord(this.marks.wordAt(this.#wordOf(slot)))
  }

  writeBoolean(slot: Slot, value: unknown): void {
    if (typeof value !== 'boolean') throw wrongType(slot.name, 'boolean', value)
    if (this.#claimOf(slot)) return this.writeInGroup(slot, value)
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
    if (slot.kind !== 'number' || this.#claimOf(slot)) return undefined
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
    const claim = this.claimed(slot)
    const before = valueOf(claim)
    const after = change(before)
    if (after === UNCHANGED) return { before, after: before }
    this.writeInGroup(slot, checkedScalar(slot, after))
    return { before, after }
  }

  /** The group that is under way in this thread. */
  get step(): Group | undefined {
    return this.#group
  }

  get region(): Group | undefined {
    return this.#region
  }

  /** What is under way in this thread: a group, or else what a region has claimed. */
  get group(): Group | undefined {
    return this.#group ?? this.#region
  }

  /** Within a group: what it has of the number or boolean, which from now on is its own. */
  claimed(slot: Slot): Claim {
    const known = this.#region?.part(slot.index) ?? this.#group?.part(slot.index)
    if (known) return known as Claim
    const { group } = this
    invariant(group, 'what a step that runs once works on is part of a group')
    const claim = this.#claim(group, slot)
    group.put(slot.index, claim)
    return claim
  }

  /** Within a group. What was written comes last. */
  writeInGroup(slot: Slot, value: number | boolean): void {
    const claim = this.claimed(slot)
    if (claim.place) claim.place.value = value
    else claim.value = value
    claim.isWritten = true
    const owner = this.#region?.part(slot.index) ? this.#region : this.#group
    owner!.put(slot.index, claim)
  }

  /** A group claims what it meets; of a region only what it has claimed is its own. */
  #claimOf(slot: Slot): Claim | undefined {
    return this.#group ? this.claimed(slot) : this.#region?.part(slot.index) as Claim | undefined
  }

  #claim(group: Group, slot: Slot): Claim {
    const { marks } = this
    const { step } = group
    marks.claim(slot, step)
    const before = marks.before(slot)
    const claim: Claim = {
      slot,
      value: before,
      isWritten: false,
      place: undefined,
      whole: this.#wholes.get(slot.index),
      prepare: () => marks.setAfter(slot, claim.value!),
      commit: () => {
        if (!claim.isWritten) return marks.settle(slot, step, 'before')
        marks.setAfter(slot, claim.value!)
        marks.settle(slot, step, 'after')
        if (!Object.is(claim.value, before)) this.wake(slot)
      },
    }
    return claim
  }

  #floatOf({ offset }: Slot): number {
    return (this.#start + offset) >>> 3
  }

  #wordOf({ offset }: Slot): number {
    return (this.#start + offset) >>> 2
  }
}

const valueOf = (claim: Claim): Scalar => (claim.place ? claim.place.value : claim.value)

import { invariant } from '../errors.ts'
import type { Arena } from './arena.ts'
import type { InlinePart } from './inline-shape.ts'
import { Moment, momentShown, type SnapshotHome, type Stretch } from './inline-snapshot.ts'
import { leavesOf } from './inline-value.ts'
import { type Layout, REGION, type Slot } from './layout.ts'
import type { Lock } from './lock.ts'
import type { Held } from './group.ts'
import { type Claim, type Scalars, type Step, UNCHANGED, type WorkingPlace } from './scalars.ts'

/** Times that a reader without the lock looks again: enough for a writer or two that are passing by. */
const UNLOCKED_READS = 20
/** Under the lock only single leaves are still written. Whoever does nothing else can't keep a reader for ever. */
const LOCKED_READS = 200

interface Memory {
  readonly arena: Arena
  readonly scalars: Scalars
  readonly lock: Lock
  readonly isTotalOrder: boolean
  readonly atomic: <T>(work: () => T) => T
}

interface ChangeInPlace {
  readonly claims: readonly Claim[]
  readonly before: readonly (number | boolean | undefined)[]
  depth: number
}

/** A leaf as this thread has it in a change in place: one with that of the object. */
class WorkingLeaf implements WorkingPlace {
  readonly #values: () => (number | boolean)[]
  readonly #index: number

  constructor(values: () => (number | boolean)[], index: number) {
    this.#values = values
    this.#index = index
  }

  get value(): number | boolean {
    return this.#values()[this.#index]!
  }

  set value(value: number | boolean) {
    this.#values()[this.#index] = value
  }
}

/**
 * An object whose leaves lie in slots of their own, seen from one thread.
 *
 * Its leaves are read and written as any number or boolean. A step on several of them has the lock and is one step for
 * all who read leaves, too:
 *
 *   claim     each leaf gets a mark; it still is what it was before                   killed here: nothing has happened
 *   commit    the sequence turns odd, then one store makes the step count
 *   settle    each mark gives way to the new leaf, then the sequence turns even       killed here: whoever has the lock next goes on
 *
 * Who reads the whole without the lock takes its leaves twice, and again if they have changed or the sequence has: what
 * is alike both times was true between them.
 */
export class InlineObject implements SnapshotHome, Held {
  readonly #slot: Slot
  readonly #leaves: readonly Slot[]
  readonly #whole: InlinePart
  readonly #scalars: Scalars
  readonly #lock: Lock
  readonly #words: Int32Array
  readonly #isTotalOrder: boolean
  readonly #atomic: Memory['atomic']
  /** Where the region begins and where the sequence is, in words. */
  readonly #region: number
  readonly #sequence: number
  readonly #workingLeaves: readonly WorkingLeaf[]
  /** What was last read or made here, which is handed out again while the leaves are the same. */
  last: Moment | undefined
  /** The same for conditions, which must see that a leaf was written through a snapshot. */
  #watched: Moment | undefined
  /** A change in place of this thread, and what it has made of the object. */
  #change: ChangeInPlace | undefined
  #working: Moment | undefined
  /** What the last change in place has made, and nobody was handed but that: the next one goes on with it. */
  #spare: Moment | undefined
  generation = 0

  constructor(slot: Slot, layout: Layout, start: number, memory: Memory) {
    const { inline } = slot
    invariant(inline, `${slot.name} has a shape`)
    this.#slot = slot
    this.#leaves = layout.slots.slice(slot.index + 1, slot.index + 1 + inline.end)
    this.#whole = { key: slot.name, start: 0, shape: inline }
    this.#scalars = memory.scalars
    this.#lock = memory.lock
    this.#words = memory.arena.words
    this.#isTotalOrder = memory.isTotalOrder
    this.#atomic = memory.atomic
    this.#region = start >>> 2
    this.#sequence = (start + slot.offset) >>> 2
    memory.scalars.joinLeaves(this, this.#leaves)
    this.#workingLeaves = this.#leaves.map((_, index) => new WorkingLeaf(() => this.#working!.values, index))
  }

  /** Undefined before the first write. Else a snapshot, the same one while no leaf has changed. */
  read(): object | undefined {
    if (this.#working) return this.#working.snapshot
    const last = this.last ?? this.#spare
    this.#spare = undefined
    return (this.last = this.#momentLike(last))?.snapshot
  }

  /** As a condition reads it: a snapshot that nobody else has. */
  readWatched(): object | undefined {
    const moment = this.#working ?? (this.#watched = this.#momentLike(this.#watched))
    // Equal to what it was, it is no news, also where it was assigned.
    moment?.adopt()
    return moment?.snapshot
  }

  /** `last` where the leaves are what they were. */
  #momentLike(last: Moment | undefined): Moment | undefined {
    const values = this.#take()
    if (values.includes(undefined)) return undefined
    return last !== undefined && values.every((value, index) => Object.is(value, last.values[index])) ? last : this.#newMoment(values as (number | boolean)[])
  }

  /** Throws `state-type`; the old value stays. */
  write(part: InlinePart, value: unknown): readonly (number | boolean)[] {
    const values = this.leavesOf(part, value)
    if (part === this.#whole && !this.#isShownBy(value)) this.#letGo()
    if (!part.shape) {
      this.#writeLeaf(this.#leaves[part.start]!, values[0]!)
      return values
    }
    if (this.#working) {
      // The object that was there is another one from now on: names of it show it as it was.
      if (part === this.#whole) this.#working = this.#newMoment(values)
      else values.forEach((each, index) => this.#working!.values[part.start + index] = each)
      return values
    }
    const leaves = values.length === this.#leaves.length ? this.#leaves : this.#leaves.slice(part.start, part.start + values.length)
    // A region has claimed the leaves of an object that was never written, too, and keeps them when the object is closed again.
    if (this.#scalars.step || this.#change || leaves.some(({ index }) => this.#scalars.region?.part(index))) {
      leaves.forEach((leaf, index) => this.#scalars.writeInGroup(leaf, values[index]!))
      return values
    }
    this.#lock.enter()
    try {
      const { marks } = this.#scalars
      const step = marks.newStep()
      for (const leaf of leaves) marks.claim(leaf, step)
      for (let index = 0; index < leaves.length; index++) marks.setAfter(leaves[index]!, values[index]!)
      // A plain write that has replaced a mark meanwhile was before this step, which then has all of the object.
      for (const leaf of leaves) if (!marks.has(leaf)) marks.claim(leaf, step)
      this.#commit(leaves, step)
    } finally {
      this.#lock.leave()
    }
    return values
  }

  leavesOf(part: InlinePart, value: unknown): (number | boolean)[] {
    return leavesOf(part, value, this.#leaves)
  }

  /** What was handed out shows from now on an object that is somebody's own. */
  #letGo(): void {
    this.generation++
    this.last = undefined
    this.#spare = undefined
  }

  /** Whether it is assigned what it is: `this.pose = this.pose`. */
  #isShownBy(value: unknown): boolean {
    const moment = momentShown(value)
    return moment !== undefined && moment.home === this && moment.isCurrent && moment.snapshot === value
  }

  wrote(moment: Moment): void {
    if (moment === this.#watched) this.#watched = undefined
  }

  inStep<T>(moment: Moment, { start, end }: Stretch, work: () => T): T {
    return this.#atomic(() => {
      for (let leaf = start; leaf < end; leaf++) moment.values[leaf] = this.#takeLeaf(this.#leaves[leaf]!) ?? moment.values[leaf]!
      return work()
    })
  }

  writeWhole(value: unknown): void {
    this.write(this.#whole, value)
  }

  /** Within a group. `change` runs once, on an object that may be changed. */
  change<T>(change: (value: any) => T): T {
    const value = this.open()
    try {
      return change(value)
    } finally {
      this.close()
    }
  }

  /**
   * Under the lock, which must be kept until `close`. What is returned may be changed, and is what this thread reads until
   * then; undefined before the first write. Of several that nest the outermost counts.
   */
  open(): object | undefined {
    if (this.#change) {
      this.#change.depth++
      return this.read()
    }
    const claims = this.#leaves.map((leaf) => this.#scalars.claimed(leaf))
    const before = claims.map(({ value }) => value)
    this.#change = { claims, before, depth: 1 }
    if (before.includes(undefined)) return undefined
    this.#working = this.#startOf(before as (number | boolean)[])
    claims.forEach((claim, index) => claim.place = this.#workingLeaves[index]!)
    return this.#working.snapshot
  }

  close(): void {
    const change = this.#change
    invariant(change, `${this.#slot.name} is closed as often as it was opened`)
    if (--change.depth > 0) return
    const made = this.#working
    this.#change = undefined
    this.#working = undefined
    if (!made) return
    let hasChanged = false
    change.claims.forEach((claim, index) => {
      claim.place = undefined
      if (Object.is(made.values[index], change.before[index])) return
      hasChanged = true
      this.#scalars.writeInGroup(claim.slot, made.values[index]!)
    })
    if (hasChanged) this.last = undefined
    this.#spare = made
  }

  #startOf(values: readonly (number | boolean)[]): Moment {
    const spare = this.#spare
    this.#spare = undefined
    if (!spare?.isCurrent) return this.#newMoment(values.slice())
    values.forEach((value, index) => spare.values[index] = value)
    return spare
  }

  /** Within a group. Sets the object to what `change` makes of it. */
  update(change: (old: unknown) => unknown): Step {
    return this.change((before: unknown): Step => {
      const after = change(before)
      if (after === UNCHANGED) return { before, after: before }
      this.writeWhole(after)
      return { before, after }
    })
  }

  turnOdd(): void {
    Atomics.store(this.#words, this.#sequence, this.#words[this.#sequence]! | 1)
  }

  turnEven(): void {
    Atomics.store(this.#words, this.#sequence, (this.#words[this.#sequence]! + 1) | 0)
  }

  /** By whoever has the lock: completes a step that counts and whose thread was killed. */
  complete(): void {
    const words = this.#words
    const step = Atomics.load(words, this.#region + REGION.committed)
    if (step !== 0) this.#leaves.forEach((leaf) => this.#scalars.marks.settle(leaf, step, 'after'))
    this.#leaves.forEach((leaf) => this.#scalars.wake(leaf))
    if (Atomics.load(words, this.#sequence) & 1) Atomics.add(words, this.#sequence, 1)
    Atomics.store(words, this.#region + REGION.committed, 0)
    Atomics.store(words, this.#region + REGION.committing, 0)
  }

  // --- steps on several leaves ---

  #commit(leaves: readonly Slot[], step: number): void {
    const words = this.#words
    const { marks } = this.#scalars
    this.#lock.assertHeld()
    const region = this.#region
    const odd = (words[this.#sequence]! + 1) | 0
    if (!this.#isTotalOrder) {
      Atomics.store(words, region + REGION.committing, this.#slot.index + 1)
      Atomics.store(words, this.#sequence, odd)
      Atomics.store(words, region + REGION.committed, step)
      for (const leaf of leaves) marks.settle(leaf, step, 'after')
      Atomics.store(words, this.#sequence, (odd + 1) | 0)
      Atomics.store(words, region + REGION.committed, 0)
      Atomics.store(words, region + REGION.committing, 0)
      for (const leaf of leaves) this.#scalars.wake(leaf)
      return
    }
    words[region + REGION.committing] = this.#slot.index + 1
    words[this.#sequence] = odd
    words[region + REGION.committed] = step
    for (const leaf of leaves) marks.settle(leaf, step, 'after')
    words[this.#sequence] = (odd + 1) | 0
    words[region + REGION.committed] = 0
    words[region + REGION.committing] = 0
    for (const leaf of leaves) this.#scalars.wake(leaf)
  }

  #writeLeaf(leaf: Slot, value: number | boolean): void {
    if (leaf.kind === 'number') this.#scalars.writeNumber(leaf, value)
    else this.#scalars.writeBoolean(leaf, value)
  }

  // --- reading ---

  #newMoment(values: (number | boolean)[]): Moment {
    return new Moment(this, this.#slot.inline!, values)
  }

  /** The leaves at one moment. */
  #take(): (number | boolean | undefined)[] {
    for (let attempt = 0; attempt < UNLOCKED_READS; attempt++) {
      // With both the same before and after, all leaves were before a step or all behind it, also in one that nobody goes on with.
      const sequence = Atomics.load(this.#words, this.#sequence)
      const committed = Atomics.load(this.#words, this.#region + REGION.committed)
      const values = this.#takeOnce()
      // A group settles its leaves one by one, and no number says for all of them that it counts.
      const isInGroup = (sequence & 1) !== 0 && committed === 0
      const isAlike = !isInGroup && this.#isAlike(values) && Atomics.load(this.#words, this.#region + REGION.committed) === committed
      if (isAlike && Atomics.load(this.#words, this.#sequence) === sequence) return values
    }
    this.#lock.enter()
    try {
      let values = this.#takeOnce()
      for (let attempt = 0; attempt < LOCKED_READS && !this.#isAlike(values); attempt++) values = this.#takeOnce()
      return values
    } finally {
      this.#lock.leave()
    }
  }

  #takeOnce(): (number | boolean | undefined)[] {
    const values: (number | boolean | undefined)[] = []
    for (const leaf of this.#leaves) values.push(this.#takeLeaf(leaf))
    return values
  }

  #isAlike(values: readonly (number | boolean | undefined)[]): boolean {
    for (let index = 0; index < values.length; index++) if (!Object.is(this.#takeLeaf(this.#leaves[index]!), values[index])) return false
    return true
  }

  #takeLeaf(leaf: Slot): number | boolean | undefined {
    return leaf.kind === 'number' ? this.#scalars.readNumber(leaf) : this.#scalars.readBoolean(leaf)
  }
}

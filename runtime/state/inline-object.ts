import { invariant } from '../errors.ts'
import type { Arena } from './arena.ts'
import type { InlinePart } from './inline-shape.ts'
import { Moment, type SnapshotHome } from './inline-snapshot.ts'
import { leavesOf } from './inline-value.ts'
import { type Layout, REGION, type Slot } from './layout.ts'
import type { Lock } from './lock.ts'
import { type Scalars, type ScalarStep, type Step, UNCHANGED } from './scalars.ts'

/** Times that a reader without the lock looks again: enough for a writer or two that are passing by. */
const UNLOCKED_READS = 20
/** Under the lock only single leaves are still written. Whoever does nothing else can't keep a reader for ever. */
const LOCKED_READS = 200

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
export class InlineObject implements SnapshotHome {
  readonly #slot: Slot
  readonly #leaves: readonly Slot[]
  readonly #whole: InlinePart
  readonly #scalars: Scalars
  readonly #lock: Lock
  readonly #words: Int32Array
  readonly #floats: Float64Array
  /** Where the region begins and where the sequence is, in words. */
  readonly #region: number
  readonly #sequence: number
  /** Where each leaf is: a number's place in floats, a boolean's in words, less than 0: `~place`. */
  readonly #places: readonly number[]
  #last: Moment | undefined
  /** In a change in place of this thread: what it has made of the object. */
  #working: Moment | undefined

  constructor(slot: Slot, layout: Layout, start: number, memory: { arena: Arena, scalars: Scalars, lock: Lock }) {
    const { inline } = slot
    invariant(inline, `${slot.name} has a shape`)
    this.#slot = slot
    this.#leaves = layout.slots.slice(slot.index + 1, slot.index + 1 + inline.end)
    this.#whole = { key: slot.name, start: 0, shape: inline }
    this.#scalars = memory.scalars
    this.#lock = memory.lock
    this.#words = memory.arena.words
    this.#floats = memory.arena.floats
    this.#region = start >>> 2
    this.#sequence = (start + slot.offset) >>> 2
    this.#places = this.#leaves.map(({ kind, offset }) => (kind === 'number' ? (start + offset) >>> 3 : ~((start + offset) >>> 2)))
  }

  /** Undefined before the first write. Else a snapshot, the same one while no leaf has changed. */
  read(): object | undefined {
    if (this.#working) return this.#working.snapshot
    const last = this.#last
    if (last !== undefined && this.#scalars.isDirect && this.#isStill(last.values)) return last.snapshot
    return this.#readChanged()
  }

  /** Throws `state-type`; the old value stays. */
  write(part: InlinePart, value: unknown): readonly (number | boolean)[] {
    const values = leavesOf(part, value, this.#leaves)
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
    this.#lock.enter()
    try {
      const leaves = this.#leaves.slice(part.start, part.start + values.length)
      const step = this.#scalars.marks.newStep()
      leaves.forEach((leaf) => this.#claim(leaf, step))
      // A plain write that has replaced a mark meanwhile was before this step, which then has all of the object.
      leaves.forEach((leaf, index) => this.#setAfter(leaf, values[index]!))
      leaves.forEach((leaf) => this.#scalars.marks.has(leaf, step) || this.#claim(leaf, step))
      this.#commit(leaves, step)
    } finally {
      this.#lock.leave()
    }
    return values
  }

  writeWhole(value: unknown): void {
    this.write(this.#whole, value)
  }

  /** Under the lock. `change` runs once, on an object that may be changed. */
  change<T>(change: (value: any) => T): T {
    if (this.#working) return change(this.#working.snapshot)
    const step = this.#scalars.marks.newStep()
    const outer = this.#leaves.map((leaf) => this.#scalars.stepOf(leaf))
    const before = this.#leaves.map((leaf) => this.#claim(leaf, step))
    if (before.includes(undefined)) {
      this.#giveUp(step)
      return change(undefined)
    }
    this.#working = this.#newMoment(before.slice() as (number | boolean)[])
    this.#leaves.forEach((leaf, index) => this.#scalars.begin(leaf, this.#workingLeaf(index)))
    try {
      return change(this.#working.snapshot)
    } finally {
      const { values } = this.#working
      this.#last = this.#working
      this.#working = undefined
      this.#leaves.forEach((leaf, index) => {
        this.#scalars.end(leaf)
        if (outer[index]) this.#scalars.begin(leaf, outer[index])
      })
      if (values.every((value, index) => Object.is(value, before[index]))) this.#giveUp(step)
      else {
        this.#leaves.forEach((leaf, index) => this.#setAfter(leaf, values[index]!))
        this.#commit(this.#leaves, step)
      }
    }
  }

  /** Under the lock. Sets the object to what `change` makes of it. */
  update(change: (old: unknown) => unknown): Step {
    return this.change((before: unknown): Step => {
      const after = change(before)
      if (after === UNCHANGED) return { before, after: before }
      this.writeWhole(after)
      return { before, after }
    })
  }

  /** By whoever has the lock: completes a step that counts and whose thread was killed. */
  complete(): void {
    const words = this.#words
    const step = Atomics.load(words, this.#region + REGION.committed)
    if (step !== 0) this.#leaves.forEach((leaf) => this.#scalars.marks.settle(leaf, step, 'after'))
    if (Atomics.load(words, this.#sequence) & 1) Atomics.add(words, this.#sequence, 1)
    Atomics.store(words, this.#region + REGION.committed, 0)
    Atomics.store(words, this.#region + REGION.committing, 0)
  }

  // --- steps on several leaves ---

  /** What the leaf was before. A leaf that is in a step of this thread already is claimed by that. */
  #claim(leaf: Slot, step: number): number | boolean | undefined {
    const outer = this.#scalars.stepOf(leaf)
    return outer ? outer.value : this.#scalars.marks.claim(leaf, step)
  }

  #setAfter(leaf: Slot, value: number | boolean): void {
    const outer = this.#scalars.stepOf(leaf)
    if (outer) outer.value = value
    else this.#scalars.marks.setAfter(leaf, value)
  }

  #commit(leaves: readonly Slot[], step: number): void {
    const words = this.#words
    const { marks } = this.#scalars
    invariant(this.#lock.isHeld, 'a thread that was told to end, and lost its lock, writes no more')
    Atomics.store(words, this.#region + REGION.committing, this.#slot.index + 1)
    Atomics.add(words, this.#sequence, 1)
    Atomics.store(words, this.#region + REGION.committed, step)
    for (const leaf of leaves) marks.settle(leaf, step, 'after')
    Atomics.add(words, this.#sequence, 1)
    Atomics.store(words, this.#region + REGION.committed, 0)
    Atomics.store(words, this.#region + REGION.committing, 0)
  }

  #giveUp(step: number): void {
    for (const leaf of this.#leaves) this.#scalars.marks.settle(leaf, step, 'before')
  }

  /** A leaf as this thread has it in a change in place: one with that of the object. */
  #workingLeaf(index: number): ScalarStep {
    const current = (): (number | boolean)[] => this.#working!.values
    return {
      get value() {
        return current()[index]
      },
      set value(value) {
        current()[index] = value as number | boolean
      },
    }
  }

  #writeLeaf(leaf: Slot, value: number | boolean): void {
    if (leaf.kind === 'number') this.#scalars.writeNumber(leaf, value)
    else this.#scalars.writeBoolean(leaf, value)
  }

  // --- reading ---

  #newMoment(values: (number | boolean)[]): Moment {
    return new Moment(this, this.#slot.inline!, values)
  }

  /** False also where only a closer look can tell. */
  #isStill(values: readonly (number | boolean)[]): boolean {
    const sequence = this.#words[this.#sequence]!
    return (sequence & 1) === 0 && this.#areStill(values) && this.#areStill(values) && this.#words[this.#sequence] === sequence
  }

  #areStill(values: readonly (number | boolean)[]): boolean {
    const places = this.#places
    for (let index = 0; index < places.length; index++) {
      const place = places[index]!
      if (place >= 0) {
        const value = this.#floats[place]!
        if (value !== value || !Object.is(value, values[index])) return false
      } else if (this.#words[~place] !== (values[index] ? 2 : 1)) return false
    }
    return true
  }

  #readChanged(): object | undefined {
    const values = this.#take()
    if (values.includes(undefined)) return undefined
    const last = this.#last
    if (last !== undefined && values.every((value, index) => Object.is(value, last.values[index]))) return last.snapshot
    this.#last = this.#newMoment(values as (number | boolean)[])
    return this.#last.snapshot
  }

  /** The leaves at one moment. */
  #take(): (number | boolean | undefined)[] {
    for (let attempt = 0; attempt < UNLOCKED_READS; attempt++) {
      const sequence = Atomics.load(this.#words, this.#sequence)
      if (sequence & 1) continue
      const values = this.#takeOnce()
      if (this.#isAlike(values) && Atomics.load(this.#words, this.#sequence) === sequence) return values
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
    return this.#leaves.map((leaf) => this.#takeLeaf(leaf))
  }

  #isAlike(values: readonly (number | boolean | undefined)[]): boolean {
    return this.#leaves.every((leaf, index) => Object.is(this.#takeLeaf(leaf), values[index]))
  }

  #takeLeaf(leaf: Slot): number | boolean | undefined {
    return leaf.kind === 'number' ? this.#scalars.readNumber(leaf) : this.#scalars.readBoolean(leaf)
  }
}

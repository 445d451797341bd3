import type { Redo } from './redo.ts'

/** What a group has done to one attribute. All of it runs once, under the lock. */
export interface Part {
  readonly isWritten: boolean
  /** The object that the attribute is a leaf of. */
  readonly whole?: Held | undefined
  /** Says in shared memory what `commit` will do. */
  prepare(redo: Redo, step: number): void
  commit(): void
}

/** An object whose leaves are parts: between the two its sequence says that they are changing. */
export interface Held {
  turnOdd(): void
  turnEven(): void
}

/** A value that nobody else sees yet, in a block of its own. */
export interface HeldValue extends Part {
  readonly block: number
  snapshot?: { readonly value: unknown }
}

/**
 * What one step under the lock does to the attributes of a brain: `update`, a change in place, or all of an `atomic`. A step
 * within a step belongs to the outer one.
 *
 * Nobody else sees any of it before the end; then each attribute gets its last value, in the order of the last writes, so
 * that a flag comes after what it stands for. Until then a number that was read or written is claimed: steps without the
 * lock, such as `+=`, wait, since what they add would fall between a read and a write of the group. Of a thread that is
 * killed meanwhile all of it is done, or nothing.
 */
export class Group {
  readonly #nextStep: () => number
  #step: number | undefined
  /** In the order of the last writes, by position in the schema. */
  readonly #parts = new Map<number, Part>()

  constructor(nextStep: () => number) {
    this.#nextStep = nextStep
  }

  /** Its number, which no other group of this state has; never 0. */
  get step(): number {
    return this.#step ??= this.#nextStep()
  }

  /** Of the attribute, where the group has met it. */
  part(index: number): Part | undefined {
    return this.#parts.get(index)
  }

  /** The attribute is met, or written: then it comes last. */
  put(index: number, part: Part): void {
    this.#parts.delete(index)
    this.#parts.set(index, part)
  }

  /** `assertHeld` throws where the thread has lost the lock. */
  commit(redo: Redo, assertHeld: () => void): void {
    // One alone is changed by one store.
    if (this.#parts.size === 1) {
      for (const part of this.#parts.values()) part.commit()
      return
    }
    const parts = [...this.#parts.values()]
    const written = parts.filter((part) => part.isWritten)
    // What was only read is given back first: nobody is to complete that.
    for (const part of parts) if (!part.isWritten) part.commit()
    if (written.length === 0) return
    const isRedone = written.length > 1
    const objects = wholesOf(written)
    if (isRedone) {
      assertHeld()
      for (const part of written) part.prepare(redo, this.step)
      redo.decide(this.step)
    }
    for (const object of objects) object.turnOdd()
    for (const part of written) part.commit()
    for (const object of objects) object.turnEven()
    if (isRedone) redo.finish(this.step)
  }
}

/** The objects of which several leaves were written: who reads all of one sees nothing of that, or everything. */
function wholesOf(written: readonly Part[]): Set<Held> {
  const [met, several] = [new Set<Held>(), new Set<Held>()]
  for (const { whole } of written) {
    if (whole && met.has(whole)) several.add(whole)
    else if (whole) met.add(whole)
  }
  return several
}

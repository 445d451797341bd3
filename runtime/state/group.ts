/** What a group has done to one attribute. Runs once, under the lock. */
export interface Part {
  commit(): void
}

/** A value that nobody else sees yet, in a block of its own. */
export interface HeldValue extends Part {
  readonly block: number
  readonly payload: Uint8Array
  snapshot?: { readonly value: unknown }
}

/**
 * What one step under the lock does to the attributes of a brain: `update`, a change in place, or all of an `atomic`. A step
 * within a step belongs to the outer one.
 *
 * Nobody else sees any of it before the end; then each attribute gets its last value, in the order of the last writes, so
 * that a flag comes after what it stands for. Until then a number that was read or written is claimed: steps without the
 * lock, such as `+=`, wait, since what they add would fall between a read and a write of the group. A thread that is killed
 * before the end has changed nothing.
 */
export class Group {
  /** In the order of the last writes, by position in the schema. */
  readonly #parts = new Map<number, Part>()

  /** Of the attribute, where the group has met it. */
  part(index: number): Part | undefined {
    return this.#parts.get(index)
  }

  /** The attribute is met, or written: then it comes last. */
  put(index: number, part: Part): void {
    this.#parts.delete(index)
    this.#parts.set(index, part)
  }

  commit(): void {
    for (const part of this.#parts.values()) part.commit()
  }
}

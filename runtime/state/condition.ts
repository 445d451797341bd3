import type { Arena } from './arena.ts'
import type { AttributePlace, ReadListener } from './tracking.ts'

interface Read {
  readonly place: AttributePlace
  /** What the attribute's slot held just before the read. */
  stamp: bigint
  value: unknown
}

/**
 * A function of shared attributes, and which ones it read when it was evaluated last. From then on their writers ring this
 * thread's bell. Only attributes count: a clock, a variable or a field of this thread alone wakes nobody.
 */
export class Condition {
  readonly #arena: Arena
  readonly #evaluate: () => unknown
  #reads: ReadonlyMap<number, Read> = new Map()

  constructor(arena: Arena, evaluate: () => unknown) {
    this.#arena = arena
    this.#evaluate = evaluate
  }

  /** The attributes that were read last. */
  get names(): readonly string[] {
    return [...this.#reads.values()].map(({ place }) => place.name)
  }

  /** Throws what the function throws. */
  evaluate(): unknown {
    const before = this.#reads
    const reads = new Map<number, Read>()
    const listener: ReadListener = { note: (place, read) => this.#note(place, read, reads, before) }
    try {
      return this.#arena.tracking.run(listener, this.#evaluate)
    } finally {
      // Where it threw before it read anything, what it read before may still change its mind.
      if (reads.size > 0) this.#reads = reads
    }
  }

  /** Whether an attribute may have changed since it was read. Sets the bits that writers have taken. */
  isStale(): boolean {
    let isStale = false
    for (const { place, stamp } of this.#reads.values()) {
      this.#arena.bells.setBit(place.waiters)
      if (this.#stampOf(place) !== stamp) isStale = true
    }
    return isStale
  }

  /** The bit first, then the stamp, then the value: what comes after any of them makes the stamp another or rings. */
  #note(place: AttributePlace, read: () => unknown, reads: Map<number, Read>, before: ReadonlyMap<number, Read>): unknown {
    const known = reads.get(place.waiters)
    if (!known) this.#arena.bells.setBit(place.waiters)
    const stamp = this.#stampOf(place)
    const unchanged = [known, before.get(place.waiters)].find((each) => each?.stamp === stamp)
    const noted: Read = known ?? { place, stamp, value: undefined }
    if (!known) reads.set(place.waiters, noted)
    // The same object as last time, also of a value that is copied afresh for each read.
    const value = place.isValue && unchanged ? unchanged.value : read()
    if (noted.stamp === stamp) noted.value = value
    return value
  }

  #stampOf({ bits }: AttributePlace): bigint {
    return Atomics.load(this.#arena.floatBits, bits)
  }
}

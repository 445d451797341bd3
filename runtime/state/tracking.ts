/** Whoever reads shared memory past its store, and must not while reads are tracked. */
export interface Turning {
  /** Called when `Tracking.isOn` has changed. */
  turn(): void
}

/** What gets to know of each attribute that a condition reads. */
export interface ReadListener {
  /** Returns what `read` returns, or what it would. */
  note(place: AttributePlace, read: () => unknown): unknown
}

/** Where an attribute lies in the arena. */
export interface AttributePlace {
  readonly name: string
  /** In 32-bit words: who waits for it. */
  readonly waiters: number
  /** In 64-bit words: what changes with it. */
  readonly bits: number
  /** Each read may make a new object. */
  readonly isValue: boolean
}

/**
 * Finds out which attributes a function reads. While it runs, all stores of this thread are read through: a condition may
 * ask several brains.
 */
export class Tracking {
  #listener: ReadListener | undefined
  readonly #turning = new Set<WeakRef<Turning>>()

  get isOn(): boolean {
    return this.#listener !== undefined
  }

  get listener(): ReadListener | undefined {
    return this.#listener
  }

  /** Held weakly: a brain that nobody needs any more goes. */
  join(turning: Turning): void {
    this.#turning.add(new WeakRef(turning))
  }

  run<T>(listener: ReadListener, work: () => T): T {
    const outer = this.#listener
    this.#set(listener)
    try {
      return work()
    } finally {
      this.#set(outer)
    }
  }

  #set(listener: ReadListener | undefined): void {
    const turns = (listener === undefined) !== (this.#listener === undefined)
    this.#listener = listener
    if (!turns) return
    for (const reference of this.#turning) {
      const turning = reference.deref()
      if (turning) turning.turn()
      else this.#turning.delete(reference)
    }
  }
}

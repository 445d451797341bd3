import type { Pace } from '../src/contract/task.ts'
import type { Clock } from './scheduler/clock.ts'

/** How the iterations of a routine follow each other. */
export interface Refresh {
  readonly everyMs: number
  readonly pace: Pace
}

/** When the next iteration of one run is due. The first one begins when this is made. */
export interface Pacing {
  /** After an iteration: milliseconds to the next one; 0 where that is late. */
  delay(): number
  /** How many iterations there were to be and were not. */
  readonly missed: number
}

export function createPacing({ everyMs, pace }: Refresh, clock: Clock): Pacing {
  return pace === 'rate' ? new Rate(everyMs, clock) : { delay: () => everyMs, missed: 0 }
}

/**
 * One tick each period, counted from the first: what is late once is not late for ever. A tick that is late is made at
 * once; it is missed only when the one after it is due by then.
 */
class Rate implements Pacing {
  missed = 0
  readonly #everyMs: number
  readonly #clock: Clock
  readonly #startedAt: number
  #tick = 0

  constructor(everyMs: number, clock: Clock) {
    this.#everyMs = everyMs
    this.#clock = clock
    this.#startedAt = clock.now()
  }

  delay(): number {
    const passedMs = this.#clock.now() - this.#startedAt
    const due = Math.floor(passedMs / this.#everyMs)
    const next = Math.max(this.#tick + 1, due)
    this.missed += next - this.#tick - 1
    this.#tick = next
    return Math.max(0, next * this.#everyMs - passedMs)
  }
}

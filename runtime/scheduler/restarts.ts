import type { Restart } from '../../src/contract/task.ts'
import type { Death } from '../host/host.ts'
import type { Clock } from './clock.ts'

/** After which deaths of its worker a run begins anew, and how often. */
export interface RestartPolicy {
  readonly when: Restart
  /** So many times at most `withinMs`. */
  readonly attempts: number
  readonly withinMs: number
  /** Before the first one; each that follows within `withinMs` waits twice as long as the one before, and no longer than `withinMs`. */
  readonly pauseMs: number
}

/** Those of one run. */
export class Restarts {
  readonly #policy: RestartPolicy
  readonly #clock: Clock
  /** When the last ones were. */
  #times: number[] = []

  constructor(policy: RestartPolicy, clock: Clock) {
    this.#policy = policy
    this.#clock = clock
  }

  /** How long to wait before the run begins anew: milliseconds, or why it does not. */
  after(death: Death): number | 'not asked for' | 'too often' {
    const { when, attempts, withinMs, pauseMs } = this.#policy
    // What could not be loaded will not load the next time.
    if (when === 'never' || death === 'not-loaded' || (death === 'exited' && when !== 'always')) return 'not asked for'
    const now = this.#clock.now()
    this.#times = this.#times.filter((time) => now - time < withinMs)
    const count = this.#times.length
    if (count >= attempts) return 'too often'
    this.#times.push(now)
    return Math.min(pauseMs * 2 ** count, Math.max(pauseMs, withinMs))
  }
}

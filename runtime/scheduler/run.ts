import { ExecutionStates } from '../../src/contract/outcome.ts'
import type { Cargo } from '../cargo.ts'
import { type Context, currentContext } from '../context.ts'
import { cancelled, invariant, restartedTooOften, stopped, thrownValue, timedOut, workerNotStarted } from '../errors.ts'
import { isError, shownValue } from '../envelope.ts'
import type { HostOutcome, RunningBody } from '../host/host.ts'
import type { EndReason } from '../scope.ts'
import { durationText } from '../time-text.ts'
import type { Clock } from './clock.ts'
import type { TaskPlan } from './plan.ts'
import { Restarts } from './restarts.ts'

/** How a run ended. */
export type Settlement =
  | { readonly executionState: ExecutionStates.CORRECTLY; readonly result: Cargo }
  | { readonly executionState: Exclude<ExecutionStates, ExecutionStates.CORRECTLY>; readonly error: Error }

/** What is told about runs as they go; for the log. */
export interface RunObserver {
  started(run: Run): void
  settled(run: Run, settlement: Settlement, durationMs: number | undefined): void
  /** The run was told to end and its body threw something else, which its output does not show. */
  threwWhileEnding(run: Run, error: unknown): void
  /** `run` has waited that long for a place in the pool, and none of those that have one has ended meanwhile. */
  poolStandsStill(run: Run, active: readonly Run[], waitedMs: number): void
  /** Ended by force: its grace was over. */
  forced(run: Run): void
  /** Its worker has died, and it begins anew after a pause. */
  restarts(run: Run, error: Error, pauseMs: number): void
}

export interface RunContext {
  readonly clock: Clock
  readonly observer: RunObserver
  /** How long a worker may take to load. */
  readonly startTimeoutMs: number
  /** The run no longer needs its place. */
  readonly release: (run: Run) => void
}

/**
 * One run of a task.
 *
 *   queued ──start──→ running ──tell──→ ending ──grace over: kill──┐
 *     │                │ ↑ └────ended──────┴─────────ended─────────┴──→ settled
 *     └──tell──→ settled └─┘ its worker died: begins anew
 */
export class Run {
  readonly number: number
  readonly plan: TaskPlan
  readonly args: Cargo
  /** The run that called for this one. */
  readonly caller: Run | undefined
  /** Calls between this run and one that nobody called. */
  readonly depth: number
  readonly settled: Promise<Settlement>
  /** It may begin in that of another run, whose end made room for it. */
  readonly callContext: Context = currentContext()
  /** Calls it made that have not ended. A run that waits takes no place. */
  pendingCalls = 0
  #state: 'queued' | 'running' | 'ending' | 'settled' = 'queued'
  #body: RunningBody | undefined
  #reason: EndReason | undefined
  /** What it threw where nobody catches. */
  #failure: { readonly error: unknown } | undefined
  #startedAt: number | undefined
  #killing = false
  #graceEndsAt = Infinity
  #restarts: Restarts | undefined
  #takeBack: { boot?: (() => void) | undefined; restart?: (() => void) | undefined; deadline?: () => void; grace?: () => void } = {}
  #resolve!: (settlement: Settlement) => void
  readonly #context: RunContext

  constructor(order: { number: number; plan: TaskPlan; args: Cargo; caller: Run | undefined }, context: RunContext) {
    this.number = order.number
    this.plan = order.plan
    this.args = order.args
    this.caller = order.caller
    this.depth = order.caller ? order.caller.depth + 1 : 0
    this.#context = context
    this.settled = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  get state(): 'queued' | 'running' | 'ending' | 'settled' {
    return this.#state
  }

  get place(): string | undefined {
    return this.#body?.place
  }

  start(): void {
    this.#state = 'running'
    this.#begin()
  }

  #begin(): void {
    const { clock, startTimeoutMs } = this.#context
    this.#body = this.plan.host.start({ run: this.number, task: this.plan.name, args: this.args, context: this.callContext }, {
      started: () => this.#started(),
      failed: (error) => this.#failed(error),
      ended: (outcome) => this.#ended(outcome),
    })
    this.#takeBack.boot = clock.setTimer(startTimeoutMs, () => {
      this.#body!.hear()
      if (this.#takeBack.boot === undefined) return
      void this.#force({
        executionState: ExecutionStates.ERROR_OCCURRED, error: workerNotStarted(this.plan.name, durationText(startTimeoutMs)),
      })
    })
  }

  /** The worker has loaded, or came to its end before. */
  #endBoot(): void {
    this.#takeBack.boot?.()
    this.#takeBack.boot = undefined
  }

  /** Tells the run to end. Where it is ending already, a shorter grace still holds. */
  tell(reason: EndReason, graceMs = this.plan.graceMs): void {
    if (this.#state === 'settled' || this.#killing) return
    if (this.#state === 'queued' || this.#takeBack.restart) return this.#settle(this.#endedBy(reason, false))
    if (this.#state === 'running') this.#reason = reason
    this.#end(reason, graceMs)
  }

  /** Of a run that waits. */
  refuse(error: Error): void {
    invariant(this.#state === 'queued', 'what is refused has not begun')
    this.#settle({ executionState: ExecutionStates.ERROR_OCCURRED, error })
  }

  #end(reason: EndReason, graceMs: number): void {
    if (this.#state === 'running') {
      this.#state = 'ending'
      this.#endBoot()
      this.#takeBack.deadline?.()
      this.#body!.tell(reason)
    }
    // The body may have ended within `tell`.
    if (this.#state !== 'ending') return
    const graceEndsAt = this.#context.clock.now() + graceMs
    if (graceEndsAt >= this.#graceEndsAt) return
    this.#graceEndsAt = graceEndsAt
    this.#takeBack.grace?.()
    this.#takeBack.grace = this.#context.clock.setTimer(graceMs, () => {
      this.#body!.hear()
      if (this.#state !== 'ending') return
      // A body that never began is not cut short: its worker was still loading.
      const cutShort = this.#startedAt !== undefined
      if (cutShort) this.#context.observer.forced(this)
      void this.#force(this.#reason ? this.#endedBy(this.#reason, cutShort) : this.#endedByThrow(this.#failure!.error))
    })
  }

  #started(): void {
    if (this.#state === 'settled') return
    const { clock, observer } = this.#context
    const isFirst = this.#startedAt === undefined
    this.#startedAt ??= clock.now()
    observer.started(this)
    if (this.#state !== 'running') return
    this.#endBoot()
    const { timeoutMs } = this.plan
    if (isFirst && timeoutMs !== undefined) this.#takeBack.deadline = clock.setTimer(timeoutMs, () => this.tell('timeout'))
  }

  #failed(error: unknown): void {
    if (this.#state !== 'running') return this.#context.observer.threwWhileEnding(this, error)
    this.#failure = { error }
    this.#end('cancelled', this.plan.graceMs)
  }

  #ended(outcome: HostOutcome): void {
    if (this.#state === 'settled' || this.#killing) return
    if (outcome.kind === 'lost' && this.#state === 'running') this.#lost(outcome)
    else this.#settle(this.#settlementOf(outcome))
  }

  /** Begins anew after a pause, where its task says so. */
  #lost({ death, error }: HostOutcome & { kind: 'lost' }): void {
    const { clock, observer } = this.#context
    const { name, restart } = this.plan
    this.#restarts ??= new Restarts(restart, clock)
    const pauseMs = this.#restarts.after(death)
    if (pauseMs === 'not asked for') return this.#settle({ executionState: ExecutionStates.ERROR_OCCURRED, error })
    if (pauseMs === 'too often') return this.#settle({ executionState: ExecutionStates.ERROR_OCCURRED, error: restartedTooOften(name, error, restart.attempts, durationText(restart.withinMs)) })
    this.#endBoot()
    this.#takeBack.restart = clock.setTimer(pauseMs, () => {
      this.#takeBack.restart = undefined
      this.#begin()
    })
    observer.restarts(this, error, pauseMs)
  }

  #settlementOf(outcome: HostOutcome): Settlement {
    const reason = this.#reason
    const { timeoutMs } = this.plan
    if (this.#failure) return this.#endedByThrow(this.#failure.error)
    if (outcome.kind === 'lost') {
      return reason ? this.#endedBy(reason, false) : { executionState: ExecutionStates.ERROR_OCCURRED, error: outcome.error }
    }
    if (reason && outcome.told) {
      if (outcome.kind === 'threw') this.#context.observer.threwWhileEnding(this, outcome.error)
      return this.#endedBy(reason, false)
    }
    // A body that never let the event loop turn could not be told, and has exceeded its timeout all the same.
    if (timeoutMs !== undefined && outcome.durationMs > timeoutMs) {
      if (outcome.kind === 'threw') this.#context.observer.threwWhileEnding(this, outcome.error)
      return this.#endedBy('timeout', false)
    }
    if (outcome.kind === 'returned') return { executionState: ExecutionStates.CORRECTLY, result: outcome.result }
    return this.#endedByThrow(outcome.error)
  }

  #endedByThrow(thrown: unknown): Settlement {
    const error = isError(thrown) ? thrown : thrownValue(this.plan.name, shownValue(thrown), thrown)
    return { executionState: ExecutionStates.ERROR_OCCURRED, error }
  }

  #endedBy(reason: EndReason, forced: boolean): Settlement {
    const { name, timeoutMs } = this.plan
    if (reason === 'timeout') {
      return { executionState: ExecutionStates.TIMEOUT, error: timedOut(name, durationText(timeoutMs!), forced) }
    }
    return { executionState: ExecutionStates.CANCELLED, error: reason === 'stopped' ? stopped(name, forced) : cancelled(name, forced) }
  }

  async #force(settlement: Settlement): Promise<void> {
    if (this.#state === 'settled' || this.#killing) return
    this.#killing = true
    await this.#body!.kill()
    this.#settle(settlement)
  }

  #settle(settlement: Settlement): void {
    this.#state = 'settled'
    for (const takeBack of Object.values(this.#takeBack)) takeBack?.()
    const { clock, observer, release } = this.#context
    try {
      observer.settled(this, settlement, this.#startedAt === undefined ? undefined : clock.now() - this.#startedAt)
    } finally {
      // Also where the user's logger throws: who waits for this run has no part in that.
      release(this)
      this.#resolve(settlement)
    }
  }
}

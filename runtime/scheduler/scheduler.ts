import type { Cargo } from '../cargo.ts'
import { queueFull } from '../errors.ts'
import type { Clock } from './clock.ts'
import type { TaskPlan } from './plan.ts'
import { RunQueue } from './queue.ts'
import { Run, type RunContext, type RunObserver } from './run.ts'

export interface SchedulerOptions {
  readonly clock: Clock
  readonly observer: RunObserver
  /** Calls of process tasks that run at once, not counting those that wait for calls of their own. */
  readonly poolSize: number
  readonly startTimeoutMs: number
}

/** How long a full pool may stand still before that is worth a word. */
const STANDSTILL_MS = 10_000

/** When each run begins and when it must end. Knows time and never threads. */
export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #context: RunContext
  readonly #live = new Map<number, Run>()
  readonly #waiting = new Map<TaskPlan, RunQueue>()
  /** Runs that are on and don't wait, by task. */
  readonly #active = new Map<TaskPlan, number>()
  #activeInPool = 0
  #count = 0
  #stopped = false
  #saidStandstill = false
  #takeBackStandstill: (() => void) | undefined

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#context = {
      clock: options.clock,
      observer: options.observer,
      startTimeoutMs: options.startTimeoutMs,
      release: (run) => this.#release(run),
    }
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** A run of `plan`, made by `caller` where a run made it. Begins at once or when there is a place; one more than may wait has ended at once. */
  submit(plan: TaskPlan, args: Cargo, caller?: Run): Run {
    this.#count += 1
    const run = new Run({ number: this.#count, plan, args, caller }, this.#context)
    this.#live.set(run.number, run)
    const queue = this.#waiting.get(plan) ?? new RunQueue()
    this.#waiting.set(plan, queue)
    queue.add(run)
    // Only now: the place that the caller gives up is for this run before all others.
    if (caller) this.#wait(caller)
    this.#dispatch()
    if (run.state === 'queued' && queue.size > plan.queueLimit) run.refuse(queueFull(plan.name, plan.queueLimit))
    return run
  }

  /** The runs of `plan` that have not ended, or all. */
  runs(plan?: TaskPlan): Run[] {
    return [...this.#live.values()].filter((run) => !plan || run.plan === plan)
  }

  find(number: number): Run | undefined {
    return this.#live.get(number)
  }

  /** Ends everything; resolves when all has ended. From now on the caller must not submit. */
  async stop(graceMs?: number): Promise<void> {
    this.#stopped = true
    this.#takeBackStandstill?.()
    const runs = this.runs()
    for (const run of runs) run.tell('stopped', graceMs)
    await Promise.all(runs.map((run) => run.settled))
  }

  #dispatch(): void {
    for (let run = this.#next(); run; run = this.#next()) {
      this.#waiting.get(run.plan)!.left()
      this.#occupy(run, 1)
      run.start()
    }
    this.#watchForStandstill()
  }

  /** Calls that go on for ever leave no place to others, which then wait without a word: it is said, once. */
  #watchForStandstill(): void {
    if (this.#saidStandstill || this.#takeBackStandstill || !this.#waitingForPool()) return
    this.#takeBackStandstill = this.#options.clock.setTimer(STANDSTILL_MS, () => {
      this.#takeBackStandstill = undefined
      const first = this.#waitingForPool()
      if (!first) return
      this.#saidStandstill = true
      this.#options.observer.poolStandsStill(first, this.runs().filter((run) => run.plan.pooled && isOn(run) && run.pendingCalls === 0), STANDSTILL_MS)
    })
  }

  /** A run that could begin if the pool were not full. */
  #waitingForPool(): Run | undefined {
    if (this.#activeInPool < this.#options.poolSize) return undefined
    for (const [plan, queue] of this.#waiting) {
      const first = plan.pooled && (this.#active.get(plan) ?? 0) < plan.concurrency ? queue.first() : undefined
      if (first) return first
    }
    return undefined
  }

  #next(): Run | undefined {
    let best: Run | undefined
    for (const [plan, queue] of this.#waiting) {
      if (plan.pooled && this.#activeInPool >= this.#options.poolSize) continue
      if ((this.#active.get(plan) ?? 0) >= plan.concurrency) continue
      const first = queue.first()
      if (!first) {
        this.#waiting.delete(plan)
        continue
      }
      if (!best || first.depth > best.depth || (first.depth === best.depth && first.number < best.number)) best = first
    }
    return best
  }

  #wait(caller: Run): void {
    caller.pendingCalls += 1
    if (caller.pendingCalls === 1 && isOn(caller)) this.#occupy(caller, -1)
  }

  #goOn(caller: Run): void {
    caller.pendingCalls -= 1
    if (caller.pendingCalls === 0 && isOn(caller)) this.#occupy(caller, 1)
  }

  #release(run: Run): void {
    if (!this.#live.delete(run.number)) return
    if (run.place === undefined) this.#waiting.get(run.plan)?.left()
    // The caller first: the place that becomes free is its own.
    if (run.caller) this.#goOn(run.caller)
    if (run.place !== undefined && run.pendingCalls === 0) this.#occupy(run, -1)
    if (!this.#stopped) this.#dispatch()
  }

  /** Takes the place of a run, or gives it back, in its pool and in the `concurrency` of its task. */
  #occupy(run: Run, change: 1 | -1): void {
    this.#active.set(run.plan, (this.#active.get(run.plan) ?? 0) + change)
    if (run.plan.pooled) this.#activeInPool += change
    if (run.plan.pooled && change < 0) {
      this.#takeBackStandstill?.()
      this.#takeBackStandstill = undefined
    }
    if (change < 0 && !this.#stopped) this.#dispatch()
  }
}

function isOn(run: Run): boolean {
  return run.state === 'running' || run.state === 'ending'
}

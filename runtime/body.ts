import { ends } from './cancel.ts'
import { within } from './context.ts'
import { createPacing, type Pacing, type Refresh } from './pace.ts'
import type { Clock } from './scheduler/clock.ts'
import type { RunScope } from './scope.ts'
import { explained } from './snapshot-changes.ts'
import { isTenfold } from './tenfold.ts'
import { durationText } from './time-text.ts'

/** What there is to run, on whichever thread. */
export interface Body {
  readonly method: (...args: any[]) => unknown
  readonly brain: object
  readonly args: readonly unknown[]
  /** The method is a generator that yields before each iteration of its loop. */
  readonly split: boolean
  /** Set for a routine. */
  readonly refresh: Refresh | undefined
}

/** `told`: the run was told to end before its body did, and the body knew. `durationMs` is the body's own time. */
export type BodyOutcome =
  | { readonly kind: 'returned'; readonly value: unknown; readonly told: boolean; readonly durationMs: number }
  | { readonly kind: 'threw'; readonly error: unknown; readonly told: boolean; readonly durationMs: number }

/** Runs a body to its end, then what it deferred. Never rejects. */
export async function runBody(body: Body, scope: RunScope, clock: Clock): Promise<BodyOutcome> {
  const startedAt = clock.now()
  const end = (): { told: boolean; durationMs: number } =>
    ({ told: scope.cancellation !== undefined && (scope.seen || body.refresh !== undefined), durationMs: clock.now() - startedAt })
  let outcome: BodyOutcome
  try {
    const value = await within({ scope, shielded: false }, () => execute(body, scope, clock))
    outcome = { kind: 'returned', value, ...end() }
  } catch (error) {
    outcome = ends(error, scope) ? { kind: 'returned', value: undefined, ...end() } : { kind: 'threw', error: explained(error), ...end() }
  }
  // A `finally` may still run in what the body has called.
  if (scope.cancellation) await scope.waits.emptied()
  await runDeferred(scope)
  scope.close()
  return outcome
}

function execute(body: Body, scope: RunScope, clock: Clock): unknown {
  const { refresh } = body
  if (refresh === undefined) return body.method.apply(body.brain, [...body.args])
  const routine: Routine = { body, scope, clock, refresh }
  return body.split ? loop(routine) : repeat(routine)
}

interface Routine {
  readonly body: Body
  readonly scope: RunScope
  readonly clock: Clock
  readonly refresh: Refresh
}

/** The whole body again and again, also after an error. */
async function repeat(routine: Routine): Promise<void> {
  const { body, scope, clock, refresh } = routine
  const pacing = createPacing(refresh, clock)
  while (!scope.cancellation) {
    try {
      await body.method.apply(body.brain, [...body.args])
    } catch (error) {
      if (ends(error, scope)) return
      scope.report(error)
    }
    await pause(pacing, routine)
  }
}

/** A split body: up to the first `yield` it is the setup, then each step is an iteration, which catches its own errors. */
async function loop(routine: Routine): Promise<unknown> {
  const { body, scope, clock, refresh } = routine
  const steps = body.method.apply(body.brain, [...body.args]) as Iterator<unknown, unknown> | AsyncIterator<unknown, unknown>
  const setup = await steps.next()
  if (setup.done) return setup.value
  const pacing = createPacing(refresh, clock)
  while (!scope.cancellation) {
    const iteration = await steps.next()
    if (iteration.done) return iteration.value
    await returned(iteration.value, scope)
    await pause(pacing, routine)
  }
  // What still runs in there is `finally` and `using`.
  await within({ scope, shielded: true }, () => steps.return?.())
  return undefined
}

/** What a `return` of an iteration gave: a promise is waited for, as that of a plain routine is. */
async function returned(value: unknown, scope: RunScope): Promise<void> {
  try {
    await value
  } catch (error) {
    if (!ends(error, scope)) scope.report(error)
  }
}

/** Ends early where the run is told to end. */
function pause(pacing: Pacing, { scope, clock, refresh }: Routine): Promise<void> {
  const { missed } = pacing
  const delayMs = pacing.delay()
  if (pacing.missed > missed && isTenfold(missed, pacing.missed)) tellMissed(pacing.missed, scope, refresh)
  return new Promise((resolve) => {
    if (scope.cancellation) return resolve()
    const takeBack = clock.setTimer(delayMs, () => resume())
    const wait = scope.waits.begin(() => {
      takeBack()
      resume()
    })
    const resume = (): void => {
      scope.waits.finish(wait)
      resolve()
    }
  })
}

function tellMissed(missed: number, scope: RunScope, { everyMs }: Refresh): void {
  scope.warn(`missed ${missed} ${missed === 1 ? 'iteration' : 'iterations'} so far: one, or something else on its thread, took longer than ${durationText(everyMs)}.`)
}

async function runDeferred(scope: RunScope): Promise<void> {
  for (let callback = scope.deferred.pop(); callback; callback = scope.deferred.pop()) {
    try {
      await within({ scope, shielded: true }, callback)
    } catch (error) {
      scope.report(error)
    }
  }
}

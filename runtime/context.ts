import { AsyncLocalStorage } from 'node:async_hooks'
import { deferOutsideRun } from './errors.ts'
import type { RunScope } from './scope.ts'

/** What runs right now belongs to this run. Shielded: it is a `finally`, a `using` or a deferred callback, whose awaits work normally. */
export interface Frame {
  readonly scope: RunScope
  readonly shielded: boolean
}

const frames = new AsyncLocalStorage<Frame | undefined>()

export function currentFrame(): Frame | undefined {
  return frames.getStore()
}

export function within<T>(frame: Frame, body: () => T): T {
  return frames.run(frame, body)
}

/** For what a run sets going that is not part of it. */
export function outsideOfRuns<T>(body: () => T): T {
  return frames.run(undefined, body)
}

/** Calls its argument with every AsyncLocalStorage, the user's too, as it was where this was made. */
export type Context = <T>(body: () => T) => T

export function currentContext(): Context {
  return AsyncLocalStorage.snapshot()
}

/** For what serves all callers alike, and must not have what the first one kept in an AsyncLocalStorage. */
export const outsideOfAll: Context = currentContext()

/** `this.signal`. */
export function currentSignal(outside: AbortSignal): AbortSignal {
  return frames.getStore()?.scope.signal ?? outside
}

/** `this.defer(callback)`. Throws `outside-run` where nothing runs that could end. */
export function defer(callback: () => unknown): void {
  const scope = frames.getStore()?.scope
  if (!scope || scope.closed) throw deferOutsideRun()
  if (typeof callback !== 'function') throw new TypeError('`this.defer(callback)` needs a function.')
  scope.deferred.push(callback)
}

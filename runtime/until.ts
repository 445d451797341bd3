import { AsyncResource } from 'node:async_hooks'
import { durationSeconds } from '../src/contract/duration.ts'
import { isThenable } from './cancel.ts'
import { currentFrame, type Frame } from './context.ts'
import { blockInMain, conditionAsync, conditionConstant, waitInStep, waitOptionRefused, waitTimedOut } from './errors.ts'
import { guardFloatingPromises } from './floating.ts'
import { keepAlive } from './keep-alive.ts'
import type { BrainLink } from './registry.ts'
import { systemClock } from './scheduler/clock.ts'
import { blockUntil, Condition, MAIN, type Store, TIMED_OUT } from './state/index.ts'
import { durationText } from './time-text.ts'
import type { WaitOptions } from './types.ts'

/** A brain, as what waits for its attributes needs it. */
export interface Awaited {
  readonly brain: object
  readonly link: BrainLink
  readonly store: Store
}

/**
 * `this.until(condition)`. In a run it ends with the run, else with its brain, and until then keeps the process alive, as a
 * timer does that is awaited.
 */
export function until(awaited: Awaited, evaluate: () => unknown, options: WaitOptions = {}): Promise<unknown> {
  try {
    return wait(awaited, evaluate, options)
  } catch (error) {
    return Promise.reject(error)
  }
}

function wait({ brain, link, store }: Awaited, evaluate: () => unknown, options: WaitOptions): Promise<unknown> {
  const timeoutMs = timeoutMilliseconds('until', options)
  if (store.isInStep) throw waitInStep('until')
  const condition = conditionOf('until', store, evaluate)
  const first = condition.evaluate()
  if (first) return Promise.resolve(first)
  if (condition.names.length === 0) throw conditionConstant('until')
  const { watching } = store.arena
  const frame = currentFrame()
  return new Promise((resolve, reject) => {
    const undo: (() => void)[] = [keepAlive()]
    const settle = (): void => {
      for (const each of undo) each()
    }
    const fail = (error: unknown): void => {
      settle()
      reject(error)
    }
    const watcher = {
      condition,
      changed(): void {
        let value: unknown
        try {
          value = condition.evaluate()
        } catch (error) {
          return fail(error)
        }
        if (!value) return
        settle()
        resolve(value)
      },
    }
    watching.add(watcher)
    undo.push(() => watching.delete(watcher))
    if (timeoutMs < Infinity) {
      undo.push(systemClock.setTimer(timeoutMs, () => fail(waitTimedOut('until', condition.names, durationText(timeoutMs)))))
    }
    undo.push(endedWithRun(frame, settle, reject))
    if (frame?.scope.brain !== brain || frame.scope.closed) undo.push(endedWithBrain(link, fail))
  })
}

/** `this.block(condition)`: the thread does nothing else meanwhile. */
export function block({ store }: Awaited, evaluate: () => unknown, options: WaitOptions = {}): unknown {
  const timeoutMs = timeoutMilliseconds('block', options)
  if (store.owner === MAIN) throw blockInMain()
  if (store.isInStep) throw waitInStep('block')
  const condition = conditionOf('block', store, evaluate)
  const frame = currentFrame()
  const checkTold = (): void => {
    if (frame === undefined || frame.shielded || !frame.scope.cancellation) return
    frame.scope.see()
    throw frame.scope.cancellation
  }
  const value = blockUntil(store.arena.bells, condition, timeoutMs, checkTold)
  if (value === TIMED_OUT) throw waitTimedOut('block', condition.names, durationText(timeoutMs))
  if (!value) throw conditionConstant('block')
  return value
}

/** What `evaluate` does belongs to whoever called for it, whenever it is evaluated. */
export function conditionOf(member: string, store: Store, evaluate: () => unknown): Condition {
  if (typeof evaluate !== 'function') throw new TypeError(`\`this.${member}(…)\` needs a function that reads attributes, such as \`() => this.armed\`.`)
  const bound = AsyncResource.bind(evaluate)
  return new Condition(store.arena, () => {
    const value = bound()
    if (!isThenable(value)) return value
    void value.then(ignore, ignore)
    throw conditionAsync(member)
  })
}

/** Within a running `finally` awaits work normally, and the run does not end before. */
function endedWithRun(frame: Frame | undefined, settle: () => void, reject: (error: unknown) => void): () => void {
  if (!frame || frame.scope.closed) return ignore
  const { scope } = frame
  // What a run leaves behind waits for nothing any more.
  const forget = scope.onEnd(() => {
    if (scope.closed) settle()
  })
  if (frame.shielded) return forget
  const wait = scope.waits.begin((cancellation) => {
    scope.see()
    settle()
    reject(cancellation)
  })
  return () => {
    scope.waits.finish(wait)
    forget()
  }
}

function endedWithBrain({ stopSignal }: BrainLink, fail: (error: unknown) => void): () => void {
  const stop = (): void => {
    guardFloatingPromises()
    fail(stopSignal.reason)
  }
  stopSignal.addEventListener('abort', stop)
  if (stopSignal.aborted) queueMicrotask(stop)
  return () => stopSignal.removeEventListener('abort', stop)
}

function timeoutMilliseconds(member: string, { timeout }: WaitOptions): number {
  if (timeout === undefined) return Infinity
  const seconds = durationSeconds(timeout)
  if (seconds === undefined || seconds <= 0) throw waitOptionRefused(member, timeout)
  return seconds * 1000
}

function ignore(): void {}

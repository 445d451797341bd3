import { currentFrame, within } from './context.ts'
import { isA } from './is-a.ts'
import { Cancellation, type RunScope } from './scope.ts'

/**
 * The cancel points of emitted code. A run that was told to end is ended by its awaits: each rejects, the innermost ones
 * at once, `catch` clauses pass the rejection on, and `finally` clauses run, with awaits that work normally.
 *
 *   await value            await $.point(value)
 *   catch (e) {            catch (e) { $.pass(e)
 *   finally { await f() }  finally { await $.shield(() => f()) }
 */

/** What `await value` becomes. Outside of a run, and in a shield, the value itself. */
export function point<T>(value: T): T | Promise<Awaited<T>> {
  const frame = currentFrame()
  if (frame === undefined || frame.shielded) return value
  const { scope } = frame
  const { cancellation } = scope
  // Only a promise may have something of the run behind it; asking another thenable would set it going.
  if (cancellation && !(value instanceof Promise)) {
    scope.see()
    return Promise.reject(cancellation)
  }
  if (!isThenable(value)) return value
  return untilTold(scope, value) as Promise<Awaited<T>>
}

/** Settles with `value`, or rejects when the run is told to end. */
function untilTold<T>(scope: RunScope, value: PromiseLike<T>, onTold: () => void = ignore): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (cancellation: Cancellation): void => {
      scope.see()
      scope.waits.finish(wait)
      onTold()
      reject(cancellation)
    }
    const wait = scope.waits.begin(end)
    value.then(
      (result) => {
        const { cancellation } = scope
        if (cancellation) return end(cancellation)
        scope.waits.finish(wait)
        resolve(result)
      },
      (error: unknown) => {
        scope.waits.finish(wait)
        reject(error)
      },
    )
  })
}

/** Settles with `value`. The run does not end before. */
function untilSettled<T>(scope: RunScope, value: PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const wait = scope.waits.begin(undefined)
    value.then(
      (result) => {
        scope.waits.finish(wait)
        resolve(result)
      },
      (error: unknown) => {
        scope.waits.finish(wait)
        reject(error)
      },
    )
  })
}

/** What `for await (const x of values)` iterates instead. */
export function points<T>(values: AsyncIterable<T> | Iterable<T | PromiseLike<T>>): AsyncIterable<T> | Iterable<T | PromiseLike<T>> {
  const frame = currentFrame()
  if (frame === undefined || frame.shielded) return values
  return { [Symbol.asyncIterator]: () => pointIterator(values, frame.scope) }
}

function pointIterator<T>(values: AsyncIterable<T> | Iterable<T | PromiseLike<T>>, scope: RunScope): AsyncIterator<T> {
  const isAsync = Symbol.asyncIterator in values && values[Symbol.asyncIterator] != null
  const iterator = isAsync ? values[Symbol.asyncIterator]() : (values as Iterable<T | PromiseLike<T>>)[Symbol.iterator]()
  let closing: Promise<unknown> | undefined
  const close = (): Promise<unknown> => (closing ??= within({ scope, shielded: true }, async () => iterator.return?.()))
  // A loop whose iterator fails does not close it. But it was the run that ended, not the iterator.
  const step = async (): Promise<IteratorResult<T>> => {
    try {
      return await nextStep(iterator, isAsync)
    } catch (error) {
      if (ends(error, scope)) await untilSettled(scope, close())
      throw error
    }
  }
  // Nobody waits for this one: an iterator that is stuck in `next` never gets there.
  const abandon = (): void => void close().catch(ignore)
  return {
    next: () => untilTold(scope, step(), abandon),
    async return(value) {
      await untilSettled(scope, close())
      return { done: true, value }
    },
  }
}

async function nextStep<T>(iterator: AsyncIterator<T> | Iterator<T | PromiseLike<T>>, isAsync: boolean): Promise<IteratorResult<T>> {
  const step = await iterator.next()
  return isAsync || step.done ? (step as IteratorResult<T>) : { done: false, value: await step.value }
}

/** For what a `finally` calls: in there, and in all that is called from there, awaits work normally. */
export function shield<T>(body: () => T): T {
  const frame = currentFrame()
  if (frame === undefined || frame.shielded) return body()
  const value = within({ scope: frame.scope, shielded: true }, body)
  return isThenable(value) ? untilSettled(frame.scope, value) as T : value
}

/** First thing in a `catch` of the user: what ends the run is not for it. */
export function pass(error: unknown): void {
  const frame = currentFrame()
  if (frame === undefined || frame.shielded) return
  if (ends(error, frame.scope)) throw error
}

/** The `catch` of a split loop: what ends the run ends it, anything else is logged and the loop goes on. */
export function report(error: unknown): void {
  pass(error)
  const frame = currentFrame()
  if (frame === undefined) throw error
  frame.scope.report(error)
}

/** Whether `error` is this run's own end: its Cancellation, what `Promise.any` made of it, or an API of the aborted signal. */
export function ends(error: unknown, scope: RunScope): boolean {
  if (isA(error, Cancellation)) return error.ends(scope)
  const { cancellation } = scope
  if (!cancellation || !isA(error, Error)) return false
  if (error instanceof AggregateError) return error.errors.some((each) => ends(each, scope))
  return error.name === 'AbortError' || error.cause === cancellation
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return value !== null && (typeof value === 'object' || typeof value === 'function') && typeof (value as { then?: unknown }).then === 'function'
}

function ignore(): void {}

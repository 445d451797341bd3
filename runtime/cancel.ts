import { currentFrame, within } from './context.ts'
import { Cancellation, type RunScope } from './scope.ts'

/**
 * The cancel points of emitted code. A run that was told to end is ended by its awaits: each rejects at once, `catch`
 * clauses pass the rejection on, and `finally` clauses run, with awaits that work normally.
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
  if (cancellation) {
    scope.see()
    // Only promises can be left behind unhandled; asking another thenable would set it going.
    if (value instanceof Promise) value.catch(ignore)
    return Promise.reject(cancellation)
  }
  if (!isThenable(value)) return value
  return new Promise((resolve, reject) => {
    scope.onTold(reject)
    value.then(
      (result) => {
        scope.offTold(reject)
        return resolve(result as Awaited<T>)
      },
      (error: unknown) => {
        scope.offTold(reject)
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
  const close = (): unknown => within({ scope, shielded: true }, () => iterator.return?.())
  return {
    async next() {
      try {
        const step = await point(iterator.next())
        return isAsync || step.done ? (step as IteratorResult<T>) : { done: false, value: await point(step.value as T) }
      } catch (error) {
        // A loop whose iterator fails does not close it. But it was the run that ended, not the iterator; nobody waits
        // for its closing, because an iterator that is stuck in `next` never gets there.
        if (ends(error, scope)) Promise.resolve(close()).catch(ignore)
        throw error
      }
    },
    async return(value) {
      await close()
      return { done: true, value }
    },
  }
}

/** For what a `finally` calls: in there, and in all that is called from there, awaits work normally. */
export function shield<T>(body: () => T): T {
  const frame = currentFrame()
  if (frame === undefined || frame.shielded) return body()
  return within({ scope: frame.scope, shielded: true }, body)
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

/** Whether `error` is this run's own end: its Cancellation, or what an API made of the aborted signal. */
export function ends(error: unknown, scope: RunScope): boolean {
  if (error instanceof Cancellation) return error.ends(scope)
  const { cancellation } = scope
  if (!cancellation || !(error instanceof Error)) return false
  return error.name === 'AbortError' || error.cause === cancellation
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return value !== null && (typeof value === 'object' || typeof value === 'function') && typeof (value as { then?: unknown }).then === 'function'
}

function ignore(): void {}

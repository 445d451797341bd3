import { AsyncResource } from 'node:async_hooks'
import { ends, isThenable } from './cancel.ts'
import { currentFrame } from './context.ts'
import { conditionConstant } from './errors.ts'
import { assignmentsOf } from './state/index.ts'
import { mapError } from './stack.ts'
import { type Awaited, conditionOf } from './until.ts'

/**
 * `this.watch(selector, callback)`. The callback is not called at once, but after each change: with the newest value, once
 * for however many changes came before the thread got there, and never with the same value twice in a row. It ends with its
 * run, as soon as that is told to end, else with its brain. Returns what ends it before.
 */
export function watch({ store, link }: Awaited, selector: () => unknown, callback: (value: any, previous: any) => unknown): () => void {
  if (typeof callback !== 'function') throw new TypeError('`this.watch(selector, callback)` needs a function to call after a change.')
  const condition = conditionOf('watch', store, selector)
  const { watching } = store.arena
  let last = condition.evaluate()
  // A typed array that is assigned anew is the same memory with other elements.
  let lastAssigned = assignmentsOf(last)
  if (condition.names.length === 0) throw conditionConstant('watch')
  const current = currentFrame()?.scope
  const scope = current?.closed ? undefined : current
  const call = AsyncResource.bind(callback)

  const report = (error: unknown): void => {
    if (!scope) return link.logger.error(mapError(error))
    if (!ends(error, scope)) scope.report(error)
  }
  const watcher = {
    condition,
    changed(): void {
      try {
        const value = condition.evaluate()
        const assigned = assignmentsOf(value)
        if (Object.is(value, last) && assigned === lastAssigned) return
        const previous = last
        last = value
        lastAssigned = assigned
        const result: unknown = call(value, previous)
        if (isThenable(result)) void result.then(undefined, report)
      } catch (error) {
        report(error)
      }
    },
  }
  const { stopSignal } = link
  const end = (): void => {
    watching.delete(watcher)
    forgetRun?.()
    stopSignal.removeEventListener('abort', end)
  }
  const forgetRun = scope?.onEnd(end)
  watching.add(watcher)
  stopSignal.addEventListener('abort', end)
  if (stopSignal.aborted || scope?.cancellation) end()
  return end
}

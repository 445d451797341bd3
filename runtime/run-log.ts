import { ExecutionStates } from '../src/contract/outcome.ts'
import { TaskbrainError } from './errors.ts'
import { isA } from './is-a.ts'
import { messageText } from './logger.ts'
import type { Run, RunObserver } from './scheduler/run.ts'
import { mapError } from './stack.ts'
import { isTenfold } from './tenfold.ts'
import { durationText } from './time-text.ts'
import type { Logger } from './types.ts'

/** What the log says of runs: start and CORRECTLY at debug, TIMEOUT and CANCELLED at info, errors at error. */
export interface RunLog extends RunObserver {
  /** An error that does not end its run. The same one again and again is counted: it is written at each power of ten. */
  report(run: Run | undefined, task: string, error: unknown, late?: boolean): void
  /** A call that could not be made. */
  refused(task: string, error: Error): void
  /** A result that can't go to the worker that called for it. */
  lost(task: string, error: Error): void
}

export function createRunLog(logger: Logger, siteOf: (task: string) => string | undefined): RunLog {
  const repeats = new Map<Run, { text: string; count: number; written: number }>()
  /** Calls that found the queue of their task full. */
  const turnedAway = new Map<string, number>()

  const at = (run: Run, durationMs?: number): string =>
    [run.place ?? 'not started', ...(durationMs === undefined ? [] : [durationText(durationMs)])].join(', ')
  const thrown = (error: unknown): string =>
    error instanceof TaskbrainError
      ? `${error.message}${isA(error.cause, Error) ? `\n  caused by ${messageText([error.cause], false)}` : ''}`
      : messageText([error], false)
  const where = (task: string): string => (siteOf(task) ? ` at ${siteOf(task)}` : '')

  function writeRepeats(run: Run): void {
    const repeat = repeats.get(run)
    if (!repeat || repeat.count === repeat.written) return
    repeat.written = repeat.count
    logger.error(`[${run.plan.name}] the same error, ${repeat.count} times so far (${at(run)}): ${repeat.text.split('\n')[0]}`)
  }

  /** There may be many, which is what the limit is for. */
  function queueFull(task: string, head: string, error: Error): void {
    const count = (turnedAway.get(task) ?? 0) + 1
    turnedAway.set(task, count)
    if (isTenfold(count - 1, count)) logger.error(`${head}: ${error.message}${count === 1 ? '' : ` So it was ${count} times so far.`}`)
  }

  return {
    started(run) {
      logger.debug(`[${run.plan.name}] started (${at(run)})`)
    },
    settled(run, settlement, durationMs) {
      writeRepeats(run)
      repeats.delete(run)
      const head = `[${run.plan.name}] ${ExecutionStates[settlement.executionState]} (${at(run, durationMs)})`
      if (settlement.executionState === ExecutionStates.CORRECTLY) return logger.debug(head)
      const error = mapError(settlement.error)
      if (settlement.executionState !== ExecutionStates.ERROR_OCCURRED) return logger.info(`${head}: ${error.message}`)
      if (error instanceof TaskbrainError && error.code === 'queue-full') return queueFull(run.plan.name, head, error)
      logger.error(`${head}${where(run.plan.name)}: ${thrown(error)}`)
    },
    threwWhileEnding(run, error) {
      logger.error(`[${run.plan.name}] threw while it was ending (${at(run)}): ${thrown(error)}`)
    },
    poolStandsStill(run, active, waitedMs) {
      const those = active.map((each) => `\`${each.plan.name}\` (${at(each)})`).join(', ')
      logger.warn(`[${run.plan.name}] has waited ${durationText(waitedMs)} for a thread: the pool has ${active.length}, taken by ${those}. `
        + 'A task that goes on for ever has a thread of its own as a routine, with `refreshRate`.')
    },
    forced(run) {
      logger.warn(run.place === 'main'
        ? `[${run.plan.name}] did not end within its grace. Code of the main thread can't be ended by force: it is no longer waited for.`
        : `[${run.plan.name}] did not end within its grace and is ended by force (${at(run)}).`)
    },
    restarts(run, error, pauseMs) {
      logger.error(`[${run.plan.name}] (${at(run)}) ${error.message} It is started again in ${durationText(pauseMs)}.`)
    },
    report(run, task, error, late = false) {
      const text = thrown(mapError(error))
      if (!run) return logger.error(`[${task}] threw${late ? ' after its run had ended' : ''}: ${text}`)
      const repeat = repeats.get(run)
      if (repeat?.text !== text) {
        writeRepeats(run)
        repeats.set(run, { text, count: 1, written: 1 })
        return logger.error(`[${task}] (${at(run)}) ${text}`)
      }
      repeat.count += 1
      if (isTenfold(repeat.count - 1, repeat.count)) writeRepeats(run)
    },
    lost(task, error) {
      logger.error(`[${task}] its result did not reach its caller: ${error.message}`)
    },
    refused(task, error) {
      mapError(error)
      logger.error(`[${task}] ERROR_OCCURRED (not started): ${error.message}`)
    },
  }
}

import { TaskbrainError } from './errors.ts'
import { Cancellation } from './scope.ts'

let guarded = false

/**
 * A promise of an ended run, or a wait for a brain that was stopped, is rejected like all others, and must not crash the
 * process where nobody awaits it. Called at the first such end, so that a program without any keeps Node's own handling.
 */
export function guardFloatingPromises(): void {
  if (guarded) return
  guarded = true
  process.on('unhandledRejection', (reason) => {
    if (isEnd(reason)) return
    // With a listener Node leaves every rejection to it. As the only one this one must do what Node would have done.
    if (process.listenerCount('unhandledRejection') > 1 || !rejectionsThrow()) return
    throw reason
  })
}

/** What a run that was told to end rejects with, all that a stop of its brain ends, and what APIs of Node make of the aborted signal. */
export function isEnd(reason: unknown): boolean {
  if (reason instanceof TaskbrainError) return reason instanceof Cancellation || reason.code === 'stopped'
  return reason instanceof Error && reason.name === 'AbortError' && isEnd(reason.cause)
}

/** Node's default. Under `warn` and `none` it does not throw, and under `strict` it has thrown before the listeners hear of it. */
function rejectionsThrow(): boolean {
  const flags = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(' ')]
  const mode = flags.findLast((flag) => flag.startsWith('--unhandled-rejections='))
  return mode === undefined || mode.endsWith('=throw')
}

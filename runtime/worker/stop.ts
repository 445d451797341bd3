import { durationSeconds } from '../../src/contract/duration.ts'
import { currentFrame } from '../context.ts'
import { stopGraceRefused } from '../errors.ts'
import type { ToMain } from '../protocol.ts'
import type { StopOptions } from '../types.ts'

/** `this.stop()` in a worker: asks main, and resolves when this run has been told to end; its next await then rejects. */
export function createStop(post: (message: ToMain) => void): (options?: StopOptions) => Promise<void> {
  return async ({ grace } = {}) => {
    const seconds = grace === undefined ? undefined : durationSeconds(grace)
    if (grace !== undefined && (seconds === undefined || seconds < 0)) throw stopGraceRefused(grace)
    post({ kind: 'stop', graceMs: seconds === undefined ? undefined : seconds * 1000 })
    const scope = currentFrame()?.scope
    if (!scope || scope.closed || scope.cancellation) return
    await new Promise<void>((resolve) => {
      const wait = scope.waits.begin(() => {
        scope.waits.finish(wait)
        resolve()
      })
    })
  }
}

import { type Body, runBody } from '../body.ts'
import { plain, unpack } from '../cargo.ts'
import { outsideOfRuns } from '../context.ts'
import { guardFloatingPromises } from '../floating.ts'
import type { Clock } from '../scheduler/clock.ts'
import { RunScope } from '../scope.ts'
import type { Host } from './host.ts'

export interface InlineHostOptions {
  readonly brain: object
  readonly clock: Clock
  /** The body of a task, but for its arguments. */
  readonly bodyOf: (task: string) => Omit<Body, 'brain' | 'args'>
  /** An error that does not end its run. */
  readonly report: (run: number, task: string, error: unknown) => void
  /** Something that the user should know of a task. */
  readonly warn: (task: string, what: string) => void
}

/** Runs tasks on the thread that it is made on: the main thread. */
export function createInlineHost({ brain, clock, bodyOf, report, warn }: InlineHostOptions): Host {
  return {
    start(order, events) {
      const scope = new RunScope({ brain, run: order.run, task: order.task, report: (error) => report(order.run, order.task, error), warn: (what) => warn(order.task, what) })
      let abandoned = false
      const run = async (): Promise<void> => {
        await undefined
        if (abandoned) return
        events.started()
        let args: unknown[]
        try {
          args = unpack(order.args, 'args') as unknown[]
        } catch (error) {
          return events.ended({ kind: 'threw', error, told: false, durationMs: 0 })
        }
        const body: Body = { ...bodyOf(order.task), brain, args }
        const outcome = await runBody(body, scope, clock)
        if (abandoned) return
        if (outcome.kind === 'threw') return events.ended(outcome)
        events.ended({ kind: 'returned', result: plain(outcome.value), told: outcome.told, durationMs: outcome.durationMs })
      }
      void order.context(() => outsideOfRuns(run))
      return {
        place: 'main',
        tell(reason) {
          guardFloatingPromises()
          scope.tell(reason)
        },
        hear() {},
        // Nothing can end code of the main thread: what it still does is no longer waited for.
        async kill() {
          abandoned = true
        },
      }
    },
    async close() {},
  }
}

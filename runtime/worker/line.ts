import type { MessagePort } from 'node:worker_threads'
import type { TaskOutput } from '../../src/contract/outcome.ts'
import { currentFrame } from '../context.ts'
import { notCloned } from '../errors.ts'
import { failed, unpackedOutput } from '../output.ts'
import type { PortableOutput, ToMain, ToWorker } from '../protocol.ts'
import { toPortable } from '../serializable/index.ts'
import { createTaskRun, type TaskCalls } from '../tasks.ts'
import type { TaskRun } from '../types.ts'

/** The line of a worker thread to main. */
export interface Line {
  post(message: ToMain): void
  readonly calls: TaskCalls
}

export interface LineOptions {
  readonly port: MessagePort
  readonly onTold: (run: number) => void
  /** Called after each message. */
  readonly pace: (message: ToMain) => void
}

export function createLine({ port, onTold, pace }: LineOptions): Line {
  const pending = new Map<number, { readonly resolve: (output: TaskOutput) => void; readonly task: string; handle?: TaskRun<unknown> }>()
  let count = 0
  const post = (message: ToMain): void => {
    port.postMessage(message)
    pace(message)
  }

  port.on('message', (message: ToWorker) => {
    if (message.kind === 'told') return onTold(message.run)
    answer(message.call, message.output)
  })

  function answer(call: number, output: PortableOutput): void {
    const waiting = pending.get(call)
    pending.delete(call)
    waiting?.resolve(unpackedOutput(output))
  }

  function call(task: string, args: readonly unknown[]): TaskRun<unknown> {
    count += 1
    const id = count
    const scope = currentFrame()?.scope
    try {
      const crossing = args.map((argument, index) => toPortable(argument, `args[${index}]`))
      post({ kind: 'call', call: id, run: scope && !scope.closed ? scope.run : undefined, task, args: crossing })
    } catch (thrown) {
      const error = thrown instanceof DOMException ? notCloned('args', thrown) : thrown
      post({ kind: 'log', type: 'error', tag: '', text: `[${task}] ERROR_OCCURRED (not started): ${(error as Error).message}` })
      return createTaskRun({ output: Promise.resolve(failed(error)), cancel: () => {} })
    }
    const output = new Promise<TaskOutput>((resolve) => {
      pending.set(id, { resolve, task })
    })
    const handle = createTaskRun({ output, cancel: () => post({ kind: 'cancel-call', call: id }) })
    pending.get(id)!.handle = handle
    return handle
  }

  return {
    post,
    calls: {
      call,
      cancel: (task) => post({ kind: 'cancel-task', task }),
      // Of all runs those that were called from here: the others are known to main alone.
      runs: (task) => [...pending.values()].filter((waiting) => waiting.task === task).map((waiting) => waiting.handle!),
    },
  }
}

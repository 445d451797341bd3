import { ExecutionStates, type TaskOutput } from '../src/contract/outcome.ts'
import { currentFrame } from './context.ts'
import { notATask } from './errors.ts'
import { isEnd } from './floating.ts'
import type { Task, TaskRun } from './types.ts'

/** What `this.tasks` needs of the thread that it is on. */
export interface TaskCalls {
  call(task: string, args: readonly unknown[]): TaskRun<unknown>
  /** Ends all runs of a task. */
  cancel(task: string): void
  runs(task: string): readonly TaskRun<unknown>[]
}

/** What reading a property means for any object: never a task that does not exist. */
const NOT_CALLS = new Set(['then', 'toJSON', ...Object.getOwnPropertyNames(Object.prototype)])

/** The object `this.tasks`. Reading a name that is no task throws `not-a-task`. */
export function createTasks(brain: string, names: readonly string[], calls: TaskCalls): object {
  const tasks: Record<string, Task> = {}
  for (const name of names) tasks[name] = createTask(name, calls)
  return new Proxy(Object.freeze(tasks), {
    get(target, name) {
      if (typeof name === 'symbol' || Object.hasOwn(target, name)) return Reflect.get(target, name)
      if (NOT_CALLS.has(name)) return undefined
      throw notATask(brain, name, names)
    },
  })
}

function createTask(name: string, calls: TaskCalls): Task {
  const task = (...args: unknown[]): TaskRun<unknown> => calls.call(name, args)
  Object.defineProperties(task, {
    name: { value: name },
    cancel: { value: () => calls.cancel(name) },
    runs: { get: () => calls.runs(name) },
  })
  return task as Task
}

/** The handle of a run: its output, which never rejects, with `cancel()` and `value`. */
export function createTaskRun(call: { readonly output: Promise<TaskOutput>; cancel(): void }): TaskRun<unknown> {
  let value: Promise<unknown> | undefined
  return Object.defineProperties(call.output, {
    cancel: { value: () => call.cancel() },
    // Made when first asked for: a rejected promise that nobody touches would be unhandled.
    value: { get: () => (value ??= valueOf(call.output)) },
  }) as TaskRun<unknown>
}

/**
 * Rejects unless CORRECTLY. Where the run that asked for it was told to end meanwhile, or the brain was stopped, nobody may
 * come to await it any more: that is no unhandled rejection, and the log has the error.
 */
function valueOf(output: Promise<TaskOutput>): Promise<unknown> {
  const scope = currentFrame()?.scope
  const value = output.then((ended) => {
    if (ended.executionState === ExecutionStates.CORRECTLY) return ended.result
    if (scope?.cancellation || isEnd(ended.error)) void value.catch(ignore)
    throw ended.error
  })
  return value
}

function ignore(): void {}

import { isMainThread } from 'node:worker_threads'
import type { TaskOptions } from '../src/contract/task.ts'
import { currentSignal, defer } from './context.ts'
import { loopExecuted } from './errors.ts'
import { createLogger } from './logger.ts'
import { takeParameters } from './parameters.ts'
import { type BrainLink, entryOf, unregistered } from './registry.ts'
import { addSerializableType } from './serializable/index.ts'
import type {
  BrainOptions, CheckedOptions, LocalDecorator, Logger, Outputs, SerializableCodec, StopOptions, TaskDecorator, TaskRun, Tasks,
} from './types.ts'

/**
 * The class that all brains extend. It is the same in the main process and in workers: what stands behind it is attached
 * when it is made, by what its compiled module registered for exactly its class.
 */
export class Brain {
  readonly #link: BrainLink

  /**
   * Without a logger the brain makes one with the name of its class. Throws `not-compiled` where the class was not
   * compiled, and `option-refused` where an option of one of its tasks says something that can't be.
   */
  constructor(logger?: Logger, options?: BrainOptions, ...rest: unknown[]) {
    void rest
    const parameters = takeParameters(new.target)
    const entry = entryOf(new.target)
    if (!entry) throw unregistered(new.target.name)
    this.#link = entry.attach(this, logger, options)
    for (const values of parameters) Object.assign(this, values)
  }

  /** The tasks: call one, and its run starts wherever it has to. Reading a name that is no task throws `not-a-task`. */
  get tasks(): Tasks<this> {
    return this.#link.tasks as Tasks<this>
  }

  get logger(): Logger {
    return this.#link.logger
  }

  /**
   * Aborted when the current run is told to end; in a synchronous loop `aborted` turns true too. Valid in tasks, in all that
   * they call and after awaits. Outside of any run: aborted by `stop()`.
   */
  get signal(): AbortSignal {
    return currentSignal(this.#link.stopSignal)
  }

  /** Calls `callback` when the current run ends, short of a kill; last given first called. Throws `outside-run` where nothing runs. */
  defer(callback: () => unknown): void {
    defer(callback)
  }

  /** Starts all tasks that run on start. Resolves with their outputs by name when they have ended, or at SIGINT or SIGTERM. */
  run(): Promise<Outputs<this>> {
    return this.#link.run() as Promise<Outputs<this>>
  }

  /** One function per task that runs on start; each starts it. */
  getTasks(): readonly (() => TaskRun<unknown>)[] {
    return this.#link.getTasks()
  }

  /** Ends every run and every worker. Attributes stay readable; calls give ERROR_OCCURRED. */
  stop(options?: StopOptions): Promise<void> {
    return this.#link.stop(options)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#link.stop()
  }

  /** Marks a method as a task. Read by the compiler, which takes it out: executed, it does nothing. */
  static task<const O extends Partial<TaskOptions>>(_options: O & TaskOptions & CheckedOptions<O>): TaskDecorator<O> {
    return () => {}
  }

  /** Keeps a field in the process that has it. Read by the compiler, which takes it out. */
  static local(): LocalDecorator {
    return () => {}
  }

  /** As a statement: the marker between the setup and the loop of a task. Throws `not-compiled` when executed. */
  static loop(): void {
    throw loopExecuted()
  }

  /** Makes instances of a class cross between threads. Returns false, and logs why, where `testInstance` does not survive that. */
  static addSerializableType<T, Encoded = unknown>(
    type: abstract new (...parameters: any) => T, testInstance?: NoInfer<T>, codec?: SerializableCodec<NoInfer<T>, Encoded>,
  ): boolean {
    return addSerializableType<T>(type, testInstance, codec, (reason) => {
      // Every thread runs the line that came here; one of them is enough to say so.
      if (isMainThread) createLogger().warn(reason)
    })
  }
}


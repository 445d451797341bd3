import { inspect, type InspectOptions } from 'node:util'
import { isMainThread } from 'node:worker_threads'
import type { TaskOptions } from '../src/contract/task.ts'
import { atomic, changeAttribute } from './atomic.ts'
import { currentSignal, defer } from './context.ts'
import { loopExecuted } from './errors.ts'
import { createLogger } from './logger.ts'
import { setParameters, takeParameters } from './parameters.ts'
import { type BrainLink, entryOf, unregistered } from './registry.ts'
import { addSerializableType, copyNone, decode, encode } from './serializable/index.ts'
import { storeOf } from './state/index.ts'
import type {
  BrainOptions, CheckedOptions, LocalDecorator, Logger, Outputs, SerializableCodec, StopOptions, Synchronous, TaskDecorator, TaskRun, Tasks,
  Truthy, WaitOptions,
} from './types.ts'
import { type Awaited, block, until } from './until.ts'
import { checkUnseen, refuseUnseen } from './unseen-tasks.ts'
import { watch } from './watch.ts'

/** A class of brains, as a mixin takes it: `<B extends BrainClass>(Base: B) => class extends Base { … }`. */
export type BrainClass<T extends Brain = Brain> = new (...parameters: any[]) => T
/** The same where it may be abstract; then the class that the mixin returns has to be declared as `abstract class`. */
export type AbstractBrainClass<T extends Brain = Brain> = abstract new (...parameters: any[]) => T

/**
 * The class that all brains extend. It is the same in the main process and in workers: what stands behind it is attached
 * when it is made, by what its compiled module registered for exactly its class.
 */
export class Brain {
  static {
    Object.defineProperty(this.prototype, inspect.custom, { value: inspected })
    copyNone(this)
  }

  readonly #link: BrainLink

  /**
   * Without a logger the brain makes one with the name of its class. Throws `not-compiled` where the class was not
   * compiled, `task-unseen` where one of its tasks was not, and `option-refused` where an option of one of its tasks says something that can't be.
   */
  constructor(logger?: Logger, options?: BrainOptions, ...rest: unknown[]) {
    void rest
    const parameters = takeParameters(new.target)
    const entry = entryOf(new.target)
    if (!entry) throw unregistered(new.target.name)
    checkUnseen(this)
    this.#link = entry.attach(this, logger, options)
    setParameters(this, parameters)
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

  /**
   * Resolves with the value of `condition` as soon as that is truthy. It is evaluated now, and again whenever one of the
   * shared attributes has changed that it read last; nothing else wakes it, no clock and no variable. Rejects with what it
   * throws; `wait-timeout` after `timeout`; `condition-constant` where it reads no shared attribute and does not hold;
   * `condition-async`, `condition-writes`, `wait-in-step`. In a run it ends with the run, outside with the brain
   * (`stopped`), and until then it keeps the process alive.
   */
  until<T>(condition: () => T, options?: WaitOptions): Promise<Truthy<T>> {
    return until(this.#awaited, condition, options) as Promise<Truthy<T>>
  }

  /**
   * As `until`, and blocks the thread until then: for synchronous tasks with `process: true`. A run that is told to end is
   * ended here at once. Throws what `until` rejects with, and `block-in-main` in the main process.
   */
  block<T>(condition: () => T, options?: WaitOptions): Truthy<T> {
    return block(this.#awaited, condition, options) as Truthy<T>
  }

  /**
   * Calls `callback` after each change of what `selector` gives: not at once, with the newest value, and never with the same
   * twice in a row (`Object.is`; an object that is copied into each thread is another one after each write of it, and a
   * typed array counts as another one after each assignment). Ends with its run, outside of runs with the brain, or when
   * the function that it returns is called. Keeps no process alive. What `callback` throws is logged and ends nothing.
   * Throws `condition-constant` where `selector` reads no shared attribute.
   */
  watch<T>(selector: () => T, callback: (value: T, previous: T) => unknown): () => void {
    return watch(this.#awaited, selector, callback)
  }

  /**
   * Runs `work` once, as one step of this brain: whoever adds, changes or makes such a step on what `work` reads or writes
   * waits for its end, and what it writes is seen at its end, also where it throws. A plain assignment of another thread
   * does not wait and counts as made after it. Returns what `work` returns. Throws `step-waits` where that is a promise.
   */
  atomic<T>(work: () => Synchronous<T>): T {
    return atomic(this.#awaited.store, work) as T
  }

  /**
   * Changes the value of an attribute in place, from code that is not compiled: `work` runs once, on a copy of the newest
   * value, which is written back at its end, also where it throws. Returns what `work` returns. Throws `step-waits` where
   * that is a promise, `attribute-unknown`, and `attribute-immutable` for a number, text and the like.
   */
  change<K extends keyof this & string, T>(name: K, work: (value: this[K]) => Synchronous<T>): T {
    return changeAttribute(this, this.#awaited.store, name, work) as T
  }

  get #awaited(): Awaited {
    return { brain: this, link: this.#link, store: storeOf(this)! }
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

  /** Marks a method as a task. Read by the compiler, which takes it out: where it is executed, no brain can be made. */
  static task<const O extends Partial<TaskOptions>>(_options: O & TaskOptions & CheckedOptions<O>): TaskDecorator<O> {
    return refuseUnseen
  }

  /** Keeps a field in the process that has it. Read by the compiler, which takes it out. */
  static local(): LocalDecorator {
    return () => {}
  }

  /** As a statement: the marker between the setup and the loop of a task. Throws `not-compiled` when executed. */
  static loop(): void {
    throw loopExecuted()
  }

  /** A deep copy that may be changed, of an attribute's value or of any other that can be shared. Throws `not-serializable`. */
  static copy<T>(value: T): T {
    if (value === null || !['object', 'function', 'symbol'].includes(typeof value)) return value
    // A function and a symbol have no copy, and are refused as they are within an object.
    return decode(encode(value, 'value')) as T
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

/** As an object with plain fields is shown. */
function inspected(this: Brain, depth: number, options: InspectOptions): string {
  const { name } = this.constructor
  return depth < 0 ? `[${name}]` : `${name} ${inspect({ ...this }, options)}`
}

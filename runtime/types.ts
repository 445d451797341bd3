/**
 * The types of the public API: what a brain, its tasks and their runs look like to the code that uses them,
 * and the checks that TypeScript makes of `@Brain.task(options)` before the compiler sees it.
 */
import type { ConsolaInstance, LogType } from 'consola'
import type { BRAIN_MEMBERS } from '../src/contract/names.ts'
import type { TaskOutput } from '../src/contract/outcome.ts'
import type { Duration, TASK_OPTIONS, TaskOptions } from '../src/contract/task.ts'

// So that `[Symbol.asyncDispose]` means something to projects that do without TypeScript's library `esnext.disposable`.
declare global {
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol
  }
}

// --- the log ---

/** Names as consola has them, from `'silent'` to `'trace'`, or its numbers. */
export type LogLevel = LogType | number

export interface LoggerOptions {
  /** Who speaks: stands in each line of the log. Default `'Brain'`. */
  readonly identifier?: string
  /** Lines above this level are dropped. Default `'info'`. */
  readonly level?: LogLevel
  /** Where lines go. Default: the process's own. */
  readonly stdout?: LineStream
  /** Where warnings and errors go. Default: the process's own. */
  readonly stderr?: LineStream
}

/** All that a logger needs of a stream. */
export interface LineStream {
  write(text: string): unknown
  readonly isTTY?: boolean
}

/** A consola logger that knows its name. Works the same in every task, wherever it runs. */
export interface Logger extends ConsolaInstance {
  readonly identifier: string
}

// --- tasks and their runs ---

/**
 * One run of a task. As a promise it gives the output, however the run ends, and never rejects:
 * `const out = await this.tasks.plan(pose)`.
 */
export interface TaskRun<T> extends Promise<TaskOutput<T>> {
  /** Ends the run: its output is CANCELLED. Nothing happens where it has ended already. */
  cancel(): void
  /** The result itself. Rejects with the output's error unless the run ends CORRECTLY. */
  readonly value: Promise<T>
}

/** A task as its callers see it. */
export interface Task<Args extends any[] = any[], R = unknown> {
  /** Starts a run. Arguments and result cross as copies. */
  (...args: Args): TaskRun<R>
  /** Ends all runs of the task, also those that started with the brain. */
  cancel(): void
  /** The runs that have not ended. */
  readonly runs: readonly TaskRun<R>[]
}

/** A complaint at compile time: no value has this type, its text shows in the error. */
export interface Invalid<Message extends string> {
  readonly taskbrain: Message
}

/** Names that are Brain's own: never tasks. */
export type BrainMember = (typeof BRAIN_MEMBERS)[number] | typeof Symbol.asyncDispose

// One distributive conditional over the whole method: only so can TypeScript look through it where `B` is the
// polymorphic `this`, inside the class. Mapping parameters and result each on its own fails there.
export type TaskOf<Method> = Method extends (...args: infer Args) => infer R ? Task<Args, Awaited<R>> : Invalid<'only methods are tasks'>

/** The public methods of a brain as tasks. That a method is decorated is for the compiler to see: decorators don't change types. */
export type Tasks<B> = { readonly [K in keyof B as K extends BrainMember ? never : K]: TaskOf<B[K]> }

export type OutputOf<Method> = Method extends (...args: any) => infer R ? TaskOutput<Awaited<R>> : never

/** Outputs by task name, of those tasks that started with the brain. */
export type Outputs<B> = { readonly [K in keyof B as K extends BrainMember ? never : K]?: OutputOf<B[K]> }

// --- the brain ---

export interface BrainOptions {
  /** Bytes that this brain's shared attributes may take. What does not fit is a RangeError, and the old value stays. */
  readonly stateBytes?: number
  /** What a worker may take to load its modules before a run of it is ERROR_OCCURRED. Default 30 s. */
  readonly startTimeout?: Duration
}

export interface StopOptions {
  /** What each run gets for its `defer`, `using` and `finally`. Default: its task's own `grace`. */
  readonly grace?: Duration
}

export interface WaitOptions {
  /** The wait ends with an error of code `wait-timeout` after that long. More than 0. Default: never. */
  readonly timeout?: Duration | undefined
}

/** What a condition can be, once it holds. */
export type Truthy<T> = Exclude<T, false | 0 | 0n | '' | null | undefined>

/** The result of a function that makes one step. */
export type Synchronous<T> = T extends PromiseLike<unknown> ? Invalid<'a step can not wait: await before it'> : T

/** What every brain has, besides `tasks: Tasks<this>` and `run(): Promise<Outputs<this>>`, which only the class itself can type. */
export interface BrainInstance {
  readonly logger: Logger
  /** Aborted when the current run is told to end. Valid in tasks, in helpers that they call and after awaits. */
  readonly signal: AbortSignal
  /** Calls `callback` when the current run ends, last given first called. */
  defer(callback: () => unknown): void
  /** Resolves with the value of `condition` as soon as that is truthy. */
  until<T>(condition: () => T, options?: WaitOptions): Promise<Truthy<T>>
  /** As `until`, but blocks its thread: for tasks with `process: true`. */
  block<T>(condition: () => T, options?: WaitOptions): Truthy<T>
  /** Calls `callback` after each change of what `selector` gives. Returns what ends that. */
  watch<T>(selector: () => T, callback: (value: T, previous: T) => unknown): () => void
  /** Runs `work` as one step: nobody comes between what it reads and what it writes. */
  atomic<T>(work: () => Synchronous<T>): T
  /** Ends every run and everything that the brain has started. May be called from a task. */
  stop(options?: StopOptions): Promise<void>
  /** One function per task that starts with the brain, for those who start and await them themselves. */
  getTasks(): readonly (() => TaskRun<unknown>)[]
  /** As `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** How a value of a class of the user's own crosses between threads: as what `encode` makes of it. */
export interface SerializableCodec<T, Encoded = unknown> {
  readonly encode: (value: T) => Encoded
  readonly decode: (encoded: Encoded) => T
}

// --- decorators ---

/** What `@Brain.task(options)` may stand on: an instance method of a brain, in both kinds of decorators. */
export interface TaskDecorator<O = unknown> {
  /** Standard decorators. */
  <This extends BrainInstance, Method extends (...args: any) => unknown>(
    value: Method & CheckedMethod<O, Method>,
    context: ClassMethodDecoratorContext<This> & { readonly static: false; readonly private: false },
  ): void
  /** `experimentalDecorators`. Not TypedPropertyDescriptor: that one is invariant and refuses generic and overloaded methods. */
  <This extends BrainInstance, Method extends (...args: any) => unknown>(
    target: This, name: string, descriptor: { readonly value?: Method & CheckedMethod<O, Method> },
  ): void
}

/** What `@Brain.local()` may stand on: an instance field of a brain. */
export interface LocalDecorator {
  /** Standard decorators. */
  <This extends BrainInstance, Value>(
    value: undefined, context: ClassFieldDecoratorContext<This, Value> & { readonly static: false },
  ): void
  /** `experimentalDecorators`. */
  (target: BrainInstance, name: string, descriptor?: undefined): void
}

type CheckedMethod<O, Method> = O extends { readonly runOnStart: false } ? unknown
  : Method extends () => unknown ? unknown
  : Invalid<'a task that runs on start gets no arguments: give its parameters defaults, or set runOnStart to false'>

// --- options ---

/**
 * Each option as it must be, beside its plain type; a wrong one becomes an `Invalid` that says what is wrong.
 * TypeScript falls back to the constraint of `O` where a value has the wrong type, and where `runOnStart: (brain) => …`
 * leaves its parameter untyped: then there is nothing to check here, and plain types and the compiler do it.
 */
export type CheckedOptions<O> = Partial<TaskOptions> extends O ? unknown : { readonly [K in keyof O]: CheckedOption<O, K> }

type CheckedOption<O, K extends keyof O> =
  K extends 'process' ? Literal<O[K], 'process'>
  : K extends 'defineLoopLater' ? LoopLater<O, Literal<O[K], 'defineLoopLater'>>
  : K extends 'refreshRate' | 'timeout' ? Positive<O[K], K>
  : K extends 'grace' ? NotNegative<O[K], K>
  : K extends 'pace' ? O extends { readonly refreshRate: Duration } ? O[K] : Invalid<'pace needs a refreshRate'>
  : K extends 'concurrency' ? PositiveInteger<O[K], K>
  : K extends 'queueLimit' ? NotNegative<O[K], K> extends O[K] ? WholeNumber<O[K], K> : NotNegative<O[K], K>
  : K extends keyof TaskOptions ? O[K]
  : K extends keyof typeof TASK_OPTIONS ? Invalid<`the option '${K}' is not part of this version`>
  : Invalid<`unknown task option '${K & string}'`>

type Literal<Value, Name extends string> = boolean extends Value ? Invalid<`${Name} must be a literal true or false`> : Value

type LoopLater<O, Value> = Value extends true
  ? O extends { readonly refreshRate: Duration } ? Value : Invalid<'defineLoopLater needs a refreshRate'>
  : Value

type Positive<Value, Name extends string> = Sign<Value> extends 'positive' ? Value : Invalid<`${Name} must be more than 0`>

type NotNegative<Value, Name extends string> = 'negative' extends Sign<Value> ? Invalid<`${Name} can't be less than 0`> : Value

type PositiveInteger<Value, Name extends string> = Sign<Value> extends 'positive' ? WholeNumber<Value, Name> : Invalid<`${Name} must be 1 or more`>

type WholeNumber<Value, Name extends string> =
  `${Value & number}` extends `${string}.${string}` | `${string}e-${string}` ? Invalid<`${Name} must be an integer`> : Value

/** Of a literal, as far as its type tells. What is known at run time only counts as positive; the runtime checks it. */
type Sign<Value> = Value extends number ? SignOfText<`${Value}`>
  : Value extends string ? SignOfText<Amount<Value>>
  : 'positive'

type Amount<Text extends string> = Text extends `${infer N}hz` ? N
  : Text extends `${infer N}ms` ? N
  : Text extends `${infer N}${'s' | 'm' | 'h'}` ? N
  : Text

type SignOfText<Text extends string> = Text extends `${' '}${infer Rest}` ? SignOfText<Rest>
  : Zeros<Text> extends true ? 'zero'
  : Text extends `-${infer Rest}` ? Zeros<Rest> extends true ? 'zero' : 'negative'
  : 'positive'

type Zeros<Text extends string> = Text extends '' ? true : Text extends `${'0' | '.' | ' '}${infer Rest}` ? Zeros<Rest> : false

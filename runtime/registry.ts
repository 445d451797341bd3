import type { AbstractBrainClass, Brain } from './brain.ts'
import type { BrainOptions, Logger, StopOptions, TaskRun } from './types.ts'
import type { BrainSpec, TaskSpec, WorkerSpec } from '../src/contract/spec.ts'
import type { TaskOutput } from '../src/contract/outcome.ts'
import { notCompiled } from './errors.ts'
import { named } from './named.ts'

/**
 * What stands behind one brain on its thread: in the main process its scheduler and its hosts, in a worker a line to them.
 * Brain itself knows neither, so that a worker never loads the scheduler.
 */
export interface BrainLink {
  readonly tasks: object
  readonly logger: Logger
  /** `this.signal` outside of any run: aborted by `stop()`; in a worker it never is. */
  readonly stopSignal: AbortSignal
  run(): Promise<Record<string, TaskOutput>>
  stop(options?: StopOptions): Promise<void>
  getTasks(): readonly (() => TaskRun<unknown>)[]
}

/** Gives a brain that is being made what stands behind it. Runs before any field of a subclass. */
export type Attach = (brain: Brain, logger: Logger | undefined, options: BrainOptions | undefined) => BrainLink

export interface BrainEntry {
  readonly spec: BrainSpec | WorkerSpec
  readonly attach: Attach
}

const entries = new WeakMap<object, BrainEntry>()

export function registerBrain(Class: AbstractBrainClass, entry: BrainEntry): void {
  entries.set(named(Class, entry.spec.id.split('#').at(-1)!), entry)
}

const mixins = new WeakMap<object, Readonly<Record<string, TaskSpec>>>()

/** What a mixin says of its tasks, for all brains that apply it. The class that it makes stays none. */
export function tasks(Class: object, specs: Readonly<Record<string, TaskSpec>>): void {
  mixins.set(Class, specs)
}

let refusal: (className: string) => Error = notCompiled
let isWorker = false

/** On a worker's thread no brain can be made, whether it was compiled or not: a script that makes one may be loaded there. */
export function refuseUnregistered(error: (className: string) => Error): void {
  refusal = error
  isWorker = true
}

/** What to throw where a class has no entry. */
export function unregistered(className: string): Error {
  return refusal(className)
}

/** The entry of exactly this class: a subclass that was not compiled has none, even where its base class has one. */
export function entryOf(Class: object): BrainEntry | undefined {
  const entry = entries.get(Class)
  return isWorker && entry && 'tasks' in entry.spec ? undefined : entry
}

/** What exactly this class says of tasks; `undefined` where it is neither a brain nor made by a mixin that has some. */
export function taskSpecsOf(Class: object): Readonly<Record<string, TaskSpec>> | undefined {
  const spec = entryOf(Class)?.spec
  return spec && 'tasks' in spec ? spec.tasks : mixins.get(Class)
}

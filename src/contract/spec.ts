import type { StateSchema } from './schema.ts'
import type { TaskOptions } from './task.ts'

/** What the compiler promises the main process about one task. */
export interface TaskSpec {
  /** The options as the user wrote them, evaluated where the class is defined. Absent on an inherited task: the base class, or the mixin, has them. */
  readonly options?: () => TaskOptions
  /** The worker entry of a `process: true` task. Absent where a mixin tells of the task: the brain that applies it has one. */
  readonly worker?: URL
  /** The body was split: the method is a generator (async where the body awaits) that yields once before each iteration of its loop. */
  readonly split?: boolean
  /** Where the task stands in the source, for the log: `src/main.brain.ts:12:3`. */
  readonly site: string
}

/** What `defineBrain` gets from a compiled main module. */
export interface BrainSpec {
  /** As `StateSchema.brain`. */
  readonly id: string
  readonly state: StateSchema
  /** Initialised fields and parameter properties whose type can't be serialised: main process only, each named in a warning. */
  readonly unshared: readonly string[]
  /** Own tasks and, for those that run in workers, inherited ones again with the worker entry of this class. */
  readonly tasks: Readonly<Record<string, TaskSpec>>
}

/** What `defineWorker` gets from a worker entry: the same class with all removed that its task does not need. */
export interface WorkerSpec {
  readonly id: string
  readonly task: string
  readonly state: StateSchema
  readonly split?: boolean
}

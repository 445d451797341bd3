/**
 * A length of time. A number is seconds. The text forms name their unit: `'250ms'`, `'2s'`, `'1m'`, `'1h'`;
 * `'100hz'` is the period of that frequency (0.01 s).
 */
export type Duration = number | `${number}ms` | `${number}s` | `${number}m` | `${number}h` | `${number}hz`

export const PACES = ['delay', 'rate'] as const
export type Pace = (typeof PACES)[number]

export const RESTARTS = ['never', 'on-failure', 'always'] as const
export type Restart = (typeof RESTARTS)[number]

export interface RestartOptions {
  /** Default `'on-failure'`. */
  readonly when?: Restart
  /** So many times at most within `within`; an integer of 1 or more, or Infinity. Default 5. */
  readonly attempts?: number
  /** More than 0. Default 10 s. */
  readonly within?: Duration
  /** Before the body begins anew; twice as long for each that follows within `within`, and no longer than that. More than 0. Default 0.1 s. */
  readonly pause?: Duration
}

/** The options of `@Brain.task(...)`. `process`, `defineLoopLater` and `startLoopMarker` are read at compile time. */
export interface TaskOptions {
  /** `true`: the task runs off the main thread. `false`: it runs in the main process. Mandatory. */
  readonly process: boolean
  /** Start with the brain (`true`, or a function of the brain that says so), or only when called (`false`). Mandatory. */
  readonly runOnStart: boolean | ((brain: any) => boolean)
  /** Makes the task a routine: run, pause that long, run again, also after an error. More than 0. */
  readonly refreshRate?: Duration
  /** Of a routine: `'delay'` (default) pauses for its `refreshRate` after each iteration; `'rate'` begins one each `refreshRate`, without drift. */
  readonly pace?: Pace
  /** The run (a routine's whole life) ends after that long, counted from the moment its body starts. More than 0. */
  readonly timeout?: Duration
  /** The body has a part that runs once and, below the marker, a part that repeats. Needs `refreshRate`. */
  readonly defineLoopLater?: boolean
  /** The comment that parts the two. Default `---Loop---`. */
  readonly startLoopMarker?: string
  /** Calls of this task that run at once, an integer of 1 or more. Default: for one-shots off the main thread as many as there are pool threads, else no limit. */
  readonly concurrency?: number
  /** Calls of this task that may wait until they can run, an integer of 0 or more; one more is ERROR_OCCURRED at once. Default: no limit. */
  readonly queueLimit?: number
  /**
   * What happens when the worker of a run dies: by `process.exit`, out of memory, or however else. `'never'`; `'on-failure'`, the body begins anew unless the
   * exit code was 0; `'always'`; or when and how often. Default: `'on-failure'` for routines off the main thread, `'never'` for other tasks.
   */
  readonly restart?: Restart | RestartOptions
  /** What a run gets for its `defer`, `using` and `finally` after it was told to end. 0 or more. Default 0.1 s. */
  readonly grace?: Duration
}

export const DEFAULT_LOOP_MARKER = '---Loop---'

/** Seconds, when an option says nothing. */
export const DEFAULT_GRACE_SECONDS = 0.1

/** How often a worker that dies is replaced, when an option says nothing. */
export const DEFAULT_RESTARTS = { attempts: 5, withinSeconds: 10, pauseSeconds: 0.1 }

/** Every option there is. `later` ones are named by the design and refused until they work. */
export const TASK_OPTIONS = {
  process: 'static',
  runOnStart: 'expression',
  refreshRate: 'expression',
  pace: 'expression',
  timeout: 'expression',
  defineLoopLater: 'static',
  startLoopMarker: 'static',
  concurrency: 'expression',
  queueLimit: 'expression',
  restart: 'expression',
  grace: 'expression',
  isolation: 'later',
} as const satisfies Record<string, 'static' | 'expression' | 'later'>

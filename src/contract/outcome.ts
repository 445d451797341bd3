/** How a run ended. The numbers 0 to 2 are those of the Python library. */
export enum ExecutionStates {
  /** The body ran to its end. */
  CORRECTLY = 0,
  /** The run exceeded its `timeout`. */
  TIMEOUT = 1,
  /** The body threw, its worker died, or the call could not be made. */
  ERROR_OCCURRED = 2,
  /** `cancel()` or `stop()` cut the run short. */
  CANCELLED = 3,
}

/** What a run of a task gives back. Told apart by `executionState`: with CORRECTLY there is a `result`, else an `error`. */
export type TaskOutput<T = unknown> =
  | { readonly executionState: ExecutionStates.CORRECTLY; readonly result: T; readonly error?: undefined }
  | {
      readonly executionState: ExecutionStates.TIMEOUT | ExecutionStates.ERROR_OCCURRED | ExecutionStates.CANCELLED
      readonly result?: undefined
      readonly error: Error
    }

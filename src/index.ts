export { ExecutionStates, type TaskOutput } from './contract/outcome.ts'
export type { Duration, TaskOptions } from './contract/task.ts'
export { type AbstractBrainClass, Brain, type BrainClass } from '../runtime/brain.ts'
export { createLogger } from '../runtime/logger.ts'
export { TaskbrainError } from '../runtime/errors.ts'
export type {
  BrainOptions, Logger, LoggerOptions, LogLevel, Outputs, SerializableCodec, StopOptions, Task, TaskRun, Tasks, WaitOptions,
} from '../runtime/types.ts'

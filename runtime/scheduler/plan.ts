import type { Host } from '../host/host.ts'
import type { RestartPolicy } from './restarts.ts'

/** A task as the scheduler sees it: options checked, times in milliseconds. */
export interface TaskPlan {
  readonly name: string
  readonly host: Host
  /** Takes one of the places of the pool while it runs. Routines and tasks of the main process take none. */
  readonly pooled: boolean
  readonly timeoutMs: number | undefined
  readonly graceMs: number
  /** Runs at once. */
  readonly concurrency: number
  /** Runs that may wait for a place. */
  readonly queueLimit: number
  readonly restart: RestartPolicy
}

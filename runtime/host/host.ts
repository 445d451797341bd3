import type { Cargo } from '../cargo.ts'
import type { Context } from '../context.ts'
import type { EndReason } from '../scope.ts'

/** Where runs take place. A host knows threads and never time. */
export interface Host {
  /** Begins a run. No event comes before this has returned. */
  start(order: RunOrder, events: RunEvents): RunningBody
  /** Ends all that is left of it. No run is on when this is called. */
  close(): Promise<void>
}

export interface RunOrder {
  readonly run: number
  readonly task: string
  /** An array. */
  readonly args: Cargo
  /** That of whoever called. */
  readonly context: Context
}

export interface RunEvents {
  /** The body begins now. */
  started(): void
  /** Something of the run threw where nobody catches. Its body is still on. */
  failed(error: unknown): void
  /** Last event of a run. */
  ended(outcome: HostOutcome): void
}

export interface RunningBody {
  /** For the log: `main`, `thread 2`. */
  readonly place: string
  /** Tells the run to end. The first reason counts. */
  tell(reason: EndReason): void
  /** Takes in what the run has said by now, which a main thread that was busy has not heard yet. */
  hear(): void
  /** Ends the run by force; resolves when it is gone, as far as it can be. No event comes any more. */
  kill(): Promise<void>
}

/** How a worker came to its end before its run: a module of it could not be loaded, `process.exit(0)`, or anything else. */
export type Death = 'not-loaded' | 'exited' | 'failed'

/** `told`: the body knew that it should end. `lost`: the worker died, or never came to run the body. */
export type HostOutcome =
  | { readonly kind: 'returned'; readonly result: Cargo; readonly told: boolean; readonly durationMs: number }
  | { readonly kind: 'threw'; readonly error: unknown; readonly told: boolean; readonly durationMs: number }
  | { readonly kind: 'lost'; readonly death: Death; readonly error: Error }

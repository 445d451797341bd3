import type { MessagePort } from 'node:worker_threads'
import type { ExecutionStates } from '../src/contract/outcome.ts'
import type { Envelope } from './envelope.ts'
import type { EndReason } from './scope.ts'

/** What main and its worker threads say to each other. */

/** First thing a thread is given, through the pool. */
export interface BootOrder {
  readonly kind: 'boot'
  readonly port: MessagePort
  readonly control: SharedArrayBuffer
  readonly state: SharedArrayBuffer
  /** Owner of what the thread holds in the shared state. */
  readonly owner: number
  readonly brain: string
  readonly identifier: string
  readonly tasks: readonly string[]
}

/** A run, given through the pool; its answer is a RunAnswer. */
export interface RunAssignment {
  readonly kind: 'run'
  readonly run: number
  readonly id: string
  readonly task: string
  readonly entry: string
  readonly args: unknown
  readonly refreshMs: number | undefined
}

export type RunAnswer =
  | { readonly kind: 'returned'; readonly result: unknown; readonly told: boolean; readonly durationMs: number }
  | { readonly kind: 'threw'; readonly error: Envelope; readonly told: boolean; readonly durationMs: number }
  /** The run never began. */
  | { readonly kind: 'not-loaded'; readonly error: Envelope }

/** How the output of a call travels back to the worker that made it. */
export type PortableOutput =
  | { readonly executionState: ExecutionStates.CORRECTLY; readonly result: unknown }
  | { readonly executionState: Exclude<ExecutionStates, ExecutionStates.CORRECTLY>; readonly error: Envelope }

export type ToMain =
  | { readonly kind: 'started'; readonly run: number }
  | { readonly kind: 'log'; readonly type: string; readonly tag: string; readonly text: string }
  /** An error that does not end its run. `late`: the run had ended. */
  | { readonly kind: 'report'; readonly run: number; readonly task: string; readonly error: Envelope; readonly late: boolean }
  /** An error that nobody caught; it ends the run, and the thread is not used again. */
  | { readonly kind: 'failed'; readonly run: number; readonly error: Envelope }
  /** Something of an earlier run may still go on: the thread is not used again. */
  | { readonly kind: 'retire' }
  | { readonly kind: 'call'; readonly call: number; readonly run: number | undefined; readonly task: string; readonly args: readonly unknown[] }
  | { readonly kind: 'cancel-call'; readonly call: number }
  | { readonly kind: 'cancel-task'; readonly task: string }
  | { readonly kind: 'stop'; readonly graceMs: number | undefined }

export type ToWorker =
  | { readonly kind: 'told'; readonly run: number }
  | { readonly kind: 'reply'; readonly call: number; readonly output: PortableOutput }

/**
 * The one word of shared memory between main and a thread: which run was told to end, and why. A run that never lets its
 * event loop turn reads it there; the number keeps the word from meaning the run after it.
 */
const REASONS: readonly EndReason[] = ['cancelled', 'timeout', 'stopped']
const RUN_MASK = 2 ** 29 - 1

export const CONTROL_BYTES = Int32Array.BYTES_PER_ELEMENT

export function writeTold(control: Int32Array, run: number, reason: EndReason): void {
  Atomics.store(control, 0, ((run & RUN_MASK) << 2) | (REASONS.indexOf(reason) + 1))
}

export function readTold(control: Int32Array, run: number): EndReason | undefined {
  const word = Atomics.load(control, 0)
  return word >>> 2 === (run & RUN_MASK) ? REASONS[(word & 3) - 1] : undefined
}

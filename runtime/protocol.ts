import type { MessagePort } from 'node:worker_threads'
import type { ExecutionStates } from '../src/contract/outcome.ts'
import type { Envelope } from './envelope.ts'
import type { Refresh } from './pace.ts'
import type { EndReason } from './scope.ts'
import type { SharedState } from './state/index.ts'

/** What main and its worker threads say to each other. */

/** First thing a thread is given, through the pool. */
export interface BootOrder {
  readonly kind: 'boot'
  readonly port: MessagePort
  readonly control: SharedArrayBuffer
  readonly state: SharedState
  /** Owner of what the thread holds in the shared state. */
  readonly owner: number
  readonly brain: string
  readonly identifier: string
  readonly tasks: readonly string[]
}

/** A run, given through the pool. Its RunAnswer comes through the port, before the pool says that the run has ended. */
export interface RunAssignment {
  readonly kind: 'run'
  readonly run: number
  readonly id: string
  readonly task: string
  readonly entry: string
  readonly args: unknown
  readonly refresh: Refresh | undefined
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
  | { readonly kind: 'answer'; readonly answer: RunAnswer }
  | { readonly kind: 'started'; readonly run: number }
  | { readonly kind: 'log'; readonly type: string; readonly tag: string; readonly text: string }
  /** A task set the level of its logger, which is main's. */
  | { readonly kind: 'log-level'; readonly level: number }
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
 * Two words of shared memory between main and a thread. The first says which run was told to end, and why: a run that
 * never lets its event loop turn reads it there; the number keeps the word from meaning the run after it.
 */
const REASONS: readonly EndReason[] = ['cancelled', 'timeout', 'stopped']
const RUN_MASK = 2 ** 29 - 1

export const CONTROL_BYTES = 2 * Int32Array.BYTES_PER_ELEMENT

export function writeTold(control: Int32Array, run: number, reason: EndReason): void {
  Atomics.store(control, 0, ((run & RUN_MASK) << 2) | (REASONS.indexOf(reason) + 1))
}

export function readTold(control: Int32Array, run: number): EndReason | undefined {
  const word = Atomics.load(control, 0)
  return word >>> 2 === (run & RUN_MASK) ? REASONS[(word & 3) - 1] : undefined
}

/**
 * The second counts what main has heard of the thread. A thread that said more and more before main came to hear it would
 * keep main from all else, its timers too, and fill the memory: from here on it waits.
 */
const MOST_UNHEARD = 1000
/** A main thread that is blocked, and may be waiting for this very thread, must not stop it. */
const MAIN_BLOCKED_MS = 50
/** Main wakes who waits each time that it has heard this much, a power of two. */
const WAKE_EVERY = 256

/** A message counts as one, and a long line of the log for each thousand characters. */
function weightOf(message: ToMain): number {
  return message.kind === 'log' ? 1 + (message.text.length >> 10) : 1
}

/** In main, after each message of a thread. */
export function countHeard(control: Int32Array, message: ToMain): void {
  const weight = weightOf(message)
  const before = Atomics.add(control, 1, weight)
  if ((before & (WAKE_EVERY - 1)) + weight >= WAKE_EVERY) Atomics.notify(control, 1)
}

/** In a thread, after each message to main: waits where too much is unheard. */
export function createPacer(control: Int32Array): (message: ToMain) => void {
  let said = 0
  let looksAt = MOST_UNHEARD
  const unheard = (): number => (said - Atomics.load(control, 1)) | 0
  return (message) => {
    said += weightOf(message)
    if (said < looksAt) return
    const endsAt = performance.now() + MAIN_BLOCKED_MS
    for (let leftMs = MAIN_BLOCKED_MS; unheard() > MOST_UNHEARD / 2 && leftMs > 0; leftMs = endsAt - performance.now()) {
      Atomics.wait(control, 1, Atomics.load(control, 1), leftMs)
    }
    looksAt = said + Math.max(MOST_UNHEARD - unheard(), MOST_UNHEARD / 2)
  }
}

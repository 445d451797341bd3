import { setMaxListeners } from 'node:events'
import { TaskbrainError } from './errors.ts'
import { explained } from './snapshot-changes.ts'
import { Waits } from './waits.ts'

/** Why a run is told to end. */
export type EndReason = 'cancelled' | 'timeout' | 'stopped'

const SENTENCES: Record<EndReason, (task: string) => string> = {
  cancelled: (task) => `Task \`${task}\` was cancelled.`,
  timeout: (task) => `Task \`${task}\` exceeded its timeout.`,
  stopped: (task) => `Task \`${task}\` was ended because its brain was stopped.`,
}

/** What every await of a run that was told to end rejects with, and the reason of its signal. */
export class Cancellation extends TaskbrainError {
  readonly #scope: RunScope

  constructor(scope: RunScope, reason: EndReason) {
    super(reason, SENTENCES[reason](scope.task))
    this.#scope = scope
  }

  ends(scope: RunScope): boolean {
    return this.#scope === scope
  }
}

export interface ScopeOptions {
  readonly brain: object
  readonly run: number
  readonly task: string
  /** An error that does not end the run: one iteration of a routine threw, or a callback of `defer`. */
  readonly report: (error: unknown) => void
  /** Something that its user should know of: what is said of the task. */
  readonly warn: (what: string) => void
  /** Where the word to end may be before any event says so. In a worker it reads shared memory. */
  readonly peek?: () => EndReason | undefined
}

/** One run as its body sees it: whether it was told to end, what waits for that, and what to do at its end. */
export class RunScope {
  readonly brain: object
  readonly run: number
  readonly task: string
  readonly report: (error: unknown) => void
  readonly warn: (what: string) => void
  readonly deferred: (() => unknown)[] = []
  #ended = false
  #seen = false
  #cancellation: Cancellation | undefined
  #controller: AbortController | undefined
  readonly #peek: (() => EndReason | undefined) | undefined
  // Those that are on right now. Racing each await against one long-lived promise instead would keep every value that was
  // ever awaited.
  readonly waits = new Waits()
  readonly #endListeners = new Set<() => void>()

  constructor(options: ScopeOptions) {
    this.brain = options.brain
    this.run = options.run
    this.task = options.task
    this.report = (error) => options.report(explained(error))
    this.warn = options.warn
    this.#peek = options.peek
  }

  /** Set once the run was told to end. */
  get cancellation(): Cancellation | undefined {
    if (this.#cancellation || this.#ended) return this.#cancellation
    const reason = this.#peek?.()
    if (reason) this.tell(reason)
    return this.#cancellation
  }

  /** Whether the body was cut short by being told, or could know of it: a body that went its own way to its end was not. */
  get seen(): boolean {
    return this.#seen
  }

  see(): void {
    this.#seen = true
  }

  /** Tells the run to end: aborts its signal and makes its awaits reject, from the inside out. The first reason counts. */
  tell(reason: EndReason): void {
    if (this.#cancellation || this.#ended) return
    const cancellation = new Cancellation(this, reason)
    this.#cancellation = cancellation
    if (this.#controller) this.#seen = true
    this.#controller?.abort(cancellation)
    this.waits.endAll(cancellation)
    this.#callEndListeners()
  }

  /** `listener` is called when the run is told to end, and when it has ended. Returns what takes it back. */
  onEnd(listener: () => void): () => void {
    this.#endListeners.add(listener)
    return () => this.#endListeners.delete(listener)
  }

  /** The body has ended and all that was deferred has run: nothing can tell the run to end any more. */
  close(): void {
    this.#ended = true
    this.waits.clear()
    this.#callEndListeners()
    this.#endListeners.clear()
  }

  #callEndListeners(): void {
    for (const listener of [...this.#endListeners]) listener()
  }

  get closed(): boolean {
    return this.#ended
  }

  /** Made when first asked for. */
  get signal(): AbortSignal {
    if (this.#controller) return this.#controller.signal
    const controller = new AbortController()
    this.#controller = controller
    const { signal } = controller
    // As long as the run lives: many that listen at once are no leak.
    setMaxListeners(0, signal)
    // The platform's own getters know of an abort only after an event; a synchronous body never lets one in.
    const refresh = (): Cancellation | undefined => {
      if (this.cancellation) this.#seen = true
      return this.cancellation
    }
    const native = { aborted: getter('aborted', signal), reason: getter('reason', signal) }
    Object.defineProperties(signal, {
      aborted: { configurable: true, get: () => refresh() !== undefined || native.aborted() },
      reason: { configurable: true, get: () => refresh() ?? native.reason() },
      throwIfAborted: { configurable: true, writable: true, value: () => {
        const cancellation = refresh()
        if (cancellation) throw cancellation
      } },
    })
    const cancellation = refresh()
    if (cancellation) controller.abort(cancellation)
    return signal
  }
}

function getter(name: 'aborted' | 'reason', signal: AbortSignal): () => any {
  const { get } = Object.getOwnPropertyDescriptor(AbortSignal.prototype, name)!
  return () => get!.call(signal)
}

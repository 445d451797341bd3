import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { Tinypool } from 'tinypool'
import { ExecutionStates } from '../../src/contract/outcome.ts'
import { packed } from '../cargo.ts'
import { outsideOfAll } from '../context.ts'
import { fromEnvelope, isError, toEnvelope } from '../envelope.ts'
import { idleWorkerLost, notCloned, workerExited, workerLost, workerOutOfMemory } from '../errors.ts'
import type { Refresh } from '../pace.ts'
import {
  type BootOrder, CONTROL_BYTES, countHeard, type PortableOutput, type RunAnswer, type RunAssignment, type ToMain, type ToWorker,
  writeTold,
} from '../protocol.ts'
import type { EndReason } from '../scope.ts'
import type { SharedState } from '../state/index.ts'
import type { HostOutcome, RunEvents, RunOrder } from './host.ts'

/** What every thread of a brain needs. */
export interface ThreadContext {
  readonly tinypool: (entry: string) => Promise<typeof Tinypool>
  readonly entry: () => string
  readonly execArgv: readonly string[]
  readonly brain: string
  readonly identifier: string
  readonly tasks: readonly string[]
  readonly store: ThreadStore
  readonly line: ThreadLine
}

/** The shared state, as far as the life of a thread concerns it. */
export interface ThreadStore {
  readonly shared: SharedState
  /** Threads that wait for an attribute look again. */
  wakeAll(): void
  /** The thread is about to be ended by force. */
  doom(owner: number): void
  /** The thread is gone: what it held is free. */
  release(owner: number): void
}

/** What threads say while they run. */
export interface ThreadLine {
  log(type: string, tag: string, text: string): void
  setLogLevel(level: number): void
  /** An error that does not end its run; `late` where its run has ended. */
  report(run: number, task: string, error: unknown, late: boolean): void
  /** A worker died while nothing ran on it. */
  diedIdle(place: string, error: Error): void
  call(task: string, args: readonly unknown[], caller: number | undefined): ThreadCall
  cancelTask(task: string): void
  stop(graceMs: number | undefined): void
}

export interface ThreadCall {
  readonly output: Promise<PortableOutput>
  cancel(): void
}

/** The code that a run needs on its thread. */
export interface WorkerBody {
  /** Id of the brain class. */
  readonly id: string
  readonly entry: string
  readonly refresh: Refresh | undefined
}

interface CurrentRun {
  readonly order: RunOrder
  readonly events: RunEvents
}

/** How long ending a thread is waited for. A native call holds its thread until it returns. */
const KILL_DEADLINE_MS = 1000

/**
 * One worker thread. A tinypool of its own, of one thread: tinypool gives no choice of the thread, and one that is ended
 * by force is replaced in a shared pool only now and then.
 */
export class Thread {
  /** For the log. Taken again when the thread is gone. */
  readonly number: number
  /** For the shared state. Never taken again. */
  readonly #owner: number
  /** Entries that it has loaded. */
  readonly loaded = new Set<string>()
  readonly gone: Promise<void>
  /** Something of an ended run may go on in it. */
  retired = false
  readonly #context: ThreadContext
  readonly #control = new Int32Array(new SharedArrayBuffer(CONTROL_BYTES))
  readonly #port: MessagePort
  readonly #calls = new Map<number, ThreadCall>()
  readonly #booted: Promise<Tinypool>
  #pool: Tinypool | undefined
  #current: CurrentRun | undefined
  /** The run that began last. */
  #begun: RunOrder | undefined
  #answer: RunAnswer | undefined
  #ended = false
  #resolveGone!: () => void

  constructor(number: number, owner: number, context: ThreadContext) {
    this.number = number
    this.#owner = owner
    this.#context = context
    this.gone = new Promise((resolve) => {
      this.#resolveGone = resolve
    })
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    port1.on('message', (message: ToMain) => this.#hear(message))
    port1.unref()
    this.#booted = this.#boot(port2)
    this.#booted.catch((error: unknown) => this.#died(error))
  }

  get place(): string {
    return `thread ${this.number}`
  }

  get ended(): boolean {
    return this.#ended
  }

  async run(order: RunOrder, body: WorkerBody, events: RunEvents): Promise<void> {
    this.#current = { order, events }
    try {
      const pool = await this.#booted
      if (this.#ended) return
      const assignment: RunAssignment = {
        kind: 'run', run: order.run, id: body.id, task: order.task, entry: body.entry, refresh: body.refresh,
        args: packed(order.args, 'args'),
      }
      await pool.run(assignment)
    } catch (error) {
      // Where the thread died, or was ended, that has been told by then.
      this.#died(error)
      return
    }
    this.#drain()
    this.loaded.add(body.entry)
    this.#answered()
  }

  tell(run: number, reason: EndReason): void {
    writeTold(this.#control, run, reason)
    // It may be blocked there, and then hears of nothing else.
    this.#context.store.wakeAll()
    this.#post({ kind: 'told', run })
  }

  /** Hears what it has said by now, its answer too. */
  hear(): void {
    this.#drain()
    this.#answered()
  }

  /** Ends the thread by force; resolves when it is gone, or after a deadline where native code holds it. */
  async kill(): Promise<void> {
    this.#current = undefined
    if (!this.#ended) {
      this.#ended = true
      this.#context.store.doom(this.#owner)
    }
    const pool = this.#pool
    if (!pool) return this.#close()
    // Not its own promise: that one never settles for a worker that has exited already.
    pool.destroy().catch(() => {})
    await within(this.gone, KILL_DEADLINE_MS)
  }

  async #boot(port: MessagePort): Promise<Tinypool> {
    const { tinypool, entry, execArgv, brain, identifier, tasks, store } = this.#context
    const filename = entry()
    const Pool = await tinypool(filename)
    // Ended before it began.
    if (this.#ended) throw new Error('the thread was ended')
    const pool = new Pool({
      filename, runtime: 'worker_threads', minThreads: 1, maxThreads: 1, concurrentTasksPerWorker: 1, useAtomics: false,
      execArgv: [...execArgv],
    })
    this.#pool = pool
    // Without a listener an error of an idle worker would end the process.
    pool.on('error', () => {})
    const worker = pool.threads[0]!
    worker.on('error', (error: unknown) => this.#died(error))
    worker.once('exit', (exitCode: unknown) => this.#exited(Number(exitCode)))
    const order: BootOrder = {
      kind: 'boot', port, control: this.#control.buffer as SharedArrayBuffer, state: store.shared, owner: this.#owner, brain,
      identifier, tasks,
    }
    await pool.run(order, { transferList: [port] })
    return pool
  }

  #hear(message: ToMain): void {
    countHeard(this.#control, message)
    this.#receive(message)
  }

  #receive(message: ToMain): void {
    const { line } = this.#context
    switch (message.kind) {
      case 'answer':
        this.#answer = message.answer
        return
      case 'started': return this.#started(this.#ofCurrent(message.run))
      case 'log': return line.log(message.type, message.tag, message.text)
      case 'log-level': return line.setLogLevel(message.level)
      case 'report': return line.report(message.run, message.task, fromEnvelope(message.error), message.late)
      case 'failed':
        this.retired = true
        return this.#ofCurrent(message.run)?.events.failed(fromEnvelope(message.error))
      case 'retire':
        this.retired = true
        return
      case 'call': return void this.#call(message.call, line.call(message.task, message.args, message.run))
      case 'cancel-call': return this.#calls.get(message.call)?.cancel()
      case 'cancel-task': return line.cancelTask(message.task)
      case 'stop': return line.stop(message.graceMs)
    }
  }

  #started(current: CurrentRun | undefined): void {
    if (!current) return
    this.#begun = current.order
    current.events.started()
  }

  async #call(id: number, call: ThreadCall): Promise<void> {
    this.#calls.set(id, call)
    const output = await call.output
    this.#calls.delete(id)
    try {
      this.#post({ kind: 'reply', call: id, output })
    } catch (error) {
      const refusal = toEnvelope(notCloned('result', error))
      this.#post({ kind: 'reply', call: id, output: { executionState: ExecutionStates.ERROR_OCCURRED, error: refusal } })
    }
  }

  #ofCurrent(run: number): CurrentRun | undefined {
    return this.#current?.order.run === run ? this.#current : undefined
  }

  /** What the worker said before it ended, or answered, is heard before that. */
  #drain(): void {
    for (let entry = receiveMessageOnPort(this.#port); entry; entry = receiveMessageOnPort(this.#port)) this.#hear(entry.message)
  }

  /** Ends the run as its answer says, where there is one. */
  #answered(): void {
    const answer = this.#answer
    this.#answer = undefined
    if (answer) this.#finish(outcomeOf(answer))
  }

  #finish(outcome: HostOutcome): void {
    const current = this.#current
    this.#current = undefined
    current?.events.ended(outcome)
  }

  #exited(exitCode: number): void {
    this.#drain()
    if (!this.#ended) this.#died(undefined, exitCode)
    this.#close()
  }

  /** The worker ended by itself. */
  #died(cause: unknown, exitCode?: number): void {
    if (this.#ended) return
    this.#ended = true
    this.#drain()
    // Tinypool has put another worker in its place.
    this.#pool?.destroy().catch(() => {})
    if (!this.#pool) this.#close()
    // It may have died between its answer and the word that it is free.
    this.#answered()
    const current = this.#current
    const begun = this.#begun
    const error = begun && begun !== current?.order
      ? idleDeathError(begun.task, cause, exitCode)
      : deathError(current?.order.task ?? '', cause, exitCode)
    if (current) return this.#finish({ kind: 'lost', death: exitCode === 0 ? 'exited' : 'failed', error })
    this.#context.line.diedIdle(this.place, error)
  }

  #close(): void {
    this.#context.store.release(this.#owner)
    this.#port.close()
    this.#calls.clear()
    this.#resolveGone()
  }

  #post(message: ToWorker): void {
    const port = this.#port
    port.postMessage(message)
  }
}

function outcomeOf(answer: RunAnswer): HostOutcome {
  if (answer.kind === 'returned') {
    const { told, durationMs } = answer
    return { kind: 'returned', result: { form: 'portable', value: answer.result }, told, durationMs }
  }
  const error = fromEnvelope(answer.error)
  if (answer.kind === 'not-loaded') return { kind: 'lost', death: 'not-loaded', error: error as Error }
  return { kind: 'threw', error, told: answer.told, durationMs: answer.durationMs }
}

function deathError(task: string, cause: unknown, exitCode: number | undefined): Error {
  if (exitCode !== undefined) return workerExited(task, exitCode)
  if (isError(cause) && (cause as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY') return workerOutOfMemory(task, cause)
  if (isError(cause) && cause.name === 'TaskbrainError') return cause
  return workerLost(task, isError(cause) ? cause.message : String(cause), cause)
}

/** Something that an ended run left behind has ended the thread. */
function idleDeathError(lastTask: string, cause: unknown, exitCode: number | undefined): Error {
  if (exitCode !== undefined) return idleWorkerLost(lastTask, `something in it called \`process.exit(${exitCode})\``)
  return idleWorkerLost(lastTask, isError(cause) ? cause.message : String(cause), cause)
}

function within(promise: Promise<void>, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, deadlineMs)
    const settle = (): void => {
      clearTimeout(timer)
      resolve()
    }
    void promise.then(settle)
  })
}

/** A thread is part of no run, and of nothing that a caller does, whichever made it necessary. */
export function createThread(number: number, owner: number, context: ThreadContext): Thread {
  return outsideOfAll(() => new Thread(number, owner, context))
}

import { runBody } from '../body.ts'
import type { Brain } from '../brain.ts'
import { currentFrame, outsideOfRuns } from '../context.ts'
import { toEnvelope } from '../envelope.ts'
import { brainInWorker, buildStale, mainOnly, notCloned, workerNotLoaded } from '../errors.ts'
import { isEnd } from '../floating.ts'
import { type BootOrder, createPacer, readTold, type RunAnswer, type RunAssignment } from '../protocol.ts'
import { type BrainLink, refuseUnregistered } from '../registry.ts'
import { threadClock } from '../scheduler/clock.ts'
import { RunScope } from '../scope.ts'
import { fromPortable, toPortable, useTypesOf } from '../serializable/index.ts'
import { openStore } from '../state/index.ts'
import { createTasks } from '../tasks.ts'
import { construct, type WorkerClass, workerClass } from './classes.ts'
import { captureOutput } from './console.ts'
import { createLine } from './line.ts'
import { asLogger, shareLoggers } from '../logger.ts'
import { createWorkerLogger } from './logger.ts'
import { createStop } from './stop.ts'

export interface WorkerThread {
  /** Sends the answer. Never rejects. */
  run(assignment: RunAssignment): Promise<void>
}

/** Sets a thread up for one brain: its line to main, what it prints, and errors that nobody catches. */
export function bootThread(order: BootOrder): WorkerThread {
  const control = new Int32Array(order.control)
  let current: { readonly scope: RunScope; readonly isRoutine: boolean } | undefined
  let lastTask = order.brain

  const line = createLine({
    port: order.port,
    onTold(run) {
      // Reading whether it was told makes the scope act on it.
      if (current?.scope.run === run) void current.scope.cancellation
    },
    pace: createPacer(control),
  })
  const log = (type: string, tag: string, text: string): void => line.post({ kind: 'log', type, tag, text })
  const flushOutput = captureOutput((type, text) => log(type, '', text))
  const link: BrainLink = {
    tasks: createTasks(order.brain, order.tasks, line.calls),
    logger: createWorkerLogger(order.identifier, log, (level) => line.post({ kind: 'log-level', level })),
    stopSignal: new AbortController().signal,
    run: async () => {
      throw mainOnly('run()')
    },
    getTasks: () => {
      throw mainOnly('getTasks()')
    },
    stop: createStop(line.post),
  }
  refuseUnregistered(brainInWorker)
  shareLoggers((identifier) => (identifier === order.identifier ? link.logger : asLogger(link.logger.withTag(identifier), identifier)))
  const brains = new Map<WorkerClass, Brain>()

  function brainOf(known: WorkerClass): Brain {
    const made = brains.get(known)
    if (made) return made
    const store = openStore(known.layout, order.state, order.owner)
    const brain = construct(known, store, link)
    // A `process.exit()` inside an atomic step: main may be waiting for the lock, and would not see this thread's end.
    // Once: all brains of the thread have one memory.
    if (brains.size === 0) process.on('exit', () => store.release(order.owner))
    brains.set(known, brain)
    return brain
  }

  process.on('uncaughtException', uncaught)
  process.on('unhandledRejection', uncaught)
  process.on('exit', flushOutput)

  function uncaught(error: unknown): void {
    if (isEnd(error)) return
    const scope = currentFrame()?.scope
    if (scope && scope === current?.scope && !scope.closed) {
      if (current.isRoutine) return scope.report(error)
      return line.post({ kind: 'failed', run: scope.run, error: toEnvelope(error) })
    }
    // What an ended run left behind, or what a module does on its own: no run that is on has to answer for it.
    line.post({ kind: 'report', run: scope?.run ?? 0, task: scope?.task ?? lastTask, error: toEnvelope(error), late: true })
    line.post({ kind: 'retire' })
  }

  async function load(assignment: RunAssignment): Promise<WorkerClass> {
    const { entry, id, task } = assignment
    try {
      await outsideOfRuns(() => import(/* @vite-ignore */ entry))
    } catch (error) {
      throw workerNotLoaded(task, entry, error instanceof Error ? `${error.name}: ${error.message}` : String(error), error)
    }
    const known = workerClass(id, task)
    if (!known) throw buildStale(task, `${entry} does not hold it`)
    return known
  }

  async function run(assignment: RunAssignment): Promise<RunAnswer> {
    const { run: number, task, refresh } = assignment
    let known: WorkerClass
    let brain: Brain
    let method: unknown
    useTypesOf(assignment.entry)
    try {
      known = await load(assignment)
      brain = brainOf(known)
      method = (brain as unknown as Record<string, unknown>)[task]
      if (typeof method !== 'function') throw buildStale(task, `${assignment.entry} has no such method`)
    } catch (error) {
      return { kind: 'not-loaded', error: toEnvelope(error) }
    }
    const scope = new RunScope({
      brain, run: number, task,
      report: (error) => line.post({ kind: 'report', run: number, task, error: toEnvelope(error), late: false }),
      warn: (what) => link.logger.warn(`[${task}] ${what}`),
      peek: () => readTold(control, number),
    })
    if (scope.cancellation) return { kind: 'returned', result: undefined, told: true, durationMs: 0 }
    current = { scope, isRoutine: refresh !== undefined }
    lastTask = task
    const before = resources()
    line.post({ kind: 'started', run: number })
    const body = { method: method as (...args: any[]) => unknown, brain, args: [] as unknown[], split: known.spec.split ?? false, refresh }
    try {
      body.args = (assignment.args as unknown[]).map((argument, index) => fromPortable(argument, `args[${index}]`))
    } catch (error) {
      return { kind: 'threw', error: toEnvelope(error), told: false, durationMs: 0 }
    }
    const outcome = await runBody(body, scope, threadClock)
    current = undefined
    const { told, durationMs } = outcome
    // What was cut short would go on in there, beside the runs that come to this thread next.
    if (told && isLeftBehind(before)) line.post({ kind: 'retire' })
    if (outcome.kind === 'threw') return { kind: 'threw', error: toEnvelope(outcome.error), told, durationMs }
    try {
      return { kind: 'returned', result: toPortable(outcome.value, 'result'), told, durationMs }
    } catch (error) {
      return { kind: 'threw', error: toEnvelope(error), told, durationMs }
    }
  }

  return {
    async run(assignment) {
      const answer = await run(assignment)
      flushOutput()
      try {
        line.post({ kind: 'answer', answer })
      } catch (error) {
        line.post({ kind: 'answer', answer: { kind: 'threw', error: toEnvelope(notCloned('result', error)), told: false, durationMs: 0 } })
      }
    },
  }
}

/** What keeps this thread busy, by kind: `TCPServerWrap`, `FSEventWrap`, `Timeout`. */
function resources(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

/** Whether more is there than `before`, such as a server that still listens, or a timer whosever it is: one may have taken the place of another. */
function isLeftBehind(before: ReadonlyMap<string, number>): boolean {
  return [...resources()].some(([kind, count]) => kind === 'Timeout' || kind === 'Immediate' || count > (before.get(kind) ?? 0))
}

import { setMaxListeners } from 'node:events'
import { durationSeconds } from '../src/contract/duration.ts'
import { ExecutionStates, type TaskOutput } from '../src/contract/outcome.ts'
import { BrainEnd } from './brain-end.ts'
import { type Cargo, plain, portableArgs } from './cargo.ts'
import { currentFrame, outsideOfAll } from './context.ts'
import type { DefinedTask } from './definition.ts'
import { brainStopped, stopGraceRefused } from './errors.ts'
import { toEnvelope } from './envelope.ts'
import type { ThreadCall } from './host/thread.ts'
import { guardFloatingPromises } from './floating.ts'
import { failed, outputOf, portableOutputOf } from './output.ts'
import { keepAlive } from './keep-alive.ts'
import type { BrainLink } from './registry.ts'
import type { RunLog } from './run-log.ts'
import type { TaskPlan } from './scheduler/plan.ts'
import type { Run } from './scheduler/run.ts'
import type { Scheduler } from './scheduler/scheduler.ts'
import { onEndSignal, watchLingering } from './end-signal.ts'
import { createTaskRun, createTasks } from './tasks.ts'
import type { Logger, StopOptions, TaskRun } from './types.ts'

export interface MainLinkOptions {
  readonly brain: object
  readonly name: string
  readonly logger: Logger
  readonly log: RunLog
  readonly scheduler: Scheduler
  readonly tasks: ReadonlyMap<string, DefinedTask>
  readonly plans: ReadonlyMap<string, TaskPlan>
  /** Ends all threads; all runs have ended by then. */
  readonly close: () => Promise<void>
}

/** What stands behind a brain in the main process, and behind its workers. */
export interface MainLink extends BrainLink {
  /** `args` are portable. */
  callFromWorker(task: string, args: readonly unknown[], caller: number | undefined): ThreadCall
  cancelTask(task: string): void
  stopFromWorker(graceMs: number | undefined): Promise<void>
}

export function createMainLink(options: MainLinkOptions): MainLink {
  const { brain, name, logger, log, scheduler, tasks, plans } = options
  const handles = new WeakMap<Run, TaskRun<unknown>>()
  const stopController = new AbortController()
  // Many that wait at once are no leak.
  setMaxListeners(0, stopController.signal)
  let stopping: Promise<void> | undefined
  let running: Promise<Record<string, TaskOutput>> | undefined

  function handleOf(run: Run): TaskRun<unknown> {
    const known = handles.get(run)
    if (known) return known
    const handle = createTaskRun({ output: run.settled.then(outputOf), cancel: () => run.tell('cancelled') })
    handles.set(run, handle)
    return handle
  }

  function submit(task: string, args: () => Cargo, caller: Run | undefined): Run | Error {
    try {
      if (scheduler.stopped) throw brainStopped(task)
      return scheduler.submit(plans.get(task)!, args(), caller)
    } catch (error) {
      log.refused(task, error as Error)
      return error as Error
    }
  }

  /** The run that this code is part of, if it is one of this brain. */
  function currentRun(): Run | undefined {
    const scope = currentFrame()?.scope
    return scope?.brain === brain && !scope.closed ? scheduler.find(scope.run) : undefined
  }

  function call(task: string, args: readonly unknown[]): TaskRun<unknown> {
    const run = submit(task, () => (tasks.get(task)!.process ? portableArgs(args) : plain([...args])), currentRun())
    return run instanceof Error ? refusedRun(run) : handleOf(run)
  }

  function startOnStart(task: DefinedTask): TaskRun<unknown> | undefined {
    try {
      return startsWithBrain(task) ? call(task.name, []) : undefined
    } catch (error) {
      log.refused(task.name, error as Error)
      return refusedRun(error)
    }
  }

  function startsWithBrain({ runOnStart }: DefinedTask): boolean {
    return typeof runOnStart === 'function' ? Boolean(runOnStart(brain)) : runOnStart
  }

  async function runAll(): Promise<Record<string, TaskOutput>> {
    // A program whose tasks wait for each other, and for nothing that Node knows of, runs on.
    const letGo = keepAlive()
    const forgetSignals = onEndSignal((signal) => {
      logger.info(`${signal}: stopping`)
      void stop().then(() => watchLingering((resources) => {
        logger.info(`${signal}: all tasks have ended. What keeps the process alive: ${resources}. A second ${signal} ends it.`)
      }))
    })
    try {
      const started = [...tasks.values()].map((task) => [task.name, startOnStart(task)] as const)
      const outputs: Record<string, TaskOutput> = {}
      for (const [task, run] of started) if (run) outputs[task] = await run
      await stopping
      return outputs
    } finally {
      forgetSignals()
      letGo()
    }
  }

  async function stopAll(graceMs: number | undefined): Promise<void> {
    // Two calls at once may differ in their grace: the shorter one holds.
    guardFloatingPromises()
    const ended = scheduler.stop(graceMs)
    stopController.abort(new BrainEnd(name))
    stopping ??= ended.then(() => options.close())
    await stopping
  }

  async function stop(stopOptions: StopOptions = {}): Promise<void> {
    const graceMs = graceMilliseconds(stopOptions.grace)
    const self = currentRun()
    const others = scheduler.runs().filter((run) => run !== self)
    const all = stopAll(graceMs)
    // A run that waited for its own end would end by force.
    await (self ? Promise.all(others.map((run) => run.settled)) : all)
  }

  return {
    tasks: createTasks(name, [...tasks.keys()], {
      call,
      cancel: (task) => cancelTask(task),
      runs: (task) => scheduler.runs(plans.get(task)!).map(handleOf),
    }),
    logger,
    stopSignal: stopController.signal,
    run: () => (running ??= runAll().finally(() => {
      running = undefined
    })),
    stop,
    getTasks: () => [...tasks.values()].filter(startsWithBrain).map((task) =>
      Object.defineProperty(() => call(task.name, []), 'name', { value: task.name })),
    callFromWorker(task, args, callerNumber) {
      const caller = callerNumber === undefined ? undefined : scheduler.find(callerNumber)
      const inContext = caller?.callContext ?? outsideOfAll
      const run = inContext(() => submit(task, () => ({ form: 'portable', value: args }), caller))
      if (!(run instanceof Error)) {
        const output = run.settled.then((settlement) => portableOutputOf(settlement, (error) => log.lost(task, error)))
        return { output, cancel: () => run.tell('cancelled') }
      }
      return { output: Promise.resolve({ executionState: ExecutionStates.ERROR_OCCURRED, error: toEnvelope(run) }), cancel: () => {} }
    },
    cancelTask,
    stopFromWorker: stopAll,
  }

  function cancelTask(task: string): void {
    for (const run of scheduler.runs(plans.get(task)!)) run.tell('cancelled')
  }
}

function refusedRun(reason: unknown): TaskRun<unknown> {
  const output = Promise.resolve(failed(reason))
  return createTaskRun({ output, cancel: () => {} })
}

function graceMilliseconds(grace: unknown): number | undefined {
  if (grace === undefined) return undefined
  const seconds = durationSeconds(grace)
  if (seconds === undefined || seconds < 0) throw stopGraceRefused(grace)
  return seconds * 1000
}

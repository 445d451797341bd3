import { availableParallelism } from 'node:os'
import { durationSeconds } from '../src/contract/duration.ts'
import type { BrainSpec } from '../src/contract/spec.ts'
import { type AbstractBrainClass, Brain } from './brain.ts'
import { type DefinedTask, tasksOf } from './definition.ts'
import { shownValue } from './envelope.ts'
import { loggerRefused, runtimeTwice, startTimeoutRefused } from './errors.ts'
import { createInlineHost } from './host/inline.ts'
import { threadEntry } from './host/thread-entry.ts'
import { createThreadHosts } from './host/threads.ts'
import { loadTinypool } from './host/tinypool.ts'
import { workerExecArgv } from './host/exec-argv.ts'
import { createLogger, knownLogger, shareLoggers } from './logger.ts'
import { createMainLink } from './main-link.ts'
import type { Refresh } from './pace.ts'
import { type BrainLink, registerBrain } from './registry.ts'
import { createRunLog } from './run-log.ts'
import { systemClock } from './scheduler/clock.ts'
import type { TaskPlan } from './scheduler/plan.ts'
import { Scheduler } from './scheduler/scheduler.ts'
import { attachStore, createStore, defineAccessors, type Layout, layoutOf, type Store } from './state/index.ts'
import type { BrainOptions, Logger } from './types.ts'

/**
 * The main process' side of a brain. Read this first:
 *
 *   defineBrain   what a compiled module calls: shared attributes on the prototype, and an entry for the class
 *   startBrain    what making a brain does: store → hosts → scheduler → link
 *   stop()        the same in reverse, in the link
 */

/** How long a worker may take to load its modules. */
const START_TIMEOUT_SECONDS = 30
/**
 * Threads that stay, however few cores there are: of calls within calls each needs one, and those that wait take no place
 * in the pool. Starting one anew for each call takes hundreds of times as long as the call.
 */
const LEAST_IDLE = 4

/** Registers a compiled brain class. Throws `runtime-twice` where its base class is of another copy of this library. */
export function defineBrain(Class: AbstractBrainClass, spec: BrainSpec): void {
  if (!(Class.prototype instanceof Brain)) throw runtimeTwice(spec.id.split('#').at(-1)!)
  const layout = layoutOf(spec.state)
  defineAccessors(Class.prototype as object, layout)
  // Options may read what is declared below the class, so they are evaluated with the first brain.
  let tasks: ReadonlyMap<string, DefinedTask> | undefined
  registerBrain(Class, {
    spec,
    attach: (brain, logger = createLogger({ identifier: Class.name }), options = {}) => {
      if (!isLogger(logger)) throw loggerRefused(Class.name, shownValue(logger))
      tasks ??= tasksOf(Class)
      return startBrain({ brain, name: Class.name, spec, layout, tasks, logger, options })
    },
  })
}

interface BrainStart {
  readonly brain: Brain
  readonly name: string
  readonly spec: BrainSpec
  readonly layout: Layout
  readonly tasks: ReadonlyMap<string, DefinedTask>
  readonly logger: Logger
  readonly options: BrainOptions
}

function startBrain(start: BrainStart): BrainLink {
  const { brain, name, tasks, logger, options } = start
  shareLoggers(knownLogger)
  const store = openState(start)
  const log = createRunLog(logger, (task) => tasks.get(task)?.site)
  for (const task of tasks.values()) for (const warning of task.warnings) logger.warn(warning)

  const poolSize = Math.max(1, availableParallelism() - 1)
  const inline = createInlineHost({
    brain,
    clock: systemClock,
    bodyOf: (task) => inlineBody(brain, tasks.get(task)!),
    report: (run, task, error) => log.report(scheduler.find(run), task, error),
    warn: (task, what) => logger.warn(`[${task}] ${what}`),
  })
  const threads = createThreadHosts({
    tinypool: loadTinypool,
    entry: threadEntry,
    execArgv: workerExecArgv(process.execArgv),
    brain: name,
    identifier: logger.identifier ?? name,
    tasks: [...tasks.keys()],
    store,
    idleThreads: Math.max(poolSize, LEAST_IDLE),
    bodyOf: (task) => workerBody(start.spec.id, tasks.get(task)!),
    line: {
      log: (type, tag, text) => writeWorkerLine(logger, type, tag, text),
      setLogLevel: (level) => {
        logger.level = level
      },
      report: (run, task, error, late) => log.report(late ? undefined : scheduler.find(run), task, error, late),
      diedIdle: (place, error) => logger.error(`[${place}] ${error.message}`),
      call: (task, args, caller) => link.callFromWorker(task, args, caller),
      cancelTask: (task) => link.cancelTask(task),
      stop: (graceMs) => void link.stopFromWorker(graceMs),
    },
  })
  const scheduler = new Scheduler({ clock: systemClock, observer: log, poolSize, startTimeoutMs: startTimeoutMs(options) })
  const link = createMainLink({
    brain, name, logger, log, scheduler, tasks,
    plans: new Map([...tasks.values()].map((task) => [task.name, planOf(task, task.process ? threads : { calls: inline, routines: inline })])),
    close: async () => threads.calls.close(),
  })
  return link
}

function openState({ brain, spec, layout, logger, options }: BrainStart): Store {
  const store = createStore(layout, options.stateBytes === undefined ? {} : { bytes: options.stateBytes })
  attachStore(brain, store)
  const warn = (attribute: string): void => logger.warn(`[dynamic_init] cannot serialize attribute [${attribute}].`)
  for (const attribute of spec.unshared) warn(attribute)
  store.values.onUnshareable(warn)
  return store
}

function planOf(task: DefinedTask, hosts: ReturnType<typeof createThreadHosts>): TaskPlan {
  const isRoutine = task.refresh !== undefined
  return {
    name: task.name,
    host: isRoutine ? hosts.routines : hosts.calls,
    pooled: task.process && !isRoutine,
    timeoutMs: task.timeoutMs,
    graceMs: task.graceMs,
    concurrency: task.concurrency,
    queueLimit: task.queueLimit,
    restart: task.restart,
  }
}

function inlineBody(brain: Brain, task: DefinedTask): { method: (...args: any[]) => unknown; split: boolean; refresh: Refresh | undefined } {
  const method = (brain as unknown as Record<string, (...args: any[]) => unknown>)[task.name]!
  return { method, split: task.split, refresh: task.refresh }
}

function workerBody(id: string, task: DefinedTask): { id: string; entry: string; refresh: Refresh | undefined } {
  return { id, entry: task.worker!, refresh: task.refresh }
}

/** Whether it takes what the runtime says: in a program without types anything may stand in its place. */
function isLogger(logger: unknown): boolean {
  return typeof logger === 'object' && logger !== null && ['debug', 'info', 'warn', 'error'].every((level) => typeof (logger as Record<string, unknown>)[level] === 'function')
}

/** With the level of the main logger, whatever it is by now. */
function writeWorkerLine(logger: Logger, type: string, tag: string, text: string): void {
  const write = (logger as unknown as Record<string, unknown>)[type]
  const line = { args: [text], ...(tag === '' ? {} : { tag }) }
  if (typeof write === 'function') write.call(logger, line)
  else logger.info(line)
}

function startTimeoutMs(options: BrainOptions): number {
  if (options.startTimeout === undefined) return START_TIMEOUT_SECONDS * 1000
  const seconds = durationSeconds(options.startTimeout)
  if (seconds === undefined || seconds <= 0) throw startTimeoutRefused(options.startTimeout)
  return seconds * 1000
}

import { durationSeconds } from '../src/contract/duration.ts'
import { DEFAULT_GRACE_SECONDS, DEFAULT_RESTARTS, PACES, type Restart, type RestartOptions, RESTARTS, TASK_OPTIONS, type TaskOptions } from '../src/contract/task.ts'
import { optionRefused } from './errors.ts'
import type { Refresh } from './pace.ts'
import type { RestartPolicy } from './scheduler/restarts.ts'

/** The options of a task, checked, times in milliseconds. */
export interface CheckedTask {
  readonly process: boolean
  readonly runOnStart: boolean | ((brain: any) => boolean)
  /** Of a routine. */
  readonly refresh: Refresh | undefined
  readonly timeoutMs: number | undefined
  readonly graceMs: number
  readonly concurrency: number
  readonly queueLimit: number
  readonly restart: RestartPolicy
  /** What to say of options that can be right but seldom are. */
  readonly warnings: readonly string[]
}

/** A pause of this many seconds is more often meant as a frequency. */
const SUSPECT_PAUSE_SECONDS = 10

/** Throws `option-refused`, which names the task, the option and what it must be. */
export function checkOptions(task: string, options: TaskOptions): CheckedTask {
  if (typeof options !== 'object' || options === null) throw optionRefused(task, 'options', 'there are none')
  for (const name of Object.keys(options)) {
    const known = Object.hasOwn(TASK_OPTIONS, name) ? TASK_OPTIONS[name as keyof typeof TASK_OPTIONS] : undefined
    if (!known) throw optionRefused(task, name, `there is no such option; there are ${Object.keys(TASK_OPTIONS).map((option) => `\`${option}\``).join(', ')}`)
    if (known === 'later') throw optionRefused(task, name, 'this version does not have it yet; leave it out')
  }
  const { process: isProcess, runOnStart, refreshRate, pace, timeout, grace, concurrency, queueLimit, restart, defineLoopLater } = options
  if (typeof isProcess !== 'boolean') throw optionRefused(task, 'process', 'write `true` (a worker) or `false` (the main process)')
  if (typeof runOnStart !== 'boolean' && typeof runOnStart !== 'function') {
    throw optionRefused(task, 'runOnStart', 'write `true`, `false` or a function of the brain')
  }
  if (defineLoopLater && refreshRate === undefined) throw optionRefused(task, 'defineLoopLater', 'it needs `refreshRate`, the pause between two iterations')
  if (restart !== undefined && !isProcess) throw optionRefused(task, 'restart', 'it is for tasks with `process: true`: the main process has no worker that could die')
  if (pace !== undefined && !PACES.includes(pace)) throw optionRefused(task, 'pace', `it is ${shown(pace)}; write 'delay' or 'rate'`)
  if (pace !== undefined && refreshRate === undefined) throw optionRefused(task, 'pace', 'it needs `refreshRate`, which it is the pace of')
  return {
    process: isProcess,
    runOnStart,
    refresh: refreshRate === undefined ? undefined : { everyMs: milliseconds(task, 'refreshRate', refreshRate)!, pace: pace ?? 'delay' },
    timeoutMs: milliseconds(task, 'timeout', timeout),
    graceMs: milliseconds(task, 'grace', grace, 0) ?? DEFAULT_GRACE_SECONDS * 1000,
    concurrency: count(task, 'concurrency', concurrency, 1),
    queueLimit: count(task, 'queueLimit', queueLimit, 0),
    restart: restartPolicy(task, restart, isProcess && refreshRate !== undefined),
    warnings: warningsOf(task, refreshRate),
  }
}

function restartPolicy(task: string, restart: Restart | RestartOptions | undefined, isRoutineInWorker: boolean): RestartPolicy {
  const given: RestartOptions = typeof restart === 'object' && restart !== null ? restart : { when: restart ?? (isRoutineInWorker ? 'on-failure' : 'never') }
  for (const name of Object.keys(given)) if (!RESTART_OPTIONS.includes(name)) throw optionRefused(task, `restart.${name}`, `there is no such option; there are ${RESTART_OPTIONS.map((option) => `\`${option}\``).join(', ')}`)
  const { when = 'on-failure', attempts = DEFAULT_RESTARTS.attempts, within = DEFAULT_RESTARTS.withinSeconds, pause = DEFAULT_RESTARTS.pauseSeconds } = given
  if (!RESTARTS.includes(when)) throw optionRefused(task, 'restart', `it is ${shown(when)}; write ${RESTARTS.map((each) => `'${each}'`).join(', ')}, or an object with ${RESTART_OPTIONS.map((option) => `\`${option}\``).join(', ')}`)
  return {
    when,
    attempts: attempts === Infinity ? attempts : count(task, 'restart.attempts', attempts, 1),
    withinMs: milliseconds(task, 'restart.within', within)!,
    pauseMs: milliseconds(task, 'restart.pause', pause)!,
  }
}

const RESTART_OPTIONS = ['when', 'attempts', 'within', 'pause']

/** Without a limit where nothing is said. */
function count(task: string, option: string, given: unknown, least: number): number {
  if (given === undefined) return Number.POSITIVE_INFINITY
  if (!Number.isInteger(given) || (given as number) < least) throw optionRefused(task, option, `it is ${shown(given)}; write an integer of ${least} or more`)
  return given as number
}

function milliseconds(task: string, option: string, duration: unknown, least?: 0): number | undefined {
  if (duration === undefined) return undefined
  const seconds = durationSeconds(duration)
  if (seconds === undefined) throw optionRefused(task, option, `it is ${shown(duration)}; write seconds, or text such as '250ms', '2s', '1m' or '100hz'`)
  if (least === undefined && seconds <= 0) throw optionRefused(task, option, `it is ${shown(duration)}; it must be more than 0`)
  if (seconds < 0) throw optionRefused(task, option, `it is ${shown(duration)}; it can't be less than 0`)
  return seconds * 1000
}

function warningsOf(task: string, refreshRate: unknown): string[] {
  if (typeof refreshRate !== 'number' || refreshRate < SUSPECT_PAUSE_SECONDS) return []
  return [`Task \`${task}\` pauses ${refreshRate} seconds between two runs, as \`refreshRate: ${refreshRate}\` says. `
    + `If ${refreshRate} times a second is meant, write '${refreshRate}hz'; if not, '${refreshRate}s' says so.`]
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value)
}

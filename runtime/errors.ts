/**
 * Every error that the runtime makes, one factory each. `code` is stable; the message names the user's own words.
 * A bug of ours is an `invariant`, never one of these.
 */
export class TaskbrainError extends Error {
  override readonly name: string = 'TaskbrainError'
  readonly code: string

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** Throws where something must hold that only a bug of taskbrain can break. */
export function invariant(condition: unknown, mustHold: string): asserts condition {
  if (!condition) throw new Error(`taskbrain internal error: ${mustHold}. This is a bug in taskbrain, please report it.`)
}

// --- shared state and what crosses between threads ---

export const notSerializable = (path: string, what: string): TaskbrainError =>
  new TaskbrainError('not-serializable', `\`${path}\` can't cross between threads: ${what}.`)

/** Structured clone refuses a few things that look like plain objects, such as `arguments`. */
export const notCloned = (path: string, cause: unknown): TaskbrainError =>
  new TaskbrainError('not-serializable', `\`${path}\` can't cross between threads: structured clone refuses it: ${String(cause)}`, { cause })

// --- running: making a brain ---

export const notCompiled = (className: string): TaskbrainError =>
  new TaskbrainError('not-compiled', `The brain \`${className}\` was not compiled, so its tasks can't run. `
    + `Run \`npx taskbrain build\` and import \`${className}\` from \`.taskbrain/…\`, or add the plugin of taskbrain to your bundler.`)

export const runtimeTwice = (className: string): TaskbrainError =>
  new TaskbrainError('runtime-twice', `\`${className}\` was compiled for this copy of taskbrain, but the class that it extends uses another one. `
    + 'Install one for both: `npm ls taskbrain` shows where there are two. A package that ships brains has taskbrain among its peerDependencies.')

export const loopExecuted = (): TaskbrainError =>
  new TaskbrainError('not-compiled', '`Brain.loop()` was executed. It marks where the loop of a task begins and exists in source code only: '
    + 'compile its file with `npx taskbrain build` and import the brain from `.taskbrain/…`.')

export const taskUnseen = (className: string, method: string): TaskbrainError =>
  new TaskbrainError('task-unseen', `\`${method}\` of \`${className}\` is decorated as a task in a way that the compiler can't read, so it would never run. `
    + 'Write `@Brain.task({ … })` on the method itself.')

export const optionRefused = (task: string, option: string, what: string): TaskbrainError =>
  new TaskbrainError('option-refused', `Option \`${option}\` of task \`${task}\`: ${what}.`)

export const loggerRefused = (className: string, shown: string): TaskbrainError =>
  new TaskbrainError('option-refused', `What \`${className}\` gave to \`super(logger, …)\` is no logger: it is \`${shown}\`. Give it \`createLogger({ identifier: '${className}' })\`, or undefined for one of that name.`)

export const startTimeoutRefused = (startTimeout: unknown): TaskbrainError =>
  new TaskbrainError('option-refused', `\`super(logger, { startTimeout: ${String(startTimeout)} })\`: write seconds of more than 0, or text such as '250ms' or '2s'.`)

export const tasksMissing = (className: string, task: string): TaskbrainError =>
  new TaskbrainError('task-options-missing', `The compiled brain \`${className}\` names a task \`${task}\` whose options are nowhere in its base classes. `
    + 'Run `npx taskbrain build` again.')

export const logLevelUnknown = (level: unknown, known: readonly string[]): TaskbrainError =>
  new TaskbrainError('log-level-unknown', `The log level \`${String(level)}\` is none that taskbrain knows. Write a number or one of ${known.map((name) => `'${name}'`).join(', ')}.`)

// --- running: calls ---

export const notATask = (brain: string, name: string, tasks: readonly string[]): TaskbrainError =>
  new TaskbrainError('not-a-task', `\`${name}\` is no task of \`${brain}\`. `
    + (tasks.length > 0 ? `Its tasks are ${tasks.map((task) => `\`${task}\``).join(', ')}.` : 'It has no tasks: mark a method with `@Brain.task(...)`.'))

export const deferOutsideRun = (): TaskbrainError =>
  new TaskbrainError('outside-run', '`this.defer(...)` was called outside of a run, so there is no end that it could wait for. Call it in a task, or in what a task calls.')

export const brainStopped = (task: string): TaskbrainError =>
  new TaskbrainError('brain-stopped', `Task \`${task}\` was not started: its brain was stopped.`)

export const queueFull = (task: string, limit: number): TaskbrainError =>
  new TaskbrainError('queue-full', `Task \`${task}\` was not started: ${limit === 0 ? 'there is no place for it, and' : `${limit} ${limit === 1 ? 'call of it waits' : 'calls of it wait'} already, and`} its \`queueLimit\` is ${limit}.`)

export const stopGraceRefused = (grace: unknown): TaskbrainError =>
  new TaskbrainError('option-refused', `\`stop({ grace: ${String(grace)} })\`: write seconds of 0 or more, or text such as '250ms' or '2s'.`)

// --- running: waiting for attributes, and steps on several of them ---

const named = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

export const waitTimedOut = (member: string, attributes: readonly string[], limit: string): TaskbrainError =>
  new TaskbrainError('wait-timeout', `\`this.${member}(...)\` waited ${limit} for ${named(attributes)}, and its condition did not come true.`)

export const waitOptionRefused = (member: string, timeout: unknown): TaskbrainError =>
  new TaskbrainError('option-refused', `\`this.${member}(condition, { timeout: ${String(timeout)} })\`: write seconds of more than 0, or text such as '250ms' or '2s'.`)

export const waitInStep = (member: string): TaskbrainError =>
  new TaskbrainError('wait-in-step', `\`this.${member}(...)\` was called within a step under the lock, such as \`this.atomic(...)\`, where nobody else can write what it waits for. `
    + 'Wait first, then make the step.')

export const conditionConstant = (member: string): TaskbrainError =>
  new TaskbrainError('condition-constant', `The function of \`this.${member}(...)\` reads no shared attribute, so nothing would ever wake it. `
    + 'Let it read what it depends on through the brain, as in `() => this.armed`.')

export const conditionAsync = (member: string): TaskbrainError =>
  new TaskbrainError('condition-async', `The function of \`this.${member}(...)\` gives a promise, which is no value to wait for. Let it read attributes and return at once.`)

export const blockInMain = (): TaskbrainError =>
  new TaskbrainError('block-in-main', '`this.block(...)` was called in the main process, which would do nothing else until it ends. '
    + 'Write `await this.until(...)` there.')

export const stepWaits = (member: string): TaskbrainError =>
  new TaskbrainError('step-waits', `The function of \`this.${member}(...)\` gives a promise, but a step ends when its function returns. `
    + 'Await before it and keep the result in a constant, then make the step.')

export const attributeUnknown = (name: string): TaskbrainError =>
  new TaskbrainError('attribute-unknown', `\`change('${name}', ...)\`: the brain has no attribute of that name.`)

export const attributeImmutable = (name: string, type: string): TaskbrainError =>
  new TaskbrainError('attribute-immutable', `\`change('${name}', ...)\`: \`${name}\` holds a ${type}, which can't be changed in place. `
    + `Assign it, in one step with what it depends on: \`brain.atomic(() => { brain.${name} = ... })\`.`)

// --- running: how a run ended ---

/**
 * Why a run was ended. No frame of its stack would be the user's, and none is taken: with source maps on, Node reads all
 * of taskbrain's own map for the first, and the main thread stands still meanwhile.
 */
function whyEnded(code: string, message: string): TaskbrainError {
  const { stackTraceLimit } = Error
  // Not an assignment: under `--frozen-intrinsics` that throws.
  Reflect.set(Error, 'stackTraceLimit', 0)
  try {
    return new TaskbrainError(code, message)
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  }
}

export const timedOut = (task: string, limit: string, forced: boolean): TaskbrainError =>
  whyEnded('timeout', `Task \`${task}\` exceeded its timeout of ${limit}${forced ? ' and was ended by force' : ''}.`)

export const cancelled = (task: string, forced: boolean): TaskbrainError =>
  whyEnded('cancelled', `Task \`${task}\` was cancelled${forced ? ' and ended by force' : ''}.`)

export const stopped = (task: string, forced: boolean): TaskbrainError =>
  whyEnded('stopped', `Task \`${task}\` was ended because its brain was stopped${forced ? ', by force' : ''}.`)

export const thrownValue = (task: string, shown: string, value: unknown): TaskbrainError =>
  new TaskbrainError('thrown-value', `Task \`${task}\` threw \`${shown}\`, which is no Error. The value is the cause of this error.`, { cause: value })

export const workerExited = (task: string, exitCode: number): TaskbrainError =>
  new TaskbrainError('worker-exited', `The worker of task \`${task}\` ended with exit code ${exitCode} before the task did: something in it called \`process.exit(${exitCode})\`.`)

export const workerOutOfMemory = (task: string, cause: unknown): TaskbrainError =>
  new TaskbrainError('worker-out-of-memory', `The worker of task \`${task}\` ran out of memory.`, { cause })

export const workerLost = (task: string, what: string, cause?: unknown): TaskbrainError =>
  new TaskbrainError('worker-lost', `The worker of task \`${task}\` was lost: ${what}.`, { cause })

export const idleWorkerLost = (lastTask: string, what: string, cause?: unknown): TaskbrainError =>
  new TaskbrainError('worker-lost', `The worker that had run task \`${lastTask}\` last was lost after that: ${what}.`, { cause })

export const restartedTooOften = (task: string, error: Error, attempts: number, within: string): TaskbrainError =>
  new TaskbrainError('restarted-too-often', `${error.message} It was started again ${attempts === 1 ? 'once' : `${attempts} times`} within ${within}, as often as \`restart\` of \`${task}\` allows.`, { cause: error })

export const workerNotLoaded = (task: string, entry: string, what: string, cause: unknown): TaskbrainError =>
  new TaskbrainError('worker-not-loaded', `The worker of task \`${task}\` could not be loaded from ${entry}: ${what}`, { cause })

export const workerNotStarted = (task: string, limit: string): TaskbrainError =>
  new TaskbrainError('worker-not-started', `Task \`${task}\` did not start within ${limit}: its worker, or a module that it imports, never finished loading. `
    + 'Look for a top-level `await` that never ends.')

export const buildStale = (task: string, what: string): TaskbrainError =>
  new TaskbrainError('build-stale', `The worker of task \`${task}\` does not fit its brain: ${what}. Run \`npx taskbrain build\` again.`)

export const threadEntryMissing = (): TaskbrainError =>
  new TaskbrainError('thread-entry-missing', 'taskbrain can\'t find `taskbrain/thread`, the file that its workers begin with. '
    + 'Keep the package `taskbrain` external in your bundler, and installed where the program runs.')

export const workerOutsideThread = (id: string, task: string): TaskbrainError =>
  new TaskbrainError('worker-outside-thread', `The worker of task \`${task}\` of \`${id}\` can only be made by taskbrain. Import the brain from the module beside it.`)

export const brainInWorker = (className: string): TaskbrainError =>
  new TaskbrainError('main-only', `The brain \`${className}\` was made in a worker. Brains are made in the main process only: make it there, or in a task with \`process: false\`.`)

export const mainOnly = (member: string): TaskbrainError =>
  new TaskbrainError('main-only', `\`${member}\` was called in a worker. Only the main process starts the tasks of a brain: call a task with \`this.tasks.name(...)\` instead.`)

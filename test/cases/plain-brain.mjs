// A brain as a plain class: tasks are methods that are called, attributes are fields. What a compiled brain must behave like.

/** What a routine comes to that went round and round. */
export const LOOPED = Symbol('looped')
export const ROUNDS = 5

const CORRECTLY = 0, ERROR_OCCURRED = 2, CANCELLED = 3
export const ExecutionStates = { CORRECTLY, TIMEOUT: 1, ERROR_OCCURRED, CANCELLED }

export class Brain {
  static task(options) {
    return (method, { name, addInitializer }) => {
      addInitializer(function () {
        this.tasks[name] = (...args) => outputOf(() => runOf(this, name, options, args))
      })
    }
  }

  static local() { return () => {} }
  static addSerializableType = () => true
  static copy = (value) => structuredClone(value)

  constructor(logger) {
    const hidden = { logger, tasks: {}, signal: new AbortController().signal }
    for (const [name, value] of Object.entries(hidden)) Object.defineProperty(this, name, { value })
  }

  defer() {}
  atomic(step) { return step() }
  change(name, step) { return step(this[name]) }
  async until(condition) { while (!condition()) await new Promise(setImmediate) }
  async stop() {}
  async [Symbol.asyncDispose]() {}
}

/** A method with a loop goes round by itself; another routine is called again and again. */
async function runOf(brain, name, { refreshRate, defineLoopLater }, args) {
  if (refreshRate === undefined || defineLoopLater) return brain[name](...args)
  for (let round = 0; round < ROUNDS; round += 1) await brain[name](...args)
  return LOOPED
}

async function outputOf(run) {
  try {
    const result = await run()
    return result === LOOPED ? { executionState: CANCELLED } : { executionState: CORRECTLY, result }
  } catch (error) {
    return { executionState: ERROR_OCCURRED, error }
  }
}

export const createLogger = () => new Proxy({}, { get: () => () => {} })

import type { RandomState, Step } from './random-state.ts'

/** Where in `gate` all threads see which moment it is, and how many of them have passed it. */
const MOMENT = 0
const PASSED = 1
const FAILED = -1
export const THREADS = 4
/** No step takes that long: a thread that does not come is stuck. */
const STUCK_MS = 30_000

/** Each step has two moments: one thread does it; then all look. False where another thread has failed. */
export function takeTurns(state: RandomState, steps: readonly Step[], self: number, gate: Int32Array): boolean {
  try {
    for (const [index, step] of steps.entries()) {
      if (!pass(gate, 2 * index, () => state.do(step, step.by === self))) return false
      if (!pass(gate, 2 * index + 1, () => state.check())) return false
    }
    return true
  } catch (error) {
    Atomics.store(gate, MOMENT, FAILED)
    Atomics.notify(gate, MOMENT)
    throw error
  }
}

/** Does its part of the moment, and waits until all have. */
function pass(gate: Int32Array, moment: number, work: () => void): boolean {
  work()
  if (Atomics.add(gate, PASSED, 1) === THREADS - 1) {
    Atomics.store(gate, PASSED, 0)
    if (Atomics.compareExchange(gate, MOMENT, moment, moment + 1) === FAILED) return false
    Atomics.notify(gate, MOMENT)
    return true
  }
  if (Atomics.wait(gate, MOMENT, moment, STUCK_MS) === 'timed-out') throw new Error(`A thread is stuck at moment ${moment}.`)
  return Atomics.load(gate, MOMENT) !== FAILED
}

import { workerData } from 'node:worker_threads'
import { openStore } from '../../../runtime/state/index.ts'
import { layout, Robot, runFreely } from './free-state.ts'
import type { ThreadJob } from './start.ts'

export interface FreeJob extends ThreadJob {
  readonly self: number
  readonly seed: number
  readonly count: number
  /** The same for all: the threads begin when its first word is set. */
  readonly signal: Int32Array
}

const { self, seed, count, signal, gate, state, owner } = workerData as FreeJob
const store = openStore(layout, state, owner)
const robot = new Robot(store)
Atomics.store(gate, 0, 1)
Atomics.notify(gate, 0)
Atomics.wait(signal, 0, 0)
runFreely(store, robot, self, seed, count)

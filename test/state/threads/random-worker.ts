import { workerData } from 'node:worker_threads'
import { openStore } from '../../../runtime/state/index.ts'
import { type Attribute, RandomState, type Step } from './random-state.ts'
import type { ThreadJob } from './start.ts'
import { takeTurns } from './turns.ts'

export interface RandomJob extends ThreadJob {
  readonly attributes: readonly Attribute[]
  readonly steps: readonly Step[]
  readonly self: number
  /** Of all threads. */
  readonly turns: Int32Array
}

const { attributes, steps, self, turns, state, owner } = workerData as RandomJob
const random = new RandomState(attributes, openStore(RandomState.layoutOf(attributes), state, owner))
random.fill(false)
takeTurns(random, steps, self, turns)

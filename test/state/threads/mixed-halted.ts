import { workerData } from 'node:worker_threads'
import { openStore } from '../../../runtime/state/index.ts'
import { haltBefore } from './halting.ts'
import { layout, Robot, type StepName, STEPS } from './mixed-schema.ts'
import type { ThreadJob } from './start.ts'

export interface MixedJob extends ThreadJob {
  /** Without one: only the lock is taken, and what another has begun is completed. */
  readonly step: StepName | undefined
  readonly at: number
}

const { step, at, state, owner, gate } = workerData as MixedJob
// Each store an access of its own, so that the thread halts before any of them: steps in WebAssembly are none.
const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: object }
Object.defineProperty(globalThis, 'WebAssembly', { value: undefined, configurable: true })
const store = openStore(layout, state, owner, 'weak')
Object.defineProperty(globalThis, 'WebAssembly', { value: WebAssembly, configurable: true })
const robot = new Robot(store)
haltBefore(at, gate, () => (step ? STEPS[step]({ robot, store }) : store.atomic(() => undefined)))

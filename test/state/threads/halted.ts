import { workerData } from 'node:worker_threads'
import { openStore } from '../../../runtime/state/index.ts'
import type { SharedState } from '../../../runtime/state/index.ts'
import { haltBefore } from './halting.ts'
import { layout } from './schema.ts'
import { OPERATIONS, type OperationName } from './operations.ts'

/** Does one operation, and halts for ever before its atomic access number `at`. */
export interface HaltedJob {
  readonly operation: OperationName
  readonly at: number
  readonly state: SharedState
  readonly owner: number
  readonly gate: Int32Array
}

const { operation, at, state, owner, gate } = workerData as HaltedJob
const store = openStore(layout, state, owner)
haltBefore(at, gate, () => OPERATIONS[operation](store))

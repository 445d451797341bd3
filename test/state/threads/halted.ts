import { workerData } from 'node:worker_threads'
import { openStore } from '../../../runtime/state/index.ts'
import { haltBefore } from './halting.ts'
import { layout } from './schema.ts'
import { OPERATIONS, type OperationName } from './operations.ts'
import type { ThreadJob } from './start.ts'

/** Does one operation, and halts for ever before its atomic access number `at`. */
export interface HaltedJob extends ThreadJob {
  readonly operation: OperationName
  readonly at: number
}

const { operation, at, state, owner, gate } = workerData as HaltedJob
const store = openStore(layout, state, owner)
haltBefore(at, gate, () => OPERATIONS[operation](store))

import { workerData } from 'node:worker_threads'
import { openStore } from '../../../runtime/state/index.ts'
import type { SharedState } from '../../../runtime/state/index.ts'
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

/** What the gate says. */
export const HALTED = 1
export const ENDED = 2

const ACCESSES = ['load', 'store', 'compareExchange', 'exchange', 'add', 'sub', 'and', 'or', 'notify'] as const

const { operation, at, state, owner, gate } = workerData as HaltedJob
const { store: set, notify, wait } = Atomics

function tell(what: number): void {
  set(gate, 0, what)
  notify(gate, 0)
}

const store = openStore(layout, state, owner)
const own = Object.fromEntries(ACCESSES.map((name) => [name, Atomics[name]])) as Record<string, (...operands: unknown[]) => unknown>
let count = 0
for (const name of ACCESSES) {
  Object.defineProperty(Atomics, name, {
    value: (...operands: unknown[]) => {
      count += 1
      if (count === at) {
        tell(HALTED)
        for (;;) wait(gate, 1, 0)
      }
      return own[name]!(...operands)
    },
  })
}
OPERATIONS[operation](store)
count = Infinity
tell(ENDED)

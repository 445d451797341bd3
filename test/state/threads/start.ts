import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { buildSync } from 'esbuild'
import * as assert from 'uvu/assert'
import type { SharedState, Store } from '../../../runtime/state/index.ts'

/** What every thread of these tests is given. It sets and notifies `gate[0]` when it stands where the test wants it. */
export interface ThreadJob {
  readonly state: SharedState
  readonly owner: number
  readonly gate: Int32Array
}

export interface Thread {
  readonly owner: number
  readonly gate: Int32Array
  /** With the code of its process, once nothing of it runs any more. */
  readonly exited: Promise<number>
  terminate(): Promise<number>
}

let lastOwner = 0

/** Starts threads that run the file of that name in this folder. */
export function threadsOf<Job extends ThreadJob>(name: string): (store: Store, job: Omit<Job, keyof ThreadJob>) => Thread {
  // A thread does not run TypeScript on Node 20.
  const outfile = fileURLToPath(new URL(`../../../.test/state/${name}.mjs`, import.meta.url))
  buildSync({
    entryPoints: [fileURLToPath(new URL(`./${name}.ts`, import.meta.url))],
    outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error',
  })
  return (store, job) => {
    const owner = ++lastOwner
    const gate = new Int32Array(new SharedArrayBuffer(16))
    const worker = new Worker(outfile, { workerData: { ...job, state: store.shared, owner, gate } })
    const exited = once(worker, 'exit').then(([code]) => code as number)
    return { owner, gate, exited, terminate: () => worker.terminate() }
  }
}

/** Blocks until the thread stands at its gate, or fails after ten seconds. */
export function awaitGate({ gate }: Thread): void {
  assert.is.not(Atomics.wait(gate, 0, 0, 10_000), 'timed-out')
}

/** Lets a thread go on that waits for that. */
export function goOn({ gate }: Thread): void {
  Atomics.store(gate, 1, 1)
  Atomics.notify(gate, 1)
}

import { parentPort } from 'node:worker_threads'
import type { BootOrder, RunAssignment } from '../protocol.ts'
import { bootThread, type WorkerThread } from './worker-thread.ts'

let thread: WorkerThread | undefined

/**
 * What tinypool calls in a thread: once to boot it, then for each run. Never throws: tinypool's own errors lose what an
 * error has but its message.
 */
export default async function handle(order: BootOrder | RunAssignment): Promise<void> {
  if (order.kind === 'boot') {
    thread = bootThread(order)
    // A message of the user's on tinypool's own port would end the worker.
    if (parentPort) parentPort.postMessage = () => {}
    return
  }
  await thread!.run(order)
}

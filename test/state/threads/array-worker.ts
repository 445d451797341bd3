import { workerData } from 'node:worker_threads'
import { change, openStore } from '../../../runtime/state/index.ts'
import { frameOf, layout, LENGTH, Robot } from './array-schema.ts'
import type { ThreadJob } from './start.ts'

/** What a test asks of a thread. `gate[0]` is set and notified by the thread when it stands where the test wants it. */
export interface Job extends ThreadJob {
  readonly name: keyof typeof JOBS
  readonly count: number
}

const JOBS = {
  add(robot: Robot, { count }: Job): void {
    for (let n = 0; n < count; n++) change(robot, 'frame', (frame) => frame[n % 7] += 1)
  },
  /** Writes wholes, of several lengths, among other values, until it is killed. */
  writeForever(robot: Robot, { gate }: Job): void {
    Atomics.store(gate, 0, 1)
    Atomics.notify(gate, 0)
    for (let n = 0; ; n++) {
      robot.frame = frameOf(n)
      robot.text = 'text'.repeat(n % 300)
      if (n % 16 === 0) robot.frame = frameOf(n, LENGTH + (n % 3))
    }
  },
  /** Writes wholes of one length until it is killed. */
  replaceForever(robot: Robot, { gate }: Job): void {
    Atomics.store(gate, 0, 1)
    Atomics.notify(gate, 0)
    for (let n = 0; ; n++) robot.frame = frameOf(n)
  },
}

const job = workerData as Job
JOBS[job.name](new Robot(openStore(layout, job.state, job.owner)), job)

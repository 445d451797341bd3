import { workerData } from 'node:worker_threads'
import { assign, change, openStore } from '../../../runtime/state/index.ts'
import { isWhole, layout, poseOf, Robot } from './inline-schema.ts'
import type { ThreadJob } from './start.ts'

/** What a test asks of a thread. `gate[0]` is set and notified by the thread when it stands where the test wants it. */
export interface Job extends ThreadJob {
  readonly name: keyof typeof JOBS
  readonly count: number
}

function arrive({ gate }: Job): void {
  Atomics.store(gate, 0, 1)
  Atomics.notify(gate, 0)
}

const JOBS = {
  /** Adds to a leaf, in every way that adds, `count` times. */
  add(robot: Robot, { count }: Job): void {
    for (let n = 0; n < count; n += 5) {
      assign(robot, 'pose.x', '+=', 1)
      assign(robot, 'pose.x', '-=', -1)
      assign(robot, 'pose.x', '+=', 1)
      change(robot, 'pose', (pose) => pose.x++)
      change(robot, 'pose', (pose) => {
        pose.at.z++
        robot['pose.x'] += 1
      })
    }
  },
  /** Writes wholes until it is killed. */
  writeForever(robot: Robot, job: Job): void {
    arrive(job)
    for (let n = 0; ; n++) {
      robot.pose = poseOf(n)
      if (n % 8 === 0) {
        change(robot, 'pose', (pose) => {
          pose.x++
          pose.y++
          pose.at = { z: pose.x, odd: !pose.at.odd }
        })
      }
    }
  },
  /** Writes and reads wholes until `gate[1]` is set. Ends with a code that tells whether one was in pieces. */
  exchange(robot: Robot, job: Job): void {
    arrive(job)
    for (let n = 0; Atomics.load(job.gate, 1) === 0; n++) {
      robot.pose = poseOf(n)
      for (let read = 0; read < 20; read++) if (!isWhole(robot.pose)) process.exit(9)
    }
  },
  /** Stays within a change of the object until it is killed or let go. */
  hold(robot: Robot, job: Job): void {
    change(robot, 'pose', (pose) => {
      pose.x = 100
      pose.at.z = 200
      arrive(job)
      Atomics.wait(job.gate, 1, 0)
    })
  },
}

const job = workerData as Job
JOBS[job.name](new Robot(openStore(layout, job.state, job.owner)), job)

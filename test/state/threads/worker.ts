import { workerData } from 'node:worker_threads'
import { assign, attachStore, defineAccessors, increment, openStore, update } from '../../../runtime/state/index.ts'
import type { Store } from '../../../runtime/state/index.ts'
import { FRAMES, LIST, POSE, TEXT, layout, wholeOf } from './schema.ts'
import type { ThreadJob } from './start.ts'

/** What a test asks of a thread. `gate` is set and notified by the thread when it stands where the test wants it. */
export interface Job extends ThreadJob {
  readonly name: keyof typeof JOBS
  readonly count: number
}

/** A brain as emitted code has it. */
class Robot {
  declare frames: number
}
defineAccessors(Robot.prototype, layout)

const JOBS = {
  /** Everything at once, as often as asked. */
  count(store: Store, { count }: Job): void {
    const robot = new Robot()
    attachStore(robot, store)
    for (let n = 0; n < count; n += 5) {
      assign(robot, 'frames', '+=', 1)
      update(robot, 'frames', () => robot.frames + 1)
      increment(robot, 'frames', 1)
      store.apply(FRAMES, (frames: any) => frames + 1)
      assign(robot, 'frames', '-=', -1)
    }
    for (let n = 0; n < count / 100; n++) {
      store.update(TEXT, (text: any) => `${text}x`)
      store.change(LIST, (list: number[]) => list.push(store.owner))
      store.change(POSE, (pose) => pose[`k${store.owner}`]++)
    }
  },
  /** Writes until it is killed. */
  writeForever(store: Store, { gate }: Job): void {
    store.write(LIST, [])
    Atomics.store(gate, 0, 1)
    Atomics.notify(gate, 0)
    for (let n = 0; ; n++) {
      store.write(POSE, wholeOf(n))
      store.write(FRAMES, n)
      store.update(FRAMES, (frames: any) => frames + 0.5)
      store.apply(FRAMES, (frames: any) => frames + 0.5)
      store.write(TEXT, 'text'.repeat(n % 300))
      store.change(LIST, (list: number[]) => {
        if (list.length > 40) list.length = 0
        list.push(n)
        list.push(n)
      })
    }
  },
  /** Stays within a locked step until it is killed. */
  hold(store: Store, { gate }: Job): void {
    store.change(LIST, (list: number[]) => {
      list.push(1)
      Atomics.store(gate, 0, 1)
      Atomics.notify(gate, 0)
      Atomics.wait(gate, 1, 0)
    })
  },
  /** Stays within a step on a number until it is killed. */
  holdNumber(store: Store, { gate }: Job): void {
    store.update(FRAMES, (frames: any) => {
      Atomics.store(gate, 0, 1)
      Atomics.notify(gate, 0)
      Atomics.wait(gate, 1, 0)
      return frames + 100
    })
  },
  /** Ends its own thread within a locked step. */
  exit(store: Store): void {
    process.on('exit', () => store.release(store.owner))
    store.change(LIST, () => process.exit(3))
  },
  /** A payload before its flag, over and over. */
  signal(store: Store, { count }: Job): void {
    for (let n = 1; n <= count; n++) {
      store.write(POSE, wholeOf(n))
      store.write(FRAMES, n)
    }
  },
}

const job = workerData as Job
JOBS[job.name](openStore(layout, job.state, job.owner), job)

import { workerData } from 'node:worker_threads'
import { assign, attachStore, blockUntil, Condition, defineAccessors, openStore } from '../../../runtime/state/index.ts'
import type { Store } from '../../../runtime/state/index.ts'
import { LIST, layout } from './schema.ts'
import type { ThreadJob } from './start.ts'

/** What a test asks of a thread. `gate[0]` is set and notified by the thread when it stands where the test wants it. */
export interface WaiterJob extends ThreadJob {
  readonly name: keyof typeof JOBS
}

class Robot {
  declare frames: number
  declare armed: boolean
  declare pose: { n: number }
  declare list: number[]
}
defineAccessors(Robot.prototype, layout)

function stand(gate: Int32Array): void {
  Atomics.store(gate, 0, 1)
  Atomics.notify(gate, 0)
}

const JOBS = {
  /** Blocks until `armed`, or `frames` above 5; counts in `gate[1]` how often it looked. */
  block(robot: Robot, { arena }: Store, { gate }: WaiterJob): void {
    const condition = new Condition(arena, () => {
      Atomics.add(gate, 1, 1)
      return robot.armed || robot.frames > 5
    })
    const isWoken = (): void => {
      Atomics.add(gate, 2, 1)
      stand(gate)
    }
    blockUntil(arena.bells, condition, Infinity, isWoken)
  },
  /** Waits without blocking, for what never comes. */
  watch(robot: Robot, { arena }: Store, { gate }: WaiterJob): void {
    const condition = new Condition(arena, () => robot.frames < 0)
    condition.evaluate()
    arena.watching.add({ condition, changed: () => void condition.evaluate() })
    setInterval(() => stand(gate), 1)
  },
  /** Plain writes in a loop that never ends. */
  writeForever(robot: Robot, _: Store, { gate }: WaiterJob): void {
    stand(gate)
    for (let n = 0; ; n++) robot.frames = n & 0xffff
  },
  /** Adds one to `frames` and takes it from `pose.n`, as one step, for ever; or twenty thousand times. */
  transfer(robot: Robot, store: Store, { gate }: WaiterJob): void {
    for (let n = 0; ; n++) {
      store.atomic(() => {
        const { n: rest } = robot.pose
        robot.frames += 1
        robot.pose = { n: rest - 1 }
        robot.armed = !robot.armed
        if (robot.list.length > 20) robot.list = []
        store.change(LIST, (list: number[]) => list.push(n, n))
      })
      if (n === 10) stand(gate)
    }
  },
  /** Stays within a group until it is killed or told to go on. */
  hold(robot: Robot, store: Store, { gate }: WaiterJob): void {
    store.atomic(() => {
      const { frames } = robot
      robot.armed = true
      robot.pose = { n: 8 }
      store.change(LIST, (list: number[]) => list.push(1))
      stand(gate)
      Atomics.wait(gate, 1, 0)
      robot.frames = frames + 100
    })
  },
  /** Stays within the end of a group until it is killed: the first attribute has its new value. */
  holdEnd(robot: Robot, store: Store, { gate }: WaiterJob): void {
    store.scalars.wake = () => {
      stand(gate)
      Atomics.wait(gate, 1, 0)
    }
    store.atomic(() => {
      robot.armed = true
      robot.pose = { n: 8 }
      robot.frames = 7
      store.change(LIST, (list: number[]) => list.push(1))
    })
  },
  /** A step on one number, within which it reads another. */
  holdOther(robot: Robot, store: Store, { gate }: WaiterJob): void {
    store.change(LIST, () => {
      const { frames } = robot
      stand(gate)
      Atomics.wait(gate, 1, 0)
      robot.frames = frames + 100
    })
  },
  add(robot: Robot): void {
    for (let n = 0; n < 20_000; n++) assign(robot, 'frames', '+=', 1000)
  },
  /** Sleeps for a while, on nothing that is shared, and writes then. */
  writeLate(robot: Robot, _: Store, { gate }: WaiterJob): void {
    stand(gate)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400)
    robot.armed = true
  },
}

const job = workerData as WaiterJob
const store = openStore(layout, job.state, job.owner)
const robot = new Robot()
attachStore(robot, store)
JOBS[job.name](robot, store, job)

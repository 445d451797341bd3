import * as assert from 'uvu/assert'
import { assign, createStore } from '../../runtime/state/index.ts'
import type { Store } from '../../runtime/state/index.ts'
import { describe } from '../harness/suite.ts'
import { isWhole, layout, type Pose, poseOf, Robot } from './threads/inline-schema.ts'
import type { Job } from './threads/inline-worker.ts'
import { awaitGate, goOn, type Thread, threadsOf } from './threads/start.ts'

const startThread = threadsOf<Job>('inline-worker')
const start = (store: Store, name: Job['name'], count = 0): Thread => startThread(store, { name, count })

function newRobot(): { robot: Robot, store: Store } {
  const store = createStore(layout, { bytes: 1 << 20 })
  const robot = new Robot(store)
  robot.pose = poseOf(0)
  return { robot, store }
}

describe('an object that lies inline, under several threads', (it) => {
  it('loses no step on a leaf of four threads that add at once', async () => {
    const { robot, store } = newRobot()
    const count = 250_000
    const threads = [1, 2, 3].map(() => start(store, 'add', count))
    for (let n = 0; n < count; n++) assign(robot, 'pose.x', '+=', 1)
    assert.equal(await Promise.all(threads.map(({ exited }) => exited)), [0, 0, 0])
    assert.equal(robot.pose, { x: 4 * count, y: 0, at: { z: 3 * count / 5, odd: false } })
  })

  it('is never read in pieces while four threads write and read it whole', async () => {
    const { robot, store } = newRobot()
    const threads = [1, 2, 3].map(() => start(store, 'exchange'))
    threads.forEach(awaitGate)
    let changes = 0
    let last: Pose | undefined
    for (let read = 0; read < 1_000_000; read++) {
      if (read % 100 === 0) robot.pose = poseOf(read)
      const { pose } = robot
      if (pose === last) continue
      changes++
      last = pose
      if (!isWhole(pose)) assert.unreachable(`in pieces: ${JSON.stringify(pose)}`)
    }
    threads.forEach(goOn)
    assert.equal(await Promise.all(threads.map(({ exited }) => exited)), [0, 0, 0])
    assert.ok(changes > 1000, `saw only ${changes} changes`)
  })

  it('shows no leaf of a whole before another: who has seen one has seen all', async () => {
    const { robot, store } = newRobot()
    const thread = start(store, 'exchange')
    awaitGate(thread)
    let seen = 0
    // Until the other thread has had its turn, however busy the machine is.
    for (let read = 0; read < 300_000 || seen === 0; read++) {
      // Read one after the other, in both orders: what is read later is never older.
      const [z, x] = [robot['pose.at.z'], robot['pose.x']]
      if (x < z) assert.unreachable(`x is ${x} after z was ${z}`)
      const [first, last] = [robot['pose.x'], robot['pose.at.z']]
      if (last < first) assert.unreachable(`z is ${last} after x was ${first}`)
      if (x !== seen) seen = x
    }
    assert.ok(seen > 0)
    goOn(thread)
    assert.is(await thread.exited, 0)
  })

  it('stays whole, and its lock free, when threads that write it are killed at any instant', async () => {
    const { robot, store } = newRobot()
    for (let round = 0; round < 25; round++) {
      const threads = [start(store, 'writeForever'), start(store, 'writeForever')]
      threads.forEach(awaitGate)
      for (let read = 0; read < (round * 37) % 400; read++) assert.ok(isWhole(robot.pose))
      const ends = threads.map((thread) => {
        store.doom(thread.owner)
        return thread.terminate()
      })
      if (round % 2) {
        await Promise.all(ends)
        threads.forEach(({ owner }) => store.release(owner))
      }
      const { pose } = robot
      assert.ok(isWhole(pose), `in pieces: ${JSON.stringify(pose)}`)
      await Promise.all(ends)
      threads.forEach(({ owner }) => store.release(owner))
      assert.ok(isWhole(robot.pose))
      const { x } = robot.pose
      assert.is(assign(robot, 'pose.x', '+=', 1), x + 1)
      robot.pose = poseOf(round)
      assert.equal(robot.pose, poseOf(round))
    }
  })

  it('is what it was before a change whose thread was killed', async () => {
    const { robot, store } = newRobot()
    robot.pose = poseOf(7)
    const before = robot.pose
    const thread = start(store, 'hold')
    awaitGate(thread)
    assert.is(robot.pose, before)
    assert.is(robot['pose.x'], 7)
    assert.is(robot['pose.at.odd'], true)
    await thread.terminate()
    assert.is(robot.pose, before)
    store.release(thread.owner)
    assert.is(assign(robot, 'pose.x', '+=', 1), 8)
    assert.equal(robot.pose, { x: 8, y: 7, at: { z: 7, odd: true } })
  })

  it('has a plain write of a leaf stand that comes within a change of another thread', async () => {
    const { robot, store } = newRobot()
    const thread = start(store, 'hold')
    awaitGate(thread)
    robot['pose.y'] = 9
    assert.equal(robot.pose, { x: 0, y: 9, at: { z: 0, odd: false } })
    goOn(thread)
    assert.is(await thread.exited, 0)
    assert.equal(robot.pose, { x: 100, y: 9, at: { z: 200, odd: false } })
  })
})

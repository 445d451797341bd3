import * as assert from 'uvu/assert'
import { change, copyOf, createStore } from '../../runtime/state/index.ts'
import type { Store } from '../../runtime/state/index.ts'
import { describe } from '../harness/suite.ts'
import { frameOf, isWhole, layout, LENGTH, Robot } from './threads/array-schema.ts'
import type { Job } from './threads/array-worker.ts'
import { awaitGate, type Thread, threadsOf } from './threads/start.ts'

const startThread = threadsOf<Job>('array-worker')
const start = (store: Store, name: Job['name'], count = 0): Thread => startThread(store, { name, count })

function newRobot(): { robot: Robot, store: Store } {
  const store = createStore(layout, { bytes: 1 << 20 })
  const robot = new Robot(store)
  robot.frame = frameOf(0)
  robot.text = ''
  return { robot, store }
}

describe('a typed array under several threads', (it) => {
  it('loses no step on an element of three threads that add at once', async () => {
    const { robot, store } = newRobot()
    const threads = [1, 2].map(() => start(store, 'add', 70_000))
    for (let n = 0; n < 70_000; n++) change(robot, 'frame', (frame) => frame[n % 7] += 1)
    assert.equal(await Promise.all(threads.map(({ exited }) => exited)), [0, 0])
    assert.equal([...robot.frame.subarray(0, 8)], [...Array.from({ length: 7 }, () => 30_000), 0])
  })

  it('is copied whole while another thread replaces it', async () => {
    const { robot, store } = newRobot()
    const thread = start(store, 'replaceForever')
    awaitGate(thread)
    const { frame } = robot
    const seen = new Set<number>()
    for (let read = 0; read < 3000; read++) {
      const copy = copyOf(robot.frame)
      if (!isWhole(copy)) assert.unreachable(`in pieces: ${copy[0]} and ${copy.find((element) => element !== copy[0])}`)
      seen.add(copy[0]!)
    }
    assert.is(robot.frame, frame)
    assert.ok(seen.size > 10, `saw only ${seen.size} values`)
    await thread.terminate()
    store.release(thread.owner)
  })

  it('is whole, and other values with it, when threads that write it are killed at any instant', async () => {
    const { robot, store } = newRobot()
    const first = robot.frame
    for (let round = 0; round < 25; round++) {
      const threads = [start(store, 'writeForever'), start(store, 'replaceForever')]
      threads.forEach(awaitGate)
      for (let read = 0; read < (round * 7) % 40; read++) assert.ok(isWhole(copyOf(robot.frame)))
      const ends = threads.map((thread) => {
        store.doom(thread.owner)
        return thread.terminate()
      })
      if (round % 2) {
        await Promise.all(ends)
        threads.forEach(({ owner }) => store.release(owner))
      }
      assert.ok(isWhole(copyOf(robot.frame)))
      await Promise.all(ends)
      threads.forEach(({ owner }) => store.release(owner))
      // Whoever has the lock has completed what a killed thread had begun: now the elements themselves are whole.
      change(robot, 'frame', (frame: Uint32Array) => assert.ok(isWhole(frame)))
      assert.ok(/^(text)*$/.test(robot.text))
      assert.is(first.length, LENGTH)
      robot.frame = frameOf(round)
      assert.equal([robot.frame[0], robot.frame.at(-1), first[0]], [round, round, round])
    }
  })
})

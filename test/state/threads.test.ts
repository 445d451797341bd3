import * as assert from 'uvu/assert'
import { createStore } from '../../runtime/state/index.ts'
import type { Store } from '../../runtime/state/index.ts'
import { describe } from '../harness/suite.ts'
import { FRAMES, LIST, POSE, TEXT, isWhole, layout } from './threads/schema.ts'
import type { Whole } from './threads/schema.ts'
import { awaitGate, type Thread, threadsOf } from './threads/start.ts'
import type { Job } from './threads/worker.ts'

const startThread = threadsOf<Job>('worker')
const start = (store: Store, name: Job['name'], count = 0): Thread => startThread(store, { name, count })

function newStore(): Store {
  const store = createStore(layout, { bytes: 4 << 20 })
  store.write(FRAMES, 0)
  store.write(LIST, [])
  store.write(TEXT, '')
  store.write(POSE, { n: 0, text: '', list: [] })
  return store
}

/** What only a whole value passes. */
function checkWhole(store: Store): void {
  const pose = store.read(POSE) as Whole
  assert.ok(isWhole(pose), `pose ${pose.n} is in pieces`)
  const list = store.read(LIST) as number[]
  assert.ok(list.length % 2 === 0 && list.every((item, index) => item === list[index ^ 1]), `list is in pieces: ${list.join()}`)
  assert.ok(/^(text)*$/.test(store.read(TEXT) as string))
  assert.is((store.read(FRAMES) as number) % 0.5, 0)
}

describe('a state under several threads', (it) => {
  it('loses no step of four threads that count at once', async () => {
    const store = newStore()
    const count = 50_000
    const threads = [1, 2, 3].map(() => start(store, 'count', count))
    const owners = [0, ...threads.map(({ owner }) => owner)]
    store.write(POSE, Object.fromEntries(owners.map((owner) => [`k${owner}`, 0])))
    for (let n = 0; n < count; n++) store.update(FRAMES, (frames: any) => frames + 1)
    for (let n = 0; n < count / 100; n++) {
      store.update(TEXT, (text: any) => `${text}x`)
      store.change(LIST, (list) => list.push(0))
      store.change(POSE, (pose) => pose.k0++)
    }
    assert.equal(await Promise.all(threads.map(({ exited }) => exited)), [0, 0, 0])
    assert.is(store.read(FRAMES), 4 * count)
    assert.is((store.read(TEXT) as string).length, 4 * count / 100)
    const list = store.read(LIST) as number[]
    assert.equal(owners.map((owner) => list.filter((item) => item === owner).length), owners.map(() => count / 100))
    assert.equal(store.read(POSE), Object.fromEntries(owners.map((owner) => [`k${owner}`, count / 100])))
  })

  it('shows a payload that was written before its flag', async () => {
    const store = newStore()
    const count = 20_000
    const thread = start(store, 'signal', count)
    let seen = 0
    for (let flag = 0; flag < count; flag = store.read(FRAMES) as number) {
      if (flag === seen) continue
      seen = flag
      const pose = store.read(POSE) as Whole
      if (pose.n < flag) assert.unreachable(`the flag says ${flag}, the payload ${pose.n}`)
      if (!isWhole(pose)) assert.unreachable(`pose ${pose.n} is in pieces`)
    }
    assert.is(await thread.exited, 0)
  })

  it('stays whole and usable when threads are killed at any instant', async () => {
    const store = newStore()
    for (let round = 0; round < 30; round++) {
      const threads = [start(store, 'writeForever'), start(store, 'writeForever')]
      threads.forEach(awaitGate)
      for (let read = 0; read < (round * 37) % 400; read++) checkWhole(store)
      const ends = threads.map((thread) => {
        store.doom(thread.owner)
        return thread.terminate()
      })
      // In half of the rounds main does not wait for the end: then it may find a lock whose owner is gone.
      if (round % 2) await Promise.all(ends)
      if (round % 2) threads.forEach(({ owner }) => store.release(owner))
      store.change(LIST, (list) => list.push(round, round))
      checkWhole(store)
      await Promise.all(ends)
      threads.forEach(({ owner }) => store.release(owner))
      checkWhole(store)
      store.write(LIST, [])
      store.write(FRAMES, round)
      store.update(FRAMES, (frames: any) => frames + 1)
      assert.equal([store.read(LIST), store.read(FRAMES)], [[], round + 1])
    }
    // What the killed ones leaked is found again: values still fit that need most of the memory.
    store.write(TEXT, 'text'.repeat(700_000))
    assert.is((store.read(TEXT) as string).length, 2_800_000)
  })

  it('takes the lock over from a thread that was doomed and killed, before its end is known', async () => {
    const store = newStore()
    const thread = start(store, 'hold')
    awaitGate(thread)
    assert.equal(store.read(LIST), [])
    store.doom(thread.owner)
    const end = thread.terminate()
    store.change(LIST, (list) => list.push(2))
    assert.equal(store.read(LIST), [2])
    await end
    store.release(thread.owner)
    store.write(LIST, [3])
    assert.equal(store.read(LIST), [3])
  })

  it('keeps the number that it had before a step whose thread was killed', async () => {
    const store = newStore()
    store.write(FRAMES, 7)
    const thread = start(store, 'holdNumber')
    awaitGate(thread)
    assert.is(store.read(FRAMES), 7)
    await thread.terminate()
    assert.is(store.read(FRAMES), 7)
    store.release(thread.owner)
    assert.is(store.apply(FRAMES, (frames: any) => frames + 1).after, 8)
    assert.is(store.read(FRAMES), 8)
  })

  it('has a plain write stand that comes within a step of another thread', async () => {
    const store = newStore()
    const thread = start(store, 'holdNumber')
    awaitGate(thread)
    store.write(FRAMES, 9)
    assert.is(store.read(FRAMES), 9)
    Atomics.store(thread.gate, 1, 1)
    Atomics.notify(thread.gate, 1)
    assert.is(await thread.exited, 0)
    assert.is(store.read(FRAMES), 9)
  })

  it('lets a step without the lock wait for one with it', async () => {
    const store = newStore()
    const thread = start(store, 'holdNumber')
    awaitGate(thread)
    Atomics.store(thread.gate, 1, 1)
    Atomics.notify(thread.gate, 1)
    assert.is(store.apply(FRAMES, (frames: any) => frames + 1).after, 101)
    assert.is(await thread.exited, 0)
  })

  it('gets the lock back from a thread that was killed and released', async () => {
    const store = newStore()
    const thread = start(store, 'hold')
    awaitGate(thread)
    await thread.terminate()
    store.release(thread.owner)
    store.write(LIST, [2])
    assert.equal(store.read(LIST), [2])
  })

  it('gets the lock back from a thread that ended itself within a step', async () => {
    const store = newStore()
    const thread = start(store, 'exit')
    assert.is(await thread.exited, 3)
    store.write(LIST, [2])
    assert.equal(store.read(LIST), [2])
  })
})

import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { Condition, createStore, defineAccessors, attachStore, layoutOf } from '../../runtime/state/index.ts'
import type { Store } from '../../runtime/state/index.ts'
import { describe } from '../harness/suite.ts'
import * as two from './pair.ts'
import { ARMED, FRAMES, LIST, POSE, TEXT, layout } from './threads/schema.ts'
import { awaitGate, goOn, type Thread, threadsOf } from './threads/start.ts'
import type { WaiterJob } from './threads/waiter.ts'

const startThread = threadsOf<WaiterJob>('waiter')
const start = (store: Store, name: WaiterJob['name']): Thread => startThread(store, { name })

function newStore(): Store {
  const store = createStore(layout, { bytes: 1 << 20 })
  store.write(FRAMES, 0)
  store.write(ARMED, false)
  store.write(LIST, [])
  store.write(POSE, { n: 0 })
  return store
}

const waitersOf = (store: Store, { offset }: { readonly offset: number }): number => store.arena.words[(store.shared.start + offset + 16) >>> 2]!

/** Resolves with each value that `read` comes to have, until one is `last`. */
function valuesUntil(store: Store, read: () => unknown, isLast: (value: any) => boolean): Promise<unknown[]> {
  return new Promise((resolve) => {
    const values: unknown[] = []
    const condition = new Condition(store.arena, read)
    condition.evaluate()
    const keepAlive = setInterval(() => {}, 10_000)
    const watcher = {
      condition,
      changed(): void {
        values.push(condition.evaluate())
        if (!isLast(values.at(-1))) return
        store.arena.watching.delete(watcher)
        clearInterval(keepAlive)
        resolve(values)
      },
    }
    store.arena.watching.add(watcher)
  })
}

describe('who waits for attributes', (it) => {
  it('is woken by a write of each that it reads, and of no other', async () => {
    for (const write of [(store: Store) => store.write(ARMED, true), (store: Store) => store.write(FRAMES, 6)]) {
      const store = newStore()
      const thread = start(store, 'block')
      awaitGate(thread)
      while (waitersOf(store, FRAMES) === 0) continue
      // Beyond the time after which it looks again once.
      Atomics.wait(thread.gate, 3, 0, 20)
      const [looks, wakes] = [thread.gate[1]!, thread.gate[2]!]
      for (let n = 0; n < 1000; n++) {
        store.write(POSE, { n })
        store.write(TEXT, String(n))
        store.change(LIST, (list) => list.push(n))
      }
      assert.equal([thread.gate[1], thread.gate[2]], [looks, wakes])
      assert.is(looks, 1)
      store.write(FRAMES, 2)
      while (thread.gate[1] === looks) continue
      write(store)
      assert.is(await thread.exited, 0)
    }
  })

  it('hears of plain writes in a loop that began before', async () => {
    const store = newStore()
    const thread = start(store, 'writeForever')
    awaitGate(thread)
    for (let round = 0; round < 20; round++) {
      let changes = 0
      await valuesUntil(store, () => store.read(FRAMES), () => ++changes === 50)
    }
    await thread.terminate()
  })

  it('leaves one ring too many behind when it is killed', async () => {
    const store = newStore()
    const thread = start(store, 'block')
    awaitGate(thread)
    while (waitersOf(store, ARMED) === 0 || waitersOf(store, FRAMES) === 0) continue
    await thread.terminate()
    assert.ok(waitersOf(store, FRAMES) !== 0)
    store.write(FRAMES, 1)
    store.write(ARMED, false)
    assert.equal([waitersOf(store, FRAMES), waitersOf(store, ARMED)], [0, 0])
  })

  it('can be killed while it waits without blocking', async () => {
    const store = newStore()
    for (let round = 0; round < 10; round++) {
      const thread = start(store, 'watch')
      awaitGate(thread)
      store.write(FRAMES, round)
      assert.is(await thread.terminate(), 1)
      store.release(thread.owner)
    }
    assert.equal(await Promise.all([valuesUntil(store, () => store.read(FRAMES), () => true), store.write(FRAMES, 77)]), [[77], undefined])
  })

  it('hears of a write whose thread was killed before it could ring, once that is released', async () => {
    const store = newStore()
    const heard = valuesUntil(store, () => store.read(FRAMES), () => true)
    store.arena.floats[(store.shared.start + FRAMES.offset) >>> 3] = 5
    store.release(99)
    assert.equal(await heard, [5])
  })

  it('needs no time of the processor, with two hundred attributes', async () => {
    const wide = layoutOf({ brain: 'waiting', fields: Array.from({ length: 200 }, (_, n) => ({ name: `n${n}`, kind: 'number' as const })) })
    const idle = createStore(wide)
    const never: (() => void)[] = []
    for (const slot of wide.slots) {
      idle.write(slot, 0)
      const condition = new Condition(idle.arena, () => idle.read(slot))
      condition.evaluate()
      const watcher = { condition, changed: () => assert.unreachable('nothing was written') }
      idle.arena.watching.add(watcher)
      never.push(() => idle.arena.watching.delete(watcher))
    }
    const store = newStore()
    const blocked = start(store, 'block')
    const thread = start(store, 'writeLate')
    awaitGate(blocked)
    const woken = valuesUntil(store, () => store.read(ARMED), () => true)
    awaitGate(thread)
    const [startedAt, usedBefore] = [performance.now(), process.cpuUsage()]
    await woken
    const { user, system } = process.cpuUsage(usedBefore)
    const share = (user + system) / 1000 / (performance.now() - startedAt)
    for (const end of never) end()
    assert.ok(share < 0.4, `${Math.round(share * 100)} % of a processor`)
    assert.equal(await Promise.all([thread.exited, blocked.exited]), [0, 0])
  })

  it('is woken where every order costs an atomic access too', async () => {
    const [main, other] = two.pair(1 << 20, 'weak')
    class Robot {
      declare frames: number
      declare armed: boolean
      declare pose: unknown
    }
    defineAccessors(Robot.prototype, two.layout)
    const [robot, writer] = [new Robot(), new Robot()]
    attachStore(robot, main)
    attachStore(writer, other)
    Object.assign(robot, { frames: 0, armed: false, pose: 1 })
    for (const name of ['frames', 'armed', 'pose'] as const) {
      const heard = valuesUntil(main, () => robot[name], () => true)
      Object.assign(writer, { [name]: name === 'armed' ? true : 5 })
      assert.equal(await heard, [name === 'armed' ? true : 5])
    }
  })

  it('may ask several brains', async () => {
    class Robot {
      declare frames: number
      constructor(store: Store) {
        attachStore(this, store)
      }
    }
    defineAccessors(Robot.prototype, layout)
    const stores = [newStore(), newStore()]
    const [one, other] = stores.map((store) => new Robot(store)) as [Robot, Robot]
    const heard = valuesUntil(stores[0]!, () => one.frames + other.frames, (sum) => sum === 3)
    other.frames = 2
    await new Promise(setImmediate)
    one.frames = 1
    assert.is((await heard).at(-1), 3)
  })

  it('gets the same object of a value that has not changed, also of one that is copied for each read', () => {
    const store = newStore()
    store.write(POSE, new Uint8Array(3))
    const condition = new Condition(store.arena, () => [store.read(POSE), store.read(FRAMES)])
    const [before] = condition.evaluate() as unknown[]
    store.write(FRAMES, 5)
    assert.ok(condition.isStale())
    assert.is((condition.evaluate() as unknown[])[0], before)
    store.write(POSE, new Uint8Array(3))
    assert.is.not((condition.evaluate() as unknown[])[0], before)
  })
})

describe('a group', (it) => {
  it('makes steps without the lock wait that would fall between its reads and writes', async () => {
    for (const job of ['hold', 'holdOther'] as const) {
      const store = newStore()
      const thread = start(store, job)
      awaitGate(thread)
      goOn(thread)
      assert.is(store.apply(FRAMES, (frames: any) => frames + 1).after, 101)
      assert.is(await thread.exited, 0)
    }
  })

  it('whose thread is killed has changed nothing', async () => {
    const store = newStore()
    const thread = start(store, 'hold')
    awaitGate(thread)
    const state = (): unknown[] => [FRAMES, ARMED, POSE, LIST].map((slot) => store.read(slot))
    const before = [0, false, { n: 0 }, []]
    assert.equal(state(), before)
    await thread.terminate()
    store.release(thread.owner)
    assert.equal(state(), before)
    assert.equal(store.atomic(state), before)
    assert.is(store.apply(FRAMES, (frames: any) => frames + 1).after, 1)
    // The blocks of what it had written are found again.
    store.write(TEXT, 'x'.repeat(900_000))
  })

  it('whose thread is killed at its end is done by whoever comes next, but for what was plainly written meanwhile', async () => {
    for (const isWritten of [false, true]) {
      const store = newStore()
      const thread = start(store, 'holdEnd')
      awaitGate(thread)
      const state = (): unknown[] => [ARMED, POSE, FRAMES, LIST].map((slot) => store.read(slot))
      assert.equal(state(), [true, { n: 0 }, 0, []])
      if (isWritten) store.write(FRAMES, 50)
      const heard = valuesUntil(store, () => [store.read(POSE), store.read(LIST)], ([pose, list]) => pose.n === 8 && list.length === 1)
      await thread.terminate()
      store.release(thread.owner)
      assert.equal(state(), [true, { n: 8 }, isWritten ? 50 : 7, [1]])
      await heard
      // Once is enough.
      store.write(ARMED, false)
      store.change(LIST, (list) => list.push(2))
      assert.equal(state(), [false, { n: 8 }, isWritten ? 50 : 7, [1, 2]])
    }
  })

  it('stays usable when threads are killed within it, and exact beside steps without the lock', async () => {
    const store = newStore()
    for (let round = 0; round < 8; round++) {
      store.atomic(() => {
        store.write(FRAMES, 0)
        store.write(ARMED, false)
        store.write(POSE, { n: 0 })
      })
      const threads = [start(store, 'transfer'), start(store, 'transfer')]
      const adding = start(store, 'add')
      threads.forEach(awaitGate)
      for (let read = 0; read < 200; read++) {
        const sum = store.atomic(() => (store.read(FRAMES) as number) + (store.read(POSE) as { n: number }).n)
        assert.is(sum % 1000, 0)
      }
      assert.is(await adding.exited, 0)
      const ends = threads.map((thread) => {
        store.doom(thread.owner)
        return thread.terminate()
      })
      await Promise.all(ends)
      threads.forEach(({ owner }) => store.release(owner))
      // Killed while it committed, too: all of a step or nothing.
      const [frames, armed, pose, list] = store.atomic(() => [FRAMES, ARMED, POSE, LIST].map((slot) => store.read(slot))) as [number, boolean, { n: number }, number[]]
      assert.equal([(frames + pose.n) % 1000, armed], [0, frames % 2 === 1])
      assert.ok(list.every((item, index) => item === list[index ^ 1]))
      store.write(LIST, [])
      store.change(LIST, (list) => list.push(round))
      assert.equal(store.read(LIST), [round])
    }
  })

  it('is seen whole at its end, also where it throws, and by nobody else before', () => {
    const step = fc.oneof(
      fc.record({ slot: fc.constant(two.FRAMES), value: fc.double() }),
      fc.record({ slot: fc.constant(two.ARMED), value: fc.boolean() }),
      fc.record({ slot: fc.constantFrom(two.POSE, two.LIST), value: fc.array(fc.string()) }),
      fc.record({ slot: fc.constantFrom(two.POSE, two.LIST), push: fc.integer() }),
    )
    fc.assert(fc.property(fc.array(step, { maxLength: 12 }), fc.boolean(), (steps, throws) => {
      const [main, other] = two.pair()
      const slots = [two.FRAMES, two.ARMED, two.POSE, two.LIST]
      const initial: unknown[] = [1, false, [], []]
      slots.forEach((slot, index) => main.write(slot, initial[index]))
      const state = (store: Store): unknown[] => slots.map((slot) => structuredClone(store.read(slot)))
      const expected = structuredClone(initial)
      let isDone = false
      try {
        main.atomic(() => {
          for (const each of steps) {
            const index = slots.indexOf(each.slot)
            if ('push' in each) {
              main.change(each.slot, (list) => list.push(each.push))
              expected[index] = [...(expected[index] as unknown[]), each.push]
            } else {
              main.write(each.slot, each.value)
              expected[index] = each.value
            }
            assert.equal(state(main), expected)
            assert.equal(state(other), initial)
          }
          isDone = true
          if (throws) throw new Error('own')
        })
      } catch (error) {
        if ((error as Error).message !== 'own') throw error
      }
      assert.ok(isDone)
      assert.equal([state(main), state(other)], [expected, expected])
      assert.is(main.apply(two.FRAMES, () => 3).after, 3)
    }), { numRuns: 150 })
  })
})

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { freeWith, ownArena, takeRegion } from '../../runtime/state/arena.ts'
import { FreeRegions } from '../../runtime/state/free-regions.ts'
import { createStore, layoutOf } from '../../runtime/state/index.ts'
import { ARENA_BYTES, IN_STEP } from '../../runtime/state/layout.ts'
import { type NumberSteps, plainSteps, wasmSteps } from '../../runtime/state/number-steps.ts'
import { LAST_STEP, markOfStep } from '../../runtime/state/scalar.ts'
import { describe } from '../harness/suite.ts'
import { thrown } from './pair.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve) })

describe('the arena', (it) => {
  it('serves any number of brains, as long as few are alive', async () => {
    const layout = layoutOf({ brain: 'wide', fields: Array.from({ length: 2000 }, (_, n) => ({ name: `n${n}`, kind: 'number' as const })) })
    const inAll = 5 * ARENA_BYTES / layout.regionBytes
    for (let made = 0; made < inAll; made++) {
      const store = createStore(layout, { bytes: layout.minimumBytes })
      // Whatever a former brain left in the same place is gone.
      for (const slot of [layout.slots[0]!, layout.slots[1999]!]) {
        assert.is(store.read(slot), undefined)
        store.write(slot, made)
      }
      if (made % 500 > 0) continue
      collect()
      await turn()
    }
  })
  it('says so when it is full, and has room again when brains are gone', async () => {
    const arena = ownArena()
    let holders: object[] = []
    const fill = (byteLength: number): void => {
      for (;;) {
        const holder = {}
        freeWith(holder, arena, takeRegion(arena, byteLength))
        holders.push(holder)
      }
    }
    const error = thrown(() => fill(1 << 20))
    assert.instance(error, RangeError)
    assert.is(error.message, 'The attributes of one more brain need 1048576 bytes, and those of the brains that are alive fill the '
      + '67108864 bytes that a process has for them. Stop brains that are no longer used, and let go of them.')
    thrown(() => fill(3000))
    const count = holders.length
    holders = []
    for (let attempt = 0; ; attempt++) {
      collect()
      await turn()
      try {
        // Larger than any that was given back: they were joined.
        takeRegion(arena, 20 << 20)
        break
      } catch (error) {
        if (attempt === 100) throw error
      }
    }
    assert.ok(count > 30)
  })
})

describe('free regions', (it) => {
  it('never overlap, and are one again when all were given back', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.boolean(), fc.nat()), { maxLength: 60 }), (steps) => {
      const free = new FreeRegions()
      free.give({ start: 64, byteLength: 200 })
      const taken: { start: number; byteLength: number }[] = []
      for (const [byteLength, isTaken, which] of steps) {
        if (!isTaken && taken.length > 0) {
          free.give(taken.splice(which % taken.length, 1)[0]!)
          continue
        }
        const region = free.take(byteLength)
        if (!region) continue
        assert.is(region.byteLength, byteLength)
        assert.ok(region.start >= 64 && region.start + byteLength <= 264)
        for (const { start, byteLength: length } of taken) assert.ok(region.start + byteLength <= start || start + length <= region.start)
        taken.push(region)
      }
      for (const region of taken) free.give(region)
      assert.equal(free.take(200), { start: 64, byteLength: 200 })
      assert.is(free.take(1), undefined)
    }))
  })
})

describe('steps on numbers', (it) => {
  const arena = ownArena()
  const { start } = takeRegion(arena, 64)
  const rung: number[] = []
  const ring = (word: number): number => rung.push(word)
  const wasm = wasmSteps(arena.memory as never, ring)!
  const plainOnes = (): NumberSteps => plainSteps(arena.floats, arena.floatBits, arena.words, ring)
  const number = fc.oneof(fc.double(), fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 2 ** 53))
  it('are the same with and without WebAssembly', () => {
    assert.type(wasm.add, 'function')
    const plain = plainOnes()
    fc.assert(fc.property(number, number, number, (before, by, next) => {
      const outcomes = [wasm, plain].map((steps) => {
        arena.floats[start >>> 3] = before
        const added = steps.add(start, by)
        const sum = arena.floats[start >>> 3]
        const refused = steps.exchange(start, before === 5 ? 6 : 5, next)
        arena.floats[start >>> 3] = by
        const isExchanged = by === by ? steps.exchange(start, by, next === next ? next : 0) : 0
        return [added, sum, refused, isExchanged, arena.floats[start >>> 3]]
      })
      assert.ok(outcomes[0]!.every((value, index) => Object.is(value, outcomes[1]![index])), JSON.stringify(outcomes))
      const isPossible = before + by === before + by
      assert.ok(Object.is(outcomes[0]![0], isPossible ? before : NaN) && Object.is(outcomes[0]![1], isPossible ? before + by : before))
    }), { numRuns: 1000 })
  })
  it('leave an attribute that was never written, and one in a step, as it is', () => {
    for (const bits of [0x7ff8_7a5b_0000_0001n, 0x7ff8_7a5c_0000_0007n]) {
      for (const { add } of [wasm, plainOnes()]) {
        arena.floatBits[start >>> 3] = bits
        assert.ok(Number.isNaN(add(start, 1)))
        assert.is(arena.floatBits[start >>> 3], bits)
      }
    }
  })
  it('claim a number and settle it, the same with and without WebAssembly', () => {
    const { before: toBefore, after: toAfter } = IN_STEP
    const [at, before, after] = [start >>> 3, (start + toBefore) >>> 3, (start + toAfter) >>> 3]
    const steps = fc.integer({ min: 1, max: LAST_STEP })
    for (const { claim, settle } of [wasm, plainOnes()]) {
      fc.assert(fc.property(number, number, steps, steps, (was, will, step, other) => {
        fc.pre(step !== other)
        arena.floats[at] = was
        claim(start, other)
        // A mark that was left behind: what it stood for stays.
        claim(start, step)
        assert.equal([arena.floatBits[at], Object.is(arena.floats[before], was)], [markOfStep(step), true])
        arena.floats[after] = will
        settle(start, other, toAfter)
        assert.is(arena.floatBits[at], markOfStep(step))
        settle(start, step, toAfter)
        assert.ok(Object.is(arena.floats[at], will))
        settle(start, step, toBefore)
        assert.ok(Object.is(arena.floats[at], will))
      }), { numRuns: 200 })
    }
  })
  it('ring for who waits, where they have changed the number', () => {
    const waiters = (start + 16) >>> 2
    for (const { add, exchange } of [wasm, plainOnes()]) {
      rung.length = 0
      arena.floats[start >>> 3] = 1
      arena.words[waiters] = 0
      add(start, 1)
      exchange(start, 2, 3)
      assert.equal(rung, [])
      arena.words[waiters] = 1 << 31
      exchange(start, 2, 4)
      add(start, NaN)
      assert.equal(rung, [])
      add(start, 1)
      assert.equal(rung, [waiters])
      exchange(start, 4, 5)
      assert.equal(rung, [waiters, waiters])
    }
    arena.words[waiters] = 0
  })
})

import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { createStore } from '../../runtime/state/index.ts'
import { describe } from '../harness/suite.ts'
import { fill, layout, nameAt, numbersFrom, REPEATS, Robot, runFreely, type WriteName } from './threads/free-state.ts'
import type { FreeJob } from './threads/free-worker.ts'
import { awaitGate, threadsOf } from './threads/start.ts'

const start = threadsOf<FreeJob>('free-worker')

const RUNS = Number(process.env['FREE_RUNS'] ?? 4)
/** Writes of each thread in a run. */
const COUNT = 2500

/** How often each write is done by each of the threads. */
function countsOf(seeds: readonly number[]): (self: number, ...names: readonly WriteName[]) => number {
  const counts = seeds.map((seed) => {
    const next = numbersFrom(seed)
    const names = new Map<WriteName, number>()
    for (let step = 0; step < COUNT; step++) {
      const name = nameAt(next())
      names.set(name, (names.get(name) ?? 0) + 1)
      next()
    }
    return names
  })
  return (self, ...names) => names.reduce((sum, name) => sum + (counts[self]!.get(name) ?? 0), 0)
}

function checkTotals(robot: Robot, seeds: readonly number[]): void {
  const countOf = countsOf(seeds)
  const threads = [...seeds.keys()]
  const total = (...names: WriteName[]): number => threads.reduce((sum, self) => sum + countOf(self, ...names), 0)
  assert.is(robot.n, REPEATS * total('n +=', 'n -=', '++n', 'n++') + total('n = 1 + n', 'a group over all kinds'))
  assert.is(robot.big, BigInt(total('big += 1n', 'a group over all kinds')))
  assert.is(robot.left + robot.right, 0)
  assert.equal(robot.sums, {
    a: REPEATS * total('sums.a +=') + total('sums.a and sums.b in place', 'a group over all kinds'),
    b: 0 - total('sums.a and sums.b in place'),
  })
  assert.is(robot.counts.reduce((sum, count) => sum + count), total('counts[i] +='))
  for (const self of threads) {
    const pushes = countOf(self, 'list.push()', 'list = [...list]', 'a region over list and entries', 'a group over all kinds')
    assert.is(robot.list.filter((item) => item === self).length, pushes)
    assert.is(robot.entries.get(`k${self}`), countOf(self, 'entries.set()', 'a region over list and entries'))
    assert.is(robot.log.split(String(self)).length - 1, countOf(self, 'log +='))
  }
}

async function runOnThreads(seeds: readonly number[]): Promise<void> {
  const store = createStore(layout, { bytes: 4 << 20 })
  const robot = new Robot(store)
  fill(robot)
  const signal = new Int32Array(new SharedArrayBuffer(4))
  const threads = seeds.slice(1).map((seed, index) => start(store, { self: index + 1, seed, count: COUNT, signal }))
  const ends = Promise.all(threads.map(({ exited }) => exited))
  threads.forEach(awaitGate)
  Atomics.store(signal, 0, 1)
  Atomics.notify(signal, 0)
  try {
    runFreely(store, robot, 0, seeds[0]!, COUNT)
  } finally {
    await ends
  }
  checkTotals(robot, seeds)
}

describe('a state that four threads write at once, in every way', (it) => {
  it('is whole whenever one looks, and exact at the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer(), { minLength: 4, maxLength: 4 }), runOnThreads),
      { numRuns: RUNS, includeErrorInReport: true, endOnFailure: true },
    )
  })
})

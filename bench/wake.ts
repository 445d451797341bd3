import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { createStore } from '../runtime/state/index.ts'
import { Counter, counterLayout } from './state/counter.ts'
import type { Echo } from './state/echo.ts'
import { until } from './state/until.ts'

/**
 * How long after a write another thread goes on that waits for it: there and back again, halved. `npm run bench:wake`.
 * In turns within one run; each way is a row, against the same with the platform's own means.
 */

const TURNS = 3000
const ROUNDS = 3

interface Way {
  readonly name: string
  /** The other thread answers in the same way. */
  readonly kind: Echo['kind']
  readonly turn: (turn: number) => void | Promise<void>
}

const store = createStore(counterLayout)
const counter = new Counter(store)
const words = new Int32Array(new SharedArrayBuffer(8))
const worker = new Worker(new URL('./state/echo.mjs', import.meta.url), { workerData: { state: store.shared, words } })
const message = (): Promise<unknown> => once(worker, 'message')
const { waitAsync } = Atomics as unknown as { readonly waitAsync: (words: Int32Array, index: number, value: number) => { readonly value: unknown } }

const WAYS: readonly Way[] = [
  { name: 'polled', kind: 'poll', turn: (turn) => { counter.ping = turn; while (counter.pong !== turn) continue } },
  { name: 'Atomics.wait, notify', kind: 'wait', turn: (turn) => { Atomics.store(words, 0, turn); Atomics.notify(words, 0); Atomics.wait(words, 1, turn - 1) } },
  // The benchmark blocks its main thread, as no program may: only the answer is polled.
  { name: 'block (answer polled)', kind: 'block', turn: (turn) => { counter.ping = turn; while (counter.pong !== turn) continue } },
  {
    name: 'Atomics.waitAsync, notify', kind: 'wait-async',
    turn: async (turn) => {
      Atomics.store(words, 0, turn)
      Atomics.notify(words, 0)
      await waitAsync(words, 1, turn - 1).value
    },
  },
  { name: 'until', kind: 'until', turn: async (turn) => { counter.ping = turn; await until(store, () => counter.pong === turn) } },
  {
    name: 'postMessage', kind: 'message',
    turn: async () => {
      worker.postMessage(1, [])
      await message()
    },
  },
]

console.log(`${''.padEnd(28)}${['median, µs', '99 %, µs'].map((title) => title.padStart(12)).join('')}`)
const times = WAYS.map((): number[] => [])
// Some ways wait for shared memory alone.
const keepAlive = setInterval(() => {}, 10_000)
for (let round = 0; round < ROUNDS; round++) {
  for (const [index, { kind, turn }] of WAYS.entries()) {
    counter.ping = 0
    counter.pong = 0
    words.fill(0)
    worker.postMessage({ kind, turns: TURNS } satisfies Echo, [])
    await message()
    for (let count = 1; count <= TURNS; count++) {
      const startedAt = performance.now()
      await turn(count)
      times[index]!.push((performance.now() - startedAt) * 1000 / 2)
    }
    await message()
  }
}
clearInterval(keepAlive)
await worker.terminate()
for (const [index, { name }] of WAYS.entries()) {
  const sorted = times[index]!.toSorted((one, other) => one - other)
  const [median, late] = [sorted[sorted.length >> 1]!, sorted[Math.floor(sorted.length * 0.99)]!]
  console.log(name.padEnd(28) + median.toFixed(2).padStart(12) + late.toFixed(2).padStart(12))
}

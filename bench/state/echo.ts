import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { blockUntil, Condition, openStore } from '../../runtime/state/index.ts'
import { Counter, counterLayout } from './counter.ts'
import { until } from './until.ts'

/** What the other thread is asked for: to answer each turn in this way. It says when it stands ready, and when it is done. */
export interface Echo {
  readonly kind: 'poll' | 'wait' | 'block' | 'wait-async' | 'until' | 'message'
  readonly turns: number
}

const port = parentPort!
const { state, words } = workerData
const store = openStore(counterLayout, state, 1)
const counter = new Counter(store)
const { arena } = store
const { waitAsync } = Atomics as unknown as { readonly waitAsync: (words: Int32Array, index: number, value: number) => { readonly value: unknown } }

function answer(turn: number): void {
  Atomics.store(words, 1, turn)
  Atomics.notify(words, 1)
}

const ANSWERS: Record<Echo['kind'], (turn: number) => unknown> = {
  poll: (turn) => {
    while (counter.ping !== turn) continue
    counter.pong = turn
  },
  wait: (turn) => {
    Atomics.wait(words, 0, turn - 1)
    answer(turn)
  },
  block: (turn) => {
    blockUntil(arena.bells, new Condition(arena, () => counter.ping === turn), Infinity, () => {})
    counter.pong = turn
  },
  'wait-async': async (turn) => {
    await waitAsync(words, 0, turn - 1).value
    answer(turn)
  },
  until: async (turn) => {
    await until(store, () => counter.ping === turn)
    counter.pong = turn
  },
  message: async () => {
    await once(port, 'message')
    port.postMessage(1, [])
  },
}

// Between two messages nobody listens to the port, and what waits for shared memory alone keeps no thread alive.
setInterval(() => {}, 10_000)
for (;;) {
  const [{ kind, turns }] = (await once(port, 'message')) as [Echo]
  port.postMessage('ready')
  for (let turn = 1; turn <= turns; turn++) {
    const answered = ANSWERS[kind](turn)
    if (answered) await answered
  }
  await new Promise(setImmediate)
  port.postMessage('done')
}

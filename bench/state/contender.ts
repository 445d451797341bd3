import { workerData } from 'node:worker_threads'
import { openStore } from '../../runtime/state/index.ts'
import { addRaw, addShared, type Contention, Counter, counterLayout } from './counter.ts'

/** The other thread of the benchmark: adds while main adds, then answers each ping. */

const { state, gate, raw, count, rounds } = workerData as Contention
const counter = new Counter(openStore(counterLayout, state, 1))

const both = [addShared(counter), addRaw(raw)]

function ready(round: number): void {
  Atomics.store(gate, 0, round)
  Atomics.notify(gate, 0)
}

for (let round = 1; round <= rounds; round++) {
  ready(round)
  while (Atomics.load(gate, 1) < round) continue
  both[(round - 1) % 2]!(count)
}
counter.pong = 0
ready(rounds + 1)
for (let turn = 1; turn <= 20_000; turn++) {
  while (counter.ping !== turn) continue
  counter.pong = turn
}

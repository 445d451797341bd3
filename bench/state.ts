import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { FieldSchema } from '../src/contract/schema.ts'
import type { Slot } from '../runtime/state/index.ts'
import {
  assign, attachStore, change, createStore, defineAccessors, defineState, layoutOf,
} from '../runtime/state/index.ts'
import { addRaw, addShared, type Contention, Counter, counterLayout } from './state/counter.ts'

/**
 * What a shared attribute costs beside a plain field and beside an element of a raw typed array over shared memory.
 * `npm run bench:state` bundles this file first, as a user's program is: tsx gives each closure a name when it is made.
 * Medians of interleaved runs in one process; each loop is a function of its own, so that V8 compiles it for its own objects.
 */

const ROUNDS = 15
const WARM_UPS = 3
const INSTANCES = 1000

let sink = 0

// --- the three kinds of object ---

interface At {
  x: number
  y: number
  theta: number
}

interface Fields {
  n: number
  at: At
  pose: { readonly x: number }
}

/** Loops as they stand in a task: over `this`. */
interface Tasks extends Fields {
  get(count: number): void
  set(count: number): void
  add(count: number): void
  read(count: number): void
  getLeaf(count: number): void
  setLeaf(count: number): void
  addLeaf(count: number): void
}

class Plain implements Tasks {
  n = 0
  at: At = { x: 0, y: 0, theta: 0 }
  pose = { x: 1 }

  get(count: number): void {
    let sum = 0
    for (let i = 0; i < count; i++) sum += this.n
    sink = sum
  }
  set(count: number): void {
    for (let i = 0; i < count; i++) this.n = i + 0.5
  }
  add(count: number): void {
    for (let i = 0; i < count; i++) this.n += 1.5
  }
  read(count: number): void {
    let sum = 0
    for (let i = 0; i < count; i++) sum += this.pose.x
    sink = sum
  }
  getLeaf(count: number): void {
    let sum = 0
    for (let i = 0; i < count; i++) sum += this.at.x
    sink = sum
  }
  setLeaf(count: number): void {
    for (let i = 0; i < count; i++) this.at.x = i + 0.5
  }
  addLeaf(count: number): void {
    for (let i = 0; i < count; i++) this.at.x += 1.5
  }
}

const AT: FieldSchema = { name: 'at', kind: 'object', fields: ['x', 'y', 'theta'].map((name) => ({ name, kind: 'number' })) }

/** A brain class with `count` attributes, of which `n` and `pose` are the last. */
function sharedClass(count: number): new () => Tasks & { 'at.x': number } {
  const fill = Array.from({ length: count - 2 }, (_, index) => ({ name: `attribute${index}`, kind: index % 2 ? 'value' as const : 'number' as const }))
  const layout = layoutOf(defineState({ brain: `bench#Shared${count}`, fields: [...fill, { name: 'n', kind: 'number' }, { name: 'pose', kind: 'value' }, ...(count === 2 ? [AT] : [])] }))
  class Shared implements Tasks {
    declare n: number
    declare pose: { readonly x: number }
    declare at: At
    declare 'at.x': number

    get(count: number): void {
      let sum = 0
      for (let i = 0; i < count; i++) sum += this.n
      sink = sum
    }
    set(count: number): void {
      for (let i = 0; i < count; i++) this.n = i + 0.5
    }
    add(count: number): void {
      for (let i = 0; i < count; i++) assign(this, 'n', '+=', 1.5)
    }
    read(count: number): void {
      let sum = 0
      for (let i = 0; i < count; i++) sum += this.pose.x
      sink = sum
    }

    getLeaf(count: number): void {
      let sum = 0
      for (let i = 0; i < count; i++) sum += this['at.x']
      sink = sum
    }
    setLeaf(count: number): void {
      for (let i = 0; i < count; i++) this['at.x'] = i + 0.5
    }
    addLeaf(count: number): void {
      for (let i = 0; i < count; i++) assign(this, 'at.x', '+=', 1.5)
    }

    constructor() {
      attachStore(this, createStore(layout, { bytes: 1 << 16 }))
      this.n = 0
      this.pose = { x: 1 }
      if (count === 2) this.at = { x: 0, y: 0, theta: 0 }
    }
  }
  defineAccessors(Shared.prototype, layout)
  return Shared
}

const integers = new Int32Array(new SharedArrayBuffer(64))
const raw = new Float64Array(new SharedArrayBuffer(1 << 16))
const plain = new Plain()
const Shared = sharedClass(2)
const shared = new Shared()
const of20 = new (sharedClass(20))()
const of200 = new (sharedClass(200))()
const plains = Array.from({ length: INSTANCES }, () => new Plain())
const shareds = Array.from({ length: INSTANCES }, () => new Shared())

// --- what is measured ---

type Loop = (count: number) => void

interface Case {
  readonly name: string
  readonly count: number
  readonly raw?: Loop
  readonly plain?: Loop
  readonly shared: Loop
}

const CASES: readonly Case[] = [
  {
    name: 'get a number',
    count: 3e6,
    raw: (count) => { let sum = 0; for (let i = 0; i < count; i++) sum += raw[3]!; sink = sum },
    plain: (count) => plain.get(count),
    shared: (count) => shared.get(count),
  },
  {
    name: '  of a variable',
    count: 3e6,
    raw: (count) => { let sum = 0; for (let i = 0; i < count; i++) sum += raw[3]!; sink = sum },
    plain: (count) => { let sum = 0; for (let i = 0; i < count; i++) sum += plain.n; sink = sum },
    shared: (count) => { let sum = 0; for (let i = 0; i < count; i++) sum += shared.n; sink = sum },
  },
  {
    name: 'set a number',
    count: 3e6,
    raw: (count) => { for (let i = 0; i < count; i++) raw[3] = i + 0.5 },
    plain: (count) => plain.set(count),
    shared: (count) => shared.set(count),
  },
  {
    name: '  of a variable',
    count: 3e6,
    raw: (count) => { for (let i = 0; i < count; i++) raw[3] = i + 0.5 },
    plain: (count) => { for (let i = 0; i < count; i++) plain.n = i + 0.5 },
    shared: (count) => { for (let i = 0; i < count; i++) shared.n = i + 0.5 },
  },
  {
    name: `get, over ${INSTANCES}`,
    count: 3e6,
    raw: (count) => { let sum = 0; for (let i = 0; i < count; i += INSTANCES) for (let k = 0; k < INSTANCES; k++) sum += raw[k * 8]!; sink = sum },
    plain: (count) => { let sum = 0; for (let i = 0; i < count; i += INSTANCES) for (let k = 0; k < INSTANCES; k++) sum += plains[k]!.n; sink = sum },
    shared: (count) => { let sum = 0; for (let i = 0; i < count; i += INSTANCES) for (let k = 0; k < INSTANCES; k++) sum += shareds[k]!.n; sink = sum },
  },
  {
    name: `set, over ${INSTANCES}`,
    count: 3e6,
    raw: (count) => { for (let i = 0; i < count; i += INSTANCES) for (let k = 0; k < INSTANCES; k++) raw[k * 8] = i + 0.5 },
    plain: (count) => { for (let i = 0; i < count; i += INSTANCES) for (let k = 0; k < INSTANCES; k++) plains[k]!.n = i + 0.5 },
    shared: (count) => { for (let i = 0; i < count; i += INSTANCES) for (let k = 0; k < INSTANCES; k++) shareds[k]!.n = i + 0.5 },
  },
  {
    name: '+= (ours is exact)',
    count: 1e6,
    raw: (count) => { for (let i = 0; i < count; i++) raw[3]! += 1.5 },
    plain: (count) => plain.add(count),
    shared: (count) => shared.add(count),
  },
  {
    name: '  raw: Atomics.add',
    count: 1e6,
    raw: (count) => { for (let i = 0; i < count; i++) Atomics.add(integers, 6, 1) },
    plain: (count) => plain.add(count),
    shared: (count) => shared.add(count),
  },
  {
    name: '*= (ours is exact)',
    count: 3e5,
    raw: (count) => { raw[3] = 1; for (let i = 0; i < count; i++) raw[3]! *= 1.000001 },
    plain: (count) => { plain.n = 1; for (let i = 0; i < count; i++) plain.n *= 1.000001 },
    shared: (count) => { shared.n = 1; for (let i = 0; i < count; i++) assign(shared, 'n', '*=', 1.000001) },
  },
  {
    name: 'get a leaf of an object',
    count: 3e6,
    raw: (count) => { let sum = 0; for (let i = 0; i < count; i++) sum += raw[3]!; sink = sum },
    plain: (count) => plain.getLeaf(count),
    shared: (count) => shared.getLeaf(count),
  },
  {
    name: 'set a leaf',
    count: 3e6,
    raw: (count) => { for (let i = 0; i < count; i++) raw[3] = i + 0.5 },
    plain: (count) => plain.setLeaf(count),
    shared: (count) => shared.setLeaf(count),
  },
  {
    name: 'leaf += (ours is exact)',
    count: 1e6,
    raw: (count) => { for (let i = 0; i < count; i++) raw[3]! += 1.5 },
    plain: (count) => plain.addLeaf(count),
    shared: (count) => shared.addLeaf(count),
  },
  {
    name: `get a leaf, over ${INSTANCES}`,
    count: 3e6,
    raw: (count) => { let sum = 0; for (let i = 0; i < count; i += INSTANCES) for (let k = 0; k < INSTANCES; k++) sum += raw[k * 8]!; sink = sum },
    plain: (count) => { let sum = 0; for (let i = 0; i < count; i += INSTANCES) for (let k = 0; k < INSTANCES; k++) sum += plains[k]!.at.x; sink = sum },
    shared: (count) => { let sum = 0; for (let i = 0; i < count; i += INSTANCES) for (let k = 0; k < INSTANCES; k++) sum += shareds[k]!['at.x']; sink = sum },
  },
  {
    name: `set a leaf, over ${INSTANCES}`,
    count: 3e6,
    raw: (count) => { for (let i = 0; i < count; i += INSTANCES) for (let k = 0; k < INSTANCES; k++) raw[k * 8] = i + 0.5 },
    plain: (count) => { for (let i = 0; i < count; i += INSTANCES) for (let k = 0; k < INSTANCES; k++) plains[k]!.at.x = i + 0.5 },
    shared: (count) => { for (let i = 0; i < count; i += INSTANCES) for (let k = 0; k < INSTANCES; k++) shareds[k]!['at.x'] = i + 0.5 },
  },
  {
    name: 'read it whole, unchanged',
    count: 1e6,
    plain: (count) => { let sum = 0; for (let i = 0; i < count; i++) sum += plain.at.theta; sink = sum },
    shared: (count) => { let sum = 0; for (let i = 0; i < count; i++) sum += shared.at.theta; sink = sum },
  },
  {
    name: 'read it whole, changed',
    count: 1e5,
    plain: (count) => { let sum = 0; for (let i = 0; i < count; i++) { plain.at = { ...plain.at, x: i }; sum += plain.at.x } sink = sum },
    shared: (count) => { let sum = 0; for (let i = 0; i < count; i++) { shared['at.x'] = i; sum += shared.at.x } sink = sum },
  },
  {
    name: 'write it whole',
    count: 1e5,
    plain: (count) => { for (let i = 0; i < count; i++) plain.at = { x: i, y: i, theta: i } },
    shared: (count) => { for (let i = 0; i < count; i++) shared.at = { x: i, y: i, theta: i } },
  },
  {
    name: 'change it in place',
    count: 3e4,
    plain: (count) => { for (let i = 0; i < count; i++) { plain.at.x++; plain.at.y++ } },
    shared: (count) => { for (let i = 0; i < count; i++) change(shared, 'at', (at) => { at.x++; at.y++ }) },
  },
  {
    name: 'read a value, unchanged',
    count: 3e6,
    plain: (count) => plain.read(count),
    shared: (count) => shared.read(count),
  },
  {
    name: 'assign a small value',
    count: 1e4,
    plain: (count) => { for (let i = 0; i < count; i++) plain.pose = { x: i } },
    shared: (count) => { for (let i = 0; i < count; i++) shared.pose = { x: i } },
  },
  {
    name: 'change a small value',
    count: 1e4,
    plain: (count) => { for (let i = 0; i < count; i++) plain.pose = { x: plain.pose.x + 1 } },
    shared: (count) => { for (let i = 0; i < count; i++) change(shared, 'pose', (pose) => pose.x++) },
  },
]

/** Whether more attributes make one of them slower. From here on the loops before would meet several classes. */
const BY_COUNT: readonly Case[] = [
  { name: 'get a number, one of 20', count: 3e6, shared: (count) => of20.get(count) },
  { name: 'get a number, one of 200', count: 3e6, shared: (count) => of200.get(count) },
  { name: 'set a number, one of 200', count: 3e6, shared: (count) => of200.set(count) },
  { name: '+=, one of 200', count: 1e6, shared: (count) => of200.add(count) },
  { name: 'read a value, one of 200', count: 3e6, shared: (count) => of200.read(count) },
]

const nanosecondsEach = (work: Loop, count: number): number => {
  const startedAt = performance.now()
  work(count)
  return (performance.now() - startedAt) * 1e6 / count
}

const median = (figures: readonly number[]): number => figures.toSorted((one, other) => one - other)[figures.length >> 1]!

function medianOf(figures: readonly (number | undefined)[]): number | undefined {
  const known = figures.filter((figure) => figure !== undefined)
  return known.length === 0 ? undefined : median(known)
}

const shown = (figure: number | undefined, unit = ''): string => (figure === undefined ? '' : figure.toFixed(2) + unit).padStart(10)
const over = (one: number | undefined, other: number | undefined): number | undefined => (one === undefined || other === undefined ? undefined : one / other)

function compare(cases: readonly Case[]): void {
  console.log(`${''.padEnd(26)}${['raw, ns', 'plain, ns', 'ours, ns', '/ raw', '/ plain'].map((title) => title.padStart(10)).join('')}`)
  const kinds = ['raw', 'plain', 'shared'] as const
  const figures = cases.map(() => kinds.map((): number[] => []))
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    for (const [index, entry] of cases.entries()) {
      for (const [column, kind] of kinds.entries()) {
        const loop = entry[kind]
        if (!loop) continue
        const figure = nanosecondsEach(loop, entry.count)
        if (round >= 0) figures[index]![column]!.push(figure)
      }
    }
  }
  for (const [index, { name }] of cases.entries()) {
    const [ofRaw, ofPlain, ofShared] = figures[index]!.map(medianOf)
    console.log(name.padEnd(26) + shown(ofRaw) + shown(ofPlain) + shown(ofShared) + shown(over(ofShared, ofRaw), ' x') + shown(over(ofShared, ofPlain), ' x'))
  }
}

// --- two threads ---

async function contend(): Promise<void> {
  const store = createStore(counterLayout)
  const counter = new Counter(store)
  const gate = new Int32Array(new SharedArrayBuffer(8))
  const count = 2e6
  const raw = new Int32Array(new SharedArrayBuffer(256))
  const both = [addShared(counter), addRaw(raw)]
  const each: number[][] = [[], []]
  const toVisible: number[] = []
  const contention: Contention = { state: store.shared, gate, raw, count, rounds: 2 * ROUNDS }
  const worker = new Worker(new URL('./state/contender.mjs', import.meta.url), { workerData: contention })
  const exited = once(worker, 'exit')
  counter.n = 0
  for (let round = 1; round <= 2 * ROUNDS; round++) {
    Atomics.wait(gate, 0, round - 1)
    Atomics.store(gate, 1, round)
    const which = (round - 1) % 2
    each[which]!.push(nanosecondsEach(both[which]!, count))
  }
  Atomics.wait(gate, 0, 2 * ROUNDS)
  const lost = 2 * ROUNDS * count - counter.n
  // There and back again, polled: half of it is the way of one write.
  for (let turn = 1; turn <= 20_000; turn++) {
    const startedAt = performance.now()
    counter.ping = turn
    while (counter.pong !== turn) continue
    toVisible.push((performance.now() - startedAt) * 1000 / 2)
  }
  await exited
  const sorted = toVisible.toSorted((one, other) => one - other)
  const [ours, atomics] = each.map(median) as [number, number]
  console.log(`\n+=, two threads at once: ${ours.toFixed(1)} ns for each of both, ${lost} of ${2 * ROUNDS * count} lost; Atomics.add of an integer: ${atomics.toFixed(1)} ns, ${(ours / atomics).toFixed(2)} x`)
  console.log(`from a write until the other thread sees it, polled: median ${median(sorted).toFixed(2)} µs, 99 % within ${sorted[Math.floor(sorted.length * 0.99)]!.toFixed(2)} µs`)
}

// --- one more brain ---

function make(): void {
  const layout = layoutOf(defineState({ brain: 'bench#Made', fields: Array.from({ length: 20 }, (_, n) => ({ name: `n${n}`, kind: 'number' as const })) }))
  const slot: Slot = layout.slots[19]!
  const times = Array.from({ length: 200 }, () => nanosecondsEach(() => createStore(layout).write(slot, 1), 1) / 1000)
  console.log(`a state of 20 attributes, made: ${median(times).toFixed(1)} µs`)
}

compare(CASES)
console.log()
compare(BY_COUNT)
await contend()
make()
if (Number.isNaN(sink)) console.log(sink)

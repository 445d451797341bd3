import {
  assign, attachStore, change, createStore, defineAccessors, defineState, layoutOf,
} from '../runtime/state/index.ts'

/** What a shared attribute costs beside a plain field. Medians of interleaved runs in one process. */

const ROUNDS = 9

class Plain {
  n = 0
  pose: any = { x: 1 }
}

class Shared {
  declare n: number
  declare pose: any

  constructor() {
    attachStore(this, createStore(layout))
    this.n = 0
    this.pose = { x: 1 }
  }
}
const layout = layoutOf(defineState({ brain: 'bench#Shared', fields: [{ name: 'n', kind: 'number' }, { name: 'pose', kind: 'value' }] }))
defineAccessors(Shared.prototype, layout)

const plain = new Plain()
const shared = new Shared()
let sink = 0

interface Case {
  readonly name: string
  readonly count: number
  readonly plain: (count: number) => void
  readonly shared: (count: number) => void
}

// Each loop is a function of its own, so that each has one shape of object to be compiled for.
const CASES: readonly Case[] = [
  {
    name: 'get a number',
    count: 3e6,
    plain: (count) => { let sum = 0; for (let i = 0; i < count; i++) sum += plain.n; sink = sum },
    shared: (count) => { let sum = 0; for (let i = 0; i < count; i++) sum += shared.n; sink = sum },
  },
  {
    name: 'set a number',
    count: 3e6,
    plain: (count) => { for (let i = 0; i < count; i++) plain.n = i + 0.5 },
    shared: (count) => { for (let i = 0; i < count; i++) shared.n = i + 0.5 },
  },
  {
    name: '+= exact across threads',
    count: 3e5,
    plain: (count) => { for (let i = 0; i < count; i++) plain.n += 1.5 },
    shared: (count) => { for (let i = 0; i < count; i++) assign(shared, 'n', '+=', 1.5) },
  },
  {
    name: 'read a value, unchanged',
    count: 3e6,
    plain: (count) => { let sum = 0; for (let i = 0; i < count; i++) sum += plain.pose.x; sink = sum },
    shared: (count) => { let sum = 0; for (let i = 0; i < count; i++) sum += shared.pose.x; sink = sum },
  },
  {
    name: 'assign a small value',
    count: 2e4,
    plain: (count) => { for (let i = 0; i < count; i++) plain.pose = { x: i } },
    shared: (count) => { for (let i = 0; i < count; i++) shared.pose = { x: i } },
  },
  {
    name: 'change a small value in place',
    count: 2e4,
    plain: (count) => { for (let i = 0; i < count; i++) plain.pose.x++ },
    shared: (count) => { for (let i = 0; i < count; i++) change(shared, 'pose', (pose) => pose.x++) },
  },
]

const nanosecondsEach = (work: (count: number) => void, count: number): number => {
  const startedAt = performance.now()
  work(count)
  return (performance.now() - startedAt) * 1e6 / count
}

const median = (figures: readonly number[]): number => figures.toSorted((one, other) => one - other)[figures.length >> 1]!

const rows = CASES.map(({ name, count, plain, shared }) => {
  const figures = { plain: [] as number[], shared: [] as number[] }
  for (let round = -2; round < ROUNDS; round++) {
    const pair = { plain: nanosecondsEach(plain, count), shared: nanosecondsEach(shared, count) }
    if (round < 0) continue
    figures.plain.push(pair.plain)
    figures.shared.push(pair.shared)
  }
  const [one, other] = [median(figures.plain), median(figures.shared)]
  return [name, one.toFixed(2), other.toFixed(2), `${(other / one).toFixed(1)} x`]
})

const table = [['', 'plain, ns', 'shared, ns', 'ratio'], ...rows]
for (const [name, ...figures] of table) console.log(name!.padEnd(32) + figures.map((figure) => figure.padStart(12)).join(''))
if (Number.isNaN(sink)) console.log(sink)

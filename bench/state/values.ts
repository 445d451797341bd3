import { deserialize, serialize } from 'node:v8'
import type { Store } from '../../runtime/state/index.ts'
import { attachStore, change, createStore, defineAccessors, defineState, layoutOf, openStore } from '../../runtime/state/index.ts'

/**
 * What a value costs that is neither a number nor a boolean: written, read where it has changed, and read again; beside
 * a plain field and beside the copies that Node itself can make. Medians of interleaved rounds in one process.
 */

const ROUNDS = 15
const WARM_UPS = 4

let sink: unknown

class Plain {
  value: unknown = undefined
}

const layout = layoutOf(defineState({ brain: 'bench#Values', fields: [{ name: 'value', kind: 'value' }, { name: 'other', kind: 'value' }] }))
class Shared {
  declare value: any

  constructor(store: Store) {
    attachStore(this, store)
  }
}
defineAccessors(Shared.prototype, layout)

interface Sample {
  readonly name: string
  readonly value: unknown
  /** Calls per round of what copies the value. */
  readonly count: number
  readonly change: (value: any) => unknown
}

const words = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta']
const document = {
  id: 'doc-1', title: 'A document of ten kilobytes', tags: words,
  items: Array.from({ length: 70 }, (_, n) => ({
    id: n, name: `item number ${n}`, kind: words[n % 6], active: n % 2 === 0, weight: n * 1.5, pos: { x: n, y: n / 3, z: -n }, labels: [words[n % 6], words[(n + 1) % 6]], note: null,
  })),
}

const SAMPLES: readonly Sample[] = [
  { name: 'text of 27', value: 'abcdefghijklmnopqrstuvwxyz0', count: 1e4, change: (text) => text },
  { name: 'text of 1 KB', value: 'x'.repeat(1024), count: 1e4, change: (text) => text },
  { name: 'text of 1 K, é', value: 'é'.repeat(1024), count: 1e4, change: (text) => text },
  { name: 'text of 1 K, 漢', value: '漢é'.repeat(512), count: 1e4, change: (text) => text },
  { name: 'number[100]', value: Array.from({ length: 100 }, (_, n) => n + 0.5), count: 5e3, change: (list) => list[3]++ },
  { name: 'integer[100]', value: Array.from({ length: 100 }, (_, n) => n * 7), count: 5e3, change: (list) => list[3]++ },
  { name: '{ x, y, name }', value: { x: 1, y: 2.5, name: 'arm' }, count: 1e4, change: (pose) => pose.x++ },
  { name: 'Map of 50', value: new Map(Array.from({ length: 50 }, (_, n) => [`key${n}`, n])), count: 2e3, change: (map) => map.set('key3', map.get('key3') + 1) },
  { name: 'document of 10 KB', value: document, count: 300, change: (doc) => doc.items[3].id++ },
]

const { gc } = globalThis as { readonly gc?: (options: { readonly type: 'minor' }) => void }

const nanosecondsEach = ({ count, before, work }: Case): number => {
  before?.()
  // What one copy leaves behind is not for the next one to pay. Twice, since to keep an object that was just made costs more than to keep an old one.
  gc?.({ type: 'minor' })
  gc?.({ type: 'minor' })
  const startedAt = performance.now()
  for (let i = 0; i < count; i++) work()
  return (performance.now() - startedAt) * 1e6 / count
}

const median = (figures: readonly number[]): number => figures.toSorted((one, other) => one - other)[figures.length >> 1]!

interface Case {
  readonly count: number
  /** How often `work` does it. */
  readonly each: number
  /** Not measured. */
  readonly before?: () => void
  readonly work: () => void
}

/** What is done with a sample, in turn: the columns of the table are made of them. */
function casesOf({ value, count, change: changed }: Sample): readonly Case[] {
  const plain = new Plain()
  plain.value = value
  const store = createStore(layout)
  const shared = new Shared(store)
  const far = new Shared(openStore(layout, store.shared, 1))
  shared.value = value
  const often = 1e5
  const once = (work: () => void): Case => ({ count, each: 1, work })
  return [
    { count: 1, each: often, work: () => { for (let i = 0; i < often; i++) sink = plain.value } },
    { count: 1, each: often, before: () => { sink = shared.value }, work: () => { for (let i = 0; i < often; i++) sink = shared.value } },
    once(() => { shared.value = value }),
    once(() => {
      shared.value = value
      sink = far.value
    }),
    once(() => change(shared, 'value', changed)),
    once(() => { sink = structuredClone(value) }),
    once(() => { sink = deserialize(serialize(value)) }),
    once(() => { sink = JSON.parse(JSON.stringify(value)) }),
  ]
}

function compareValues(): void {
  const titles = ['plain', 'read', 'write', 'fresh read', 'both', '/ clone', '/ v8', '/ JSON', 'change', '/ v8']
  console.log('values, ns'.padEnd(19) + titles.map((title) => title.padStart(11)).join(''))
  for (const sample of SAMPLES) {
    const cases = casesOf(sample)
    const figures = cases.map((): number[] => [])
    for (let round = -WARM_UPS; round < ROUNDS; round++) {
      for (const [column, measured] of cases.entries()) {
        const figure = nanosecondsEach(measured) / measured.each
        if (round >= 0) figures[column]!.push(figure)
      }
    }
    const [plain, read, write, both, changed, clone, v8, json] = figures.map(median) as [number, number, number, number, number, number, number, number]
    const shown = [plain, read].map((figure) => figure.toFixed(2))
    shown.push(...[write, both - write, both].map((figure) => figure.toFixed(0)), ...[both / clone, both / v8, both / json].map((ratio) => `${ratio.toFixed(2)} x`))
    shown.push(changed.toFixed(0), `${(changed / v8).toFixed(2)} x`)
    console.log(sample.name.padEnd(19) + shown.map((figure) => figure.padStart(11)).join(''))
  }
}

compareValues()
if (sink === SAMPLES) console.log(sink)

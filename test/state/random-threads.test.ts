import fc from 'fast-check'
import { createStore } from '../../runtime/state/index.ts'
import { TYPED_ARRAY_NAMES, type FieldSchema, type PartSchema } from '../../src/contract/schema.ts'
import { describe } from '../harness/suite.ts'
import { type Attribute, KIND_NAMES, type KindName, RandomState, type Step } from './threads/random-state.ts'
import type { RandomJob } from './threads/random-worker.ts'
import { threadsOf } from './threads/start.ts'
import { takeTurns, THREADS } from './threads/turns.ts'

const start = threadsOf<RandomJob>('random-worker')

/** Each run starts three threads. A failure tells its seed at once, which `RANDOM_SEED` repeats and makes smaller: that may take minutes. */
const RUNS = Number(process.env['RANDOM_RUNS'] ?? 15)
const SEED = process.env['RANDOM_SEED']

const part: fc.Arbitrary<PartSchema> = fc.letrec<{ part: PartSchema }>((tie) => ({
  part: fc.oneof({ maxDepth: 2 },
    fc.constantFrom('number', 'boolean').map((kind) => ({ name: '', kind })),
    fc.array(tie('part'), { minLength: 1, maxLength: 3 }).map((parts) => objectOf('', parts))),
})).part

const objectOf = (name: string, parts: readonly PartSchema[]): PartSchema & FieldSchema =>
  ({ name, kind: 'object', fields: parts.map((inner, index) => ({ ...inner, name: `p${index}` })) })

const field = (kind: KindName): fc.Arbitrary<FieldSchema> => {
  if (kind === 'number' || kind === 'boolean') return fc.constant({ name: '', kind })
  if (kind === 'object') return fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => objectOf('', parts))
  if (kind === 'array') return fc.constantFrom(...TYPED_ARRAY_NAMES).map((array) => ({ name: '', kind: 'typed-array', array }))
  return fc.constant({ name: '', kind: 'value' })
}

const attributes: fc.Arbitrary<Attribute[]> = fc.array(
  fc.constantFrom(...KIND_NAMES).chain((kind) => field(kind).map((made) => ({ kind, field: made }))), { minLength: 1, maxLength: 10 },
).map((made) => made.map(({ kind, field }, index) => ({ kind, field: { ...field, name: `${kind}${index}` } })))

const operation = fc.record({ target: fc.nat(1000), form: fc.nat(1000), n: fc.integer({ min: -1000, max: 1000 }) })
const by = fc.nat(THREADS - 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ by, as: fc.constant('single' as const), operations: fc.tuple(operation) }) },
  fc.record({ by, as: fc.constantFrom('group', 'region'), operations: fc.array(operation, { minLength: 1, maxLength: 6 }) }),
)

async function runOnThreads(attributes: readonly Attribute[], steps: readonly Step[]): Promise<void> {
  const store = createStore(RandomState.layoutOf(attributes), { bytes: 1 << 20 })
  const random = new RandomState(attributes, store)
  random.fill(true)
  const turns = new Int32Array(new SharedArrayBuffer(8))
  const threads = Array.from({ length: THREADS - 1 }, (_, index) => start(store, { attributes, steps, self: index + 1, turns }))
  const ends = Promise.all(threads.map(({ exited }) => exited))
  try {
    takeTurns(random, steps, 0, turns)
  } finally {
    await ends
  }
}

describe('a state of any schema that four threads write in turns', (it) => {
  it('looks to all of them as a plain object does, after every step', async () => {
    await fc.assert(
      fc.asyncProperty(attributes, fc.array(step, { minLength: 1, maxLength: 80, size: 'max' }), runOnThreads),
      { numRuns: RUNS, includeErrorInReport: true, ...(SEED === undefined ? { endOnFailure: true } : { seed: Number(SEED) }) },
    )
  })
})

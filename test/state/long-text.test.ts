import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { describe } from '../harness/suite.ts'
import { LIST, pair, POSE } from './pair.ts'
import { createStore } from '../../runtime/state/index.ts'
import { isText } from './threads/long-texts.ts'
import { layout as ofThreads, TEXT } from './threads/schema.ts'
import { threadsOf } from './threads/start.ts'
import type { Job } from './threads/text-worker.ts'

const start = threadsOf<Job>('text-worker')

/** On both sides of the length from which a text is written straight into shared memory, of one and of two bytes a character, also with half a pair. */
const text = fc.tuple(fc.constantFrom('a', 'é', 'ÿ', 'Ā', '漢', '\ud83d', 'a\u0000é', '\u{1f600}'), fc.constantFrom('', 'z', '漢'), fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(4090, 66_000)))
  .map(([unit, end, count]) => unit.repeat(count) + end)
const value = fc.oneof(text, text.map((long) => [long]), text.map((long) => ({ long })), fc.constantFrom(undefined, null, 7, { n: 1 }))

for (const order of ['total', 'weak'] as const) {
  describe(`a text of any length, in ${order} order,`, (it) => {
    it('arrives as it was, whatever stood there before, and is found unchanged where it is', () => {
      const [main, other] = pair(4 << 20, order)
      fc.assert(fc.property(fc.array(value, { minLength: 1, maxLength: 8 }), (values) => {
        for (const written of values) {
          main.write(POSE, written)
          assert.equal(other.read(POSE), written)
          assert.equal(main.read(POSE), written)
          main.change(POSE, () => {})
          assert.equal(other.read(POSE), written)
        }
      }), { numRuns: 60 })
    })
    it('is one step of an update, and part of a group: nobody sees it before its end', () => {
      const [main, other] = pair(4 << 20, order)
      fc.assert(fc.property(text, text, (before, after) => {
        main.write(POSE, before)
        main.write(LIST, 0)
        main.update(POSE, (old) => `${String(old)}${after}`)
        assert.is(other.read(POSE), before + after)
        main.atomic(() => {
          main.write(POSE, after)
          main.write(LIST, after)
          assert.equal([main.read(POSE), main.read(LIST)], [after, after])
          // In weak order a reader asks for the lock, which this thread has.
          if (order === 'total') assert.equal([other.read(POSE), other.read(LIST)], [before + after, 0])
        })
        assert.equal([other.read(POSE), other.read(LIST)], [after, after])
      }), { numRuns: 60 })
    })
  })
}

describe('a long text', (it) => {
  it('that finds no room is a RangeError, and the old one stays', () => {
    const [main, other] = pair(200_000)
    const old = 'x'.repeat(1000)
    main.write(POSE, old)
    for (const tooLong of ['x'.repeat(300_000), '漢'.repeat(150_000)]) {
      assert.throws(() => main.write(POSE, tooLong), (error: unknown) => error instanceof RangeError && /pose/.test(error.message))
      assert.is(other.read(POSE), old)
    }
  })
  it('is never in pieces while two threads write others in its place', async () => {
    const store = createStore(ofThreads, { bytes: 4 << 20 })
    store.write(TEXT, '')
    const count = 30_000
    const threads = [1, 2].map(() => start(store, { count }))
    let isRunning = true
    const ended = Promise.all(threads.map(({ exited }) => exited)).finally(() => (isRunning = false))
    let reads = 0
    while (isRunning) {
      for (let n = 0; n < 1000; n++, reads++) {
        const seen = store.read(TEXT) as string
        if (!isText(seen)) assert.unreachable(`after ${reads} reads a text of ${seen.length} is in pieces: ${seen.slice(0, 40)}`)
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.equal(await ended, [0, 0])
    assert.ok(reads > 0)
  })
})

import { deepStrictEqual } from 'node:assert'
import { inspect } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import * as assert from 'uvu/assert'
import { assign, assignLate, change, createStore, defineState, layoutOf, onPart, openStore, update } from '../../runtime/state/index.ts'
import { SHOWN } from '../../src/contract/names.ts'
import type { FieldSchema } from '../../src/contract/schema.ts'
import { describe } from '../harness/suite.ts'
import { brainOf } from './any-brain.ts'
import { thrown } from './pair.ts'

/** As emitted code asks. */
const shown = (object: any): unknown => object[SHOWN]

interface Boxed {
  readonly size: [number, boolean]
  readonly box: [{ x: number }, { x: number }]
}

const TUPLES: readonly FieldSchema[] = [
  { name: 'size', kind: 'object', fields: [{ name: '0', kind: 'number' }, { name: '1', kind: 'boolean' }] },
  { name: 'box', kind: 'object', fields: ['0', '1'].map((name) => ({ name, kind: 'object', fields: [{ name: 'x', kind: 'number' }] })) },
]

function newBoxes(): readonly [any, any] {
  const state = layoutOf(defineState({ brain: 'test#Boxes', fields: [...TUPLES, { name: 'log', kind: 'value' }] }))
  const store = createStore(state, { bytes: 1 << 20 })
  const brains = [brainOf(state, store), brainOf(state, openStore(state, store.shared, 1))] as const
  const first: Boxed = { size: [4, true], box: [{ x: 1 }, { x: 2 }] }
  Object.assign(brains[0], first)
  return brains
}

describe('a tuple that lies inline', (it) => {
  it('looks like a plain array', () => {
    const [{ size, box }] = newBoxes()
    for (const [shown, plain] of [[size, [4, true]], [box, [{ x: 1 }, { x: 2 }]]]) {
      assert.is(Array.isArray(shown), true)
      assert.is(shown.length, 2)
      assert.equal(shown, plain)
      deepStrictEqual(shown, plain)
      deepStrictEqual([...shown], plain)
      deepStrictEqual({ ...shown }, { ...plain })
      deepStrictEqual(structuredClone(shown), plain)
      deepStrictEqual(deserialize(serialize(shown)), plain)
      deepStrictEqual(shown.concat([1]), plain.concat([1] as never))
      deepStrictEqual(shown.map((each: unknown) => each), plain)
      assert.is(JSON.stringify(shown), JSON.stringify(plain))
      assert.is(inspect(shown), inspect(plain))
      assert.equal(Object.keys(shown), ['0', '1'])
    }
  })

  it('takes what is assigned to an element, and what a method makes of them', () => {
    const [brain, other] = newBoxes()
    brain.size[0] = 7
    brain.box[1].x++
    assert.equal([other['size.0'], other['box.1.x']], [7, 3])
    change(brain, 'box', (box) => box.reverse())
    assert.equal(other.box, [{ x: 3 }, { x: 1 }])
    change(brain, 'box', (box) => box.sort((a: any, b: any) => a.x - b.x))
    assert.equal(other.box, [{ x: 1 }, { x: 3 }])
    change(brain, 'box', (box) => box.copyWithin(0, 1))
    assert.equal(other.box, [{ x: 3 }, { x: 3 }])
    assert.is(assign(other, 'size.0', '*=', 2), 14)
    brain.box = brain.box.map(({ x }: any) => ({ x: -x }))
    assert.equal(other.box, [{ x: -3 }, { x: -3 }])
  })

  it('exchanges its elements, of which each that was taken before shows what it was', () => {
    for (const swap of [
      (box: any) => [box[0], box[1]] = [box[1], box[0]],
      (box: any) => {
        const [first] = box
        box[0] = box[1]
        box[1] = first
      },
    ]) {
      const [brain, other] = newBoxes()
      change(brain, 'box', swap)
      assert.equal(other.box, [{ x: 2 }, { x: 1 }])
      swap(brain.box)
      assert.equal([other.box, brain.box], [[{ x: 1 }, { x: 2 }], [{ x: 1 }, { x: 2 }]])
    }
  })

  it('is stepped from what it is, not from what it was when it was taken', () => {
    const [here, there] = newBoxes()
    const { size, box } = here
    there.size[0] = 9
    assert.is(onPart(size, 0, (part, key) => part[key]++, shown), 9)
    there.size[0] = 20
    assert.is(assignLate(size, 0 as never, '+=', () => 1), 21)
    there.size[0] = 30
    assert.is(change({ held: size }, 'held', (held: number[]) => (held[0]! += 1)), 31)
    there.box[1].x = 7
    assert.is(box.reverse(), box)
    assert.equal([there.size, there.box], [[31, true], [{ x: 7 }, { x: 1 }]])
    there.box[0].x = 8
    assert.equal(onPart(box, 0, (part) => part[0] = { x: part[0].x + 1 }, shown), { x: 9 })
    assert.equal([there.box, onPart([1], 0, (list, at) => ++list[at], shown), onPart(5, 'x', (five) => five.x, shown)], [[{ x: 9 }, { x: 1 }], 2, undefined])
  })
  it('may be stored elsewhere, as what it is at that moment', () => {
    const [brain, other] = newBoxes()
    brain.log = [brain.box]
    brain.box[0].x = 5
    change(brain, 'log', (log) => log.push(brain.box, brain.size))
    assert.equal(other.log, [[{ x: 1 }, { x: 2 }], [{ x: 5 }, { x: 2 }], [4, true]])
    assert.equal(other.log.map(Array.isArray), [true, true, true])
  })

  it('keeps its length, and all its elements where one would be moved', () => {
    const [brain] = newBoxes()
    const calls: readonly (readonly [method: string, call: (size: any) => unknown])[] = [
      ['push', (size) => size.push(1)], ['pop', (size) => size.pop()], ['shift', (size) => size.shift()],
      ['unshift', (size) => size.unshift(1)], ['splice', (size) => size.splice(0, 1)],
    ]
    for (const [method, call] of calls) {
      for (const error of [thrown(() => call(brain.size)), thrown(() => change(brain, 'size', call))]) {
        assert.is(error.code, 'state-type')
        assert.match(error.message, new RegExp(`^${method}\\(\\) was called on \`size\`, which holds 2 elements`))
      }
    }
    const shapes: readonly ((size: any) => unknown)[] = [(size) => size.length = 0, (size) => size[2] = 1, (size) => delete size[0]]
    for (const call of shapes) {
      assert.throws(() => change(brain, 'size', call), TypeError)
      assert.throws(() => call(brain.size), TypeError)
    }
    assert.equal(brain.size, [4, true])
  })

  it('refuses what is not of its shape, names the element, and keeps the old value', () => {
    const [brain] = newBoxes()
    const before = [brain.size, brain.box]
    const cases: readonly (readonly [name: string, given: any, message: RegExp])[] = [
      ['size', [1], /`size` holds 2 elements and can't be set to an array of 1/],
      ['size', [1, true, 2], /can't be set to an array of 3/],
      // oxlint-disable-next-line no-sparse-arrays
      ['size', [, true], /`size\[0\]` holds a number and can't be set to undefined/],
      ['size', [1, 2], /`size\[1\]` holds a boolean and can't be set to the number 2/],
      ['size', { 0: 1, 1: true, length: 2 }, /`size` holds 2 elements and can't be set to an object/],
      ['size', null, /can't be set to null/],
      ['box', [{ x: 1 }, null], /`box\[1\]` holds an object with the key `x` and can't be set to null/],
      ['box', [{ x: 1 }, {}], /`box\[1\]\.x` is missing in what `box\[1\]` was set to/],
      ['box', [{ x: '1' }, { x: 2 }], /`box\[0\]\.x` holds a number/],
    ]
    for (const [name, given, message] of cases) {
      for (const write of [() => brain[name] = given, () => update(brain, name, () => given), () => change(brain, name, () => brain[name] = given)]) {
        const error = thrown(write)
        assert.is(error.code, 'state-type')
        assert.match(error.message, message)
      }
      assert.equal([brain.size === before[0], brain.box === before[1]], [true, true])
    }
  })

  it('has the indices of its elements as keys, in their order', () => {
    const define = (...names: readonly string[]) => () => defineState({ brain: 'b', fields: [{ name: 't', kind: 'object', fields: names.map((name) => ({ name, kind: 'number' })) }] })
    for (const names of [['0', '2'], ['1', '0'], ['0', 'x'], ['x', '0']]) assert.throws(define(...names), /the keys of b\.t are those of an object, or of a tuple/)
    define('0', '1')()
  })
})

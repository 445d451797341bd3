import fc from 'fast-check'
import * as assert from 'uvu/assert'
import {
  attachStore, change, copyOf, createStore, defineAccessors, defineState, layoutOf, openStore, update,
} from '../../runtime/state/index.ts'
import type { MemoryOrder } from '../../runtime/state/index.ts'
import { TYPED_ARRAY_NAMES } from '../../src/contract/schema.ts'
import { describe } from '../harness/suite.ts'
import { codeOf, thrown } from './pair.ts'

const layout = layoutOf(defineState({
  brain: 'test#Arrays',
  fields: [
    { name: 'text', kind: 'value' },
    { name: 'frame', kind: 'typed-array', array: 'Uint8Array' },
    { name: 'scan', kind: 'typed-array', array: 'Float64Array' },
  ],
}))

class Robot {
  declare text: string
  declare frame: Uint8Array
  declare scan: Float64Array
}
defineAccessors(Robot.prototype, layout)

function newRobots(bytes = 1 << 20, order?: MemoryOrder): readonly [main: Robot, other: Robot] {
  const store = createStore(layout, { bytes, ...(order && { memoryOrder: order }) })
  const robots = [new Robot(), new Robot()] as const
  attachStore(robots[0], store)
  attachStore(robots[1], openStore(layout, store.shared, 1, order))
  return robots
}

describe('a typed array', (it) => {
  it('is undefined before its first write', () => assert.is(newRobots()[0].frame, undefined))

  it('is a live view: what one thread sets in it another one sees, and it is the same one each time', () => {
    for (const order of ['total', 'weak'] as const) {
      const [robot, other] = newRobots(1 << 20, order)
      robot.frame = new Uint8Array([1, 2, 3])
      robot.scan = new Float64Array([0.5, NaN])
      const [frame, seen] = [robot.frame, other.frame]
      assert.equal([...seen], [1, 2, 3])
      frame[1] = 9
      frame.subarray(2).fill(7)
      assert.equal([...seen], [1, 9, 7])
      assert.equal([...other.scan], [0.5, NaN])
      assert.is(robot.frame, frame)
      change(other, 'frame', (elements) => elements[0] += 4)
      assert.equal([...frame], [5, 9, 7])
    }
  })

  it('takes a value of equal length in its place, so that every view has it', () => {
    const [robot, other] = newRobots()
    robot.frame = new Uint8Array([1, 2, 3])
    const { frame } = other
    robot.frame = new Uint8Array([4, 5, 6])
    assert.equal([[...frame], other.frame === frame], [[4, 5, 6], true])
    robot.frame = frame.map((element) => element + 1)
    assert.equal([...frame], [5, 6, 7])
    assert.is(update(other, 'frame', () => other.frame.toReversed())[0], 7)
    assert.equal([...frame], [7, 6, 5])
  })

  it('has another view for another length, while the old one keeps its elements', () => {
    const [robot, other] = newRobots()
    robot.frame = new Uint8Array([1, 2, 3])
    const old = other.frame
    robot.frame = new Uint8Array(2)
    assert.equal([[...other.frame], [...old]], [[0, 0], [1, 2, 3]])
    for (let n = 0; n < 50; n++) {
      robot.text = 'x'.repeat(n)
      robot.frame = new Uint8Array(n + 10)
      robot.scan = new Float64Array(n)
    }
    assert.equal([...old], [1, 2, 3])
    // Of its own attribute it may become the block again.
    robot.frame = new Uint8Array([6, 6, 6])
    assert.equal([...other.frame], [6, 6, 6])
  })

  it('keeps to its kind of elements', () => {
    const [robot] = newRobots()
    robot.frame = new Uint8Array([1])
    for (const given of [[1], new Int8Array(1), new Float64Array(1), null, 'x', new DataView(new ArrayBuffer(1))]) {
      assert.is(codeOf(() => robot.frame = given as never), 'state-type')
    }
    assert.match(thrown(() => robot.frame = new Int8Array(1) as never).message, /`frame` holds elements of type Uint8Array and can't be set to elements of type Int8Array/)
    assert.equal([...robot.frame], [1])
    robot.frame = Buffer.from([8])
    assert.equal([...robot.frame], [8])
  })

  it('keeps the old value where the memory has no room for the new one', () => {
    const [robot] = newRobots(32 * 1024)
    robot.frame = new Uint8Array([1, 2])
    const error = thrown(() => robot.frame = new Uint8Array(100_000))
    assert.instance(error, RangeError)
    assert.equal([...robot.frame], [1, 2])
    robot.text = 'still writes'
    assert.is(robot.text, 'still writes')
  })

  it('is copied by copyOf, which also takes arrays of this thread', () => {
    const [robot] = newRobots()
    robot.scan = new Float64Array([1, 2])
    const copy = copyOf(robot.scan)
    robot.scan[0] = 7
    assert.equal([[...copy], copy.buffer instanceof ArrayBuffer, copy.constructor], [[1, 2], true, Float64Array])
    assert.equal([...copyOf(new Int16Array([1, -2]).subarray(1))], [-2])
  })

  it('keeps its buffer, which is the memory of all values, to itself', () => {
    const [robot] = newRobots()
    robot.frame = new Uint8Array([1, 2, 3])
    const error = thrown(() => new DataView(robot.frame.buffer))
    assert.is(error.code, 'array-buffer')
    assert.match(error.message, '`frame.slice()`')
    assert.equal([robot.frame.slice().buffer.byteLength, [...robot.frame.subarray(1)]], [3, [2, 3]])
    robot.scan = new Float64Array(2)
    const { frame } = robot
    robot.frame = frame
    assert.equal([...robot.frame], [1, 2, 3])
    const both: any = robot
    both.text = [robot.frame, new Uint8Array(robot.frame)]
    assert.equal(both.text.map((bytes: Uint8Array) => [...bytes]), [[1, 2, 3], [1, 2, 3]])
  })

  it('may be of all eleven kinds', () => {
    for (const array of TYPED_ARRAY_NAMES) {
      const kinds = layoutOf(defineState({ brain: 'test#Kinds', fields: [{ name: 'a', kind: 'typed-array', array }] }))
      class Kinds {
        declare a: any
      }
      defineAccessors(Kinds.prototype, kinds)
      const brain = new Kinds()
      attachStore(brain, createStore(kinds, { bytes: 1 << 20 }))
      const value = new globalThis[array](3)
      value[2] = array.startsWith('Big') ? 1n : 1
      brain.a = value
      assert.equal([[...brain.a], brain.a.constructor], [[...value], value.constructor])
    }
    assert.throws(() => defineState({ brain: 'b', fields: [{ name: 'a', kind: 'typed-array', array: 'Array' as never }] }), /b\.a is one of Int8Array/)
  })

  it('is what an array of this thread would be, among values that come and go', () => {
    const operations = fc.array(fc.oneof(
      fc.record({ how: fc.constant('set' as const), by: fc.nat(1), at: fc.nat(40), value: fc.nat(255) }),
      fc.record({ how: fc.constant('assign' as const), by: fc.nat(1), at: fc.nat(40), value: fc.nat(255) }),
      fc.record({ how: fc.constant('text' as const), by: fc.nat(1), at: fc.nat(900), value: fc.nat(255) }),
    ), { maxLength: 60 })
    fc.assert(fc.property(operations, (steps) => {
      const robots = newRobots(16 * 1024)
      let plain = { text: '', frame: new Uint8Array(4) }
      Object.assign(robots[0], plain)
      for (const { how, by, at, value } of steps) {
        const robot = robots[by]!
        if (how === 'set') {
          robot.frame[at] = value
          plain.frame[at] = value
        } else if (how === 'assign') {
          robot.frame = new Uint8Array(at).fill(value)
          plain = { ...plain, frame: new Uint8Array(at).fill(value) }
        } else {
          robot.text = String.fromCharCode(value).repeat(at)
          plain.text = String.fromCharCode(value).repeat(at)
        }
        for (const each of robots) assert.equal({ text: each.text, frame: [...each.frame] }, { text: plain.text, frame: [...plain.frame] })
      }
    }), { numRuns: 200 })
  })
})

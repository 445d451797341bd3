import { deepStrictEqual } from 'node:assert'
import { inspect } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import {
  assign, attachStore, change, close, createStore, defineAccessors, defineState, increment, layoutOf, logical, open, openStore, postIncrement, update,
} from '../../runtime/state/index.ts'
import type { MemoryOrder } from '../../runtime/state/index.ts'
import { type FieldSchema, isTuple, type PartSchema } from '../../src/contract/schema.ts'
import { describe } from '../harness/suite.ts'
import { brainOf } from './any-brain.ts'
import { codeOf, thrown } from './pair.ts'
import { layout, poseOf, Robot } from './threads/inline-schema.ts'

function newRobots(memoryOrder?: MemoryOrder): readonly [main: Robot, other: Robot] {
  const store = createStore(layout, { bytes: 1 << 20, ...(memoryOrder && { memoryOrder }) })
  return [new Robot(store), new Robot(openStore(layout, store.shared, 1, memoryOrder))]
}

describe('an object that lies inline', (it) => {
  it('is undefined before its first write, and so throws what undefined does', () => {
    const [robot] = newRobots()
    assert.is(robot.pose, undefined)
    assert.throws(() => robot['pose.x'], (error: any) => error instanceof TypeError && /reading 'x'/.test(error.message))
    assert.throws(() => robot['pose.at.odd'], /reading 'at'/)
    assert.is(change(robot, 'pose', (pose) => pose), undefined)
    assert.is(logical(robot, 'pose', '??=', () => poseOf(3)).x, 3)
    assert.equal(robot.pose, poseOf(3))
  })

  it('shows every thread what another has written, leaf by leaf and whole', () => {
    for (const order of ['total', 'weak'] as const) {
      const [robot, other] = newRobots(order)
      robot.pose = poseOf(1)
      assert.equal(other.pose, poseOf(1))
      other['pose.at.odd'] = false
      assert.equal([robot['pose.at.odd'], robot.pose.at], [false, { z: 1, odd: false }])
      assert.is(assign(robot, 'pose.at.z', '*=', 5), 5)
      assert.is(postIncrement(other, 'pose.at.z', 1), 5)
      assert.is(increment(robot, 'pose.y', -1), 0)
      assert.is(logical(robot, 'pose.at.odd', '||=', () => true), true)
      assert.is(update(robot, 'pose.x', () => robot['pose.x'] + robot.pose.at.z), 7)
      assert.equal(other.pose, { x: 7, y: 0, at: { z: 6, odd: true } })
    }
  })

  it('reads as the same snapshot until a leaf changes, which then stays as it was', () => {
    const [robot, other] = newRobots()
    robot.pose = { x: NaN, y: -0, at: { z: 1, odd: false } }
    const { pose } = robot
    assert.is(robot.pose, pose)
    assert.is(robot.pose.at, pose.at)
    other.pose = { x: NaN, y: -0, at: { z: 1, odd: false } }
    assert.is(robot.pose, pose)
    other['pose.y'] = 0
    assert.is.not(robot.pose, pose)
    assert.equal([Object.is(pose.y, -0), Object.is(robot.pose.y, 0)], [true, true])
    const second = robot.pose
    other['pose.at.odd'] = true
    assert.equal([second.at.odd, robot.pose.at.odd], [false, true])
  })

  it('looks like a plain object', () => {
    const [robot] = newRobots()
    robot.pose = poseOf(3)
    const { pose } = robot
    const plain = { x: 3, y: 3, at: { z: 3, odd: true } }
    assert.equal(Object.keys(pose), ['x', 'y', 'at'])
    assert.equal(Object.entries(pose.at), [['z', 3], ['odd', true]])
    assert.is(JSON.stringify(pose), JSON.stringify(plain))
    assert.is(inspect(pose), inspect(plain))
    assert.is(inspect({ a: { pose } }, { depth: 2, compact: false }), inspect({ a: { pose: plain } }, { depth: 2, compact: false }))
    assert.equal(pose, plain)
    deepStrictEqual(pose, plain)
    deepStrictEqual({ ...pose }, plain)
    deepStrictEqual(structuredClone(pose), plain)
    deepStrictEqual(deserialize(serialize(pose)), plain)
    deepStrictEqual(Object.assign({}, pose.at), plain.at)
    assert.is(Object.getPrototypeOf(pose), Object.prototype)
    assert.equal(['x' in pose, 'w' in pose, Object.hasOwn(pose, 'at')], [true, false, true])
    assert.is((Object.create(pose) as typeof pose).at.z, 3)
  })

  it('may be stored elsewhere, as what it is at that moment', () => {
    const store = createStore(layoutOf(defineState({
      brain: 'test#Stored',
      fields: [{ name: 'log', kind: 'value' }, { name: 'pose', kind: 'object', fields: [{ name: 'x', kind: 'number' }] }],
    })), { bytes: 1 << 20 })
    const brain = brainOf(store.layout, store)
    brain.pose = { x: 1 }
    brain.log = [brain.pose]
    brain.pose.x = 2
    change(brain, 'log', (log) => log.push(brain.pose))
    assert.equal(brain.log, [{ x: 1 }, { x: 2 }])
  })

  it('takes what is assigned to a snapshot, or to a part of one', () => {
    const [robot, other] = newRobots()
    robot.pose = poseOf(1)
    const { pose } = robot
    pose.x = 5
    pose.at.odd = false
    assert.equal([other['pose.x'], other['pose.at.odd']], [5, false])
    assert.is(robot.pose, pose)
    assert.equal(pose, { x: 5, y: 1, at: { z: 1, odd: false } })
    pose.at = { z: 8, odd: true }
    assert.equal([other['pose.at.z'], other['pose.at.odd'], pose.at], [8, true, { z: 8, odd: true }])
    assert.is(robot.pose, pose)
  })

  it('has its keys and no others', () => {
    const [robot] = newRobots()
    robot.pose = poseOf(1)
    const pose = robot.pose as any
    assert.throws(() => pose.w = 1, TypeError)
    assert.throws(() => delete pose.x, TypeError)
    assert.throws(() => change(robot, 'pose', (value) => value.at.w = 1), TypeError)
    assert.throws(() => change(robot, 'pose', (value) => delete value.y), TypeError)
    assert.equal(robot.pose, poseOf(1))
  })

  it('refuses what is not of its shape, names the part, and keeps the old value', () => {
    const [robot] = newRobots()
    robot.pose = poseOf(2)
    const before = robot.pose
    const cases: readonly (readonly [given: any, message: RegExp])[] = [
      [{ x: 1, y: 1 }, /`pose\.at` is missing in what `pose` was set to, which has the keys `x`, `y`, `at`/],
      [{ x: 1, y: 1, at: { z: 1 } }, /`pose\.at\.odd` is missing in what `pose\.at` was set to/],
      [{ ...poseOf(1), w: 1 }, /`pose\.w` has no place in `pose`/],
      [{ ...poseOf(1), at: { z: 1, odd: true, even: false } }, /`pose\.at\.even` has no place in `pose\.at`/],
      [{ ...poseOf(1), y: '1' }, /`pose\.y` holds a number and can't be set to the string "1"/],
      [{ ...poseOf(1), at: { z: 1, odd: 1 } }, /`pose\.at\.odd` holds a boolean and can't be set to the number 1/],
      [{ ...poseOf(1), at: null }, /`pose\.at` holds an object with the keys `z`, `odd` and can't be set to null/],
      [Object.defineProperty({ ...poseOf(1) }, 'x', { enumerable: false }), /`pose\.x` is missing/],
      [Object.create(poseOf(1)), /`pose\.x` is missing/],
      [undefined, /can't be set to undefined/],
      [[1, 2], /can't be set to an array/],
      ['pose', /can't be set to the string "pose"/],
    ]
    for (const [given, message] of cases) {
      const writes = [
        () => robot.pose = given,
        () => update(robot, 'pose', () => given),
        () => change(robot, 'pose', () => robot.pose = given),
        () => assign(robot, 'pose', '+=', given),
      ]
      for (const write of writes.slice(0, 3)) {
        const error = thrown(write)
        assert.is(error.code, 'state-type')
        assert.match(error.message, message)
      }
      assert.is(codeOf(writes[3]!), 'state-type')
      assert.is(robot.pose, before)
    }
    assert.is(codeOf(() => robot.pose.x = '1' as never), 'state-type')
    assert.is(codeOf(() => robot.pose.at = { z: 1 } as never), 'state-type')
    assert.is(codeOf(() => robot['pose.at.z'] = true as never), 'state-type')
    assert.equal(robot.pose, poseOf(2))
  })

  it('passes on what a getter of the new value throws, and keeps the old one', () => {
    const [robot] = newRobots()
    robot.pose = poseOf(2)
    const error = new Error('mine')
    const given = {
      x: 9,
      y: 9,
      get at(): never {
        throw error
      },
    }
    assert.is(thrown(() => robot.pose = given), error)
    assert.equal(robot.pose, poseOf(2))
  })

  it('is not taken in by a getter that changes the object it belongs to', () => {
    const [robot] = newRobots()
    robot.pose = poseOf(2)
    const given = {
      get x() {
        Reflect.deleteProperty(given, 'y')
        return 1
      },
      y: 1,
      at: { z: 1, odd: true },
    }
    assert.match(thrown(() => robot.pose = given).message, /`pose\.y` is missing/)
    robot.pose = { at: { odd: true, z: 3 }, y: 4, x: 5 }
    assert.equal([robot.pose, Object.keys(robot.pose)], [{ x: 5, y: 4, at: { z: 3, odd: true } }, ['x', 'y', 'at']])
    robot.pose = Object.assign(Object.create(null), poseOf(6))
    assert.equal(robot.pose, poseOf(6))
  })

  it('is changed in place in one step, which this thread sees at once and others at its end', () => {
    for (const order of ['total', 'weak'] as const) {
      const [robot, other] = newRobots(order)
      robot.pose = poseOf(2)
      const before = other.pose
      const result = change(robot, 'pose', (pose) => {
        pose.x++
        robot['pose.x'] += 10
        assign(robot, 'pose.y', '+=', 1)
        assert.equal([pose.x, robot.pose.x, robot['pose.x'], pose.y], [13, 13, 13, 3])
        change(robot, 'pose', (again) => again.at = { z: again.x, odd: true })
        assert.equal([pose.at, robot.pose === pose], [{ z: 13, odd: true }, true])
        assert.is(other.pose, before)
        assert.equal([other['pose.x'], other['pose.at.odd']], [2, false])
        return pose
      })
      assert.equal(other.pose, { x: 13, y: 3, at: { z: 13, odd: true } })
      assert.is(robot.pose, result)
    }
  })

  it('keeps what a change had changed before it threw', () => {
    const [robot, other] = newRobots()
    robot.pose = poseOf(2)
    assert.throws(() => change(robot, 'pose', (pose) => {
      pose.x = 7
      throw new Error('mine')
    }), /mine/)
    assert.equal(other.pose, { ...poseOf(2), x: 7 })
    assert.is(assign(other, 'pose.x', '+=', 1), 8)
  })

  it('is another object once it is assigned within a change of it', () => {
    const [robot, other] = newRobots()
    robot.pose = poseOf(2)
    change(robot, 'pose', (pose) => {
      robot.pose = { ...pose, x: 5 }
      assert.equal([pose.x, robot.pose.x, robot['pose.x']], [2, 5, 5])
    })
    assert.equal(other.pose, { ...poseOf(2), x: 5 })
  })

  it('is another object once this thread has assigned it: names taken before are of an object of their own', () => {
    const [robot, other] = newRobots()
    robot.pose = poseOf(2)
    const { pose } = robot
    const { at } = pose
    robot.pose = poseOf(2)
    assert.is.not(robot.pose, pose)
    pose.x = 7
    at.z = 8
    pose.at = { z: 9, odd: false }
    assert.equal([pose, at], [{ x: 7, y: 2, at: { z: 9, odd: false } }, { z: 8, odd: false }])
    assert.throws(() => { (pose as { x: unknown }).x = 'far' }, /pose\.x/)
    assert.equal([robot.pose, other.pose], [poseOf(2), poseOf(2)])
    const again = robot.pose
    robot.pose = again
    again.x = 5
    robot.pose.at = { z: 6, odd: false }
    again.at.z = 7
    assert.equal(other.pose, { x: 5, y: 2, at: { z: 7, odd: false } })
    change(robot, 'pose', (open) => {
      const part = open.at
      robot.pose = poseOf(1)
      open.x = 9
      part.z = 9
    })
    assert.equal(other.pose, poseOf(1))
  })

  it('keeps what is assigned to it after it was closed within a region that goes on', () => {
    const [robot, other] = newRobots()
    robot.pose = poseOf(1)
    robot.list = [0]
    const outer = open(robot, 'list')
    for (const n of [2, 4]) {
      robot.pose = poseOf(n)
      const inner = open(robot, 'pose')
      robot.pose.at.z += 1
      close(inner)
      assert.equal(robot.pose, { ...poseOf(n), at: { z: n + 1, odd: false } })
    }
    close(outer)
    assert.equal(other.pose, { ...poseOf(4), at: { z: 5, odd: false } })
  })

  it('takes part in a step on one of its leaves', () => {
    const [robot, other] = newRobots()
    robot.pose = poseOf(2)
    update(robot, 'pose.x', () => {
      robot.pose = poseOf(4)
      assert.equal(robot.pose, poseOf(4))
      change(robot, 'pose', (pose) => pose.x += pose.y)
      assert.is(robot['pose.x'], 8)
      return robot['pose.x'] + 1
    })
    assert.equal(other.pose, { ...poseOf(4), x: 9 })
    assert.is(assign(other, 'pose.x', '+=', 1), 10)
  })

  it('has a schema that is checked', () => {
    const define = (...fields: readonly FieldSchema[]) => () => defineState({ brain: 'b', fields })
    assert.throws(define({ name: 'o', kind: 'object', fields: [{ name: 'x', kind: 'value' as never }] }), /the kind of b\.o\.x/)
    assert.throws(define({ name: 'o', kind: 'object', fields: [] }), /the object b\.o has a key/)
    assert.throws(define({ name: 'o', kind: 'object', fields: [{ name: 'a.b', kind: 'number' }] }), /a\.b, a key of b\.o, can be part of a path/)
    assert.throws(define({ name: 'o', kind: 'object', fields: [{ name: 'x', kind: 'number' }, { name: 'x', kind: 'number' }] }), /b\.o\.x is declared once/)
    assert.throws(define({ name: 'o', kind: 'object', fields: [{ name: 'x', kind: 'number' }] }, { name: 'o.x', kind: 'number' }), /b\.o\.x is declared once/)
  })

  it('is found by the code of a base class where a class has declared it anew in another form', () => {
    const pose = { name: 'pose', kind: 'object', fields: [{ name: 'x', kind: 'number' }] } as const
    const base = layoutOf(defineState({ brain: 'test#Base', fields: [pose, { name: 'n', kind: 'number' }] }))
    class Base {
      declare pose: any
      declare n: number
      declare 'pose.x': number
    }
    defineAccessors(Base.prototype, base)
    const forms: readonly FieldSchema[] = [
      { name: 'pose', kind: 'value' },
      { ...pose, fields: [{ name: 'label', kind: 'boolean' }, { name: 'x', kind: 'number' }] },
    ]
    for (const form of forms) {
      const own = layoutOf(defineState({ brain: 'test#Derived', fields: [form, { name: 'n', kind: 'number' }] }))
      class Derived extends Base {}
      defineAccessors(Derived.prototype, own)
      const brain = new Derived()
      attachStore(brain, createStore(own, { bytes: 1 << 20 }))
      brain.pose = { label: true, x: 1 }
      assert.is(brain['pose.x'], 1)
      brain['pose.x'] = 2
      assert.is(assign(brain, 'pose.x', '+=', 3), 5)
      assert.is(postIncrement(brain, 'pose.x', 1), 5)
      assert.is(increment(brain, 'pose.x', 1), 7)
      assert.is(update(brain, 'pose.x', () => brain['pose.x'] * 2), 14)
      assert.is(logical(brain, 'pose.x', '&&=', () => 3), 3)
      assert.equal(brain.pose, { label: true, x: 3 })
    }
  })
})

// --- against plain objects ---

const NUMBERS = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double(), fc.constantFrom(-0, NaN, Infinity))
const KEYS = ['a', 'b', 'c', 'kind'] as const

const namesOfParts: fc.Arbitrary<readonly string[]> = fc.oneof(fc.subarray([...KEYS], { minLength: 1 }), fc.integer({ min: 1, max: 4 }).map((length) => Array.from({ length }, (_, index) => String(index))))

const partsOf = (depth: number): fc.Arbitrary<readonly PartSchema[]> => namesOfParts.chain((keys) => fc.tuple(...keys.map((name) => (
  fc.oneof({ weight: 4, arbitrary: fc.constantFrom('number' as const, 'boolean' as const) }, { weight: depth, arbitrary: fc.constant('object' as const) })
    .chain((kind): fc.Arbitrary<PartSchema> => (kind === 'object' ? partsOf(depth - 1).map((fields) => ({ name, kind, fields })) : fc.constant({ name, kind })))
))))

const valueOfPart = (part: PartSchema): fc.Arbitrary<any> => (part.kind === 'object' ? valueOf(part.fields) : part.kind === 'number' ? NUMBERS : fc.boolean())

const valueOf = (parts: readonly PartSchema[]): fc.Arbitrary<any> => (isTuple(parts)
  ? fc.tuple(...parts.map(valueOfPart))
  : fc.record(Object.fromEntries(parts.map((part) => [part.name, valueOfPart(part)])), { noNullPrototype: true }))

/** The places of a shape: `[]` is the whole. */
const placesOf = (parts: readonly PartSchema[]): readonly { readonly keys: readonly string[], readonly part: PartSchema }[] => parts.flatMap((part) => [
  { keys: [part.name], part },
  ...(part.kind === 'object' ? placesOf(part.fields).map(({ keys, part: inner }) => ({ keys: [part.name, ...keys], part: inner })) : []),
])

interface Operation {
  readonly by: 0 | 1
  readonly how: 'leaf' | 'add' | 'step' | 'snapshot' | 'change' | 'part' | 'partInChange' | 'whole' | 'update'
  readonly keys: readonly string[]
  readonly value: any
}

const operationsOn = (parts: readonly PartSchema[]): fc.Arbitrary<readonly Operation[]> => {
  const places = placesOf(parts)
  const by = fc.constantFrom(0 as const, 1 as const)
  const onWhole: fc.Arbitrary<Operation> = fc.record({ by, how: fc.constantFrom('whole' as const, 'update' as const), keys: fc.constant([] as string[]), value: valueOf(parts) })
  const onPlace = fc.constantFrom(...places).chain(({ keys, part }): fc.Arbitrary<Operation> => {
    if (part.kind === 'object') return fc.record({ by, how: fc.constantFrom('part' as const, 'partInChange' as const), keys: fc.constant(keys), value: valueOf(part.fields) })
    const how = part.kind === 'number' ? ['leaf', 'add', 'step', 'snapshot', 'change'] as const : ['leaf', 'snapshot', 'change'] as const
    return fc.record({ by, how: fc.constantFrom(...how), keys: fc.constant(keys), value: part.kind === 'number' ? NUMBERS : fc.boolean() })
  })
  return fc.array(fc.oneof<fc.MaybeWeightedArbitrary<Operation>[]>(onWhole, { weight: 4, arbitrary: onPlace }), { maxLength: 25 })
}

function parentOf(object: any, keys: readonly string[]): [parent: any, key: string] {
  return [keys.slice(0, -1).reduce((inner, key) => inner[key], object), keys.at(-1)!]
}

function applyToShared(brain: any, { how, keys, value }: Operation): void {
  const leaf = ['o', ...keys].join('.')
  const set = (object: any): void => {
    const [parent, key] = parentOf(object, keys)
    parent[key] = value
  }
  switch (how) {
    case 'leaf': return void (brain[leaf] = value)
    case 'add': return void assign(brain, leaf, '+=', value)
    case 'step': return void increment(brain, leaf, 1)
    case 'snapshot':
    case 'part': return set(brain.o)
    case 'change':
    case 'partInChange': return change(brain, 'o', set)
    case 'whole': return void (brain.o = value)
    case 'update': return void update(brain, 'o', () => Object.assign(structuredClone(brain.o), value))
  }
}

function applyToPlain(plain: any, { how, keys, value }: Operation): void {
  if (keys.length === 0) return void (plain.o = structuredClone(value))
  const [parent, key] = parentOf(plain.o, keys)
  if (how === 'add') parent[key] += value
  else if (how === 'step') parent[key]++
  else parent[key] = structuredClone(value)
}

describe('any object or tuple that lies inline', (it) => {
  it('is what a plain object would be, after every operation, in both threads', () => {
    const cases = partsOf(3).chain((parts) => fc.tuple(fc.constant(parts), valueOf(parts), operationsOn(parts), fc.constantFrom<MemoryOrder>('total', 'weak')))
    fc.assert(fc.property(cases, ([parts, first, operations, order]) => {
      const fields: readonly FieldSchema[] = [{ name: 'before', kind: 'boolean' }, { name: 'o', kind: 'object', fields: parts }, { name: 'after', kind: 'number' }]
      const state = layoutOf(defineState({ brain: 'test#Any', fields }))
      const store = createStore(state, { memoryOrder: order })
      const brains = [brainOf(state, store), brainOf(state, openStore(state, store.shared, 1, order))]
      const plain = { before: true, o: structuredClone(first), after: 7 }
      Object.assign(brains[0], plain)
      for (const operation of operations) {
        applyToShared(brains[operation.by], operation)
        applyToPlain(plain, operation)
        for (const brain of brains) {
          deepStrictEqual({ before: brain.before, o: brain.o, after: brain.after }, plain)
          for (const { keys, part } of placesOf(parts)) {
            const [parent, key] = parentOf(plain.o, keys)
            if (part.kind !== 'object' && !Object.is(brain[['o', ...keys].join('.')], parent[key])) assert.unreachable(`${keys.join('.')} differs`)
          }
        }
      }
    }), { numRuns: 300 })
  })
})

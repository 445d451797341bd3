import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import type { AssignmentOperator, LogicalOperator } from '../../src/contract/names.ts'
import {
  assign, attachStore, change, createStore, defineAccessors, defineState, increment, layoutOf, logical, openStore, postIncrement, update,
} from '../../runtime/state/index.ts'
import { storeOf } from '../../runtime/state/accessors.ts'
import type { MemoryOrder, Store } from '../../runtime/state/index.ts'
import { describe } from '../harness/suite.ts'

const layout = layoutOf(defineState({
  brain: 'test#Robot',
  fields: [{ name: 'frames', kind: 'number' }, { name: 'armed', kind: 'boolean' }, { name: 'pose', kind: 'value' }],
}))

class Robot {
  declare frames: number
  declare armed: boolean
  declare pose: any
  own = 1

  constructor(store?: Store) {
    if (store) attachStore(this, store)
  }
}
defineAccessors(Robot.prototype, layout)

class Arm extends Robot {
  declare grip: number
  // As `super.frames` does it.
  get baseFrames(): number {
    return Reflect.get(Robot.prototype, 'frames', this)
  }
  set baseFrames(value: number) {
    Reflect.set(Robot.prototype, 'frames', value, this)
  }
}
const armLayout = layoutOf(defineState({
  brain: 'test#Arm',
  fields: [{ name: 'armed', kind: 'boolean' }, { name: 'frames', kind: 'number' }, { name: 'grip', kind: 'number' }],
}))
defineAccessors(Arm.prototype, armLayout)

function brains(memoryOrder: MemoryOrder = 'total'): readonly [main: Robot, other: Robot] {
  const store = createStore(layout, { bytes: 1 << 20, memoryOrder })
  return [new Robot(store), new Robot(openStore(layout, store.shared, 1, memoryOrder))]
}

const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return (error as { code: string }).code
  }
  throw new Error('nothing was thrown')
}

describe('the attributes of a brain', (it) => {
  it('are shared', () => {
    const [main, other] = brains()
    Object.assign(main, { frames: 1, armed: true, pose: { x: 1 } })
    assert.equal([other.frames, other.armed, other.pose], [1, true, { x: 1 }])
    assert.is(codeOf(() => { main.frames = 'x' as never }), 'state-type')
  })
  it('are listed as the fields of a plain class are, and the store is not', () => {
    const [main, other] = brains()
    Object.assign(main, { frames: 1, armed: true, pose: { x: 1 } })
    const plain = { frames: 1, armed: true, pose: { x: 1 }, own: 1 }
    const listed: string[] = []
    for (const key in other) listed.push(key)
    assert.equal(listed.sort(), Object.keys(plain).sort())
    assert.equal({ ...other }, plain)
    const { frames, ...rest } = other
    assert.equal([frames, rest], [1, { armed: true, pose: { x: 1 }, own: 1 }])
    assert.equal(JSON.parse(JSON.stringify(other)), plain)
    assert.ok(Object.hasOwn(other, 'pose') && !Object.hasOwn(other, 'pose.x'))
  })
  it('read undefined on what has no store', () => {
    assert.equal([Robot.prototype.frames, new Robot().armed, Object.create(Robot.prototype).pose], [undefined, undefined, undefined])
    assert.is(codeOf(() => { new Robot().frames = 1 }), 'state-detached')
    assert.is(codeOf(() => { new Robot().pose = 1 }), 'state-detached')
  })
  it('work through a proxy and through an object made from the brain', () => {
    const [main, other] = brains()
    const proxy = new Proxy(main, {})
    proxy.frames = 5
    assign(proxy, 'frames', '+=', 1)
    Object.create(main).frames++
    assert.is(other.frames, 7)
  })
  it('are found in a memory that is not the one of this thread', () => {
    const [main] = brains()
    Object.assign(main, { frames: 5, armed: true, pose: [1] })
    const { shared } = storeOf(main)!
    const { buffer } = shared.arena as { buffer: SharedArrayBuffer }
    const arena = new SharedArrayBuffer(shared.start + layout.regionBytes)
    new Uint8Array(arena).set(new Uint8Array(buffer, 0, arena.byteLength))
    new Int32Array(arena)[0]! ^= 1
    const other = new Robot(openStore(layout, { ...shared, arena }, 1))
    assert.equal([other.frames, other.armed, other.pose], [5, true, [1]])
    other.frames = 6
    assert.is(assign(other, 'frames', '+=', 1), 7)
    assert.is(update(other, 'armed', () => !other.armed), false)
    assert.equal([other.frames, other.armed, main.frames, main.armed], [7, false, 5, true])
  })
  it('reach the store of the subclass through super', () => {
    const arm = new Arm(createStore(armLayout, { bytes: 1 << 20 }))
    arm.frames = 3
    arm.grip = 9
    assert.is(arm.baseFrames, 3)
    arm.baseFrames = 4
    assert.equal([arm.frames, arm.grip], [4, 9])
  })
  it('of a base class that have no slot are plain fields', () => {
    const arm = new Arm(createStore(armLayout, { bytes: 1 << 20 }))
    assert.is(arm.pose, undefined)
    const socket = { send: () => {} }
    arm.pose = socket
    assert.is(arm.pose, socket)
    arm.pose = 1
    assert.is(assign(arm, 'pose', '+=', 2), 3)
    assert.is(arm.pose, 3)
  })
})

describe('an assignment that reads what it writes', (it) => {
  it('gives the value that JavaScript gives', () => {
    const [main, other] = brains()
    main.frames = 5
    assert.is(assign(main, 'frames', '**=', 2), 25)
    assert.is(assign(other, 'frames', '>>>=', 1), 12)
    assert.is(increment(main, 'frames', -1), 11)
    assert.is(postIncrement(other, 'frames', 1), 11)
    assert.is(main.frames, 12)
    main.pose = 'a'
    assert.is(assign(other, 'pose', '+=', 1), 'a1')
    main.pose = 7n
    assert.is(postIncrement(other, 'pose', 1), 7n)
    assert.is(increment(other, 'pose', 1), 9n)
    main.pose = '5'
    assert.is(postIncrement(other, 'pose', -1), 5)
    assert.is(main.pose, 4)
  })
  it('of an attribute that was never written starts from undefined', () => {
    const [main] = brains()
    assert.is(assign(main, 'pose', '+=', 'x'), 'undefinedx')
    assert.ok(Number.isNaN(assign(main, 'frames', '+=', 1)))
  })
  it('evaluates the right side of a logical one only where it is needed, once', () => {
    const [main, other] = brains()
    let runs = 0
    const load = (): object => ({ run: ++runs })
    assert.equal(logical(main, 'pose', '??=', load), { run: 1 })
    assert.equal(logical(other, 'pose', '??=', load), { run: 1 })
    assert.equal(logical(other, 'pose', '&&=', load), { run: 2 })
    assert.equal(logical(other, 'pose', '||=', load), { run: 2 })
    assert.is(runs, 2)
    assert.is(logical(main, 'armed', '||=', () => true), true)
    assert.is(logical(main, 'armed', '&&=', () => false), false)
    assert.is(logical(main, 'frames', '??=', () => main.pose.run + assign(main, 'pose', '+=', '').length), 17)
  })
  it('may read and write its own target on the right side', () => {
    const [main, other] = brains()
    main.frames = 3
    assert.is(update(main, 'frames', () => 10 - main.frames), 7)
    assert.is(update(other, 'frames', () => postIncrement(other, 'frames', 1) + other.frames), 15)
    assert.is(logical(main, 'frames', '&&=', () => (main.frames = 1, main.frames + 1)), 2)
    assert.is(other.frames, 2)
    main.pose = [1]
    assert.equal(update(other, 'pose', () => [...other.pose, other.frames]), [1, 2])
    assert.equal(main.pose, [1, 2])
    assert.is(update(main, 'own', () => main.own + 1), 2)
    assert.is(codeOf(() => update(main, 'frames', () => 'x')), 'state-type')
    assert.is(main.frames, 2)
  })
  it('keeps the old value where the new one does not fit', () => {
    const [main] = brains()
    main.frames = 1
    const fickle = { valueOf: () => ++main.frames }
    assert.is(assign(main, 'frames', '+=', fickle), 3)
    main.frames = 1
    assert.is(codeOf(() => assign(main, 'frames', '+=', 'x')), 'state-type')
    assert.throws(() => assign(main, 'frames', '+=', 1n), TypeError)
    assert.is(codeOf(() => logical(main, 'armed', '??=', () => 1)), 'state-type')
    assert.is(codeOf(() => increment(main, 'armed', 1)), 'state-type')
    assert.equal([main.frames, main.armed], [1, undefined])
  })
  it('does the plain thing on everything else', () => {
    const [main] = brains()
    assert.is(assign(main, 'own', '+=', 2), 3)
    assert.is(increment(main, 'own', 1), 4)
    assert.is(postIncrement(main, 'own', 1), 4)
    assert.is(logical(main, 'own', '&&=', () => 9), 9)
    assert.is(logical(main, 'fresh', '??=', () => 1), 1)
    assert.is((main as any).fresh, 1)
    main.own = [] as never
    assert.is(change(main, 'own', (own) => own.push(1)), 1)
    assert.equal(main.own, [1])
    const made = Object.assign(Object.create(main), { own: 5 })
    main.frames = 1
    assert.is(assign(main, 'frames', '+=', 1), 2)
    assert.equal([assign(made, 'frames', '+=', 1), main.frames], [3, 3])
    Object.defineProperty(made, 'frames', { value: 8, writable: true })
    assert.equal([assign(made, 'frames', '+=', 1), made.frames, main.frames], [9, 9, 3])
    Object.defineProperty(main, 'frames', { value: 3, writable: true })
    assert.is(assign(main, 'frames', '-=', 1), 2)
    class Counter {
      static total = 1
    }
    assert.is(assign(Counter, 'total', '<<=', 3), 8)
    assert.throws(() => assign(null, 'x', '+=', 1), TypeError)
    assert.throws(() => increment(undefined, 'x', 1), TypeError)
  })
  it('does the plain thing on an attribute that stays in main', () => {
    const [main, other] = brains()
    class Socket {
      sent = [] as number[]
    }
    const socket = new Socket()
    main.pose = socket
    change(main, 'pose', (value) => value.sent.push(1))
    assert.equal(socket.sent, [1])
    assert.is(logical(main, 'pose', '??=', () => 1), socket)
    assert.is(assign(main, 'pose', '+=', '!'), '[object Object]!')
    assert.is(main.pose, '[object Object]!')
    assert.is(codeOf(() => change(other, 'pose', () => {})), 'attribute-not-shared')
    assert.is(codeOf(() => logical(other, 'pose', '??=', () => 1)), 'attribute-not-shared')
  })
})

// --- against a plain object ---

type Operation = (target: any, isShared: boolean) => unknown

const NAMES = ['frames', 'pose', 'own']
const ASSIGNMENTS: readonly AssignmentOperator[] = ['+=', '-=', '*=', '/=', '%=', '**=', '<<=', '>>=', '>>>=', '&=', '|=', '^=']
const LOGICALS: readonly LogicalOperator[] = ['&&=', '||=', '??=']

const anyNumber = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double(), fc.constantFrom(-0, 2 ** 53, NaN, Infinity))
const anyScalar = fc.oneof(anyNumber, fc.string(), fc.boolean(), fc.bigInt({ min: -9n, max: 9n }), fc.constantFrom(null, undefined))
const anyValue = fc.oneof(anyScalar, fc.array(anyScalar), fc.dictionary(fc.string(), anyScalar), fc.uniqueArray(fc.integer()).map((items) => new Set(items)))

const valueOf = (name: string, value: unknown): unknown => (name === 'frames' && typeof value !== 'number' ? 1 : value)
const plainly = (operator: string) => new Function('target', 'name', 'value', `return target[name] ${operator} ${LOGICALS.includes(operator as never) ? 'value()' : 'value'}`)
const plain = new Map([...ASSIGNMENTS, ...LOGICALS].map((operator) => [operator, plainly(operator)]))

const operations: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ name: fc.constantFrom(...NAMES), value: anyValue }).map(({ name, value }): Operation => (target) => {
    target[name] = structuredClone(valueOf(name, value))
  }),
  fc.record({ name: fc.constantFrom(...NAMES), operator: fc.constantFrom(...ASSIGNMENTS), value: anyScalar }).map(({ name, operator, value }): Operation => (
    // BigInt powers and shifts of large numbers would only take memory.
    (target, isShared) => {
      if (typeof target[name] === 'bigint' && /\*\*|<</.test(operator)) return undefined
      const right = name === 'frames' && typeof value === 'string' ? 1 : value
      return isShared ? assign(target, name, operator, right) : plain.get(operator)!(target, name, right)
    }
  )),
  fc.record({ name: fc.constantFrom(...NAMES), operator: fc.constantFrom(...LOGICALS), value: anyValue }).map(({ name, operator, value }): Operation => (
    (target, isShared) => {
      const right = (): unknown => structuredClone(valueOf(name, value))
      return isShared ? logical(target, name, operator, right) : plain.get(operator)!(target, name, right)
    }
  )),
  fc.record({ name: fc.constantFrom(...NAMES), by: fc.constantFrom(1, -1), isPost: fc.boolean() }).map(({ name, by, isPost }): Operation => (
    (target, isShared) => {
      if (!isShared) return by === 1 ? (isPost ? target[name]++ : ++target[name]) : (isPost ? target[name]-- : --target[name])
      return isPost ? postIncrement(target, name, by as 1 | -1) : increment(target, name, by as 1 | -1)
    }
  )),
  fc.record({ name: fc.constantFrom(...NAMES), item: anyScalar, isThrown: fc.boolean() }).map(({ name, item, isThrown }): Operation => (
    (target, isShared) => {
      const inPlace = (value: any): unknown => {
        const result = Array.isArray(value) ? value.push(item) : value instanceof Set ? value.add(item).size : value?.length
        if (isThrown) throw new Error('mine')
        return result
      }
      return isShared ? change(target, name, inPlace) : inPlace(target[name])
    }
  )),
)

const outcomeOf = (work: () => unknown): unknown => {
  try {
    return ['gave', work()]
  } catch (error) {
    return ['threw', (error as Error).constructor]
  }
}

describe('a brain', (it) => {
  for (const order of ['total', 'weak'] as const) it(`behaves as a plain object does, seen from two threads in turn, in ${order} order`, () => {
    fc.assert(fc.property(fc.array(fc.tuple(operations, fc.boolean()), { maxLength: 30 }), (steps) => {
      const [main, other] = brains(order)
      const model: any = { frames: undefined, pose: undefined, own: 1 }
      main.own = other.own = 1
      const ownOf = (brain: Robot): void => { main.own = other.own = brain.own }
      for (const [operation, isMain] of steps) {
        const brain = isMain ? main : other
        deepStrictEqual(outcomeOf(() => operation(brain, true)), outcomeOf(() => operation(model, false)))
        ownOf(brain)
        for (const reader of [main, other]) {
          deepStrictEqual({ frames: reader.frames, pose: reader.pose, own: reader.own }, model)
        }
      }
    }), { numRuns: 500 })
  })
})

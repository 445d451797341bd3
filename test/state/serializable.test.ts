import { deepStrictEqual } from 'node:assert'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { TaskbrainError } from '../../runtime/errors.ts'
import { addSerializableType, decode, encode, fromPortable, toPortable } from '../../runtime/serializable/index.ts'
import { describe } from '../harness/suite.ts'
import { BOTH_WAYS, refusal, throughBytes } from './round-trip.ts'

class Pose {
  constructor(public x: number, public y: number) {}
  norm(): number {
    return Math.hypot(this.x, this.y)
  }
}

class Sealed {
  #secret: number
  constructor(secret: number) {
    this.#secret = secret
  }
  reveal = (): number => this.#secret
}

describe('what crosses between threads', (it) => {
  const samples: Record<string, unknown> = {
    'a number': 1.5,
    'a negative zero': -0,
    NaN,
    infinity: -Infinity,
    '2 to the 53rd': 2 ** 53,
    'a boolean': false,
    'a string': 'é\u{1f600}\ud800',
    'a bigint': -(2n ** 70n),
    null: null,
    undefined,
    'a date': new Date(12),
    'a map of sets': new Map<unknown, unknown>([[{ a: 1 }, new Set([1, 'b'])], ['k', new Map()]]),
    'a plain object': { a: { b: [1, 'two', null, undefined] } },
    'typed arrays': [new Float64Array([1, -0, NaN]), new Uint8ClampedArray([300]), new BigInt64Array([1n])],
    'a buffer': Buffer.from('pooled'),
    'an array buffer': new Uint8Array([1, 2]).buffer,
  }
  for (const [way, roundTrip] of BOTH_WAYS) {
    for (const [name, value] of Object.entries(samples)) {
      it(`carries ${name} ${way}`, () => {
        deepStrictEqual(roundTrip(value), value)
        deepStrictEqual(roundTrip({ bare: Object.create(null), value }).value, value)
      })
    }
    it(`carries an invalid date ${way}`, () => {
      assert.ok(Number.isNaN(roundTrip(new Date(NaN)).getTime()))
    })
    it(`carries a regular expression ${way}`, () => {
      const copy = roundTrip(/a(b)/giu)
      assert.is(String(copy), '/a(b)/giu')
    })
    it(`carries a view of part of a buffer ${way}`, () => {
      const view = new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)
      assert.equal([roundTrip(view).byteLength, roundTrip(view).getUint8(0)], [2, 2])
      const { buffer } = new Uint16Array(4)
      const two = roundTrip([new Uint16Array(buffer, 0, 2), new Uint16Array(buffer, 4, 2)])
      assert.is(two[0].buffer, two[1].buffer)
    })
    it(`keeps the holes of an array ${way}`, () => {
      const holes = [1]
      holes[2] = 3
      assert.equal(Object.keys(roundTrip(holes)), ['0', '2'])
      assert.equal(Object.keys(roundTrip({ holes, bare: Object.create(null) }).holes), ['0', '2'])
    })
    it(`keeps a missing prototype ${way}`, () => {
      const bare = Object.assign(Object.create(null), { a: 1 })
      const copy = roundTrip({ bare })
      assert.is(Object.getPrototypeOf(copy.bare), null)
      assert.is(copy.bare.a, 1)
    })
    it(`keeps cycles and shared references ${way}`, () => {
      const shared = { n: 1 }
      const cyclic: any = { shared, again: [shared], bare: Object.create(null), map: new Map() }
      cyclic.self = cyclic
      cyclic.map.set('self', cyclic.map)
      cyclic.bare.top = cyclic
      const copy = roundTrip(cyclic)
      assert.is(copy.self, copy)
      assert.is(copy.again[0], copy.shared)
      assert.is(copy.map.get('self'), copy.map)
      assert.is(copy.bare.top, copy)
    })
    it(`carries keys that mean something as what they are ${way}`, () => {
      const odd = { deep: JSON.parse('{"__proto__":{"polluted":1},"constructor":2,"toString":3}'), bare: Object.create(null) }
      odd.bare.__proto__ = 4
      const copy = roundTrip(odd)
      assert.is(Object.getPrototypeOf(copy.deep), Object.prototype)
      assert.equal(Object.keys(copy.deep), ['__proto__', 'constructor', 'toString'])
      assert.is(copy.bare['__proto__'], 4)
      assert.is(({} as any).polluted, undefined)
    })
    it(`carries a user's object that looks like ours ${way}`, () => {
      const look = { '@taskbrain': 'type', name: 'Pose', data: { x: 1 }, inner: { '@taskbrain': 'bare', data: [Object.create(null)] } }
      const copy = roundTrip([look])[0]
      assert.equal(Object.keys(copy), Object.keys(look))
      assert.is(copy['@taskbrain'], 'type')
      assert.is(copy.inner['@taskbrain'], 'bare')
    })
    it(`carries an error with all that tells of it ${way}`, () => {
      const cause = new RangeError('inner')
      const error = Object.assign(new TypeError('outer', { cause }), { code: 'E_X', errno: 3, request: { socket: () => {} } })
      const copy = roundTrip({ error }).error
      assert.instance(copy, TypeError)
      assert.equal([copy.name, copy.message, copy.stack, copy.code, copy.errno], ['TypeError', 'outer', error.stack, 'E_X', 3])
      assert.instance(copy.cause, RangeError)
      assert.is(copy.cause.message, 'inner')
      assert.equal(Object.keys(copy), ['code', 'errno'])
    })
    it(`carries errors of other classes with their names ${way}`, () => {
      class Lost extends RangeError {
        override name = 'Lost'
      }
      const lost = roundTrip(new Lost('x'))
      assert.equal([lost.name, lost.message, lost instanceof RangeError], ['Lost', 'x', true])
      const many = roundTrip(new AggregateError([new Error('one')], 'many'))
      assert.equal([many.constructor, many.errors[0].message, many.message], [AggregateError, 'one', 'many'])
      const ours = roundTrip(new TaskbrainError('some-code', 'text'))
      assert.equal([ours.constructor, ours.code, ours.name], [TaskbrainError, 'some-code', 'TaskbrainError'])
      const abort = roundTrip(new DOMException('stop', 'AbortError'))
      assert.equal([abort instanceof Error, abort.name, abort.message], [true, 'AbortError', 'stop'])
    })
    it(`carries plain things of another realm ${way}`, () => {
      const foreign = runInNewContext('({ list: [1], map: new Map([[1, new Date(3)]]), error: new TypeError("x") })')
      const copy = roundTrip(foreign)
      assert.equal(copy.list, [1])
      assert.equal(copy.map, new Map([[1, new Date(3)]]))
      assert.instance(copy.error, TypeError)
    })
    it(`carries what a proxy shows ${way}`, () => {
      assert.equal(roundTrip({ p: new Proxy({ a: new Proxy([1], {}) }, {}) }), { p: { a: [1] } })
    })
    it(`carries registered instances ${way}`, () => {
      assert.is(addSerializableType(Pose, new Pose(3, 4)), true)
      assert.is(addSerializableType(Sealed, undefined, { encode: (one) => one.reveal(), decode: (data) => new Sealed(data) }), true)
      const pose: any = new Pose(3, 4)
      pose.self = pose
      const copy = roundTrip({ pose, same: pose, sealed: new Map([['k', new Sealed(7)]]) })
      assert.instance(copy.pose, Pose)
      assert.is(copy.pose.norm(), 5)
      assert.is(copy.same, copy.pose)
      assert.is(copy.pose.self, copy.pose)
      assert.is(copy.sealed.get('k').reveal(), 7)
    })
    it(`carries an error class that is registered ${way}`, () => {
      class Refused extends Error {
        override name = 'Refused'
        constructor(message: string, readonly detail: object) {
          super(message)
        }
      }
      assert.is(addSerializableType(Refused, new Refused('no', { why: [1] })), true)
      const copy = roundTrip(new Refused('no', { why: [1] }))
      assert.instance(copy, Refused)
      assert.equal([copy.message, copy.detail], ['no', { why: [1] }])
    })
    it(`carries any plain data ${way}`, () => {
      const anything = fc.anything({
        withBigInt: true, withMap: true, withSet: true, withTypedArray: true, withSparseArray: true, withNullPrototype: true,
      })
      fc.assert(fc.property(anything, (value) => {
        deepStrictEqual(roundTrip(value), value)
      }), { numRuns: 200 })
    })
  }

  it('gives the same reference back where nothing needs converting', () => {
    const plain = { list: [1, { a: new Date() }], map: new Map([[1, new Set([2])]]), bytes: new Uint8Array(3) }
    assert.is(toPortable(plain, 'x'), plain)
    assert.is(fromPortable(plain), plain)
  })
  it('leaves what it was given as it was', () => {
    const value = { pose: new Pose(1, 2), bare: Object.create(null), list: [1] }
    const portable = toPortable(value, 'x')
    const text = JSON.stringify(portable)
    assert.is.not(portable, value)
    assert.instance(value.pose, Pose)
    fromPortable(portable)
    assert.is(JSON.stringify(portable), text)
  })
  it('shares shared memory in a message', () => {
    const memory = new SharedArrayBuffer(8)
    const copy = fromPortable(toPortable({ memory, view: new Int32Array(memory), bare: Object.create(null) }, 'x')) as any
    assert.is(copy.memory, memory)
    assert.is(copy.view.buffer, memory)
  })
  it('copies a view of shared memory into bytes, and refuses the memory itself', () => {
    const memory = new SharedArrayBuffer(8)
    new Int32Array(memory).set([5, 6])
    const copy = throughBytes(new Int32Array(memory, 4)) as Int32Array
    assert.equal([...copy], [6])
    assert.not.instance(copy.buffer, SharedArrayBuffer)
    assert.match(refusal(() => encode({ memory }, 'frame')).message, '`frame.memory` can\'t cross between threads: it is a SharedArrayBuffer')
  })
})

describe('what can\'t cross between threads', (it) => {
  class Robot {
    constructor(readonly name: string) {}
  }
  class Track extends Map {}
  class Samples extends Float32Array {}
  const throwing = Object.defineProperty({}, 'now', { enumerable: true, get: () => { throw new Error('no clock') } })
  const cases: ReadonlyArray<readonly [string, unknown, string]> = [
    ['a function', { onDone: () => {} }, '`args[0].onDone` can\'t cross between threads: it is a function.'],
    ['a function among what needs converting', [Object.create(null), { f: () => {} }], '`args[0][1].f` can\'t cross between threads: it is a function.'],
    ['a symbol', { items: [1, 2, Symbol('x')] }, '`args[0].items[2]` can\'t cross between threads: it is a symbol.'],
    ['a value of a map', new Map([['k', () => {}]]), '`args[0].get("k")` can\'t cross between threads: it is a function.'],
    ['a key of a map', new Map([[() => {}, 1]]), '`args[0].keys()][…]` can\'t'.replace('`args', '`[...args')],
    ['an item of a set', new Set([1, () => {}]), '`[...args[0]][1]` can\'t'],
    ['an odd name', { 'a-b': { 7: () => {} } }, '`args[0]["a-b"][7]` can\'t'],
    ['an instance', { bot: new Robot('r') }, 'it is an instance of Robot. Make the class known with Brain.addSerializableType(Robot).'],
    ['a class that extends a built-in one', new Track(), 'an instance of Track'],
    ['a typed array class', new Samples(2), 'an instance of Samples'],
    ['a promise', { later: Promise.resolve() }, '`args[0].later` can\'t cross between threads: it is a Promise. Await it first.'],
    ['a weak map', new WeakMap(), '`args[0]` can\'t cross between threads: it is an instance of WeakMap.'],
    ['a prototype that is no class', Object.create({ a: 1 }), 'it has a prototype of its own'],
    ['a getter that throws', { t: throwing }, '`args[0].t.now` can\'t cross between threads: reading it threw "no clock".'],
    ['a namespace of JavaScript', { tools: Math }, '`args[0].tools` can\'t cross between threads: none of its properties can be enumerated, and a copy has only those that can.'],
    ['a map with a property', { m: Object.assign(new Map([[1, 2]]), { unit: 'mm' }) }, '`args[0].m` can\'t cross between threads: it is a Map with a property of its own, "unit", which a copy would not have. '
      + 'Put the Map and the property side by side into an object.'],
    ['a set with a property', Object.assign(new Set([1]), { a: 1 }), 'it is a Set with a property of its own, "a"'],
    ['a date with a property', [Object.assign(new Date(0), { zone: 'CET' })], '`args[0][0]` can\'t cross between threads: it is a Date with a property of its own, "zone"'],
    ['a class of Node', { at: new URL('http://a/') }, '`args[0].at` can\'t cross between threads: it is an instance of URL. Say how it crosses with Brain.addSerializableType(URL, testInstance, { encode, decode }).'],
    ['a revoked proxy', { p: revokedProxy() }, '`args[0].p` can\'t cross between threads: it is a Proxy that could not be read'],
  ]
  for (const [name, value, message] of cases) {
    it(`names the path of ${name}`, () => {
      assert.ok(refusal(() => toPortable(value, 'args[0]')).message.includes(message), refusal(() => toPortable(value, 'args[0]')).message)
      assert.ok(refusal(() => encode(value, 'args[0]')).message.includes(message))
    })
  }
  it('is a value deeper than the stack', () => {
    let deep: any = {}
    for (let level = 0; level < 100_000; level++) deep = { deep }
    assert.match(refusal(() => toPortable(deep, 'args[0]')).message, '`args[0]` can\'t cross between threads: it is nested too deep.')
    assert.match(refusal(() => encode([Object.create(null), deep], 'x')).message, 'nested too deep')
    let plain: any = {}
    for (let level = 0; level < 100_000; level++) plain = { plain }
    assert.match(refusal(() => fromPortable(plain)).message, 'nested too deep')
  })
  it('is not a value of some hundred levels', () => {
    let plain: any = 1
    let bare: any = 1
    for (let level = 0; level < 690; level++) plain = [plain]
    for (let level = 0; level < 340; level++) bare = Object.assign(Object.create(null), { bare })
    for (const [, roundTrip] of BOTH_WAYS) {
      assert.is(JSON.stringify(roundTrip(plain)), JSON.stringify(plain))
      assert.is(JSON.stringify(roundTrip(bare)), JSON.stringify(bare))
    }
  })
  it('is an instance whose codec comes back to it', () => {
    class Loop {
      me = this
    }
    addSerializableType(Loop, undefined, { encode: (one) => ({ me: one.me }), decode: () => new Loop() })
    assert.match(refusal(() => encode(new Loop(), 'loop')).message, '`loop.me` can\'t cross')
  })
  it('is an instance whose codec throws', () => {
    class Bad {}
    addSerializableType(Bad, undefined, { encode: () => { throw new Error('broken pen') }, decode: () => new Bad() })
    assert.match(refusal(() => toPortable({ b: new Bad() }, 'v')).message, '`v.b` can\'t cross between threads: encode of Bad threw broken pen.')
  })
  it('is an instance of a class that the receiving thread does not know', () => {
    class Known {}
    addSerializableType(Known)
    const bytes = encode({ k: new Known() }, 'v')
    const reasons: string[] = []
    assert.is(addSerializableType(class Known {}, {} as never, undefined, (reason) => reasons.push(reason)), false)
    assert.instance((decode(bytes) as any).k, Known)
    const renamed = toPortable({ k: new Known() }, 'v') as any
    renamed.k.name = 'Unknown'
    assert.match(refusal(() => fromPortable(renamed)).message, '`value.k` can\'t cross between threads: it is an instance of Unknown, which this thread does not know')
  })
})

describe('addSerializableType', (it) => {
  const refusalOf = (...parameters: any[]): string => {
    let reason = 'it was taken'
    const [Type, instance, codec] = parameters
    assert.is(addSerializableType(Type, instance, codec, (text) => { reason = text }), false)
    return reason
  }
  it('tells why a test instance does not survive', () => {
    class Lossy {
      a = 1
      b = 2
    }
    class Held {
      held = (): void => {}
    }
    class Wrong {}
    class Ghost extends Map {}
    class Explosive {
      get bang(): never {
        throw new Error('bang')
      }
    }
    Object.defineProperty(Explosive.prototype, 'bang', { enumerable: true })
    assert.is(refusalOf(Lossy, new Lossy(), { encode: (one: Lossy) => one.a, decode: () => Object.assign(new Lossy(), { b: 3 }) }), 'The test instance of Lossy came back changed')
    assert.match(refusalOf(Held, new Held()), '`Held.held` can\'t cross between threads: it is a function')
    assert.is(refusalOf(Wrong, {}), 'The test instance is no Wrong')
    assert.match(refusalOf(Ghost, new Ghost()), 'needs a codec')
    assert.is(refusalOf(Wrong, new Wrong(), { encode: () => 1, decode: () => ({}) }), 'The test instance of Wrong came back as another type')
    assert.match(refusalOf(Wrong, new Wrong(), { encode: () => 1, decode: () => { throw new Error('torn') } }), 'decode of Wrong threw torn')
    assert.match(refusalOf(Wrong, new Wrong(), { encode: 1 }), 'needs two functions')
    assert.match(refusalOf(class {}, undefined), 'a class with a name')
    assert.match(refusalOf(42), 'needs a class')
    assert.match(refusal(() => encode(new Lossy(), 'x')).message, 'addSerializableType(Lossy)')
  })
  it('does not count new arrow functions as a change', () => {
    class Caller {
      n = 1
      call = (): number => this.n
    }
    assert.is(addSerializableType(Caller, new Caller(), { encode: ({ n }) => n, decode: (n) => Object.assign(new Caller(), { n }) }), true)
  })
  it('replaces a class by a second one of its name', () => {
    const first = class Twin { one = 1 }
    const second = class Twin { two = 2 }
    addSerializableType(first)
    addSerializableType(second)
    assert.instance(throughBytes(new second()), second)
    assert.match(refusal(() => encode(new first(), 'x')).message, 'an instance of Twin')
  })
  it('refuses a subclass that is not registered itself', () => {
    class Pose3 extends Pose {}
    assert.match(refusal(() => encode(new Pose3(1, 2), 'x')).message, 'addSerializableType(Pose3)')
  })
})

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

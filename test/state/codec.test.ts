import { deepStrictEqual } from 'node:assert'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { TaskbrainError } from '../../runtime/errors.ts'
import { addSerializableType, decode, encode } from '../../runtime/serializable/index.ts'
import { LEAD } from '../../runtime/state/codec/format.ts'
import { incoming, pack, packed, unpack } from '../../runtime/state/codec/index.ts'
import { guardsFor } from '../../runtime/state/snapshot.ts'
import { describe } from '../harness/suite.ts'
import { codeOf, pair, POSE, thrown } from './pair.ts'

/** As bytes of its own, so that nothing is left where the next value is written. */
function bytesOf(value: unknown): Uint8Array {
  const byteLength = pack(value, 'pose')
  return packed().bytes.slice(0, byteLength)
}

function valueOf(bytes: Uint8Array, isGuarded = false): any {
  incoming(bytes.length).bytes.set(bytes)
  return unpack(bytes.length, 'pose', isGuarded ? guardsFor('pose') : undefined).value
}

const roundTrip = (value: unknown): any => valueOf(bytesOf(value))
const isOwn = (value: unknown): boolean => bytesOf(value)[0] !== LEAD.general

/**
 * What two values have in common with no other: every object by the number at which it is met first, with its prototype,
 * its keys in order and what stands under them.
 */
function structureOf(root: unknown): unknown[] {
  const places = new Map<object, number>()
  const lines: unknown[] = []
  const partOf = (part: unknown): unknown => {
    if (typeof part !== 'object' || part === null) return part
    const known = places.get(part)
    if (known !== undefined) return `#${known}`
    const place = places.size
    places.set(part, place)
    const line: unknown[] = [Object.getPrototypeOf(part)]
    lines.push(line)
    if (part instanceof Map) for (const [key, item] of part) line.push(partOf(key), partOf(item))
    else if (part instanceof Set) for (const item of part) line.push(partOf(item))
    else if (part instanceof Date) line.push(part.getTime())
    else if (ArrayBuffer.isView(part)) line.push(part.byteOffset, part.byteLength, partOf(part.buffer))
    else if (part instanceof ArrayBuffer) line.push([...new Uint8Array(part)])
    if (Array.isArray(part)) line.push(part.length)
    const isText = !ArrayBuffer.isView(part)
    if (isText) for (const key of Reflect.ownKeys(part)) if (key !== 'length' && key !== 'stack') line.push(key, partOf((part as any)[key]))
    return `#${place}`
  }
  return [partOf(root), ...lines]
}

function sameAsSerializer(value: unknown): void {
  const expected = decode(encode(value, 'pose'))
  const copy = roundTrip(value)
  // Node 20 takes no invalid date for equal to another one.
  deepStrictEqual(structureOf(copy), structureOf(expected))
  // The bytes tell a change from none: those of a copy are the same.
  if (isOwn(value)) deepStrictEqual(bytesOf(copy), bytesOf(value))
}

const oddKey = fc.constantFrom('__proto__', 'constructor', 'toString', 'toJSON', 'valueOf', '', '0', '1', '10', '-1', '4294967295', '@taskbrain', 'é', '\ud800', 'a'.repeat(300), 'x', 'y')
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ maxLength: 90 }), fc.string({ unit: fc.constantFrom('\ud800', '\udc00', 'a', 'é', 'ÿ', 'Ā'), maxLength: 80 }))
const scalar = fc.oneof(
  text, fc.double(), fc.integer(), fc.constantFrom(-0, 0, 63, 64, -1, 32767, 32768, -32768, -32769, 2 ** 31, -(2 ** 31), NaN, Infinity, undefined, null, true, false),
  fc.bigInt(), fc.constantFrom(2n ** 63n, -(2n ** 63n), -(2n ** 63n) - 1n, 2n ** 200n, 0n),
)

/** Values that meet the same objects again, cycles among them. */
const graph = fc.array(fc.record({ kind: fc.nat(5), links: fc.array(fc.nat(40), { maxLength: 6 }), leaf: scalar, key: oddKey }), { minLength: 1, maxLength: 30 })
  .map((nodes) => {
    const made: any[] = nodes.map(({ kind }) => [{}, [], new Map(), new Set(), Object.create(null), new Date(7)][kind])
    for (const [index, { links, leaf, key }] of nodes.entries()) {
      const node = made[index]
      for (const link of [leaf, ...links.map((at) => made[at % made.length])]) {
        if (Array.isArray(node)) node.push(link)
        else if (node instanceof Map) node.set(node.size % 2 ? link : key, link)
        else if (node instanceof Set) node.add(link)
        else if (!(node instanceof Date)) Object.defineProperty(node, `${key}${Object.keys(node).length || ''}`, { value: link, enumerable: true, writable: true, configurable: true })
      }
    }
    return made[0]
  })

const tree = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('container')),
  container: fc.oneof(
    fc.array(tie('value'), { maxLength: 8 }),
    fc.array(fc.oneof(fc.double(), fc.integer()), { maxLength: 30 }),
    fc.array(fc.tuple(fc.oneof(oddKey, fc.string()), tie('value')), { maxLength: 8 }).map((entries) => Object.fromEntries(entries)),
    fc.array(fc.tuple(fc.string(), tie('value')), { minLength: 20, maxLength: 40 }).map((entries) => Object.fromEntries(entries)),
    fc.array(fc.tuple(oddKey, tie('value')), { maxLength: 5 }).map((entries) => Object.setPrototypeOf(Object.fromEntries(entries), null)),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 6 }).map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 6 }).map((items) => new Set(items)),
    fc.date({ noInvalidDate: false }),
    fc.constantFrom(new Uint8Array([1, 2]), new Float64Array([1, NaN]), new DataView(new ArrayBuffer(3)), new ArrayBuffer(5), new BigInt64Array([-1n]), new Uint8Array(0)),
  ),
})).value

describe('a packed value', (it) => {
  it('is what the general serialiser makes of it, for any tree', () => {
    fc.assert(fc.property(tree, sameAsSerializer), { numRuns: 1500 })
  })
  it('is what the general serialiser makes of it, for any graph', () => {
    fc.assert(fc.property(graph, sameAsSerializer), { numRuns: 800 })
  })
  it('is what the general serialiser makes of it, for anything', () => {
    const anything = fc.anything({
      withBigInt: true, withMap: true, withSet: true, withDate: true, withTypedArray: true, withSparseArray: true, withNullPrototype: true, withObjectString: true,
    })
    fc.assert(fc.property(anything, sameAsSerializer), { numRuns: 800 })
  })
  it('is frozen as a walk over the finished value would freeze it', () => {
    const stateOf = (value: unknown): unknown[] => {
      const states: unknown[] = []
      const seen = new Set<unknown>()
      const visit = (part: any): void => {
        if (typeof part !== 'object' || part === null || seen.has(part)) return
        seen.add(part)
        states.push(Object.isFrozen(part), ArrayBuffer.isView(part) ? 0 : Object.getOwnPropertyNames(part))
        if (part instanceof Map) for (const [key, item] of Map.prototype.entries.call(part)) [key, item].forEach(visit)
        if (part instanceof Set) [...part].forEach(visit)
        if (!ArrayBuffer.isView(part)) for (const key of Object.keys(part)) visit(part[key])
      }
      visit(value)
      return states
    }
    fc.assert(fc.property(fc.oneof(tree, graph), (value) => {
      const walked = roundTrip(value)
      guardsFor('pose').all(walked)
      deepStrictEqual(stateOf(valueOf(bytesOf(value), true)), stateOf(walked))
    }), { numRuns: 800 })
  })
  it('is written by us where it is plain data, and by the general serialiser where it is not', () => {
    class Pose {
      x = 1
    }
    addSerializableType(Pose, new Pose())
    const named = Object.assign([1, 2], { name: 'n' })
    const holes = [1]
    holes[2] = 3
    const { buffer } = new Uint16Array(4)
    for (const plain of [
      1, 'a', null, { a: [{ b: new Map([[{ c: 1 }, new Set([new Date(NaN)])]]) }] }, [1.5, -0], [], {}, Object.create(null), new Float32Array(2), [new ArrayBuffer(2)],
      new Proxy({ a: 1 }, {}), JSON.parse('{"__proto__":1}'),
    ]) assert.ok(isOwn(plain))
    for (const other of [
      new Pose(), [new Pose()], new Error('x'), /x/g, Buffer.from('x'), named, holes, new Uint8Array(buffer, 2), [new Uint16Array(buffer), new Uint16Array(buffer)],
      new Uint8Array(new SharedArrayBuffer(4)), runInNewContext('({ a: [1] })'), new Uint8Array(0), Object.setPrototypeOf(new Map([[1, 2]]), Object.prototype),
      // As many names as holes.
      Object.assign(['a', , 'c'], { name: 'n' }), Object.assign([1.5, , , 2], { a: 1, b: 2 }), // oxlint-disable-line no-sparse-arrays
    ]) {
      assert.not.ok(isOwn(other))
      sameAsSerializer(other)
    }
  })
  it('keeps text of every length and kind', () => {
    for (const unit of ['a', 'é', '漢', '\ud800', 'a\u{1f600}']) {
      for (let length = 0; length < 140; length++) assert.is(roundTrip(unit.repeat(length)), unit.repeat(length))
      for (const length of [4095, 4096, 70_000]) assert.is(roundTrip([unit.repeat(length), unit]).join(), [unit.repeat(length), unit].join())
    }
    for (let at = 0; at < 70; at++) assert.is(roundTrip(`${'a'.repeat(at)}漢${'é'.repeat(70 - at)}`), `${'a'.repeat(at)}漢${'é'.repeat(70 - at)}`)
  })
  it('tells short texts apart that differ in one character, wherever they begin', () => {
    const texts = Array.from({ length: 20 }, (_, length) => 'abcdefghijklmnopqrst'.slice(0, length))
    const others = texts.flatMap((text) => Array.from(text, (_, at) => ['\0', 'ÿ'].map((other) => text.slice(0, at) + other + text.slice(at + 1))).flat())
    for (let start = 0; start < 4; start++) {
      const value = ['x'.repeat(start), ...texts, ...others, ...texts]
      assert.equal(roundTrip(value), value)
    }
  })
  it('keeps more kinds of objects than there are numbers and places for them', () => {
    const many = Array.from({ length: 3000 }, (_, n) => ({ [`k${n % 1100}`]: n, b: { [`c${n % 300}`]: 1 } }))
    deepStrictEqual(roundTrip(many), many)
    deepStrictEqual(roundTrip(many), many)
  })
  it('keeps what was met again among many objects, and which of them', () => {
    const many: object[] = Array.from({ length: 40 }, (_, n) => ({ n }))
    const value = [...many, many[3], { last: many[39] }, many[20], { n: 40 }]
    deepStrictEqual(structureOf(roundTrip(value)), structureOf(value))
  })
  it('has only keys of its own, whatever all objects have', () => {
    const bytes = bytesOf([{ x: 1 }, { x: 1, y: 2 }, { x: 2 }])
    const prototype = Object.prototype as { y?: number }
    prototype.y = 7
    try {
      deepStrictEqual(bytesOf([{ x: 1 }, { x: 1, y: 2 }, { x: 2 }]), bytes)
    } finally {
      delete prototype.y
    }
  })
  it('keeps an object whose accessor takes a key away from it', () => {
    const made = (): object => ({
      get a() {
        delete (this as any).b
        return 1
      }, b: 2, c: 3,
    })
    for (let round = 0; round < 3; round++) sameAsSerializer([made(), made()])
  })
  it('is read the same once its keys are known well', () => {
    const many = Array.from({ length: 200 }, (_, n) => ({ ['__proto__']: n, 'a b': '\u2028', '`"\'\\': [{ x: n, constructor: null }, { '"\n': n }], 10: true, empty: {} }))
    for (let round = 0; round < 3; round++) sameAsSerializer(many)
    deepStrictEqual(roundTrip(many)[199].constructor, Object)
  })
  it('is read where code can not be made of text', () => {
    const many = Array.from({ length: 200 }, (_, n) => ({ x: n, text: 'a' }))
    const bytes = bytesOf(many)
    const { Function } = globalThis
    globalThis.Function = class { constructor() { throw new EvalError('not here') } } as any
    try {
      deepStrictEqual(valueOf(bytes), many)
    } finally {
      globalThis.Function = Function
    }
    deepStrictEqual(valueOf(bytes), many)
  })
  it('keeps what an accessor gives, also where it packs something else meanwhile', () => {
    const [main] = pair()
    const value = {
      before: 'b', get nested() {
        main.write(POSE, { other: [1, 2, 3] })
        return { read: (main.read(POSE) as any).other }
      }, after: { a: 'a' },
    }
    deepStrictEqual(roundTrip(value), { before: 'b', nested: { read: [1, 2, 3] }, after: { a: 'a' } })
  })
  it('is refused with the words and the path of the general serialiser', () => {
    const throwing = Object.defineProperty({}, 'now', { enumerable: true, get: () => { throw new Error('no clock') } })
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    let deep: unknown = 1
    for (let level = 0; level < 100_000; level++) deep = { deep }
    let limit: unknown = 1
    for (let level = 0; level < 701; level++) limit = [limit]
    const argumentsObject = (function (this: unknown, ...given: unknown[]) { return given.length > 0 && arguments })(1, 2)
    for (const bad of [
      () => {}, Symbol('s'), { a: [1, () => {}] }, [Symbol('s')], new Map([['k', () => {}]]), new Set([() => {}]), { t: throwing }, { proxy }, deep, limit, argumentsObject,
      new (class Bot {})(), Promise.resolve(), Object.create(Map.prototype), Object.create({}), new Proxy(new Map(), {}), new WeakMap(), [new SharedArrayBuffer(4)],
      Object.setPrototypeOf(Promise.resolve(), Object.prototype), Object.setPrototypeOf(new Error('x'), Object.prototype),
      Math, { tools: JSON }, [Object.defineProperty({}, 'a', { value: 1 })],
      { m: Object.assign(new Map([[1, 2]]), { unit: 'mm' }) }, [Object.assign(new Set(), { a: 1 })], Object.assign(new Date(0), { zone: 'CET' }),
    ]) {
      const expected = thrown(() => encode(bad, 'pose'))
      const error = thrown(() => pack(bad, 'pose'))
      assert.equal([error.constructor, error.code, error.message], [TaskbrainError, expected.code, expected.message])
    }
  })
  it('is refused where a change makes it so, and what it had stays', () => {
    const [main, other] = pair()
    main.write(POSE, { list: [1], name: 'n' })
    const mine = { m: 1 }
    assert.is(codeOf(() => main.change(POSE, (pose) => { pose.mine = mine; pose.list.push(Symbol('s')) })), 'not-serializable')
    assert.equal(other.read(POSE), { list: [1], name: 'n' })
    mine.m = 2
    assert.not.ok(Object.isFrozen(mine))
  })
  it('goes as deep as the general serialiser goes', () => {
    let list: unknown = 1
    let bare: unknown = 1
    for (let level = 0; level < 690; level++) list = [list]
    for (let level = 0; level < 340; level++) bare = Object.assign(Object.create(null), { bare })
    for (const value of [list, bare]) assert.is(JSON.stringify(roundTrip(value)), JSON.stringify(value))
  })
})

describe('bytes that nobody packed', (it) => {
  const ended = (bytes: Uint8Array): void => {
    try {
      valueOf(bytes, true)
    } catch (error) {
      assert.instance(error, Error)
    }
  }
  it('end in a value or an error, torn or changed', () => {
    fc.assert(fc.property(fc.oneof(tree, graph), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), fc.nat(), (value, changes, length) => {
      const bytes = bytesOf(value)
      if (bytes[0] === LEAD.general) return
      for (const [at, byte] of changes) if (at % bytes.length !== 0) bytes[at % bytes.length] = byte
      ended(bytes)
      ended(bytes.subarray(0, 1 + length % bytes.length))
    }), { numRuns: 3000 })
  })
  it('end in a value or an error, whatever they are', () => {
    fc.assert(fc.property(fc.constantFrom(LEAD.tree, LEAD.graph), fc.uint8Array({ maxLength: 60 }), (lead, rest) => ended(Uint8Array.from([lead, ...rest]))), { numRuns: 5000 })
    ended(new Uint8Array(100_000).fill(146).fill(1, 0, 1))
    ended(Uint8Array.from([1, ...Array.from({ length: 50_000 }, () => [140, 1, 0, 0, 0]).flat()]))
    assert.match(thrown(() => valueOf(Uint8Array.from([1, 255]))).message, 'known one')
    assert.match(thrown(() => valueOf(Uint8Array.from([9, 1]))).message, 'begins with its kind')
    assert.match(thrown(() => valueOf(Uint8Array.from([1, 1, 1]))).message, 'ends with its bytes')
  })
})

import { invariant, notSerializable } from '../../errors.ts'
import { decode } from '../../serializable/index.ts'
import type { Guards } from '../snapshot.ts'
import { LEAD, NUMBERED_SHAPES, SHORT_TEXT, SMALL_INTEGERS, TAG, VIEWS } from './format.ts'
import { newPrivateMemory, type PrivateMemory, roomIn } from './private-memory.ts'
import { keepReadShape, makeObject, readShape, type ReadShape } from './read-shapes.ts'
import { LONGEST_KEPT, shortText } from './short-texts.ts'

/**
 * Bytes → value. It reads memory of this thread alone, calls no code of a user, and takes no bytes on trust: whatever
 * they are, it ends with a value or an error.
 */

let memory: PrivateMemory = newPrivateMemory()
let { bytes, words, floats, text } = memory
let at = 0
let end = 0
let guards: Guards | undefined
let hasBytes = false
/** Those of this value, by number. */
let shapes: ReadShape[] = []
/** All objects of this value, in the order in which they begin, where it has references. */
let objects: object[] | undefined

const longs = new BigInt64Array(1)
const bytesOfLongs = new Uint8Array(longs.buffer)

export interface Unpacked {
  readonly value: unknown
  /** Whether it has bytes that can't be guarded, so that it must not be handed out twice. */
  readonly hasBytes: boolean
}

/** Where the bytes of the next value are to be put. */
export function incoming(byteLength: number): PrivateMemory {
  // Half as much again: a value that grows by and by must not want a new one each time.
  const next = byteLength + 8 <= bytes.length ? roomIn(memory, byteLength) : newPrivateMemory(byteLength * 1.5 + 8)
  if (next === memory) return next
  memory = next
  bytes = next.bytes
  words = next.words
  floats = next.floats
  text = next.text
  return next
}

/** The value of the bytes that `pack` made and someone put into `incoming`. With `guarding` nobody can change it. */
export function unpack(byteLength: number, path: string, guarding?: Guards): Unpacked {
  const lead = bytes[0]
  if (lead === LEAD.general) {
    // Codecs of classes run while it is read, and may read other values.
    const value = decode(bytes.slice(1, byteLength), path)
    return { value, hasBytes: guarding !== undefined && guarding.all(value) }
  }
  invariant(lead === LEAD.tree || lead === LEAD.graph, 'a value begins with its kind')
  at = 1
  end = byteLength
  guards = guarding
  hasBytes = false
  if (shapes.length > 0) shapes = []
  objects = lead === LEAD.graph ? [] : undefined
  let value: unknown
  try {
    value = readValue()
  } catch (error) {
    if (error instanceof RangeError && /call stack/i.test(error.message)) throw notSerializable(path, 'it is nested too deep')
    throw error
  } finally {
    objects = undefined
  }
  invariant(at === end, 'a value ends with its bytes')
  return { value, hasBytes }
}

function readValue(): unknown {
  invariant(at < end, 'a value has a tag')
  const tag = bytes[at++]!
  if (tag < SMALL_INTEGERS) return tag
  if (tag < SHORT_TEXT + 64) return readLatin1(tag - SHORT_TEXT)
  switch (tag) {
    // What there is most of comes first: these are compared one after the other.
    case TAG.double: return readDouble()
    case TAG.sameObject: return readPlain(sameShape())
    case TAG.true: return true
    case TAG.false: return false
    case TAG.null: return null
    case TAG.undefined: return undefined
    case TAG.int16: return (readShort() << 16) >> 16
    case TAG.int32: return readWord()
    case TAG.array: return readArray(readCount(1))
    case TAG.object: return readPlain(readHeader())
    case TAG.latin1: return readLatin1(readCount(1))
    case TAG.doubles: return readDoubles()
    case TAG.integers: return readIntegers()
    case TAG.utf16: return readUtf16(readCount(2))
    case TAG.bigint64: return readLong()
    case TAG.bigint: return readBigint()
    case TAG.date: return readDate()
    case TAG.dictionary: return readDictionary({}, readCount(2))
    case TAG.bare: return readBare()
    case TAG.map: return readMap(readCount(2))
    case TAG.set: return readSet(readCount(1))
    case TAG.view: return readView()
    case TAG.buffer: return readBuffer()
    case TAG.reference: return readReference()
    default: return invariant(false, 'the tag of a value is a known one')
  }
}

function readShort(): number {
  const short = bytes[at]! | bytes[at + 1]! << 8
  at += 2
  return short
}

function readWord(): number {
  const word = bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24
  at += 4
  return word
}

/** Of things of so many bytes at least, which must still be there. */
function readCount(leastBytes: number): number {
  const count = readWord()
  invariant(count >= 0 && count <= (end - at) / leastBytes, 'a value has as many bytes as it says')
  return count
}

function readDouble(): number {
  at = (at + 7) & ~7
  const value = floats[at >>> 3]!
  at += 8
  return value
}

function readLatin1(length: number): string {
  invariant(length <= end - at, 'a string has as many bytes as it says')
  const start = at
  at += length
  return length <= LONGEST_KEPT ? shortText(words, start, length, text) : text.latin1Slice(start, at)
}

function readUtf16(length: number): string {
  const start = at
  at += length * 2
  return text.ucs2Slice(start, at)
}

function readLong(): bigint {
  for (let index = 0; index < 8; index++) bytesOfLongs[index] = bytes[at++]!
  return longs[0]!
}

function readBigint(): bigint {
  const digits = readValue()
  invariant(typeof digits === 'string' && /^-?\d+$/.test(digits), 'a bigint has digits')
  return BigInt(digits)
}

function readDate(): Date {
  const date = new Date(readDouble())
  objects?.push(date)
  guards?.date(date)
  return date
}

function readArray(length: number): unknown[] {
  // oxlint-disable-next-line unicorn/no-new-array
  const array = new Array<unknown>(length)
  objects?.push(array)
  for (let index = 0; index < length; index++) array[index] = readValue()
  if (guards !== undefined) Object.freeze(array)
  return array
}

function readDoubles(): number[] {
  const length = readCount(1)
  at = (at + 7) & ~7
  invariant(length <= (end - at) / 8, 'a list of numbers has as many bytes as it says')
  const array = guards === undefined ? listOf(floats, at >>> 3, length) : frozenListOf(floats, at >>> 3, length)
  at += length * 8
  objects?.push(array)
  return array
}

function readIntegers(): number[] {
  const length = readCount(1)
  at = (at + 3) & ~3
  invariant(length <= (end - at) / 4, 'a list of numbers has as many bytes as it says')
  const array = listOf(words, at >>> 2, length)
  at += length * 4
  objects?.push(array)
  if (guards !== undefined) Object.freeze(array)
  return array
}

function listOf(numbers: Float64Array | Int32Array, start: number, length: number): number[] {
  // oxlint-disable-next-line unicorn/no-new-array
  const array = new Array<number>(length)
  for (let index = 0; index < length; index++) array[index] = numbers[start + index]!
  return array
}

/** A frozen list holds no bare doubles. Told so before, V8 makes an object of each as it comes, at a third of the price. */
function frozenListOf(numbers: Float64Array, start: number, length: number): number[] {
  // oxlint-disable-next-line unicorn/no-new-array
  const array = new Array<unknown>(length)
  array[0] = undefined
  for (let index = 0; index < length; index++) array[index] = numbers[start + index]!
  return Object.freeze(array) as number[]
}

function readBare(): object {
  const tag = bytes[at++]
  const bare: object = Object.create(null)
  if (tag === TAG.object) return readObject(bare, readHeader())
  if (tag === TAG.sameObject) return readObject(bare, sameShape())
  invariant(tag === TAG.dictionary, 'what has no prototype is an object')
  return readDictionary(bare, readCount(2))
}

function readHeader(): ReadShape {
  const hash = readShort()
  const length = readShort()
  invariant(length > 0 && length <= end - at, 'a header has as many bytes as it says')
  const known = readShape(hash, bytes, at, length)
  if (known !== undefined) at += length
  const shape = known ?? keepReadShape(hash, bytes.slice(at, at + length), readKeys(at + length))
  if (shapes.length < NUMBERED_SHAPES) shapes.push(shape)
  return shape
}

function readKeys(endOfHeader: number): readonly string[] {
  const count = bytes[at++]!
  const keys: string[] = []
  while (keys.length < count && at < endOfHeader) keys.push(readKey())
  invariant(keys.length === count && at === endOfHeader, 'a header holds its keys')
  return keys
}

function readKey(): string {
  const key = readValue()
  invariant(typeof key === 'string', 'a key is a string')
  return key
}

function sameShape(): ReadShape {
  const shape = shapes[bytes[at++]!]
  invariant(shape, 'an object has the keys of one before it')
  return shape
}

/** With references back an object must be there before what it holds. */
function readPlain(shape: ReadShape): object {
  const object = objects === undefined ? makeObject(shape, readValue) : undefined
  if (object === undefined) return readObject({}, shape)
  if (guards !== undefined) Object.freeze(object)
  return object
}

function readObject(object: object, { keys, isOdd }: ReadShape): object {
  objects?.push(object)
  const { length } = keys
  if (isOdd) for (let index = 0; index < length; index++) setOwn(object, keys[index]!, readValue())
  else for (let index = 0; index < length; index++) (object as Record<string, unknown>)[keys[index]!] = readValue()
  if (guards !== undefined) Object.freeze(object)
  return object
}

function readDictionary(object: object, length: number): object {
  objects?.push(object)
  for (let index = 0; index < length; index++) setOwn(object, readKey(), readValue())
  if (guards !== undefined) Object.freeze(object)
  return object
}

function setOwn(object: object, key: string, value: unknown): void {
  if (key in object) Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
  else (object as Record<string, unknown>)[key] = value
}

function readMap(size: number): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>()
  objects?.push(map)
  for (let index = 0; index < size; index++) map.set(readValue(), readValue())
  guards?.map(map)
  return map
}

function readSet(size: number): Set<unknown> {
  const set = new Set<unknown>()
  objects?.push(set)
  for (let index = 0; index < size; index++) set.add(readValue())
  guards?.set(set)
  return set
}

function readView(): ArrayBufferView {
  const View = VIEWS[bytes[at++]!] as (new (buffer: ArrayBuffer) => ArrayBufferView) & { readonly BYTES_PER_ELEMENT?: number }
  invariant(View, 'a view is of a known kind')
  const place = objects?.push() ?? 0
  objects?.push(bytes)
  const buffer = readBuffer()
  invariant(buffer.byteLength % (View.BYTES_PER_ELEMENT ?? 1) === 0, 'a typed array has whole elements')
  const view = new View(buffer)
  if (objects) objects[place] = view
  return view
}

function readBuffer(): ArrayBuffer {
  const byteLength = readCount(1)
  const buffer = new ArrayBuffer(byteLength)
  new Uint8Array(buffer).set(bytes.subarray(at, at + byteLength))
  at += byteLength
  objects?.push(buffer)
  hasBytes = true
  return buffer
}

function readReference(): object {
  const object = objects?.[readWord()]
  invariant(object, 'a reference is to an object before it')
  return object
}

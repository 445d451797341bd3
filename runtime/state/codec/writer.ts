import { types } from 'node:util'
import { encode } from '../../serializable/index.ts'
import type { Guards } from '../snapshot.ts'
import { DEEPEST, LEAD, MOST_HEADER_BYTES, NUMBERED_SHAPES, SHORT_TEXT, SMALL_INTEGERS, TAG, VIEWS } from './format.ts'
import { isWide } from './long-text.ts'
import { eachMet, forgetMet, placeOf } from './met-objects.ts'
import { hasProperties, inheritsKeys, isDense, isOrdinary } from './odd-objects.ts'
import { newPrivateMemory, type PrivateMemory, roomIn } from './private-memory.ts'
import { expectedShape, isDigit, keepWrittenShape, MOST_KEYS, writtenShape, type WrittenShape } from './written-shapes.ts'

/**
 * Value → bytes, for what values are mostly made of. Whatever else there is in a value (an instance, an error, a hole, a
 * function), the whole of it goes through the general serialiser, which also knows every reason for which one is refused.
 */

// One value is written at a time, and a thread has one memory for it: objects that hold these would only be passed along.
let memory: PrivateMemory = newPrivateMemory()
let { bytes, words, floats, text } = memory
/** The zeros before what is aligned, and a tag with its count, are never worth a question of their own. */
const SPARE_BYTES = 32
let room = bytes.length - SPARE_BYTES
let at = 0
/** Which value is being written. An accessor in it may write another one meanwhile. */
let turn = 0
let depth = 0
let shapeCount = 0
let hasReferences = false
let hasInheritedKeys = false
/** Whether the general serialiser wrote the last value. */
let isGeneral = false

const ONE_BYTE_EACH = 0xff
/** From here on a call that leaves JavaScript costs less than a loop. */
const LONG_TEXT = 24
const longs = new BigInt64Array(1)
const bytesOfLongs = new Uint8Array(longs.buffer)

/** The memory in which `pack` leaves the bytes, until the next value is packed in this thread. */
export const packed = (): PrivateMemory => memory

/**
 * Writes `value` and returns how many bytes it takes. Throws `not-serializable` with a path that begins with `path`.
 * With `isToGuard` it keeps what it met, for `guardPacked`.
 */
export function pack(value: unknown, path: string, isToGuard = false): number {
  const own = ++turn
  // By the size of the value before: one large value after another needs no new memory each time.
  use(roomIn(memory, at))
  at = 1
  depth = 0
  shapeCount = 0
  forgetMet()
  hasReferences = false
  hasInheritedKeys = inheritsKeys()
  let isWritten = false
  try {
    isWritten = writeValue(value)
  } catch {
    // Whatever an accessor or a proxy threw is thrown again, with its place, to the general serialiser.
  }
  isGeneral = !isWritten || own !== turn
  if (isGeneral) return packGenerally(value, path)
  if (!isToGuard) forgetMet()
  bytes[0] = hasReferences ? LEAD.graph : LEAD.tree
  return at
}

/** Makes the value that was packed last unchangeable. */
export function guardPacked(value: unknown, guards: Guards): void {
  if (isGeneral) {
    guards.all(value)
    return
  }
  eachMet(guards.one)
  forgetMet()
}

function packGenerally(value: unknown, path: string): number {
  forgetMet()
  const content = encode(value, path)
  // What the serialiser calls may have packed something itself.
  isGeneral = true
  turn++
  at = content.length + 1
  use(roomIn(memory, at))
  bytes[0] = LEAD.general
  bytes.set(content, 1)
  return at
}

function use(next: PrivateMemory): void {
  if (next === memory) return
  memory = next
  bytes = next.bytes
  words = next.words
  floats = next.floats
  text = next.text
  room = bytes.length - SPARE_BYTES
}

function reserve(byteLength: number): void {
  if (at + byteLength > room) grow(byteLength)
}

function grow(byteLength: number): void {
  const written = bytes.subarray(0, at)
  use(newPrivateMemory(Math.max(at + byteLength + SPARE_BYTES, bytes.length * 2)))
  bytes.set(written)
}

function writeValue(value: unknown): boolean {
  // A `switch` over `typeof` would first make a text of the type.
  if (typeof value === 'number') return writeNumber(value)
  if (typeof value === 'string') return writeText(value)
  if (value === null) return writeTag(TAG.null)
  if (typeof value === 'object') return writeObject(value)
  if (typeof value === 'boolean') return writeTag(value ? TAG.true : TAG.false)
  if (value === undefined) return writeTag(TAG.undefined)
  return typeof value === 'bigint' && writeBigint(value)
}

function writeTag(tag: number): true {
  reserve(1)
  bytes[at++] = tag
  return true
}

function writeNumber(value: number): true {
  reserve(16)
  if ((value | 0) !== value || (value === 0 && 1 / value < 0)) {
    bytes[at++] = TAG.double
    writeDouble(value)
  } else if (value >= 0 && value < SMALL_INTEGERS) {
    bytes[at++] = value
  } else if (value << 16 >> 16 === value) {
    const start = at
    bytes[start] = TAG.int16
    bytes[start + 1] = value
    bytes[start + 2] = value >> 8
    at = start + 3
  } else {
    bytes[at++] = TAG.int32
    writeCount(value)
  }
  return true
}

function writeDouble(value: number): void {
  align(8)
  floats[at >>> 3] = value
  at += 8
}

function align(unit: number): void {
  const target = bytes
  let end = at
  while ((end & (unit - 1)) !== 0) target[end++] = 0
  at = end
}

function writeCount(count: number): void {
  const start = at
  bytes[start] = count
  bytes[start + 1] = count >> 8
  bytes[start + 2] = count >> 16
  bytes[start + 3] = count >> 24
  at = start + 4
}

function writeText(value: string): true {
  const { length } = value
  if (length >= LONG_TEXT) return writeLongText(value)
  reserve(length)
  const target = bytes
  const start = at + 1
  let all = 0
  for (let index = 0; index < length; index++) {
    const code = value.charCodeAt(index)
    all |= code
    target[start + index] = code
  }
  if (all > ONE_BYTE_EACH) return writeLongText(value)
  bytes[at] = SHORT_TEXT + length
  at = start + length
  return true
}

function writeLongText(value: string): true {
  const { length } = value
  const isWideText = isWide(value)
  reserve(isWideText ? length * 2 : length)
  if (isWideText) {
    bytes[at++] = TAG.utf16
    writeCount(length)
    at += text.ucs2Write(value, at, length * 2)
    return true
  }
  if (length < SHORT_TEXT) {
    bytes[at++] = SHORT_TEXT + length
  } else {
    bytes[at++] = TAG.latin1
    writeCount(length)
  }
  at += text.latin1Write(value, at, length)
  return true
}

function writeBigint(value: bigint): true {
  reserve(16)
  if (BigInt.asIntN(64, value) !== value) {
    bytes[at++] = TAG.bigint
    writeText(String(value))
    return true
  }
  longs[0] = value
  bytes[at++] = TAG.bigint64
  for (let index = 0; index < 8; index++) bytes[at++] = bytesOfLongs[index]!
  return true
}

function writeObject(value: object): boolean {
  const place = placeOf(value)
  if (place >= 0) {
    hasReferences = true
    reserve(8)
    bytes[at++] = TAG.reference
    writeCount(place)
    return true
  }
  if (++depth > DEEPEST) return false
  const isWritten = writeContent(value)
  depth--
  return isWritten
}

function writeContent(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype) return writePlain(value)
  if (prototype === Array.prototype) return Array.isArray(value) && writeArray(value)
  if (prototype === null) {
    writeTag(TAG.bare)
    return writePlain(value)
  }
  if (prototype === Map.prototype) return writeMap(value as Map<unknown, unknown>)
  if (prototype === Set.prototype) return writeSet(value as Set<unknown>)
  if (prototype === Date.prototype) return writeDate(value as Date)
  if (prototype === ArrayBuffer.prototype) return writeBuffer(value as ArrayBuffer)
  return ArrayBuffer.isView(value) && writeView(value, prototype)
}

function writePlain(value: object): boolean {
  const expected = hasInheritedKeys ? undefined : expectedShape(value)
  if (expected !== undefined) {
    writeHeader(expected)
    return writeKeyed(value, expected)
  }
  const keys = Object.keys(value)
  const { length } = keys
  if ((length === 0 || isDigit(keys[0]!)) && !isOrdinary(value, length)) return false
  if (length > MOST_KEYS) return writeDictionary(value, keys)
  const shape = writtenShape(keys)
  if (shape !== undefined) writeHeader(shape)
  else if (!writeNewHeader(keys)) return writeDictionary(value, keys)
  for (let index = 0; index < length; index++) {
    if (!writeValue((value as Record<string, unknown>)[keys[index]!])) return false
  }
  return true
}

/** In a `for … in` V8 finds each key and its value by their place: half the price of a list of the keys and a look-up of each. */
function writeKeyed(value: object, { keys }: WrittenShape): boolean {
  let count = 0
  for (const key in value) {
    if (!writeValue((value as Record<string, unknown>)[key])) return false
    count++
  }
  // Fewer where an accessor deleted a key.
  return count === keys.length
}

function writeHeader(shape: WrittenShape): void {
  const { header } = shape
  const { length } = header
  reserve(length)
  if (shape.usedIn === turn) {
    bytes[at++] = TAG.sameObject
    bytes[at++] = shape.number
    return
  }
  bytes[at++] = TAG.object
  const target = bytes
  const start = at
  for (let index = 0; index < length; index++) target[start + index] = header[index]!
  at = start + length
  number(shape)
}

/** False, with nothing written, where the keys are too long for one. */
function writeNewHeader(keys: readonly string[]): boolean {
  const before = at
  reserve(8)
  bytes[at++] = TAG.object
  const start = at
  at += 4
  bytes[at++] = keys.length
  for (const key of keys) writeText(key)
  const length = at - start - 4
  if (length > MOST_HEADER_BYTES) {
    at = before
    return false
  }
  const hash = hashOf(bytes, start + 4, at)
  bytes[start] = hash
  bytes[start + 1] = hash >> 8
  bytes[start + 2] = length
  bytes[start + 3] = length >> 8
  const shape: WrittenShape = { keys, header: bytes.slice(start, at), usedIn: 0, number: 0, next: undefined }
  keepWrittenShape(shape)
  number(shape)
  return true
}

function number(shape: WrittenShape): void {
  if (shapeCount >= NUMBERED_SHAPES) return
  shape.usedIn = turn
  shape.number = shapeCount++
}

function hashOf(source: Uint8Array, start: number, end: number): number {
  let hash = end - start
  for (let index = start; index < end; index++) hash = (Math.imul(hash, 31) + source[index]!) | 0
  return hash ^ (hash >>> 16)
}

function writeDictionary(value: object, keys: readonly string[]): boolean {
  reserve(8)
  bytes[at++] = TAG.dictionary
  writeCount(keys.length)
  for (const key of keys) {
    writeText(key)
    if (!writeValue((value as Record<string, unknown>)[key])) return false
  }
  return true
}

function writeArray(value: readonly unknown[]): boolean {
  const { length } = value
  if (!isDense(value)) return false
  if (length < 2 || !writeNumbers(value)) {
    reserve(8)
    bytes[at++] = TAG.array
    writeCount(length)
    for (let index = 0; index < length; index++) {
      const item = value[index]
      // As many properties with names as holes look dense.
      if (item === undefined && !Object.hasOwn(value, index)) return false
      if (!writeValue(item)) return false
    }
  }
  return true
}

/** Each loop looks at an item once, and writes it; what it has written of a list of another kind is written over. */
function writeNumbers(items: readonly unknown[]): boolean {
  if (typeof items[0] !== 'number') return false
  const before = at
  if (writeIntegers(items)) return true
  at = before
  if (writeDoubles(items)) return true
  at = before
  return false
}

function writeIntegers(items: readonly unknown[]): boolean {
  const { length } = items
  const start = beginNumbers(TAG.integers, length, 2)
  const target = words
  for (let index = 0; index < length; index++) {
    const item = items[index]
    if (typeof item !== 'number' || (item | 0) !== item || (item === 0 && 1 / item < 0)) return false
    target[start + index] = item
  }
  return true
}

function writeDoubles(items: readonly unknown[]): boolean {
  const { length } = items
  const start = beginNumbers(TAG.doubles, length, 3)
  const target = floats
  for (let index = 0; index < length; index++) {
    const item = items[index]
    if (typeof item !== 'number') return false
    target[start + index] = item
  }
  return true
}

/** Where the first of them goes, in units of their size, which is a power of two. */
function beginNumbers(tag: number, length: number, power: 2 | 3): number {
  const unit = 1 << power
  reserve(length * unit + 16)
  bytes[at++] = tag
  writeCount(length)
  align(unit)
  const start = at >>> power
  at += length * unit
  return start
}

function writeMap(value: ReadonlyMap<unknown, unknown>): boolean {
  const { size } = value
  if (hasProperties(value)) return false
  reserve(8)
  bytes[at++] = TAG.map
  writeCount(size)
  let count = 0
  for (const entry of value) {
    if (!writeValue(entry[0]) || !writeValue(entry[1])) return false
    count++
  }
  return count === size
}

function writeSet(value: ReadonlySet<unknown>): boolean {
  const { size } = value
  if (hasProperties(value)) return false
  reserve(8)
  bytes[at++] = TAG.set
  writeCount(size)
  let count = 0
  for (const item of value) {
    if (!writeValue(item)) return false
    count++
  }
  return count === size
}

function writeDate(value: Date): boolean {
  if (hasProperties(value)) return false
  const time = Date.prototype.getTime.call(value)
  reserve(16)
  bytes[at++] = TAG.date
  writeDouble(time)
  return true
}

/** A view of a part of its buffer says something about the whole of it, which the general serialiser carries along. */
function writeView(view: ArrayBufferView, prototype: unknown): boolean {
  const kind = VIEWS.findIndex((View) => View.prototype === prototype)
  const { buffer, byteOffset, byteLength } = view
  if (kind < 0 || byteOffset !== 0 || byteLength !== buffer.byteLength || !isOwnBuffer(buffer)) return false
  if (placeOf(buffer) >= 0) return false
  reserve(8)
  bytes[at++] = TAG.view
  bytes[at++] = kind
  writeBytes(buffer)
  return true
}

function writeBuffer(buffer: ArrayBuffer): boolean {
  if (!isOwnBuffer(buffer)) return false
  reserve(8)
  bytes[at++] = TAG.buffer
  writeBytes(buffer)
  return true
}

/** Of fixed size and not given away. An empty one may have been. */
function isOwnBuffer(buffer: ArrayBufferLike): buffer is ArrayBuffer {
  return types.isArrayBuffer(buffer) && Object.getPrototypeOf(buffer) === ArrayBuffer.prototype && buffer.byteLength > 0
    && (buffer as { readonly resizable?: boolean }).resizable !== true
}

function writeBytes(buffer: ArrayBuffer): void {
  const { byteLength } = buffer
  reserve(byteLength)
  writeCount(byteLength)
  bytes.set(new Uint8Array(buffer), at)
  at += byteLength
}

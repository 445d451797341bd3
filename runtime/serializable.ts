import { isDeepStrictEqual, types } from 'node:util'
import { Deserializer, Serializer } from 'node:v8'
import { notSerializable, TaskbrainError } from './errors.ts'

/**
 * What crosses between threads, and in which form.
 *
 *   value ─toPortable→ portable ─postMessage or bytes→ portable ─fromPortable→ copy
 *
 * Structured clone drops what it does not know: a class, an error's `code`, a missing prototype. So that nothing is
 * dropped in silence such values travel as plain objects with a tag, and what has no faithful form is refused with
 * the path at which it stands. (One thing goes unseen: a registered instance as a named property of an array.)
 */

export interface SerializableCodec<T> {
  /** Anything serialisable that says all about the instance. */
  encode(instance: T): unknown
  decode(data: any): T
  /** `decode` finds an object that lives on this thread, such as a logger, and makes no copy. */
  readonly handle?: boolean
}

export type SerializableClass<T = any> = abstract new (...parameters: any[]) => T

interface RegisteredType {
  readonly name: string
  readonly Type: SerializableClass
  readonly codec: SerializableCodec<any> | undefined
}

/** The types that this thread knows. Every thread runs the module that registers them, so each has its own. */
const typesByName = new Map<string, RegisteredType>()
const typesByPrototype = new Map<object, RegisteredType>()

/**
 * Makes instances of `Type` serialisable: with `codec` as it says, else by their own enumerable properties and the
 * prototype. A second class of the same name replaces the first.
 *
 * Returns false where `testInstance` does not survive the round trip, and tells `log` why; the registry is then as
 * it was. Never throws.
 */
export function addSerializableType<T>(
  Type: SerializableClass<T>,
  testInstance?: T,
  codec?: SerializableCodec<T>,
  log?: (reason: string) => void,
): boolean {
  const refuse = (reason: string): false => {
    log?.(reason)
    return false
  }
  if (typeof Type !== 'function' || !isObject(Type.prototype)) {
    return refuse('Brain.addSerializableType needs a class as its first argument')
  }
  const { name } = Type
  if (typeof name !== 'string' || name === '') {
    return refuse('Brain.addSerializableType needs a class with a name: by its name the threads know it')
  }
  if (codec !== undefined && (typeof codec?.encode !== 'function' || typeof codec.decode !== 'function')) {
    return refuse(`The codec of ${name} needs two functions, encode(instance) and decode(data)`)
  }
  const previous = typesByName.get(name)
  register({ name, Type, codec })
  if (testInstance === undefined) return true
  const reason = whyLost(Type, testInstance)
  if (reason === undefined) return true
  unregister(name)
  if (previous) register(previous)
  return refuse(reason)
}

/** Whether an object is itself on every thread, and no copy that a change of it would part from the others. */
export function isHandle(value: object): boolean {
  return typesByPrototype.get(Object.getPrototypeOf(value))?.codec?.handle === true
}

/**
 * `value` in a form that structured clone carries without loss; the very same reference where it is one already.
 * Shared memory in it stays shared. Throws `not-serializable` with a path that begins with `path`.
 */
export function toPortable(value: unknown, path: string): unknown {
  return portable(value, path, 'share')
}

/**
 * What `toPortable` was given, rebuilt; the very same reference where nothing needs rebuilding. `value` is left as
 * it is. Throws `not-serializable` where a type is not registered in this thread or its `decode` throws.
 */
export function fromPortable(value: unknown, path = 'value'): unknown {
  if (!isObject(value)) return value
  return withinStack(path, () => (hasTag(value, new Set()) ? revive(value, newWalk(path)) : value))
}

/** `value` as bytes that share nothing with it. Throws `not-serializable` with a path that begins with `path`. */
export function encode(value: unknown, path: string): Uint8Array {
  const content = portable(value, path, 'copy')
  return withinStack(path, () => {
    const serializer = new Serializer()
    serializer.writeHeader()
    try {
      serializer.writeValue(content)
    } catch (error) {
      if (isStackOverflow(error)) throw error
      throw withCause(notSerializable(path, `it could not be copied (${messageOf(error)})`), error)
    }
    return serializer.releaseBuffer()
  })
}

/**
 * The value of bytes that `encode` made. They must be memory of this thread alone: text that another thread rewrites
 * while it is decoded ends the process.
 */
export function decode(bytes: Uint8Array, path = 'value'): unknown {
  return withinStack(path, () => {
    const deserializer = new Deserializer(bytes)
    deserializer.readHeader()
    return fromPortable(deserializer.readValue(), path)
  })
}

// --- the tag ---

/** The key that marks our plain objects. A user's object that has it is wrapped in one of ours. */
const TAG = '@taskbrain'

type Tagged =
  /** An instance of a registered type: what its codec gave, or its own properties. */
  | { [TAG]: 'type', name: string, data: unknown }
  /** `base` is the built-in class, `name` the registered one. `hidden` can't be enumerated, `properties` can. */
  | { [TAG]: 'error', base: string, name?: string, hidden: Record<string, unknown>, properties: object }
  /** An object without a prototype. */
  | { [TAG]: 'bare', data: object }
  /** A user's object with our key in it. */
  | { [TAG]: 'literal', data: object }
  /** A Node Buffer, which a message turns into a Uint8Array. */
  | { [TAG]: 'buffer', data: Uint8Array }

interface Walk {
  readonly path: string
  /** The steps from the root to where the walk stands. Only an error makes text of them. */
  readonly trail: Step[]
  depth: number
  /** What stands for an original in the result. Keeps cycles and shared references. */
  readonly copies: Map<object, object>
  /** Whose codec is at work: met again inside, it could never be rebuilt. */
  readonly open: Set<object>
}

interface OutwardWalk extends Walk {
  /** Whether shared memory may stay shared (a message) or has to be copied (bytes). */
  readonly memory: 'share' | 'copy'
}

interface Step {
  readonly kind: 'property' | 'map-value' | 'map-key' | 'set-item'
  readonly key: unknown
}

/**
 * Levels of nesting, tags included. The default stack of the main thread reads a bit more than a thousand back; a
 * worker has a larger one and could write what main can't read.
 */
const DEPTH_LIMIT = 700

const newWalk = (path: string): Walk => ({ path, trail: [], depth: 0, copies: new Map(), open: new Set() })

// --- value → portable ---

function portable(value: unknown, path: string, memory: OutwardWalk['memory']): unknown {
  if (isScalar(value)) return value
  return withinStack(path, () => {
    if (!mustConvert(value, { ...newWalk(path), memory }, new Set())) return value
    return convert(value, { ...newWalk(path), memory })
  })
}

/** Whether structured clone alone would lose something. Most values need nothing, and then nothing is copied here. */
function mustConvert(value: unknown, walk: OutwardWalk, seen: Set<object>): boolean {
  if (!isObject(value)) throw refuseUnclonable(value, walk)
  if (seen.has(value)) return false
  seen.add(value)
  const shape = shapeOf(value, walk)
  const isNeeded = (kind: Step['kind'], key: unknown, part: unknown): boolean => {
    if (isScalar(part)) return false
    walk.trail.push({ kind, key })
    const found = mustConvert(part, walk, seen)
    walk.trail.pop()
    return found
  }
  descend(walk)
  try {
    switch (shape.kind) {
      case 'leaf':
        return false
      case 'object':
        if (Object.hasOwn(value, TAG)) return true
        for (const key of Object.keys(value)) if (isNeeded('property', key, readProperty(value, key, walk))) return true
        return false
      case 'array': {
        const { length } = value as unknown[]
        for (let index = 0; index < length; index++) {
          if (isNeeded('property', index, readProperty(value, index, walk))) return true
        }
        return false
      }
      case 'map':
        for (const [key, item] of value as Map<unknown, unknown>) {
          if (isNeeded('map-key', key, key) || isNeeded('map-value', key, item)) return true
        }
        return false
      case 'set': {
        let index = 0
        for (const item of value as Set<unknown>) if (isNeeded('set-item', index++, item)) return true
        return false
      }
      default:
        return true
    }
  } finally {
    walk.depth--
  }
}

/** A copy of every container; what structured clone carries whole (dates, typed arrays…) is taken as it is. */
function convert(value: unknown, walk: OutwardWalk): unknown {
  if (isScalar(value)) return value
  if (!isObject(value)) throw refuseUnclonable(value, walk)
  if (walk.open.has(value)) throw refuseHere(walk, 'what its codec encodes contains it again')
  const known = walk.copies.get(value)
  if (known) return known
  const shape = shapeOf(value, walk)
  descend(walk)
  const result = convertShape(value, shape, walk)
  walk.depth--
  return result
}

function convertShape(value: object, shape: Shape, walk: OutwardWalk): object {
  const { copies } = walk
  switch (shape.kind) {
    case 'leaf':
      return value
    case 'object':
    case 'proxy-object': {
      const data = {}
      const isLiteral = Object.hasOwn(value, TAG)
      const result: object = isLiteral ? { [TAG]: 'literal', data } satisfies Tagged : data
      copies.set(value, result)
      if (isLiteral) convertWrapped(value, data, walk)
      else convertProperties(value, data, walk)
      return result
    }
    case 'array':
    case 'proxy-array': {
      const copy: unknown[] = []
      copy.length = (value as unknown[]).length
      copies.set(value, copy)
      convertProperties(value, copy, walk)
      return copy
    }
    case 'bare': {
      const data = {}
      const result = { [TAG]: 'bare', data } satisfies Tagged
      copies.set(value, result)
      convertWrapped(value, data, walk)
      return result
    }
    case 'map': {
      const copy = new Map<unknown, unknown>()
      copies.set(value, copy)
      for (const [key, item] of value as Map<unknown, unknown>) {
        copy.set(convertAt('map-key', key, key, walk), convertAt('map-value', key, item, walk))
      }
      return copy
    }
    case 'set': {
      const copy = new Set<unknown>()
      copies.set(value, copy)
      let index = 0
      for (const item of value as Set<unknown>) copy.add(convertAt('set-item', index++, item, walk))
      return copy
    }
    case 'buffer': {
      const result = { [TAG]: 'buffer', data: bytesOfBuffer(value as Buffer) } satisfies Tagged
      copies.set(value, result)
      return result
    }
    case 'shared-view': {
      const copy = unsharedCopy(value as ArrayBufferView)
      copies.set(value, copy)
      return copy
    }
    case 'error':
      return convertError(value as Error, shape.type, walk)
    case 'type':
      return convertInstance(value, shape.type, walk)
  }
}

function convertInstance(instance: object, { name, codec }: RegisteredType, walk: OutwardWalk): object {
  const data = {}
  const result: Tagged = { [TAG]: 'type', name, data }
  if (codec) {
    const content = attempt(walk, `encode of ${name} threw`, () => codec.encode(instance))
    walk.open.add(instance)
    descend(walk)
    result.data = convert(content, walk)
    walk.depth--
    walk.open.delete(instance)
    walk.copies.set(instance, result)
    return result
  }
  if (hasInternalState(instance)) {
    throw refuseHere(walk, `${name} extends a built-in class, so Brain.addSerializableType(${name}, …) needs a codec for it`)
  }
  walk.copies.set(instance, result)
  convertWrapped(instance, data, walk)
  return result
}

const HIDDEN_ERROR_PROPERTIES = ['name', 'message', 'stack', 'cause', 'code', 'errors']

/**
 * An error of a class that is not registered arrives as the built-in class it extends, with its own name. Of its
 * other properties the scalar ones travel (`errno`, `path`, `status`): a whole request that hangs on an error must
 * not keep the error from being told.
 */
function convertError(error: Error, type: RegisteredType | undefined, walk: OutwardWalk): object {
  const hidden: Record<string, unknown> = {}
  const properties: Record<string, unknown> = {}
  const result: Tagged = { [TAG]: 'error', base: baseOfError(error), hidden, properties }
  if (type) result.name = type.name
  walk.copies.set(error, result)
  descend(walk)
  const keys = Object.keys(error)
  for (const key of HIDDEN_ERROR_PROPERTIES) {
    if (keys.includes(key)) continue
    const isToldByPrototype = key === 'name' || key === 'message'
    if (isToldByPrototype || Object.hasOwn(error, key)) {
      hidden[key] = convertAt('property', key, readProperty(error, key, walk), walk)
    }
  }
  for (const key of keys) {
    const property = readProperty(error, key, walk)
    const isNeeded = type !== undefined || key === 'cause' || key === 'errors'
    if (isNeeded || isScalar(property)) setOwn(properties, key, convertAt('property', key, property, walk))
  }
  walk.depth--
  return result
}

/** The wrapper is a level of its own. */
function convertWrapped(source: object, data: object, walk: OutwardWalk): void {
  descend(walk)
  convertProperties(source, data, walk)
  walk.depth--
}

function convertProperties(source: object, target: object, walk: OutwardWalk): void {
  for (const key of Object.keys(source)) {
    setOwn(target, key, convertAt('property', key, readProperty(source, key, walk), walk))
  }
}

function convertAt(kind: Step['kind'], key: unknown, part: unknown, walk: OutwardWalk): unknown {
  if (isScalar(part)) return part
  walk.trail.push({ kind, key })
  const result = convert(part, walk)
  walk.trail.pop()
  return result
}

// --- what a value is ---

type Shape =
  | {
      readonly kind:
        | 'object' | 'array' | 'map' | 'set' | 'leaf' | 'bare' | 'buffer' | 'proxy-object' | 'proxy-array' | 'shared-view'
    }
  | { readonly kind: 'error', readonly type: RegisteredType | undefined }
  | { readonly kind: 'type', readonly type: RegisteredType }

const OBJECT: Shape = { kind: 'object' }
const ARRAY: Shape = { kind: 'array' }
const LEAF: Shape = { kind: 'leaf' }

function shapeOf(value: object, walk: OutwardWalk): Shape {
  if (types.isProxy(value)) return shapeOfProxy(value, walk)
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype === Object.prototype) return OBJECT
  if (prototype === Array.prototype && Array.isArray(value)) return ARRAY
  if (prototype === null) return { kind: 'bare' }
  const type = typesByPrototype.get(prototype)
  if (type?.codec) return { kind: 'type', type }
  if (isError(value)) return { kind: 'error', type }
  if (type) return { kind: 'type', type }
  if (prototype === Buffer.prototype) return { kind: 'buffer' }
  return builtInShape(value, prototype, walk) ?? shapeOfForeign(value, prototype, walk)
}

function builtInShape(value: object, prototype: object, walk: OutwardWalk): Shape | undefined {
  // A class that extends a built-in one has a longer chain of prototypes, in whatever realm it was made.
  const chainLength = types.isTypedArray(value) ? 3 : 2
  if (prototypesAbove(prototype) !== chainLength) return undefined
  if (Array.isArray(value)) return ARRAY
  if (types.isMap(value)) return { kind: 'map' }
  if (types.isSet(value)) return { kind: 'set' }
  if (types.isDate(value) || types.isRegExp(value) || types.isArrayBuffer(value)) return LEAF
  if (ArrayBuffer.isView(value)) {
    return walk.memory === 'copy' && types.isSharedArrayBuffer(value.buffer) ? { kind: 'shared-view' } : LEAF
  }
  if (!types.isSharedArrayBuffer(value)) return undefined
  if (walk.memory === 'share') return LEAF
  throw refuseHere(walk, 'it is a SharedArrayBuffer, which an attribute can\'t hold. Pass it to a task as an argument')
}

function shapeOfForeign(value: object, prototype: object, walk: OutwardWalk): Shape {
  if (isObjectPrototype(prototype) && !hasInternalState(value)) return OBJECT
  throw refuseInstance(value, prototype, walk)
}

/** Structured clone refuses a proxy. What it shows is copied through its traps instead. */
function shapeOfProxy(value: object, walk: OutwardWalk): Shape {
  return attempt(walk, 'it is a Proxy that could not be read', () => {
    const prototype: object | null = Object.getPrototypeOf(value)
    if (Array.isArray(value)) return { kind: 'proxy-array' }
    if (prototype === null) return { kind: 'bare' }
    if (isObjectPrototype(prototype)) return { kind: 'proxy-object' }
    const type = typesByPrototype.get(prototype)
    if (type) return { kind: 'type', type }
    throw refuseInstance(value, prototype, walk)
  })
}

function refuseInstance(value: object, prototype: object, walk: Walk): TaskbrainError {
  if (types.isPromise(value)) return refuseHere(walk, 'it is a Promise. Await it first')
  const Type: unknown = attempt(walk, 'its constructor could not be read', () => (prototype as { constructor?: unknown }).constructor)
  const name = typeof Type === 'function' ? Type.name : ''
  if (name === '' || name === 'Object') return refuseHere(walk, 'it has a prototype of its own')
  const what = `it is an instance of ${name}`
  const isBuiltIn = /\{\s*\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(Type))
  return refuseHere(walk, isBuiltIn ? what : `${what}. Make the class known with Brain.addSerializableType(${name})`)
}

function refuseUnclonable(value: unknown, walk: Walk): TaskbrainError {
  return refuseHere(walk, typeof value === 'symbol' ? 'it is a symbol' : 'it is a function')
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const isScalar = (value: unknown): boolean =>
  value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')

const isError = (value: object): boolean => types.isNativeError(value) || value instanceof Error

/** `Object.prototype` of this realm or another one. */
const isObjectPrototype = (prototype: object): boolean =>
  Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty')

/** Objects whose content is not in their properties. */
const hasInternalState = (value: object): boolean =>
  Array.isArray(value) || ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value) || types.isMap(value) || types.isSet(value)
  || types.isDate(value) || types.isRegExp(value) || types.isWeakMap(value) || types.isWeakSet(value) || types.isPromise(value)
  || types.isBoxedPrimitive(value)

function prototypesAbove(prototype: object): number {
  let count = 0
  for (let link: object | null = prototype; link !== null; link = Object.getPrototypeOf(link)) count++
  return count
}

// --- portable → value ---

function hasTag(value: object, seen: Set<object>): boolean {
  if (seen.has(value)) return false
  seen.add(value)
  if (Array.isArray(value)) return value.some((item) => isObject(item) && hasTag(item, seen))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype) {
    if (Object.hasOwn(value, TAG)) return true
    for (const key of Object.keys(value)) {
      const property = (value as Record<string, unknown>)[key]
      if (isObject(property) && hasTag(property, seen)) return true
    }
    return false
  }
  if (types.isMap(value)) {
    for (const [key, item] of value) if ((isObject(key) && hasTag(key, seen)) || (isObject(item) && hasTag(item, seen))) return true
  }
  if (types.isSet(value)) {
    for (const item of value) if (isObject(item) && hasTag(item, seen)) return true
  }
  return false
}

function revive(value: unknown, walk: Walk): unknown {
  if (!isObject(value)) return value
  if (walk.open.has(value)) throw refuseHere(walk, 'what its codec encodes contains it again')
  const known = walk.copies.get(value)
  if (known) return known
  if (Array.isArray(value)) {
    const copy: unknown[] = []
    copy.length = value.length
    walk.copies.set(value, copy)
    reviveProperties(value, copy, walk)
    return copy
  }
  if (types.isMap(value)) {
    const copy = new Map<unknown, unknown>()
    walk.copies.set(value, copy)
    for (const [key, item] of value) copy.set(reviveAt('map-key', key, key, walk), reviveAt('map-value', key, item, walk))
    return copy
  }
  if (types.isSet(value)) {
    const copy = new Set<unknown>()
    walk.copies.set(value, copy)
    let index = 0
    for (const item of value) copy.add(reviveAt('set-item', index++, item, walk))
    return copy
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  if (Object.hasOwn(value, TAG)) return reviveTagged(value as Tagged, walk)
  const copy = {}
  walk.copies.set(value, copy)
  reviveProperties(value, copy, walk)
  return copy
}

function reviveTagged(tagged: Tagged, walk: Walk): object {
  const { copies } = walk
  switch (tagged[TAG]) {
    case 'literal':
    case 'bare': {
      const copy: object = tagged[TAG] === 'bare' ? Object.create(null) : {}
      copies.set(tagged, copy)
      reviveProperties(tagged.data, copy, walk)
      return copy
    }
    case 'buffer': {
      const { buffer, byteOffset, byteLength } = tagged.data
      const copy = Buffer.from(buffer, byteOffset, byteLength)
      copies.set(tagged, copy)
      return copy
    }
    case 'error':
      return reviveError(tagged, walk)
    case 'type':
      return reviveInstance(tagged, walk)
  }
}

function reviveInstance(tagged: Extract<Tagged, { [TAG]: 'type' }>, walk: Walk): object {
  const { name, data } = tagged
  const type = typesByName.get(name)
  if (!type) {
    const remedy = `Call Brain.addSerializableType(${name}) at module level where the brain's module reaches it`
    throw refuseHere(walk, `it is an instance of ${name}, which this thread does not know. ${remedy}`)
  }
  const { codec, Type } = type
  if (codec) {
    walk.open.add(tagged)
    const content = revive(data, walk)
    walk.open.delete(tagged)
    const instance: unknown = attempt(walk, `decode of ${name} threw`, () => codec.decode(content))
    if (!isObject(instance)) throw refuseHere(walk, `decode of ${name} gave no object`)
    walk.copies.set(tagged, instance)
    return instance
  }
  const instance: object = Object.create(Type.prototype)
  walk.copies.set(tagged, instance)
  if (isObject(data)) reviveProperties(data, instance, walk)
  return instance
}

const ERROR_CLASSES: Readonly<Record<string, new (message?: string) => Error>> =
  { Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError }

function reviveError(tagged: Extract<Tagged, { [TAG]: 'error' }>, walk: Walk): Error {
  const { base, name, hidden, properties } = tagged
  const error = newError(base, String(hidden['message'] ?? ''))
  const type = name === undefined ? undefined : typesByName.get(name)
  if (type) Object.setPrototypeOf(error, type.Type.prototype)
  walk.copies.set(tagged, error)
  for (const key of Object.keys(hidden)) {
    const value = reviveAt('property', key, hidden[key], walk)
    if ((key === 'name' || key === 'message') && (error as any)[key] === value) continue
    Object.defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true })
  }
  reviveProperties(properties, error, walk)
  return error
}

function newError(base: string, message: string): Error {
  // Its code and name follow with its properties.
  if (base === 'TaskbrainError') return new TaskbrainError('', message)
  if (base === 'AggregateError') return new AggregateError([], message)
  return new (ERROR_CLASSES[base] ?? Error)(message)
}

function baseOfError(error: Error): string {
  for (let link: any = Object.getPrototypeOf(error); link !== null; link = Object.getPrototypeOf(link)) {
    if (link === TaskbrainError.prototype) return 'TaskbrainError'
    const name: unknown = Object.hasOwn(link, 'constructor') ? link.constructor?.name : undefined
    if (typeof name === 'string' && (Object.hasOwn(ERROR_CLASSES, name) || name === 'AggregateError')) return name
  }
  return 'Error'
}

function reviveProperties(source: object, target: object, walk: Walk): void {
  for (const key of Object.keys(source)) setOwn(target, key, reviveAt('property', key, (source as Record<string, unknown>)[key], walk))
}

function reviveAt(kind: Step['kind'], key: unknown, part: unknown, walk: Walk): unknown {
  if (!isObject(part)) return part
  walk.trail.push({ kind, key })
  const result = revive(part, walk)
  walk.trail.pop()
  return result
}

// --- the registry ---

function register(type: RegisteredType): void {
  unregister(type.name)
  typesByName.set(type.name, type)
  typesByPrototype.set(type.Type.prototype, type)
}

function unregister(name: string): void {
  const type = typesByName.get(name)
  if (!type) return
  typesByName.delete(name)
  typesByPrototype.delete(type.Type.prototype)
}

/** Why the instance is not the same after the round trip, or undefined where it is. */
function whyLost(Type: SerializableClass, instance: unknown): string | undefined {
  try {
    if (!(instance instanceof Type)) return `The test instance is no ${Type.name}`
    const copy: unknown = decode(encode(instance, Type.name))
    if (!isObject(copy) || Object.getPrototypeOf(copy) !== Object.getPrototypeOf(instance)) {
      return `The test instance of ${Type.name} came back as another type`
    }
    if (isDeepStrictEqual(withoutFunctions(copy), withoutFunctions(instance as object))) return undefined
    return `The test instance of ${Type.name} came back changed`
  } catch (error) {
    return messageOf(error)
  }
}

/** A codec whose `decode` calls the constructor makes new arrow-function fields: they are no state. */
function withoutFunctions(instance: object): unknown {
  const entries = Object.entries(instance)
  const state = entries.filter(([, property]) => typeof property !== 'function')
  return state.length === entries.length ? instance : Object.fromEntries(state)
}

// --- memory ---

/** A small Buffer is a window on a pool of everybody's bytes, which must not travel along. */
function bytesOfBuffer(source: Buffer): Uint8Array {
  const view = new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
  const isWhole = source.byteLength === source.buffer.byteLength && types.isArrayBuffer(source.buffer)
  return isWhole ? view : view.slice()
}

function unsharedCopy(view: ArrayBufferView): ArrayBufferView {
  const bytes = new Uint8Array(view.byteLength)
  bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
  if (types.isDataView(view)) return new DataView(bytes.buffer)
  return new (view.constructor as new (buffer: ArrayBuffer) => ArrayBufferView)(bytes.buffer)
}

// --- properties, paths and refusals ---

/** Sets an own property also where the name means something on the way up (`__proto__`, `constructor`, a setter). */
function setOwn(target: object, key: string, value: unknown): void {
  if (key in target) {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
    return
  }
  (target as Record<string, unknown>)[key] = value
}

function readProperty(source: object, key: string | number, walk: Walk): unknown {
  try {
    return (source as Record<string | number, unknown>)[key]
  } catch (error) {
    if (isStackOverflow(error)) throw error
    walk.trail.push({ kind: 'property', key })
    throw withCause(refuseHere(walk, `reading it threw ${messageOf(error)}`), error)
  }
}

function descend(walk: Walk): void {
  if (++walk.depth > DEPTH_LIMIT) throw nestedTooDeep(walk.path)
}

function attempt<T>(walk: Walk, failure: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (isStackOverflow(error) || isRefusal(error)) throw error
    throw withCause(refuseHere(walk, `${failure} ${messageOf(error)}`), error)
  }
}

function withinStack<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw isStackOverflow(error) ? nestedTooDeep(path) : error
  }
}

const nestedTooDeep = (path: string): TaskbrainError => notSerializable(path, 'it is nested too deep')

const isStackOverflow = (error: unknown): boolean => error instanceof RangeError && /call stack/i.test(error.message)

const isRefusal = (error: unknown): boolean => error instanceof TaskbrainError && error.code === 'not-serializable'

function refuseHere({ path, trail }: Walk, what: string): TaskbrainError {
  return notSerializable(trail.reduce(stepPath, path), what)
}

function stepPath(path: string, { kind, key }: Step): string {
  if (kind === 'map-value') return `${path}.get(${keyText(key)})`
  if (kind === 'map-key') return `[...${path}.keys()][…]`
  if (kind === 'set-item') return `[...${path}][${String(key)}]`
  const name = String(key)
  if (/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) return `${path}.${name}`
  return /^(0|[1-9]\d*)$/.test(name) ? `${path}[${name}]` : `${path}[${JSON.stringify(name)}]`
}

function keyText(key: unknown): string {
  if (typeof key === 'string') return JSON.stringify(key)
  return isScalar(key) ? String(key) : '…'
}

function withCause(error: TaskbrainError, cause: unknown): TaskbrainError {
  Object.defineProperty(error, 'cause', { value: cause, writable: true, enumerable: false, configurable: true })
  return error
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(isScalar(error) ? error : typeof error)
}

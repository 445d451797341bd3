import { types } from 'node:util'
import type { TaskbrainError } from '../errors.ts'
import { bufferOf, copierOf } from './live-views.ts'
import { classOfPrototype, isNeverCopied, type ProjectClass } from './project-classes.ts'
import { type RegisteredType, typeOfPrototype } from './registry.ts'
import { attempt, type OutwardWalk, refuseHere, type Walk } from './walk.ts'

/** What a value is to the walk, and what is refused. */

export type Shape =
  | {
      readonly kind:
        | 'object' | 'array' | 'map' | 'set' | 'leaf' | 'bare' | 'buffer' | 'proxy-object' | 'proxy-array' | 'shared-view'
    }
  | { readonly kind: 'error', readonly type: RegisteredType | undefined, readonly known: ProjectClass | undefined }
  | { readonly kind: 'type', readonly type: RegisteredType }
  | { readonly kind: 'instance', readonly known: ProjectClass }

const OBJECT: Shape = { kind: 'object' }
const ARRAY: Shape = { kind: 'array' }
const LEAF: Shape = { kind: 'leaf' }

export function shapeOf(value: object, walk: OutwardWalk): Shape {
  if (types.isProxy(value)) return shapeOfProxy(value, walk)
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype === Object.prototype) return plainShape(value, walk)
  if (prototype === Array.prototype && Array.isArray(value)) return ARRAY
  if (prototype === null) return { kind: 'bare' }
  const type = typeOfPrototype(prototype)
  if (type?.codec) return { kind: 'type', type }
  const known = classOfPrototype(prototype)
  if (isError(value)) return { kind: 'error', type, known: known?.obstacle === undefined ? known : undefined }
  if (type) return { kind: 'type', type }
  if (known) return instanceShape(known, walk)
  if (prototype === Buffer.prototype) return { kind: 'buffer' }
  return builtInShape(value, prototype, walk) ?? shapeOfForeign(value, prototype, walk)
}

/** `Math`, `JSON` and their like are plain objects, all of whose properties a copy would lose. `arguments` is refused later. */
function plainShape(value: object, walk: OutwardWalk): Shape {
  if (Object.keys(value).length === 0 && Object.getOwnPropertyNames(value).length > 0 && !types.isArgumentsObject(value)) {
    throw refuseHere(walk, 'none of its properties can be enumerated, and a copy has only those that can')
  }
  return OBJECT
}

function builtInShape(value: object, prototype: object, walk: OutwardWalk): Shape | undefined {
  // A class that extends a built-in one has a longer chain of prototypes, in whatever realm it was made.
  const chainLength = types.isTypedArray(value) ? 3 : 2
  if (prototypesAbove(prototype) !== chainLength) return undefined
  if (Array.isArray(value)) return ARRAY
  if (types.isMap(value)) return withoutProperties(value, 'Map', { kind: 'map' }, walk)
  if (types.isSet(value)) return withoutProperties(value, 'Set', { kind: 'set' }, walk)
  if (types.isDate(value)) return withoutProperties(value, 'Date', LEAF, walk)
  if (types.isRegExp(value)) return withoutProperties(value, 'RegExp', LEAF, walk)
  if (types.isArrayBuffer(value)) return LEAF
  if (ArrayBuffer.isView(value)) {
    const isToBeCopied = walk.memory === 'copy' || copierOf(value) !== undefined
    return isToBeCopied && types.isSharedArrayBuffer(bufferOf(value)) ? { kind: 'shared-view' } : LEAF
  }
  if (!types.isSharedArrayBuffer(value)) return undefined
  if (walk.memory === 'share') return LEAF
  throw refuseHere(walk, 'it is a SharedArrayBuffer, which an attribute can\'t hold. Pass it to a task as an argument')
}

function withoutProperties(value: object, name: string, shape: Shape, walk: OutwardWalk): Shape {
  const [property] = Object.keys(value)
  if (property === undefined) return shape
  throw refuseHere(walk, `it is a ${name} with a property of its own, ${JSON.stringify(property)}, which a copy would not have. Put the ${name} and the property side by side into an object`)
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
    const type = typeOfPrototype(prototype)
    if (type) return { kind: 'type', type }
    const known = classOfPrototype(prototype)
    if (known) return instanceShape(known, walk)
    throw refuseInstance(value, prototype, walk)
  })
}

function instanceShape(known: ProjectClass, walk: Walk): Shape {
  const { obstacle, Type: { name } } = known
  if (obstacle === undefined) return { kind: 'instance', known }
  const remedy = `Say how with Brain.addSerializableType(${name}, testInstance, { encode, decode })`
  throw refuseHere(walk, `it is an instance of ${name}: ${obstacle}. ${remedy}`)
}

function refuseInstance(value: object, prototype: object, walk: Walk): TaskbrainError {
  if (types.isPromise(value)) return refuseHere(walk, 'it is a Promise. Await it first')
  const Type: unknown = attempt(walk, 'its constructor could not be read', () => (prototype as { constructor?: unknown }).constructor)
  const name = typeof Type === 'function' ? Type.name : ''
  if (name === '' || name === 'Object') return refuseHere(walk, 'it has a prototype of its own')
  if (isNeverCopied(prototype)) {
    return refuseHere(walk, `it is a brain, ${name}, of which there is no copy. Hand over its values instead, or use it in tasks with \`process: false\``)
  }
  const what = `it is an instance of ${name}`
  const isBuiltIn = /\{\s*\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(Type))
  if (isBuiltIn) return refuseHere(walk, what)
  // Those of Node itself, such as URL, keep their content where no copy reaches it.
  const isOfNode = (globalThis as Record<string, unknown>)[name] === Type
  return refuseHere(walk, isOfNode
    ? `${what}. Say how it crosses with Brain.addSerializableType(${name}, testInstance, { encode, decode })`
    : `${what}. Make the class known with Brain.addSerializableType(${name})`)
}

export function refuseUnclonable(value: unknown, walk: Walk): TaskbrainError {
  return refuseHere(walk, typeof value === 'symbol' ? 'it is a symbol' : 'it is a function')
}

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

export const isError = (value: object): boolean => types.isNativeError(value) || value instanceof Error

/** `Object.prototype` of this realm or another one. */
const isObjectPrototype = (prototype: object): boolean =>
  Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty')

/** Objects whose content is not in their properties. */
export const hasInternalState = (value: object): boolean =>
  Array.isArray(value) || ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value) || types.isMap(value) || types.isSet(value)
  || types.isDate(value) || types.isRegExp(value) || types.isWeakMap(value) || types.isWeakSet(value) || types.isPromise(value)
  || types.isBoxedPrimitive(value)

function prototypesAbove(prototype: object): number {
  let count = 0
  for (let link: object | null = prototype; link !== null; link = Object.getPrototypeOf(link)) count++
  return count
}

import { types } from 'node:util'
import { baseOfError } from './error-class.ts'
import { copierOf } from './live-views.ts'
import type { ProjectClass } from './project-classes.ts'
import type { RegisteredType } from './registry.ts'
import { hasInternalState, isObject, refuseUnclonable, type Shape, shapeOf } from './shape.ts'
import { attempt, descend, isRefusal, isScalar, newWalk, type OutwardWalk, readProperty, refuseHere, setOwn, type Step, TAG, type Tagged, withinStack } from './walk.ts'

/** value → portable: what structured clone would lose is tagged, what has no faithful form is refused. */

export function portable(value: unknown, path: string, memory: OutwardWalk['memory']): unknown {
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
      const view = value as ArrayBufferView
      const copy = copierOf(view)?.(view) ?? unsharedCopy(view)
      copies.set(value, copy)
      return copy
    }
    case 'error':
      return convertError(value as Error, shape, walk)
    case 'type':
      return convertInstance(value, shape.type, walk)
    case 'instance':
      return convertKnown(value, shape.known, walk)
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

function convertKnown(instance: object, { id }: ProjectClass, walk: OutwardWalk): object {
  const isLiteral = Object.hasOwn(instance, TAG)
  const data = {}
  const result: object = isLiteral ? { [TAG]: 'instance', class: id, data } satisfies Tagged : { [TAG]: id } satisfies Tagged
  walk.copies.set(instance, result)
  if (isLiteral) convertWrapped(instance, data, walk)
  else convertProperties(instance, result, walk)
  return result
}

const HIDDEN_ERROR_PROPERTIES = ['name', 'message', 'stack', 'cause', 'code', 'errors']

/**
 * An error of a class that is not registered arrives as the class of the project that it is, or else as the built-in one
 * that it extends, with its own name. Of its other properties those of the former travel as far as they can, of the latter
 * the scalar ones (`errno`, `path`, `status`): a whole request that hangs on an error must not keep the error from being told.
 */
function convertError(error: Error, { type, known }: Extract<Shape, { kind: 'error' }>, walk: OutwardWalk): object {
  const hidden: Record<string, unknown> = {}
  const properties: Record<string, unknown> = {}
  const result: Tagged = { [TAG]: 'error', base: baseOfError(error), hidden, properties }
  if (type) result.name = type.name
  else if (known) result.class = known.id
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
    if (isNeeded || isScalar(property) || (known !== undefined && canCross(property, walk))) setOwn(properties, key, convertAt('property', key, property, walk))
  }
  walk.depth--
  return result
}

/** Tried on the side: what was begun for a part that can't cross must not be met again. */
function canCross(value: unknown, walk: OutwardWalk): boolean {
  try {
    convert(value, { ...walk, trail: [...walk.trail], copies: new Map(walk.copies), open: new Set(walk.open) })
    return true
  } catch (error) {
    if (isRefusal(error)) return false
    throw error
  }
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

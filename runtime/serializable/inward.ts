import { types } from 'node:util'
import { newError } from './error-class.ts'
import { classById, shownClass } from './project-classes.ts'
import { typeNamed } from './registry.ts'
import { isObject } from './shape.ts'
import { attempt, type ClassId, refuseHere, setOwn, type Step, TAG, type Tagged, type Walk } from './walk.ts'

/** portable → value: what was tagged is rebuilt, the rest stays as it is. */

export function hasTag(value: object, seen: Set<object>): boolean {
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

export function revive(value: unknown, walk: Walk): unknown {
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
  if (isInstance(tagged)) return reviveInstance(tagged, tagged[TAG], tagged, walk)
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
      return reviveRegistered(tagged, walk)
    case 'instance':
      return reviveInstance(tagged, tagged.class, tagged.data, walk)
  }
}

function reviveRegistered(tagged: Extract<Tagged, { [TAG]: 'type' }>, walk: Walk): object {
  const { name, data } = tagged
  const type = typeNamed(name)
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

/** No constructor runs: what it would do was done where the instance was made. */
function reviveInstance(tagged: Tagged, id: ClassId, data: object, walk: Walk): object {
  const known = classById(id)
  if (!known) {
    const { name, file } = shownClass(id)
    const remedy = `Mention ${name} in the type of the attribute, parameter or result, or call Brain.addSerializableType(${name}) where the brain's module reaches it`
    throw refuseHere(walk, `it is an instance of ${name} from ${file}, a module that this thread has not loaded. ${remedy}`)
  }
  const instance: object = Object.create(known.Type.prototype)
  walk.copies.set(tagged, instance)
  for (const key of Object.keys(data)) if (key !== TAG || data !== tagged) setOwn(instance, key, reviveAt('property', key, (data as Record<string, unknown>)[key], walk))
  return instance
}

const isInstance = (tagged: Tagged): tagged is Extract<Tagged, { [TAG]: ClassId }> => tagged[TAG].includes('#')

function reviveError(tagged: Extract<Tagged, { [TAG]: 'error' }>, walk: Walk): Error {
  const { base, name, hidden, properties } = tagged
  const error = newError(base, String(hidden['message'] ?? ''))
  const type = name !== undefined ? typeNamed(name) : tagged.class !== undefined ? classById(tagged.class) : undefined
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

import { types } from 'node:util'
import { isHandle } from '../serializable/index.ts'
import { snapshotChanged } from './errors.ts'

/**
 * What a reader gets of a `value` attribute is a copy: a change of it would be lost. So that nothing is lost in
 * silence, its objects and arrays are frozen and its maps, sets and dates get mutators of their own that throw.
 * The bytes of typed arrays and buffers can't be guarded: a value that has some is copied afresh for each read.
 */
export interface Guards {
  /** Of an object alone, not of what it holds. */
  one(object: object): void
  map(map: object): void
  set(set: object): void
  date(date: object): void
  /** Of a value and all that it holds. True where it has bytes, so that it must not be handed out twice. */
  all(value: unknown): boolean
}

type Refusals = ReadonlyArray<readonly [method: string, property: PropertyDescriptor]>

export function guardsFor(attribute: string): Guards {
  const refusing = (methods: readonly string[]): Refusals => methods.map((method) => [method, {
    value: () => {
      throw snapshotChanged(attribute, method)
    },
  }])
  const ofMaps = refusing(['set', 'delete', 'clear'])
  const ofSets = refusing(['add', 'delete', 'clear'])
  let ofDates: Refusals | undefined
  const datesRefusals = (): Refusals => ofDates ??= refusing(Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith('set')))

  const guards: Guards = {
    map: (map) => refuse(map, ofMaps),
    set: (set) => refuse(set, ofSets),
    date: (date) => refuse(date, datesRefusals()),
    one(object) {
      // To ask what an object is leaves JavaScript each time, and of most the prototype tells.
      const prototype: unknown = Object.getPrototypeOf(object)
      if (prototype === Object.prototype || prototype === Array.prototype || prototype === null) {
        Object.freeze(object)
        return
      }
      // A global expression keeps its place in `lastIndex`: frozen, it could not be used.
      if (isBytes(object) || types.isRegExp(object)) return
      if (types.isMap(object)) guards.map(object)
      else if (types.isSet(object)) guards.set(object)
      else if (types.isDate(object)) guards.date(object)
      else Object.freeze(object)
    },
    all(root) {
      if (typeof root !== 'object' || root === null || isHandle(root)) return false
      let hasBytes = false
      const seen = new Set<object>([root])
      const queue: object[] = [root]
      const visit = (part: unknown): void => {
        if (typeof part !== 'object' || part === null || seen.has(part) || isHandle(part)) return
        seen.add(part)
        queue.push(part)
      }
      for (let value = queue.pop(); value; value = queue.pop()) {
        if (isBytes(value)) {
          hasBytes = true
          continue
        }
        if (types.isRegExp(value)) continue
        if (types.isMap(value)) {
          for (const [key, item] of value) {
            visit(key)
            visit(item)
          }
        } else if (types.isSet(value)) {
          for (const item of value) visit(item)
        }
        if (Array.isArray(value)) value.forEach(visit)
        else for (const key of Object.getOwnPropertyNames(value)) visit(dataProperty(value, key))
        guards.one(value)
      }
      return hasBytes
    },
  }
  return guards
}

function refuse(object: object, refusals: Refusals): void {
  // What was guarded before may come back within another value.
  if (Object.isFrozen(object)) return
  for (const [method, property] of refusals) Object.defineProperty(object, method, property)
  Object.freeze(object)
}

const isBytes = (object: object): boolean => ArrayBuffer.isView(object) || types.isAnyArrayBuffer(object)

/** Without running an accessor that a class put on its instance. */
const dataProperty = (value: object, key: string): unknown => Object.getOwnPropertyDescriptor(value, key)?.value

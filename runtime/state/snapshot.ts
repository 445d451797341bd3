import { types } from 'node:util'
import { isHandle } from '../serializable/index.ts'
import { snapshotChanged } from './errors.ts'

/** Makes a decoded value unchangeable. True where that is not wholly possible, so that it must not be handed out twice. */
export type Guard = (value: unknown) => boolean

/**
 * What a reader gets of a `value` attribute is a copy: a change of it would be lost. So that nothing is lost in
 * silence, its objects and arrays are frozen and its maps, sets and dates get mutators of their own that throw.
 * The bytes of typed arrays and buffers can't be guarded: a value that has some is copied afresh for each read.
 */
export function guardFor(attribute: string): Guard {
  const refusing = (methods: readonly string[]): PropertyDescriptorMap => Object.fromEntries(methods.map((method) => [method, {
    value: () => {
      throw snapshotChanged(attribute, method)
    },
  }]))
  const mapGuards = refusing(['set', 'delete', 'clear'])
  const setGuards = refusing(['add', 'delete', 'clear'])
  const dateGuards = refusing(Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith('set')))

  return (root) => {
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
      if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
        hasBytes = true
        continue
      }
      // A global expression keeps its place in `lastIndex`: frozen, it could not be used.
      if (types.isRegExp(value)) continue
      if (types.isMap(value)) {
        Object.defineProperties(value, mapGuards)
        for (const [key, item] of value) {
          visit(key)
          visit(item)
        }
      } else if (types.isSet(value)) {
        Object.defineProperties(value, setGuards)
        for (const item of value) visit(item)
      } else if (types.isDate(value)) {
        Object.defineProperties(value, dateGuards)
      }
      if (Array.isArray(value)) value.forEach(visit)
      else for (const key of Object.getOwnPropertyNames(value)) visit(dataProperty(value, key))
      Object.freeze(value)
    }
    return hasBytes
  }
}

/** Without running an accessor that a class put on its instance. */
const dataProperty = (value: object, key: string): unknown => Object.getOwnPropertyDescriptor(value, key)?.value

import { types } from 'node:util'

/** What an object has, or is, that the list of its keys does not tell. */

/** Whether `for … in` of a plain object finds more than its own keys. */
export function inheritsKeys(): boolean {
  // oxlint-disable-next-line guard-for-in
  for (const _key in Object.prototype) return true
  return false
}

/** What has no keys, or those of a list, may be something else under the prototype of plain objects, or have properties that are no keys. */
export function isOrdinary(value: object, keyCount: number): boolean {
  return Object.prototype.toString.call(value) === '[object Object]' && !types.isMap(value) && !types.isSet(value) && !types.isPromise(value)
    && !types.isWeakMap(value) && !types.isWeakSet(value) && !types.isAnyArrayBuffer(value) && !ArrayBuffer.isView(value)
    && !types.isGeneratorObject(value) && !types.isExternal(value) && (keyCount > 0 || Object.getOwnPropertyNames(value).length === 0)
}

/**
 * Whether there are neither holes nor properties with names: then there are as many keys, and as many values, as the list
 * is long. Keys are strings that must be made; values cost a fifth of that, unless they are doubles, each of which
 * becomes an object.
 */
export function isDense(value: readonly unknown[]): boolean {
  const { length } = value
  const first = length === 0 ? undefined : value[0]
  const areKeysCheaper = length === 0 || (typeof first === 'number' && (first | 0) !== first)
  return (areKeysCheaper ? Object.keys(value) : Object.values(value)).length === length
}

/** Beside its content; the general serialiser refuses it. */
export function hasProperties(value: object): boolean {
  // oxlint-disable-next-line guard-for-in
  for (const _key in value) return true
  return false
}

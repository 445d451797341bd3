import { isDeepStrictEqual } from 'node:util'
import { Deserializer, Serializer } from 'node:v8'
import { notSerializable } from '../errors.ts'
import { hasTag, revive } from './inward.ts'
import { portable } from './outward.ts'
import { hiddenFrom, isNeverCopied } from './project-classes.ts'
import { register, type SerializableClass, type SerializableCodec, typeNamed, unregister } from './registry.ts'
import { isObject } from './shape.ts'
import { isStackOverflow, messageOf, newWalk, withCause, withinStack } from './walk.ts'

export { bufferOf, copyViewsOf } from './live-views.ts'
export { isHandle, useTypesOf } from './registry.ts'
export { copyNone, errorClassId, errorPrototype, knowClass } from './project-classes.ts'
export type { SerializableClass, SerializableCodec } from './registry.ts'

/**
 * What crosses between threads, and in which form.
 *
 *   value ─toPortable→ portable ─postMessage or bytes→ portable ─fromPortable→ copy
 *
 * Structured clone drops what it does not know: a class, an error's `code`, a missing prototype. So that nothing is
 * dropped in silence such values travel as plain objects with a tag, and what has no faithful form is refused with
 * the path at which it stands. (One thing goes unseen: a registered instance as a named property of an array.)
 */

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
  if (codec === undefined && isNeverCopied(Type.prototype)) {
    return refuse(`${name} is a brain, of which there is no copy. Hand over its values instead, or use it in tasks with \`process: false\``)
  }
  const hidden = codec === undefined ? hiddenFrom(Type) : undefined
  if (hidden !== undefined) {
    return refuse(`${hidden}. Say how it crosses with Brain.addSerializableType(${name}, testInstance, { encode, decode })`)
  }
  const previous = typeNamed(name)
  register({ name, Type, codec })
  if (testInstance === undefined) return true
  const reason = whyLost(Type, testInstance)
  if (reason === undefined) return true
  unregister(name)
  if (previous) register(previous)
  return refuse(reason)
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

// --- internal ---

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

/**
 * The classes that this thread knows. Every thread runs the module that registers them, so each has its own.
 */

export interface SerializableCodec<T> {
  /** Anything serialisable that says all about the instance. */
  encode(instance: T): unknown
  decode(data: any): T
  /** `decode` finds an object that lives on this thread, such as a logger, and makes no copy. */
  readonly handle?: boolean
}

export type SerializableClass<T = any> = abstract new (...parameters: any[]) => T

export interface RegisteredType {
  readonly name: string
  readonly Type: SerializableClass
  readonly codec: SerializableCodec<any> | undefined
}

/** Of all owners, the last of each name. */
const typesByName = new Map<string, RegisteredType>()
const typesByOwner = new Map<string, Map<string, RegisteredType>>()
const typesByPrototype = new Map<object, RegisteredType>()

let owner = ''

/**
 * From now on `entry`, a worker entry, is the one that registers classes and is given instances. Entries share threads,
 * and a class that stands beside its brain is another class in each: what an entry is given must be of its own.
 */
export function useTypesOf(entry: string): void {
  owner = entry
}

export const currentOwner = (): string => owner

export const typeNamed = (name: string): RegisteredType | undefined => typesByOwner.get(owner)?.get(name) ?? typesByName.get(name)

export const typeOfPrototype = (prototype: object): RegisteredType | undefined => typesByPrototype.get(prototype)

/** Whether an object is itself on every thread, and no copy that a change of it would part from the others. */
export function isHandle(value: object): boolean {
  return typesByPrototype.get(Object.getPrototypeOf(value))?.codec?.handle === true
}

export function register(type: RegisteredType): void {
  unregister(type.name)
  const owned = typesByOwner.get(owner) ?? new Map<string, RegisteredType>()
  typesByOwner.set(owner, owned.set(type.name, type))
  typesByName.set(type.name, type)
  typesByPrototype.set(type.Type.prototype, type)
}

export function unregister(name: string): void {
  const type = typesByOwner.get(owner)?.get(name)
  if (!type) return
  typesByOwner.get(owner)!.delete(name)
  if (typesByName.get(name) === type) typesByName.delete(name)
  typesByPrototype.delete(type.Type.prototype)
}

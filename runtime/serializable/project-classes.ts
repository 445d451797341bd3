import { currentOwner, type SerializableClass } from './registry.ts'
import type { ClassId } from './walk.ts'

/**
 * The classes of the project that this thread has loaded. Compiled modules tell of each where it is defined, by the file it
 * stands in and its name there, so that two classes of one name are two. Instances of them cross without being registered.
 */

export interface ProjectClass {
  readonly id: ClassId
  readonly Type: SerializableClass
  /** Why an instance can't be rebuilt from its properties, as the end of a sentence. */
  readonly obstacle: string | undefined
  /** Whether that is a private member, of which only a codec could know. */
  readonly isHidden: boolean
}

const classesById = new Map<string, ProjectClass>()
const classesByOwner = new Map<string, Map<string, ProjectClass>>()
const classesByPrototype = new WeakMap<object, ProjectClass>()

/** `hidden` is a member of its own that no copy can have: `#secret`. Base classes were told of before. */
export function knowClass(Type: SerializableClass, id: ClassId, hidden?: string): void {
  const known: ProjectClass = { id, Type, obstacle: obstacleOf(Type, hidden), isHidden: hidden !== undefined || (baseOf(Type)?.isHidden ?? false) }
  const owned = classesByOwner.get(currentOwner()) ?? new Map<string, ProjectClass>()
  classesByOwner.set(currentOwner(), owned.set(id, known))
  classesById.set(id, known)
  classesByPrototype.set(Type.prototype, known)
}

/** Why instances of the class arrive broken without a codec, where that is known. */
export function hiddenFrom(Type: SerializableClass): string | undefined {
  const known = classOfPrototype(Type.prototype)
  return known?.isHidden ? known.obstacle : undefined
}

/** Of these there is no copy, whatever the class is known as: brains. */
const neverCopied = new WeakSet<object>()

/** The same holds for every class that extends it. */
export function copyNone(Type: SerializableClass): void {
  neverCopied.add(Type.prototype)
}

/** Whether `object` is of a class that `copyNone` was told of, or is the prototype of one. */
export function isNeverCopied(object: object): boolean {
  for (let link: object | null = object; link !== null; link = Object.getPrototypeOf(link)) if (neverCopied.has(link)) return true
  return false
}

/** A class that stands beside its brain is another class in each worker entry: the one that is being served comes first. */
export const classById = (id: string): ProjectClass | undefined => classesByOwner.get(currentOwner())?.get(id) ?? classesById.get(id)

export const classOfPrototype = (prototype: object): ProjectClass | undefined => classesByPrototype.get(prototype)

/** The class of the project that an error is of; `undefined` where it is of none that a copy could be of. */
export function errorClassId(error: Error): string | undefined {
  const known = classOfPrototype(Object.getPrototypeOf(error))
  return known?.obstacle === undefined ? known?.id : undefined
}

/** What an error of that class has as its prototype, where the class was loaded on this thread. */
export const errorPrototype = (id: string): object | undefined => classById(id)?.Type.prototype

/** Name and file of a class, for a sentence. */
export function shownClass(id: string): { readonly name: string; readonly file: string } {
  const at = id.lastIndexOf('#')
  return { name: id.slice(at + 1), file: id.slice(0, at) }
}

// --- internal ---

function obstacleOf(Type: SerializableClass, hidden: string | undefined): string | undefined {
  if (hidden !== undefined) return `\`${hidden}\` is private to ${Type.name}, and no copy can have it`
  const base: object | null = Object.getPrototypeOf(Type.prototype)
  if (base === null || base === Object.prototype) return undefined
  const known = baseOf(Type)
  if (known) return known.obstacle
  if (base === Error.prototype || base instanceof Error) return undefined
  const { constructor } = base as { constructor?: unknown }
  return `${Type.name} extends ${typeof constructor === 'function' && constructor.name ? constructor.name : 'a class without a name'}, which is no class of the project's modules`
}

function baseOf(Type: SerializableClass): ProjectClass | undefined {
  const base: object | null = Object.getPrototypeOf(Type.prototype)
  return base === null ? undefined : classesByPrototype.get(base)
}

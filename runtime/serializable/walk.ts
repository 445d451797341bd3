import { notSerializable, TaskbrainError } from '../errors.ts'

/** What every walk over a value has: where it stands, what it met, and how it refuses. */

/** The key that marks our plain objects. A user's object that has it is wrapped in one of ours. */
export const TAG = '@taskbrain'

export type Tagged =
  /** An instance of a registered type: what its codec gave, or its own properties. */
  | { [TAG]: 'type', name: string, data: unknown }
  /** An instance of a class of the project that has our key among its own properties. */
  | { [TAG]: 'instance', class: ClassId, data: object }
  /** Any other: beside the key its own properties. There may be thousands of them, so that each word less counts. */
  | { [TAG]: ClassId }
  /** `base` is the built-in class, `name` the registered one, `class` that of the project. `hidden` can't be enumerated, `properties` can. */
  | { [TAG]: 'error', base: string, name?: string, class?: ClassId, hidden: Record<string, unknown>, properties: object }
  /** An object without a prototype. */
  | { [TAG]: 'bare', data: object }
  /** A user's object with our key in it. */
  | { [TAG]: 'literal', data: object }
  /** A Node Buffer, which a message turns into a Uint8Array. */
  | { [TAG]: 'buffer', data: Uint8Array }

/** `src/pose.ts#Pose` */
export type ClassId = `${string}#${string}`

export interface Walk {
  readonly path: string
  /** The steps from the root to where the walk stands. Only an error makes text of them. */
  readonly trail: Step[]
  depth: number
  /** What stands for an original in the result. Keeps cycles and shared references. */
  readonly copies: Map<object, object>
  /** Whose codec is at work: met again inside, it could never be rebuilt. */
  readonly open: Set<object>
}

export interface OutwardWalk extends Walk {
  /** Whether shared memory may stay shared (a message) or has to be copied (bytes). */
  readonly memory: 'share' | 'copy'
}

export interface Step {
  readonly kind: 'property' | 'map-value' | 'map-key' | 'set-item'
  readonly key: unknown
}

/**
 * Levels of nesting, tags included. The default stack of the main thread reads a bit more than a thousand back; a
 * worker has a larger one and could write what main can't read.
 */
export const DEPTH_LIMIT = 700

export const newWalk = (path: string): Walk => ({ path, trail: [], depth: 0, copies: new Map(), open: new Set() })

/** Sets an own property also where the name means something on the way up (`__proto__`, `constructor`, a setter). */
export function setOwn(target: object, key: string, value: unknown): void {
  if (key in target) {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
    return
  }
  (target as Record<string, unknown>)[key] = value
}

export function readProperty(source: object, key: string | number, walk: Walk): unknown {
  try {
    return (source as Record<string | number, unknown>)[key]
  } catch (error) {
    if (isStackOverflow(error)) throw error
    walk.trail.push({ kind: 'property', key })
    throw withCause(refuseHere(walk, `reading it threw "${messageOf(error)}"`), error)
  }
}

export function descend(walk: Walk): void {
  if (++walk.depth > DEPTH_LIMIT) throw nestedTooDeep(walk.path)
}

export function attempt<T>(walk: Walk, failure: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (isStackOverflow(error) || isRefusal(error)) throw error
    throw withCause(refuseHere(walk, `${failure} ${messageOf(error)}`), error)
  }
}

export function withinStack<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw isStackOverflow(error) ? nestedTooDeep(path) : error
  }
}

export const nestedTooDeep = (path: string): TaskbrainError => notSerializable(path, 'it is nested too deep')

export const isStackOverflow = (error: unknown): boolean => error instanceof RangeError && /call stack/i.test(error.message)

export const isRefusal = (error: unknown): boolean => error instanceof TaskbrainError && error.code === 'not-serializable'

export function refuseHere({ path, trail }: Walk, what: string): TaskbrainError {
  return notSerializable(trail.reduce(stepPath, path), what)
}

export function stepPath(path: string, { kind, key }: Step): string {
  if (kind === 'map-value') return `${path}.get(${keyText(key)})`
  if (kind === 'map-key') return `[...${path}.keys()][…]`
  if (kind === 'set-item') return `[...${path}][${String(key)}]`
  const name = String(key)
  if (/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) return `${path}.${name}`
  return /^(0|[1-9]\d*)$/.test(name) ? `${path}[${name}]` : `${path}[${JSON.stringify(name)}]`
}

export function keyText(key: unknown): string {
  if (typeof key === 'string') return JSON.stringify(key)
  return isScalar(key) ? String(key) : '…'
}

export function withCause(error: TaskbrainError, cause: unknown): TaskbrainError {
  Object.defineProperty(error, 'cause', { value: cause, writable: true, enumerable: false, configurable: true })
  return error
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(isScalar(error) ? error : typeof error)
}

export const isScalar = (value: unknown): boolean =>
  value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')

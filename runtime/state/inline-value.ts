import { incompleteObject, noObject, noTuple, unknownKey, wrongLength, wrongType } from './errors.ts'
import type { InlinePart, InlineShape } from './inline-shape.ts'
import type { Slot } from './layout.ts'

/**
 * The leaves of a value that is to be written to a part, in their order. `leaves` are the slots of the whole attribute.
 * Throws `state-type` unless the value has exactly the keys of the part, or as many elements as the tuple, and each is of
 * its type; what a getter throws passes on.
 */
export function leavesOf(part: InlinePart, value: unknown, leaves: readonly Slot[]): (number | boolean)[] {
  const taken: (number | boolean)[] = []
  takePart(part, value, leaves, taken)
  return taken
}

function takePart({ start, shape }: InlinePart, value: unknown, leaves: readonly Slot[], taken: (number | boolean)[]): void {
  if (shape) {
    if (shape.isTuple) takeTuple(shape, value, leaves, taken)
    else takeObject(shape, value, leaves, taken)
    return
  }
  const { name, kind } = leaves[start]!
  if (typeof value !== kind) throw wrongType(name, kind, value)
  taken.push(value as number | boolean)
}

function takeTuple({ path, parts }: InlineShape, value: unknown, leaves: readonly Slot[], taken: (number | boolean)[]): void {
  if (!Array.isArray(value)) throw noTuple(path, parts.length, value)
  if (value.length !== parts.length) throw wrongLength(path, parts.length, value.length)
  for (let index = 0; index < parts.length; index++) takePart(parts[index]!, value[index], leaves, taken)
}

function takeObject(shape: InlineShape, value: unknown, leaves: readonly Slot[], taken: (number | boolean)[]): void {
  const { path, parts } = shape
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw noObject(path, keysOf(shape), value)
  const takenBefore = taken.length
  if (Object.getPrototypeOf(value) === Object.prototype && isInOrder(parts, value)) {
    // V8 reads a property fast in a loop over the properties, and not by a key from elsewhere.
    let index = 0
    for (const key in value) {
      // A getter before may have deleted it.
      if (parts[index]!.key !== key) break
      takePart(parts[index++]!, (value as Record<string, unknown>)[key], leaves, taken)
    }
    if (index === parts.length) return
    taken.length = takenBefore
  }
  checkKeys(shape, Object.keys(value))
  for (const part of parts) takePart(part, (value as Record<string, unknown>)[part.key], leaves, taken)
}

/** The keys of most objects are those of their type, in its order. */
function isInOrder(parts: readonly InlinePart[], value: object): boolean {
  let index = 0
  for (const key in value) if (parts[index++]?.key !== key) return false
  return index === parts.length
}

function checkKeys(shape: InlineShape, found: readonly string[]): void {
  const { path, parts } = shape
  const missing = parts.find(({ key }) => !found.includes(key))
  if (missing) throw incompleteObject(path, missing.key, keysOf(shape))
  const unknown = found.find((key) => !parts.some((part) => part.key === key))
  if (unknown !== undefined) throw unknownKey(path, unknown, keysOf(shape))
}

const keysOf = ({ parts }: InlineShape): readonly string[] => parts.map(({ key }) => key)

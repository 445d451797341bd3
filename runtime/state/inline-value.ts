import { incompleteObject, noObject, unknownKey, wrongType } from './errors.ts'
import type { InlinePart, InlineShape } from './inline-shape.ts'
import type { Slot } from './layout.ts'

/**
 * The leaves of a value that is to be written to a part, in their order. `leaves` are the slots of the whole attribute.
 * Throws `state-type` unless the value has exactly the keys of the part and each is of its type; what a getter throws
 * passes on.
 */
export function leavesOf({ start, shape }: InlinePart, value: unknown, leaves: readonly Slot[]): (number | boolean)[] {
  const taken: (number | boolean)[] = []
  if (shape) takeObject(shape, value, leaves, taken)
  else takeLeaf(leaves[start]!, value, taken)
  return taken
}

function takeLeaf({ name, kind }: Slot, value: unknown, taken: (number | boolean)[]): void {
  if (typeof value !== kind) throw wrongType(name, kind, value)
  taken.push(value as number | boolean)
}

function takeObject(shape: InlineShape, value: unknown, leaves: readonly Slot[], taken: (number | boolean)[]): void {
  const { path, parts } = shape
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw noObject(path, keysOf(shape), value)
  checkKeys(shape, Object.keys(value))
  for (const { key, start, shape: inner } of parts) {
    const part = (value as Record<string, unknown>)[key]
    if (inner) takeObject(inner, part, leaves, taken)
    else takeLeaf(leaves[start]!, part, taken)
  }
}

function checkKeys(shape: InlineShape, found: readonly string[]): void {
  const { path, parts } = shape
  if (found.length === parts.length && parts.every(({ key }, index) => key === found[index])) return
  const missing = parts.find(({ key }) => !found.includes(key))
  if (missing) throw incompleteObject(path, missing.key, keysOf(shape))
  const unknown = found.find((key) => !parts.some((part) => part.key === key))
  if (unknown !== undefined) throw unknownKey(path, unknown, keysOf(shape))
}

const keysOf = ({ parts }: InlineShape): readonly string[] => parts.map(({ key }) => key)

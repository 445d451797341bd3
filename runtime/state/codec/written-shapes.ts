/** The lists of keys that this thread has written, so that the header of a known one is only copied. */
export interface WrittenShape {
  readonly keys: readonly string[]
  /** Hash, length and keys, as they stand behind the tag. */
  readonly header: Uint8Array
  /** In which value the header was last written, and its number there. */
  usedIn: number
  number: number
  /** What came after it the last time. */
  next: WrittenShape | undefined
}

const MOST_SHAPES = 512
const MOST_OF_A_KEY = 8
/** An object of more keys is rather a table, whose keys change from value to value. */
export const MOST_KEYS = 24

const shapesByFirstKey = new Map<string, WrittenShape[]>()
let count = 0
let last: WrittenShape | undefined

/** The shape that came next the last time, if the object has its keys: values are much like the ones before. */
export function expectedShape(object: object): WrittenShape | undefined {
  const next = last?.next
  return next !== undefined && hasKeys(object, next.keys) ? last = next : undefined
}

export function isDigit(text: string): boolean {
  const code = text.charCodeAt(0)
  return code >= 48 && code <= 57
}

export function writtenShape(keys: readonly string[]): WrittenShape | undefined {
  const candidates = shapesByFirstKey.get(keys[0] ?? '')
  if (!candidates) return undefined
  for (const shape of candidates) if (isSame(shape.keys, keys)) return follow(shape)
  return undefined
}

function follow(shape: WrittenShape): WrittenShape {
  // Objects without keys, or with those of a list, are looked at more closely.
  const isPlain = shape.keys.length > 0 && !isDigit(shape.keys[0]!)
  if (last !== undefined && isPlain) last.next = shape
  return last = shape
}

export function keepWrittenShape(shape: WrittenShape): void {
  // Keys that are data come without end. What is still in use is back after one write.
  if (count++ >= MOST_SHAPES) {
    shapesByFirstKey.clear()
    count = 0
  }
  const first = shape.keys[0] ?? ''
  const candidates = shapesByFirstKey.get(first)
  if (!candidates) shapesByFirstKey.set(first, [shape])
  else if (candidates.length < MOST_OF_A_KEY) candidates.push(shape)
  else candidates[count % MOST_OF_A_KEY] = shape
  follow(shape)
}

function hasKeys(object: object, keys: readonly string[]): boolean {
  let count = 0
  for (const key in object) if (key !== keys[count++]) return false
  return count === keys.length
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  const { length } = one
  if (length !== other.length) return false
  for (let index = 0; index < length; index++) if (one[index] !== other[index]) return false
  return true
}

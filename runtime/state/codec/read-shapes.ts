/** The headers of objects that this thread has read, so that the keys of a known one are strings already. */
export interface ReadShape {
  /** Count and keys, as bytes. */
  readonly header: Uint8Array
  readonly keys: readonly string[]
  /** Whether a key means something on the way up (`__proto__`, a setter), so that an assignment would not make a property. */
  readonly isOdd: boolean
}

const PLACES = 1024

/** By hash. Who comes later takes the place. */
const shapes: (ReadShape | undefined)[] = Array.from({ length: PLACES }, () => undefined)

export function readShape(hash: number, bytes: Uint8Array, start: number, length: number): ReadShape | undefined {
  const shape = shapes[hash & (PLACES - 1)]
  if (shape === undefined) return undefined
  const { header } = shape
  if (header.length !== length) return undefined
  for (let index = 0; index < length; index++) if (header[index] !== bytes[start + index]) return undefined
  return shape
}

export function keepReadShape(hash: number, header: Uint8Array, keys: readonly string[]): ReadShape {
  return shapes[hash & (PLACES - 1)] = { header, keys, isOdd: keys.some((key) => key in Object.prototype) }
}

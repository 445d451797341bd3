/** The headers of objects that this thread has read, so that the keys of a known one are strings already. */
export interface ReadShape {
  /** Count and keys, as bytes. */
  readonly header: Uint8Array
  readonly keys: readonly string[]
  /** Whether a key means something on the way up (`__proto__`, a setter), so that an assignment would not make a property. */
  readonly isOdd: boolean
  /** How many objects have it, until there is a function that makes them. */
  uses: number
  make: Make | undefined
}

type Make = (next: () => unknown) => object

/** From here on a function for the shape has paid for itself. */
const MANY_USES = 50
let isCodeAllowed = true

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
  return shapes[hash & (PLACES - 1)] = { header, keys, isOdd: keys.some((key) => key === '__proto__' || key in Object.prototype), uses: 0, make: undefined }
}

/**
 * An object of that shape, with what `next` gives for each key in turn. As a literal V8 makes it in a fifth of the time
 * that one store after another takes. Undefined, and `next` was not called, where the shape is not met often, or where
 * code can't be made of text.
 */
export function makeObject(shape: ReadShape, next: () => unknown): object | undefined {
  if (shape.make !== undefined) return shape.make(next)
  if (++shape.uses === MANY_USES && isCodeAllowed && !shape.isOdd) shape.make = makerOf(shape.keys)
  return undefined
}

function makerOf(keys: readonly string[]): Make | undefined {
  try {
    // oxlint-disable-next-line no-new-func
    return new Function('next', `return { ${keys.map((key) => `${JSON.stringify(key)}: next()`).join(', ')} }`) as Make
  } catch {
    isCodeAllowed = false
    return undefined
  }
}

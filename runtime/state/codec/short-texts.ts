import type { Text } from './private-memory.ts'

/**
 * Short strings repeat: keys of maps, names, states. Found again by its bytes a string costs half of a new one, and V8
 * has its hash already.
 */

export const LONGEST_KEPT = 16
const PLACES = 512

const texts: string[] = Array.from({ length: PLACES }, () => '')

/** The string of so many characters, one byte each. */
export function shortText(bytes: Uint8Array, start: number, length: number, text: Text): string {
  let hash = length
  for (let index = 0; index < length; index++) hash = (Math.imul(hash, 31) + bytes[start + index]!) | 0
  const place = (hash ^ (hash >>> 15)) & (PLACES - 1)
  const known = texts[place]!
  if (known.length === length && isSame(known, bytes, start)) return known
  return texts[place] = text.latin1Slice(start, start + length)
}

function isSame(known: string, bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < known.length; index++) if (known.charCodeAt(index) !== bytes[start + index]) return false
  return true
}

import type { Text } from './private-memory.ts'

/**
 * Short strings repeat: keys of maps, names, states. Found again by its bytes a string costs a fraction of a new one, and V8
 * has its hash already. Four characters are looked at together.
 */

export const LONGEST_KEPT = 16
const KEPT_WORDS = LONGEST_KEPT / 4
const PLACE_BITS = 11
const FIBONACCI = 0x9E3779B1

const texts: string[] = Array.from({ length: 1 << PLACE_BITS }, () => '')
/** The characters of each. */
const kept = new Int32Array(KEPT_WORDS << PLACE_BITS)
/** Those of the text that is looked for. */
const wanted = new Int32Array(KEPT_WORDS)

/** The string of so many characters, one byte each, from that byte on. `words` and `text` show the same memory. */
export function shortText(words: Int32Array, start: number, length: number, text: Text): string {
  const place = placeFor(words, start, length)
  const known = texts[place]!
  if (known.length === length && isWanted(place, length)) return known
  kept.set(wanted, place * KEPT_WORDS)
  return texts[place] = text.latin1Slice(start, start + length)
}

/** Where the text is kept, if it is. Leaves its characters in `wanted`. */
function placeFor(words: Int32Array, start: number, length: number): number {
  const shift = (start & 3) << 3
  let from = start >>> 2
  let word = words[from]!
  let hash = length
  for (let index = 0, left = length; left > 0; index++, left -= 4) {
    const next = words[++from]!
    // Of two words that lie one after the other what `start` cuts out; by 32 JavaScript does not shift.
    let four = (word >>> shift) | (next << 1 << (31 - shift))
    if (left < 4) four &= (1 << (left << 3)) - 1
    wanted[index] = four
    hash = Math.imul(hash ^ four, FIBONACCI)
    word = next
  }
  // Upper bits depend on all below them.
  return hash >>> (32 - PLACE_BITS)
}

function isWanted(place: number, length: number): boolean {
  for (let index = 0; index * 4 < length; index++) if (kept[place * KEPT_WORDS + index] !== wanted[index]) return false
  return true
}

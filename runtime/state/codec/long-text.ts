import { LEAD, SHORT_TEXT, TAG } from './format.ts'
import type { Text } from './private-memory.ts'
import { LONGEST_KEPT } from './short-texts.ts'

/**
 * A long text that is the whole of a value goes into shared memory, and comes out of it, without a copy between: each way is one call of the engine,
 * which for these forms copies the bytes once and can do nothing wrong if another thread changes them meanwhile (what it makes is nonsense
 * then, and its caller finds out). The bytes are those that `pack` makes.
 */

/** Below this, for who writes, the copy costs less than what is asked to do without. */
const LEAST_CHARACTERS = 128
/** V8 has a version of it for text of one byte each, which finds nothing without looking. */
const WIDE = /[\u0100-\uffff]/
const HEADER_BYTES = 6
const SHORT_HEADER_BYTES = 2
const LATIN1 = LEAD.tree | TAG.latin1 << 8
const UTF16 = LEAD.tree | TAG.utf16 << 8

export const isWide = (text: string): boolean => WIDE.test(text)

export const isLongText = (value: unknown): value is string => typeof value === 'string' && value.length >= LEAST_CHARACTERS

export const longTextBytes = (text: string): number => HEADER_BYTES + (isWide(text) ? text.length * 2 : text.length)

/** `words` and `memory` show the same bytes; `word` is where the value begins. */
export function putLongText(text: string, byteLength: number, words: Int32Array, memory: Text, word: number): void {
  const { length } = text
  const start = word * 4 + HEADER_BYTES
  const isLatin1 = byteLength === HEADER_BYTES + length
  words[word] = (isLatin1 ? LATIN1 : UTF16) | length << 16
  words[word + 1] = length >>> 16
  if (isLatin1) memory.latin1Write(text, start, length)
  else memory.ucs2Write(text, start, length * 2)
}

/** Undefined where the value at `word` is something else, or a text so short that it may be kept. */
export function takeText(byteLength: number, words: Int32Array, memory: Text, word: number): string | undefined {
  const start = words[word]!
  if ((start & 0xff) !== LEAD.tree) return undefined
  const tag = start >>> 8 & 0xff
  const byte = word * 4
  const shortLength = tag - SHORT_TEXT
  if (shortLength > LONGEST_KEPT && shortLength < 64) {
    return byteLength === SHORT_HEADER_BYTES + shortLength ? memory.latin1Slice(byte + SHORT_HEADER_BYTES, byte + byteLength) : undefined
  }
  const length = start >>> 16 | words[word + 1]! << 16
  if (tag === TAG.latin1) return byteLength === HEADER_BYTES + length ? memory.latin1Slice(byte + HEADER_BYTES, byte + byteLength) : undefined
  if (tag === TAG.utf16) return byteLength === HEADER_BYTES + length * 2 ? memory.ucs2Slice(byte + HEADER_BYTES, byte + byteLength) : undefined
  return undefined
}

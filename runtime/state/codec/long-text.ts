import { LEAD, TAG } from './format.ts'
import type { Text } from './private-memory.ts'

/**
 * A long text that is the whole of a value goes into shared memory, and comes out of it, without a copy between: each way is one call of the engine,
 * which for these two forms copies the bytes once and can do nothing wrong if another thread changes them meanwhile (what it makes is nonsense
 * then, and its caller finds out). The bytes are those that `pack` makes.
 */

/** Below this the copy costs less than what is asked to do without. */
const LEAST_CHARACTERS = 128
/** V8 has a version of it for text of one byte each, which finds nothing without looking. */
const WIDE = /[\u0100-\uffff]/
const HEADER_BYTES = 6
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

/** Undefined where the value at `word` is something else. */
export function takeLongText(byteLength: number, words: Int32Array, memory: Text, word: number): string | undefined {
  const start = words[word]!
  const form = start & 0xffff
  if (form !== LATIN1 && form !== UTF16) return undefined
  const length = start >>> 16 | words[word + 1]! << 16
  const byte = word * 4 + HEADER_BYTES
  if (form === LATIN1) return byteLength === HEADER_BYTES + length ? memory.latin1Slice(byte, byte + length) : undefined
  return byteLength === HEADER_BYTES + length * 2 ? memory.ucs2Slice(byte, byte + length * 2) : undefined
}

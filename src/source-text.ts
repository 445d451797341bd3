// A source as text: UTF-8, or UTF-16 that says so by its byte order mark, as TypeScript reads it.
import { isUtf8 } from 'node:buffer'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isFile, UsageError } from './config.ts'

/** `undefined` where there is no such file, or none any more. Throws UsageError where it can't be read. */
export function bytesOf(path: string): Buffer | undefined {
  if (!isFile(path)) return undefined
  try {
    return readFileSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new UsageError(`${path} can't be read: ${code ?? String(error)}.`)
  }
}

/** Empty where there is no such file. */
export function readText(path: string): string {
  const bytes = bytesOf(path)
  return bytes ? textOf(bytes) : ''
}

/** UTF-8, in a folder that is made where there is none. Throws UsageError where it can't be written. */
export function writeText(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  } catch (error) {
    throw new UsageError(`${path} can't be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`)
  }
}

/** Bytes that are no UTF-8 give U+FFFD. */
export function textOf(bytes: Buffer): string {
  const encoding = markedUtf16(bytes)
  return encoding === undefined ? bytes.toString('utf8') : new TextDecoder(encoding).decode(bytes)
}

const REPLACEMENT = '\uFFFD'
const WRITTEN = Buffer.from(REPLACEMENT)

/** A byte that is none of UTF-8, and where in the text it stands. */
export interface UnreadableByte {
  readonly at: number
  readonly byte: number
}

/** The first one; `undefined` where all can be read. */
export function unreadableByte(bytes: Buffer): UnreadableByte | undefined {
  if (isUtf8(bytes) || markedUtf16(bytes) !== undefined) return undefined
  const text = bytes.toString('utf8')
  // One that was written so is three bytes, as in what comes before the first that was not.
  for (let at = text.indexOf(REPLACEMENT); at !== -1; at = text.indexOf(REPLACEMENT, at + 1)) {
    const offset = Buffer.byteLength(text.slice(0, at))
    if (!bytes.subarray(offset, offset + 3).equals(WRITTEN)) return { at, byte: bytes[offset]! }
  }
  return undefined
}

function markedUtf16(bytes: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const mark = bytes.length < 2 ? 0 : bytes.readUInt16BE(0)
  return mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : undefined
}

import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isError } from './envelope.ts'
import { TaskbrainError } from './errors.ts'
import { threadEntry } from './host/thread-entry.ts'

/**
 * Stacks that show the source, with or without `--enable-source-maps`: a frame in a file with a map beside it is shown
 * where it stands in the source. A frame that Node has mapped points into a source, which has no map.
 */

interface MappedFile {
  readonly map: SourceMap
  readonly url: string
}

const FRAME = /^(\s*at (?:async )?(?:.* \()?)((?:file:\/\/|\/|[A-Za-z]:[\\/])[^()\n]*):(\d+):(\d+)(\)?)$/
const maps = new Map<string, MappedFile | undefined>()

/** The text of a stack with its frames mapped, without what called the user's code. */
export function mapStack(stack: string): string {
  const lines = stack.split('\n')
  return lines.slice(0, endOfUserFrames(lines)).map(mapFrame).join('\n')
}

/** Maps the stack of an error, of its causes and of the errors that it gathers, in place. Returns it. */
export function mapError<T>(error: T, seen = new Set<unknown>()): T {
  if (!isError(error) || seen.has(error)) return error
  seen.add(error)
  try {
    const { stack } = error
    if (typeof stack === 'string') {
      // Of an error that the runtime makes the message says where it comes from.
      const mapped = error instanceof TaskbrainError ? withoutOwnFrames(stack) : mapStack(stack)
      if (mapped !== stack) Object.defineProperty(error, 'stack', { value: mapped, configurable: true, writable: true, enumerable: false })
    }
    mapError(error.cause, seen)
    const { errors } = error as unknown as AggregateError
    if (Array.isArray(errors)) for (const each of errors) mapError(each, seen)
  } catch {
    // A frozen error, or one with a getter that throws, keeps the stack that it has.
  }
  return error
}

/** Where taskbrain's code lies, as built and, where Node maps stacks itself, as written. */
const OWN_FOLDERS = ownFolders()
const NODE_FRAME = /\(?node:[\w/]+:\d+:\d+\)?$/

function ownFolders(): string[] {
  try {
    const entry = pathToFileURL(threadEntry())
    return ['.', '../runtime/', '../src/'].map((folder) => fileURLToPath(new URL(folder, entry)))
  } catch {
    return []
  }
}

function isOwnFrame(line: string): boolean {
  const place = FRAME.exec(line)?.[2]
  if (place === undefined) return NODE_FRAME.test(line)
  const path = place.startsWith('file:') ? pathOf(place) : place
  return path.includes('/tinypool/dist/') || OWN_FOLDERS.some((folder) => path.startsWith(folder))
}

/** Below the last frame of the user's stand those of taskbrain and Node. A stack of nothing else is kept: it is ours to read. */
function endOfUserFrames(lines: readonly string[]): number {
  // A frame without a place, such as the `next` of the generator that a loop is, stands between both.
  const last = lines.findLastIndex((line) => FRAME.test(line) && !isOwnFrame(line))
  return last >= 0 ? last + 1 : lines.length
}

function withoutOwnFrames(stack: string): string {
  return stack.split('\n').filter((line) => !isOwnFrame(line)).map(mapFrame).join('\n')
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url)
  } catch {
    return url
  }
}

function mapFrame(line: string): string {
  const match = FRAME.exec(line)
  if (!match) return line
  const [, before, place, lineNumber, column, after] = match
  const found = mapOf(place!)
  if (!found) return line
  const entry = found.map.findEntry(Number(lineNumber) - 1, Number(column) - 1)
  if (!('originalSource' in entry) || !entry.originalSource) return line
  return `${before}${sourcePath(entry.originalSource, found.url)}:${entry.originalLine + 1}:${entry.originalColumn + 1}${after}`
}

function sourcePath(source: string, mapUrl: string): string {
  try {
    return fileURLToPath(new URL(source, mapUrl))
  } catch {
    return source
  }
}

function mapOf(place: string): MappedFile | undefined {
  if (maps.has(place)) return maps.get(place)
  const found = readMap(place)
  maps.set(place, found)
  return found
}

function readMap(place: string): MappedFile | undefined {
  try {
    // Frames carry a query where the module was imported with one.
    const path = place.startsWith('file:') ? fileURLToPath(place) : place
    const payload = JSON.parse(readFileSync(`${path}.map`, 'utf8'))
    return { map: new SourceMap(payload), url: pathToFileURL(`${path}.map`).href }
  } catch {
    return undefined
  }
}

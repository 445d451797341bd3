// In: what esbuild refuses in the texts that it was given. Out: diagnostics, at the places of the sources that those were made from.
import { SourceMap, type SourceMapPayload } from 'node:module'
import { posix as posixPath, relative } from 'node:path'
import type { Location, Message } from 'esbuild'
import { awaitOutsideAsync, bundleFailed, importDeclared, importUnmatched, importUnresolved, sourceTooDeep } from '../compiler/diagnostics.ts'
import { type Diagnostic, DiagnosticLog, type Finding, type PlacedFinding, placeOf, type Span } from '../compiler/log.ts'
import { isFile, posix } from './config.ts'
import { separateMap } from './inline-map.ts'

export interface BundledTexts {
  readonly projectDir: string
  /** The source of the module at an absolute path, its text, and the text that the bundler was given in its place. */
  at(path: string): { readonly source: string; readonly text: string; readonly given: () => string }
  deepest(path: string, text: string): number
  isSuppressed(path: string, text: string, code: string, at: number): boolean
}

/** What is said of a module that could not be walked. */
export class TooDeep {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }
}

/** What no engine loads a module with. */
export class Unloadable {
  readonly path: string
  readonly errors: readonly PlacedFinding[]

  constructor(path: string, errors: readonly PlacedFinding[]) {
    this.path = path
    this.errors = errors
  }
}

export function bundleErrors(messages: readonly Message[], texts: BundledTexts): readonly Diagnostic[] {
  const log = new DiagnosticLog()
  for (const message of messages) {
    if (message.detail instanceof TooDeep) {
      const span = deepestSpan(message.detail.path, texts)
      log.add(sourceTooDeep(span.file.name), span)
      continue
    }
    if (message.detail instanceof Unloadable) {
      addFindings(log, message.detail.path, message.detail.errors, texts)
      continue
    }
    // What a module can't be loaded for is said where it is imported.
    const place = message.location ?? message.notes.find(({ location }) => location)?.location ?? null
    const related = message.notes.flatMap(({ text, location }) => (location && location !== place ? [{ message: sentence(text), span: spanOf(location, texts) }] : []))
    log.add(findingOf(message, related[0]?.span, texts), spanOf(place, texts), related)
  }
  return log.sorted()
}

/** `found`: what there is to say of the modules, by their paths. */
export function bundleWarnings(messages: readonly Message[], found: ReadonlyMap<string, readonly PlacedFinding[]>, texts: BundledTexts): readonly Diagnostic[] {
  const log = new DiagnosticLog()
  for (const [path, findings] of found) if (findings.length > 0) addFindings(log, path, findings, texts)
  for (const { id, location } of messages) {
    const span = id === 'empty-glob' ? spanOf(location, texts) : undefined
    const finding = span && importUnmatched(span.file.text.slice(span.start, span.end))
    if (finding && !texts.isSuppressed(span.file.name, span.file.text, finding.code, span.start)) log.add(finding, span)
  }
  return log.sorted()
}

function addFindings(log: DiagnosticLog, path: string, findings: readonly PlacedFinding[], texts: BundledTexts): void {
  const { source, text } = texts.at(path)
  log.addPlaced(findings, { name: posix(relative(texts.projectDir, source)), text })
}

// --- what it says ---

function findingOf({ text, notes, location }: Message, related: Span | undefined, texts: BundledTexts): Finding {
  const specifier = /^Could not resolve "(.+?)"/.exec(text)?.[1]
  if (specifier !== undefined) {
    const declarations = location ? declarationsOf(specifier, posixPath.join(texts.projectDir, posix(location.file))) : undefined
    return declarations === undefined ? importUnresolved(specifier) : importDeclared(specifier, posixPath.relative(texts.projectDir, declarations))
  }
  if (/"?await"? .*outside an async function|"await" can only be used inside/.test(text)) return awaitOutsideAsync(related ? nameAt(related) : '')
  const advice = notes.filter((note) => !note.location).map((note) => note.text).join(' ')
  return bundleFailed(sentence(text), advice || 'Mend it here.')
}

function declarationsOf(specifier: string, importer: string): string | undefined {
  if (!/^\.{1,2}(?:\/|$)/.test(specifier)) return undefined
  const path = posixPath.join(posixPath.dirname(importer), specifier)
  const stem = path.replace(/\.[cm]?jsx?$/, '')
  return [`${stem}.d.ts`, `${stem}.d.mts`, `${stem}.d.cts`, `${path}/index.d.ts`].find(isFile)
}

/** `Cannot use "break" here:` */
const sentence = (text: string): string => text.replace(/\s*[.:]$/, '')

/** What a function is called that begins, or has its name, where a span does. */
function nameAt({ file, start }: Span): string {
  return /^(?:(?:export|default|public|protected|private|static|override|function)\s+)*([\p{ID_Start}$_#][\p{ID_Continue}$]*)\s*(?:<[^>(]*>\s*)?\(/u.exec(file.text.slice(start, start + 200))?.[1] ?? ''
}

// --- where ---

function deepestSpan(path: string, { projectDir, at, deepest }: BundledTexts): Span {
  const { source, text } = at(path)
  const start = deepest(source, text)
  return { file: { name: posix(relative(projectDir, source)), text }, start, end: start + 1 }
}

function spanOf(location: Location | null, { projectDir, at }: BundledTexts): Span {
  const path = posix(posixPath.join(projectDir, location?.file ?? ''))
  const module = at(path)
  const { text } = module
  const file = { name: posix(relative(projectDir, module.source)), text }
  if (!location) return { file, start: 0, end: 0 }
  const given = module.given()
  const offset = offsetIn(given, location)
  const word = given.slice(offset, offset + widthOf(location))
  const start = offsetOfWord(text, sourceOffset(given, offset, text), word)
  return { file, start, end: start + word.length }
}

/** esbuild counts bytes, and ends a line where JavaScript does. */
function offsetIn(given: string, { line, column }: Location): number {
  const ends = given.matchAll(/\r\n|[\n\r\u2028\u2029]/g)
  let start = 0
  for (let at = 1; at < line; at++) {
    const end = ends.next().value
    if (!end) break
    start = end.index + end[0].length
  }
  return start + Buffer.from(given.slice(start, start + column)).subarray(0, column).toString().length
}

const widthOf = ({ lineText, column, length }: Location): number =>
  Buffer.from(lineText).subarray(column, column + length).toString().length

/** Where in the source the text at an offset of the given one comes from, or what stands before it. */
function sourceOffset(given: string, offset: number, text: string): number {
  const { map } = separateMap(given)
  if (map === undefined) return offset
  const { line, column } = placeOf(given, offset)
  const entry = new SourceMap(JSON.parse(map) as SourceMapPayload).findEntry(line - 1, column - 1)
  if (!('originalLine' in entry)) return 0
  const into = entry.generatedLine === line - 1 ? column - 1 - entry.generatedColumn : 0
  const from = startOfLine(text, entry.originalLine) + entry.originalColumn
  const word = given.slice(offset, offset + 1)
  return text.startsWith(word, from + into) ? from + into : from
}

function startOfLine(text: string, line: number): number {
  let start = 0
  for (let at = 0; at < line; at++) start = text.indexOf('\n', start) + 1
  return start
}

/** A statement that was written anew is known by its beginning: the word is looked for from there on, in whichever quotes. */
function offsetOfWord(text: string, from: number, word: string): number {
  if (word === '' || text.startsWith(word, from)) return Math.min(from, text.length)
  const spellings = /^["'`].*["'`]$/s.test(word) ? ['"', "'", '`'].map((quote) => quote + word.slice(1, -1) + quote) : [word]
  const found = [from, 0].flatMap((start) => spellings.map((spelling) => text.indexOf(spelling, start)).filter((at) => at !== -1).sort((a, b) => a - b))
  return found[0] ?? Math.min(from, text.length)
}

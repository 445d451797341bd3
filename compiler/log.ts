/**
 * What the compiler has to say about the user's source: collected, never thrown, sorted at the end.
 * A bug of ours is an `invariant`, never a diagnostic.
 */
export type Severity = 'error' | 'warning'

/** A stretch of a source file: `[start, end)` in UTF-16 units. */
export interface Span {
  readonly file: SourceText
  readonly start: number
  readonly end: number
}

/** A stretch of a file. */
export function spanIn({ source }: { readonly source: SourceText }, { start, end }: { readonly start: number; readonly end: number }): Span {
  return { file: source, start, end }
}

/** The text of a source file and the name a user knows it by: POSIX, relative to the project's folder. */
export interface SourceText {
  readonly name: string
  readonly text: string
}

/** What a factory in diagnostics.ts makes: all but the place, which the caller gives. */
export interface Finding {
  readonly code: string
  readonly severity: Severity
  readonly message: string
  readonly hint: string
}

/** A finding with its place in the file that it is about: offsets in UTF-16 units. */
export interface PlacedFinding {
  readonly finding: Finding
  readonly start: number
  readonly end: number
}

export interface RelatedPlace {
  readonly message: string
  readonly file: string
  readonly line: number
  readonly column: number
  readonly frame: string
}

/** An edit of a finding's own file that mends it. Offsets in UTF-16 units, without a byte order mark. */
export interface Fix {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** One finding at its place. Lines and columns count from 1. `frame` is ready to print. */
export interface Diagnostic extends Finding {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
  readonly frame: string
  readonly related: readonly RelatedPlace[]
  /** What `taskbrain check --fix` does about it. */
  readonly fix?: Fix
}

/** Findings, by what tells them apart. */
export type Found = ReadonlyMap<string, Diagnostic>

export class DiagnosticLog {
  readonly #found = new Map<string, Diagnostic>()
  readonly #filesWithErrors = new Set<string>()

  add(finding: Finding, span: Span, related: readonly { message: string; span: Span }[] = [], fix?: Fix): void {
    const from = placeOf(span.file.text, span.start)
    const to = placeOf(span.file.text, Math.max(span.start, span.end))
    const key = `${span.file.name}:${span.start}:${finding.code}:${finding.message}`
    if (finding.severity === 'error') this.#filesWithErrors.add(span.file.name)
    this.#found.set(key, {
      ...finding,
      file: span.file.name,
      line: from.line,
      column: from.column,
      endLine: to.line,
      endColumn: to.column,
      frame: frameOf(span),
      related: related.map(({ message, span: at }) => ({ message, file: at.file.name, ...placeOf(at.file.text, at.start), frame: frameOf(at) })),
      ...(fix && { fix }),
    })
  }

  addPlaced(found: readonly PlacedFinding[], file: SourceText): void {
    for (const { finding, start, end } of found) this.add(finding, { file, start, end })
  }

  hasErrors(fileName: string): boolean {
    return this.#filesWithErrors.has(fileName)
  }

  get found(): Found {
    return this.#found
  }

  /** What another one has found. */
  addAll(found: Found): void {
    for (const [key, diagnostic] of found) {
      if (diagnostic.severity === 'error') this.#filesWithErrors.add(diagnostic.file)
      this.#found.set(key, diagnostic)
    }
  }

  /** Takes back the warnings of a code on a line; false where there is none. An error stays. */
  suppress(fileName: string, line: number, code: string): boolean {
    const suppressed = this.takeOut((found) => found.severity === 'warning' && found.file === fileName && found.line === line && found.code === code)
    return suppressed.length > 0
  }

  /** Takes back findings. A file that had an error stays one with errors. */
  takeOut(isMeant: (found: Diagnostic) => boolean): readonly Diagnostic[] {
    const matching = [...this.#found].filter(([, found]) => isMeant(found))
    for (const [key] of matching) this.#found.delete(key)
    return matching.map(([, found]) => found)
  }

  sorted(): readonly Diagnostic[] {
    return [...this.#found.values()].sort((a, b) =>
      a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : 1))
  }
}

/** Throws where something must hold that only a bug of taskbrain can break. */
export function invariant(condition: unknown, mustHold: string): asserts condition {
  if (!condition) throw new Error(`taskbrain internal error: ${mustHold}. This is a bug in taskbrain, please report it.`)
}

export function placeOf(text: string, offset: number): { line: number; column: number } {
  let line = 1
  let lineStart = 0
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++
    lineStart = at + 1
  }
  return { line, column: offset - lineStart + 1 }
}

/** Puts one name for another where a span begins or ends with it; `undefined` where it does neither, or where nothing is meant. */
export function renameFix({ file, start, end }: Span, name: string, meant: string): Fix | undefined {
  const at = file.text.startsWith(name, start) ? start : end - name.length
  return name !== '' && meant !== '' && file.text.startsWith(name, at) ? { start: at, end: at + name.length, text: meant } : undefined
}

const FRAME_WIDTH = 140

/** The line before, the line itself with the span underlined, cut where a line is too long to read. */
function frameOf({ file, start, end }: Span): string {
  const { line, column } = placeOf(file.text, start)
  const lines = file.text.split('\n', line)
  const width = String(line).length
  const rows: string[] = []
  const before = lines[line - 2]?.replace(/\r$/, '')
  if (before?.trim()) rows.push(`  ${String(line - 1).padStart(width)} │ ${before.slice(0, FRAME_WIDTH)}`)
  const own = (lines[line - 1] ?? '').replace(/\r$/, '')
  const cut = column > FRAME_WIDTH - 20 ? column - 40 : 0
  const shown = own.slice(cut, cut + FRAME_WIDTH)
  const marks = Math.max(1, Math.min(end - start, own.length - column + 1, FRAME_WIDTH - (column - cut)))
  rows.push(`> ${String(line).padStart(width)} │ ${shown}`)
  rows.push(`  ${' '.repeat(width)} │ ${shown.slice(0, column - 1 - cut).replace(/[^\t]/g, ' ')}${'^'.repeat(marks)}`)
  return rows.join('\n')
}

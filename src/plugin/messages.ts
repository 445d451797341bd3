// In: a diagnostic of the compiler. Out: the same as an error or a warning of the bundler's own.
import { readFileSync } from 'node:fs'
import { posix as posixPath } from 'node:path'
import type { PartialMessage } from 'esbuild'
import type { Diagnostic, RelatedPlace } from '../../compiler/log.ts'
import { isFile, posix } from '../config.ts'

/** As rollup and those like it take it. Columns count from 0 there. */
export interface RollupMessage {
  readonly message: string
  readonly id: string
  readonly loc: { readonly file: string; readonly line: number; readonly column: number }
  readonly frame?: string
  /** Where in the plugin it was said is nothing to a person. */
  readonly stack?: string
}

/** Such a bundler stops at the first error: what it shows of that has the others too. */
export function rollupError([first, ...others]: readonly [Diagnostic, ...Diagnostic[]], projectDir: string): RollupMessage {
  const frame = [first.frame, ...first.related.map(relatedText), ...others.map((other) => `\n${placedText(other)}`)].join('\n')
  return { message: sentence(first), ...placeOf(first, projectDir), frame, stack: '' }
}

/** Of a warning Vite shows the text alone. */
export const rollupWarning = (warning: Diagnostic, projectDir: string): RollupMessage => ({ message: placedText(warning), ...placeOf(warning, projectDir) })

/** `cwd` is the folder that paths are shown from. */
export function esbuildMessage(diagnostic: Diagnostic, projectDir: string, cwd: string): PartialMessage {
  const location = (file: string, line: number, column: number, length: number): NonNullable<PartialMessage['location']> => {
    const path = posixPath.join(projectDir, file)
    const lineText = (isFile(path) ? readFileSync(path, 'utf8').split('\n')[line - 1] ?? '' : '').replace(/\r$/, '')
    // It counts bytes.
    const bytes = (from: number, to: number): number => Buffer.byteLength(lineText.slice(from, to))
    return { file: posix(posixPath.relative(cwd, path)), line, column: bytes(0, column - 1), length: bytes(column - 1, column - 1 + length), lineText }
  }
  const { file, line, column, endLine, endColumn, hint, related } = diagnostic
  return {
    text: `${diagnostic.message} [${diagnostic.code}]`,
    location: location(file, line, column, endLine === line ? endColumn - column : Infinity),
    notes: [
      ...related.map((place) => ({ text: place.message, location: location(place.file, place.line, place.column, 1) })),
      ...(hint === '' ? [] : [{ text: hint }]),
    ],
  }
}

const sentence = ({ code, message, hint }: Diagnostic): string => `${message} [${code}]${hint === '' ? '' : `\n${hint}`}`
const relatedText = ({ file, line, column, message, frame }: RelatedPlace): string => `${file}:${line}:${column} ${message}\n${frame}`

function placedText(diagnostic: Diagnostic): string {
  const { file, line, column, frame, related } = diagnostic
  return [`${file}:${line}:${column} ${sentence(diagnostic)}`, frame, ...related.map(relatedText)].join('\n')
}

function placeOf({ file, line, column }: Diagnostic, projectDir: string): Pick<RollupMessage, 'id' | 'loc'> {
  const path = posixPath.join(projectDir, file)
  return { id: path, loc: { file: path, line, column: column - 1 } }
}

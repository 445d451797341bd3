// In: the files that a build read. Out: what is wrong with them before any syntax: bytes that are no text, and a tsconfig that
// can't be read or followed.
import { posix as posixPath } from 'node:path'
import type { SyntaxMistake } from '../compiler/index.ts'
import { configExtends, configSyntax, sourceEncoding } from '../compiler/diagnostics.ts'
import { type Diagnostic, DiagnosticLog, type SourceText } from '../compiler/log.ts'
import type { ProjectFiles } from './project-files.ts'
import { configsOf, lostParents } from './resolve.ts'
import { readText } from './source-text.ts'

export interface ConfigReader {
  configMistake(text: string): SyntaxMistake | undefined
}

/** To be asked once all has been read. */
export function inputDiagnostics(projectDir: string, files: ProjectFiles, reader: ConfigReader): readonly Diagnostic[] {
  const log = new DiagnosticLog()
  const sourceAt = (path: string): SourceText => ({ name: posixPath.relative(projectDir, path), text: readText(path).replace(/^\uFEFF/, '') })
  for (const [path, { at, byte }] of files.unreadable()) {
    const start = at - (readText(path).startsWith('\uFEFF') ? 1 : 0)
    log.add(sourceEncoding(`0x${byte.toString(16).toUpperCase()}`), { file: sourceAt(path), start, end: start + 1 })
  }
  const configs = configsOf(files.seen().files.keys()).filter((path) => !path.endsWith('/package.json') && !path.includes('/node_modules/'))
  for (const path of configs) reportConfig(path, sourceAt(path), reader, log)
  return log.sorted()
}

function reportConfig(path: string, file: SourceText, reader: ConfigReader, log: DiagnosticLog): void {
  const mistake = reader.configMistake(file.text)
  if (mistake) return log.add(configSyntax(mistake.message), { file, start: mistake.start, end: mistake.end })
  for (const { specifier, why } of lostParents(path)) {
    const written = JSON.stringify(specifier)
    const start = Math.max(0, file.text.indexOf(written, file.text.indexOf('"extends"')))
    log.add(configExtends(specifier, why), { file, start, end: start + written.length })
  }
}

// In: files of the project. Out: all that they import, and so on, also what they import as types alone. Reads specifiers
// by their looks: a file too many is watched for nothing, and no more.
import type { CompilerHost } from '../../compiler/model.ts'

const SPECIFIER = /\b(?:from|import)\s*\(?\s*(["'])([^"'\n]+)\1/g
const SCRIPT = /\.[cm]?[jt]sx?$/

export function reachedFiles(roots: readonly string[], files: CompilerHost): ReadonlySet<string> {
  const reached = new Set(roots)
  for (const path of reached) {
    if (!SCRIPT.test(path)) continue
    for (const [, , specifier] of (files.readFile(path) ?? '').matchAll(SPECIFIER)) {
      const file = files.resolve(specifier!, path)
      if (file !== undefined) reached.add(file)
    }
  }
  return reached
}

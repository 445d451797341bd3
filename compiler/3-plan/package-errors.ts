// In: what was found in sources of packages. Out: nothing of it: a warning there is none for who builds upon a package, and an error is one
// of the class that does, at what it extends. Must not judge the sources of the project.

import { baseUnreadable } from '../diagnostics.ts'
import { type Diagnostic, type DiagnosticLog, spanIn } from '../log.ts'
import { isOfPackage } from '../names.ts'
import type { Files } from './chain.ts'

/** `nameOf` is what a file is called in diagnostics. */
export function reportPackages(files: Files, log: DiagnosticLog, nameOf: (path: string) => string): void {
  const found = log.takeOut((diagnostic) => isOfPackage(`/${diagnostic.file}`))
  const errors = found.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return
  for (const file of files.values()) {
    if (isOfPackage(file.path)) continue
    for (const brain of file.brains) {
      const base = file.source.text.slice(brain.heritage.start, brain.heritage.end)
      const bases = new Set(brain.bases.map((each) => nameOf(each.file)))
      for (const error of errors) if (bases.has(error.file)) log.add(baseUnreadable(brain.name, base, sentence(error)), spanIn(file, brain.heritage))
    }
  }
}

// --- internal ---

function sentence({ file, line, column, code, message }: Diagnostic): string {
  return `${file}:${line}:${column} has the error ${code}: ${message.replace(/\.$/, '')}`
}

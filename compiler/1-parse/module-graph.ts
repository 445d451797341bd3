// In: the text of a module. Out: the modules of the project that it imports, for types too. Must not parse: it may be asked of every module.
// Specifiers are read by their looks, and one too many does no harm.

import type { CompilerHost } from '../model.ts'
import { SCRIPT } from './prefilter.ts'

const SPECIFIER = /\b(?:from|import|require)\s*\(?\s*(["'])([^"'\n]+)\1/g

/** The modules that one imports, absolute. */
export type ImportsOf = (path: string) => readonly string[]

/** Reads each module once. */
export function createImportReader(host: CompilerHost): ImportsOf {
  const known = new Map<string, readonly string[]>()
  return (path) => {
    const imports = known.get(path) ?? importsIn(path, host)
    known.set(path, imports)
    return imports
  }
}

export class ModuleGraph {
  readonly #importsOf: ImportsOf

  constructor(importsOf: ImportsOf) {
    this.#importsOf = importsOf
  }

  /** Modules and all that they import, at whatever distance, each once. Stops before a module that `isClosed`. */
  *from(paths: readonly string[], isClosed: (path: string) => boolean = () => false): Generator<string, void> {
    const seen = new Set<string>()
    const pending = [...paths]
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (seen.has(at)) continue
      seen.add(at)
      if (isClosed(at)) continue
      yield at
      pending.push(...this.#importsOf(at))
    }
  }

  /** Whether a module, or one that it imports at whatever distance, is what is looked for. */
  reaches(path: string, isWanted: (path: string) => boolean, isClosed?: (path: string) => boolean): boolean {
    for (const at of this.from([path], isClosed)) if (isWanted(at)) return true
    return false
  }
}

/** Files of the project and all that they import, at whatever distance, also what they import as types alone. Absolute. */
export function reachedFiles(paths: readonly string[], host: CompilerHost): ReadonlySet<string> {
  return new Set(new ModuleGraph(createImportReader(host)).from(paths))
}

// --- internal ---

function importsIn(path: string, host: CompilerHost): readonly string[] {
  const found = new Set<string>()
  const text = SCRIPT.test(path) ? host.readFile(path) ?? '' : ''
  for (const [, , specifier] of text.matchAll(SPECIFIER)) {
    const target = host.resolve(specifier!, path)
    if (target !== undefined) found.add(target)
  }
  return [...found]
}

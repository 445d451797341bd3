// In: the text of a module. Out: the modules of the project that it imports, for types too. Must not parse: it may be asked of every module.
// Specifiers are read by their looks, and one too many does no harm.

import type { CompilerHost } from '../model.ts'
import { SCRIPT } from './prefilter.ts'

const SPECIFIER = /\b(?:from|import|require)\s*\(?\s*(["'])([^"'\n]+)\1/g

export class ModuleGraph {
  readonly #host: CompilerHost
  readonly #imports = new Map<string, readonly string[]>()

  constructor(host: CompilerHost) {
    this.#host = host
  }

  /** Absolute paths. */
  importsOf(path: string): readonly string[] {
    const known = this.#imports.get(path)
    if (known) return known
    const found = new Set<string>()
    const text = SCRIPT.test(path) ? this.#host.readFile(path) ?? '' : ''
    for (const [, , specifier] of text.matchAll(SPECIFIER)) {
      const target = this.#host.resolve(specifier!, path)
      if (target !== undefined) found.add(target)
    }
    this.#imports.set(path, [...found])
    return [...found]
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
      pending.push(...this.importsOf(at))
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
  return new Set(new ModuleGraph(host).from(paths))
}

// In: the text of a module. Out: the modules of the project that it imports, for types too. Must not parse: it may be asked of every module.

import type { CompilerHost } from '../model.ts'

const FROM = /\b(?:import|export)\b[^'";]*?['"]([^'"\n]+)['"]/g

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
    for (const [, specifier] of (this.#host.readFile(path) ?? '').matchAll(FROM)) {
      const target = this.#host.resolve(specifier!, path)
      if (target !== undefined) found.add(target)
    }
    this.#imports.set(path, [...found])
    return [...found]
  }

  /** Whether a module, or one that it imports at whatever distance, is what is looked for. Does not go on behind a module that `isClosed`. */
  reaches(path: string, isWanted: (path: string) => boolean, isClosed: (path: string) => boolean = () => false): boolean {
    const seen = new Set<string>()
    const pending = [path]
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (seen.has(at)) continue
      seen.add(at)
      if (isClosed(at)) continue
      if (isWanted(at)) return true
      pending.push(...this.importsOf(at))
    }
    return false
  }
}

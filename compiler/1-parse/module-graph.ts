// In: the text of a module. Out: the modules of the project that it imports, for types too. Must not parse: it may be asked of every module.
// Specifiers are read by their looks, and one too many does no harm.

import type { CompilerHost } from '../model.ts'
import { SCRIPT } from './prefilter.ts'

const SPECIFIER = /\b(?:from|import|require)\s*\(?\s*(["'])([^"'\n]+)\1/g

/** What a module imports, as it says. */
export type SpecifiersOf = (path: string) => readonly string[]

/** Reads each module once. */
export function createSpecifierReader({ readFile }: Pick<CompilerHost, 'readFile'>): SpecifiersOf {
  const known = new Map<string, readonly string[]>()
  return (path) => {
    const specifiers = known.get(path) ?? specifiersIn((SCRIPT.test(path) && readFile(path)) || '')
    known.set(path, specifiers)
    return specifiers
  }
}

export class ModuleGraph {
  readonly #specifiersOf: SpecifiersOf
  readonly #host: Pick<CompilerHost, 'resolve'>

  constructor(specifiersOf: SpecifiersOf, host: Pick<CompilerHost, 'resolve'>) {
    this.#specifiersOf = specifiersOf
    this.#host = host
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
      pending.push(...new Set(this.#specifiersOf(at).flatMap((specifier) => this.#host.resolve(specifier, at) ?? [])))
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
  return new Set(new ModuleGraph(createSpecifierReader(host), host).from(paths))
}

/** Asks whether a file imports, at whatever distance, one that is looked for, or is that. Reads each file once. */
export function createReachTest(host: CompilerHost): (path: string, isWanted: (path: string) => boolean) => boolean {
  const graph = new ModuleGraph(createSpecifierReader(host), host)
  return (path, isWanted) => graph.reaches(path, isWanted)
}

// --- internal ---

function specifiersIn(text: string): readonly string[] {
  return [...new Set(Array.from(text.matchAll(SPECIFIER), ([, , specifier]) => specifier!))]
}

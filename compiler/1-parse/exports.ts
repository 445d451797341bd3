// In: an imported name. Out: the file of the project that declares it, through re-exports and barrels. Must not look at what it is.

import type { SourceProject, SourceUnit } from './project.ts'

export interface Origin {
  /** Absolute. */
  readonly file: string
  /** The name it has there; DEFAULT_NAME for a default export without one, `*` for all that the file exports. */
  readonly name: string
}

export function originOf(imported: string, specifier: string, unit: SourceUnit, project: SourceProject, depth = 0): Origin | undefined {
  const target = depth > 32 ? undefined : project.target(specifier, unit)
  if (!target) return undefined
  if (imported === '*') return { file: target.path, name: '*' }
  const exported = target.exports.get(imported)
  if (exported?.kind === 'from') return originOf(exported.name, exported.specifier, target, project, depth + 1)
  if (exported?.kind === 'local') {
    for (const declaration of target.imports) {
      const binding = declaration.names.find((candidate) => candidate.local === exported.name)
      if (binding) return originOf(binding.imported, declaration.specifier, target, project, depth + 1)
    }
    return { file: target.path, name: exported.name }
  }
  for (const star of target.stars) {
    const found = imported === 'default' ? undefined : originOf(imported, star, target, project, depth + 1)
    if (found) return found
  }
  return undefined
}

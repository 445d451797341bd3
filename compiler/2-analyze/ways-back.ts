// In: a module of the project that a file with a brain imports. Out: the way on which loading it loads the main module of a brain.
// Must not report it: only in a worker does it matter.

import { ts } from 'ts-morph'
import { extendsBrain } from '../1-parse/classes.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'
import { readScope } from './scope.ts'

/** Every file that imports a module asks this of all that it leads to. */
export function isBrainFile(path: string, project: SourceProject): boolean {
  return project.remember(project.brainFiles, path, false, () => {
    const unit = project.facts.mayHoldBrain(path) ? project.unit(path) : undefined
    return unit?.classes.some(({ node }) => extendsBrain(node, unit, project)) ?? false
  })
}

/** Whether a worker takes what it needs of a file from a slice of it. */
export function isSliced(path: string, project: SourceProject): boolean {
  return project.mixinFiles.has(path) || isBrainFile(path, project)
}

/** Names of the files on the way, the last one with a brain; empty where there is none. Modules are parsed only where their texts tell of a way. */
export function wayBack(path: string, project: SourceProject): readonly string[] {
  return wayTo((file) => isBrainFile(file, project), path, project)
}

/** The same to a module with mixins whose own classes or variables a worker would have twice: it has them from a slice. */
export function wayToCopy(path: string, project: SourceProject): readonly string[] {
  if (project.mixinFiles.size === 0) return []
  return wayTo((file) => project.mixinFiles.has(file) && hasOwn(project.unit(file)!), path, project)
}

// --- internal ---

function wayTo(isThere: (file: string) => boolean, path: string, project: SourceProject): readonly string[] {
  if (isThere(path) || !project.graph.reaches(path, isThere)) return []
  const seen = new Set<string>()
  const follow = (file: string): readonly string[] | undefined => {
    const unit = seen.has(file) ? undefined : project.unit(file)
    seen.add(file)
    if (!unit) return undefined
    if (isThere(file)) return [unit.source.name]
    for (const specifier of loadedBy(unit)) {
      const target = project.target(specifier, unit)
      const way = target && follow(target.path)
      if (way) return [unit.source.name, ...way]
    }
    return undefined
  }
  return follow(path) ?? []
}

/** Of functions and constants a second one is as good. */
function hasOwn({ classes, tree }: SourceUnit): boolean {
  return classes.length > 0 || tree.statements.some((statement) => ts.isVariableStatement(statement) && !(statement.declarationList.flags & ts.NodeFlags.Const))
}

/** Specifiers of the modules that are loaded with a module: not those of which it uses types only. */
function loadedBy({ tree, imports, exports, stars }: SourceUnit): string[] {
  const used = new Set(tree.statements.filter((statement) => !ts.isImportDeclaration(statement)).flatMap((statement) => [...readScope(statement).names]))
  const reexported = [...exports.values()]
  for (const target of reexported) if (target.kind === 'local') used.add(target.name)
  return [
    ...imports.filter(({ bare, names }) => bare || names.some(({ local }) => used.has(local))).map(({ specifier }) => specifier),
    ...reexported.flatMap((target) => (target.kind === 'from' ? [target.specifier] : [])),
    ...stars,
  ]
}

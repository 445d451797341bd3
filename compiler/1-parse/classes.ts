// In: a parsed project. Out: which expression names Brain, and which class a name means, through aliases, namespaces and re-exports.
// Must not read class bodies.

import { ts } from 'ts-morph'
import { bareExpression } from './expressions.ts'
import { DOORS } from '../../src/contract/names.ts'
import { DEFAULT_NAME } from '../names.ts'
import type { ClassNode } from './declarations.ts'
import type { SourceProject, SourceUnit } from './project.ts'

/** A class of the project, Brain itself, or `unknown` (a package, a global, an expression). */
export type ClassMeaning =
  | { readonly kind: 'brain' }
  | { readonly kind: 'class'; readonly unit: SourceUnit; readonly name: string; readonly node: ClassNode }
  | { readonly kind: 'unknown' }

export type ExpressionMeaning = ClassMeaning | { readonly kind: 'namespace'; readonly unit: SourceUnit | 'taskbrain' }

const UNKNOWN = { kind: 'unknown' } as const
const BRAIN = { kind: 'brain' } as const

/** What class an expression names. */
export function meaningOf(expression: ts.Expression, unit: SourceUnit, project: SourceProject, seen = new Set<string>()): ExpressionMeaning {
  const bare = bareExpression(expression)
  if (ts.isIdentifier(bare)) return meaningOfName(bare.text, unit, project, seen)
  if (ts.isClassExpression(bare)) return { kind: 'class', unit, name: bare.name?.text ?? DEFAULT_NAME, node: bare }
  if (ts.isExpressionWithTypeArguments(bare)) return meaningOf(bare.expression, unit, project, seen)
  if (!ts.isPropertyAccessExpression(bare)) return UNKNOWN
  const owner = meaningOf(bare.expression, unit, project, seen)
  return owner.kind === 'namespace' ? meaningOfExport(bare.name.text, owner.unit, project, seen) : UNKNOWN
}

/** Whether a class extends Brain, at whatever distance. */
export function extendsBrain(node: ClassNode, unit: SourceUnit, project: SourceProject): boolean {
  const known = project.brainClasses.get(node)
  if (known !== undefined) return known
  // Classes that extend each other in a circle extend nothing.
  project.brainClasses.set(node, false)
  const base = heritageOf(node)
  const meaning: ExpressionMeaning = base ? meaningOf(base.expression, unit, project) : UNKNOWN
  const isBrain = meaning.kind === 'brain' || (meaning.kind === 'class' && extendsBrain(meaning.node, meaning.unit, project))
  project.brainClasses.set(node, isBrain)
  return isBrain
}

export function heritageOf(node: ClassNode): ts.ExpressionWithTypeArguments | undefined {
  return node.heritageClauses?.find((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword)?.types[0]
}

// --- internal ---

function meaningOfName(name: string, unit: SourceUnit, project: SourceProject, seen: Set<string>): ExpressionMeaning {
  const key = `${unit.path}\n${name}`
  if (seen.has(key)) return UNKNOWN
  seen.add(key)
  for (const declaration of unit.imports)
    for (const binding of declaration.names)
      if (binding.local === name) return meaningOfImport(binding.imported, declaration.specifier, unit, project, seen)
  const node = unit.classByName.get(name)
  if (node) return { kind: 'class', unit, name, node }
  const alias = unit.constants.get(name)
  return alias ? meaningOf(alias, unit, project, seen) : UNKNOWN
}

function meaningOfImport(imported: string, specifier: string, unit: SourceUnit, project: SourceProject, seen: Set<string>): ExpressionMeaning {
  if (specifier === DOORS.user) {
    if (imported === '*') return { kind: 'namespace', unit: 'taskbrain' }
    return imported === 'Brain' ? BRAIN : UNKNOWN
  }
  const target = project.target(specifier, unit)
  if (!target) return UNKNOWN
  return imported === '*' ? { kind: 'namespace', unit: target } : meaningOfExport(imported, target, project, seen)
}

function meaningOfExport(name: string, unit: SourceUnit | 'taskbrain', project: SourceProject, seen: Set<string>): ExpressionMeaning {
  if (unit === 'taskbrain') return name === 'Brain' ? BRAIN : UNKNOWN
  const key = `${unit.path}\nexport ${name}`
  if (seen.has(key)) return UNKNOWN
  seen.add(key)
  const target = unit.exports.get(name)
  if (target?.kind === 'local') return meaningOfName(target.name, unit, project, seen)
  if (target?.kind === 'from') return meaningOfImport(target.name, target.specifier, unit, project, seen)
  for (const specifier of unit.stars) {
    const meaning = meaningOfImport(name, specifier, unit, project, seen)
    if (meaning.kind !== 'unknown') return meaning
  }
  return UNKNOWN
}

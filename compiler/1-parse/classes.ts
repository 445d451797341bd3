// In: a parsed project. Out: which expression names Brain, and which class a name means, through aliases, namespaces and re-exports.
// Must not read class bodies.

import { ts } from 'ts-morph'
import { bareExpression } from './expressions.ts'
import { DOORS } from '../../src/contract/names.ts'
import { bindingNames } from './imports.ts'
import type { SourceProject, SourceUnit } from './project.ts'

export type ClassNode = ts.ClassDeclaration | ts.ClassExpression

/** A class of the project, Brain itself, or `unknown` (a package, a global, an expression). */
export type ClassMeaning =
  | { readonly kind: 'brain' }
  | { readonly kind: 'class'; readonly unit: SourceUnit; readonly name: string; readonly node: ClassNode }
  | { readonly kind: 'unknown' }

export type ExpressionMeaning = ClassMeaning | { readonly kind: 'namespace'; readonly unit: SourceUnit | 'taskbrain' }

const UNKNOWN = { kind: 'unknown' } as const
const BRAIN = { kind: 'brain' } as const
export const DEFAULT_CLASS = '*default*'

/** What class an expression names. */
export function meaningOf(expression: ts.Expression, unit: SourceUnit, project: SourceProject, seen = new Set<string>()): ExpressionMeaning {
  const bare = bareExpression(expression)
  if (ts.isIdentifier(bare)) return meaningOfName(bare.text, unit, project, seen)
  if (ts.isClassExpression(bare)) return { kind: 'class', unit, name: bare.name?.text ?? DEFAULT_CLASS, node: bare }
  if (ts.isExpressionWithTypeArguments(bare)) return meaningOf(bare.expression, unit, project, seen)
  if (!ts.isPropertyAccessExpression(bare)) return UNKNOWN
  const owner = meaningOf(bare.expression, unit, project, seen)
  return owner.kind === 'namespace' ? meaningOfExport(bare.name.text, owner.unit, project, seen) : UNKNOWN
}

/** Whether a class extends Brain, at whatever distance. */
export function extendsBrain(node: ClassNode, unit: SourceUnit, project: SourceProject, seen = new Set<ts.Node>()): boolean {
  if (seen.has(node)) return false
  seen.add(node)
  const base = heritageOf(node)
  if (!base) return false
  const meaning = meaningOf(base.expression, unit, project)
  if (meaning.kind === 'brain') return true
  return meaning.kind === 'class' && extendsBrain(meaning.node, meaning.unit, project, seen)
}

export function heritageOf(node: ClassNode): ts.ExpressionWithTypeArguments | undefined {
  return node.heritageClauses?.find((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword)?.types[0]
}

/** Classes that stand at the top level of a file, each with the name by which the module knows it. */
export function topLevelClasses(tree: ts.SourceFile): { readonly name: string; readonly node: ClassNode; readonly statement: number }[] {
  return tree.statements.flatMap((statement, index): { readonly name: string; readonly node: ClassNode; readonly statement: number }[] => {
    if (ts.isClassDeclaration(statement)) return [{ name: statement.name?.text ?? DEFAULT_CLASS, node: statement, statement: index }]
    if (ts.isExportAssignment(statement) && !statement.isExportEquals) {
      const value = bareExpression(statement.expression)
      return ts.isClassExpression(value) ? [{ name: DEFAULT_CLASS, node: value, statement: index }] : []
    }
    if (!ts.isVariableStatement(statement)) return []
    return statement.declarationList.declarations.flatMap((declaration) => {
      const value = declaration.initializer && bareExpression(declaration.initializer)
      return value && ts.isClassExpression(value) && ts.isIdentifier(declaration.name) ? [{ name: declaration.name.text, node: value, statement: index }] : []
    })
  })
}

// --- internal ---

function meaningOfName(name: string, unit: SourceUnit, project: SourceProject, seen: Set<string>): ExpressionMeaning {
  const key = `${unit.path}\n${name}`
  if (seen.has(key)) return UNKNOWN
  seen.add(key)
  for (const declaration of unit.imports)
    for (const binding of declaration.names)
      if (binding.local === name) return meaningOfImport(binding.imported, declaration.specifier, unit, project, seen)
  const found = topLevelClasses(unit.tree).find((candidate) => candidate.name === name)
  if (found) return { kind: 'class', unit, name, node: found.node }
  const alias = constantInitializer(name, unit.tree)
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
  if (name === 'default') {
    const found = topLevelClasses(unit.tree).find((candidate) => candidate.name === DEFAULT_CLASS)
    if (found) return { kind: 'class', unit, name: DEFAULT_CLASS, node: found.node }
  }
  for (const specifier of unit.stars) {
    const meaning = meaningOfImport(name, specifier, unit, project, seen)
    if (meaning.kind !== 'unknown') return meaning
  }
  return UNKNOWN
}

function constantInitializer(name: string, tree: ts.SourceFile): ts.Expression | undefined {
  for (const statement of tree.statements) {
    if (!ts.isVariableStatement(statement) || !(statement.declarationList.flags & ts.NodeFlags.Const)) continue
    for (const declaration of statement.declarationList.declarations)
      if (ts.isIdentifier(declaration.name) && bindingNames(declaration.name)[0] === name) return declaration.initializer
  }
  return undefined
}

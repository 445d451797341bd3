// In: a class of which it is not known that it extends Brain. Out: why that can't be told, where it may be meant to. Must not report it.

import { ts } from 'ts-morph'
import { extendsBrain, heritageOf, meaningOf } from '../1-parse/classes.ts'
import type { ClassNode } from '../1-parse/declarations.ts'
import { bareExpression } from '../1-parse/expressions.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'
import { isOfPackage } from '../names.ts'
import { constantOf } from './fold.ts'
import { taskDecorators } from './tasks.ts'

/** Why the base class can't be read, as the end of a sentence: `Timed(Brain)`, a class of a package. */
export function whyUnreadableBase(node: ClassNode, unit: SourceUnit, project: SourceProject): string | undefined {
  const base = heritageOf(node) && bareExpression(heritageOf(node)!.expression)
  if (!base) return undefined
  const circle = circleFrom(node, unit, project)
  if (circle !== undefined) return `it leads back to \`${circle.at(-1)}\` (${circle.join(' → ')})`
  const made = ts.isIdentifier(base) ? constantOf(base.text, unit, project) : { expression: base, unit }
  if (made && !isName(bareExpression(made.expression)) && mentionsBrain(made.expression, made.unit, project)) return 'it is made by an expression'
  const specifier = packageOf(base, unit, project)
  if (specifier === undefined || !hasTask(node, unit, project)) return undefined
  const why = project.host.whyUnread?.(specifier, unit.path)
  return `it comes from the package \`${specifier}\`${why === undefined ? '' : `, which ${why}`}`
}

// --- internal ---

/** The names of classes with tasks that extend each other, from this one on; `undefined` where they end at another base. */
function circleFrom(node: ClassNode, unit: SourceUnit, project: SourceProject): readonly string[] | undefined {
  const seen = new Map<ClassNode, string>()
  let hasTasks = false
  let at: { readonly name: string; readonly node: ClassNode; readonly unit: SourceUnit } = { name: node.name?.text ?? 'default', node, unit }
  while (!seen.has(at.node)) {
    seen.set(at.node, at.name)
    hasTasks ||= hasTask(at.node, at.unit, project)
    const base = heritageOf(at.node)
    const meaning = base && meaningOf(base.expression, at.unit, project)
    if (meaning?.kind !== 'class') return undefined
    at = meaning
  }
  return hasTasks ? [...seen.values(), seen.get(at.node)!] : undefined
}

function isName(expression: ts.Expression): boolean {
  return ts.isIdentifier(expression) || ts.isPropertyAccessExpression(expression)
}

function mentionsBrain(node: ts.Node, unit: SourceUnit, project: SourceProject): boolean {
  if (ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)) {
    const meaning = meaningOf(node, unit, project)
    if (meaning.kind === 'brain' || (meaning.kind === 'class' && extendsBrain(meaning.node, meaning.unit, project))) return true
  }
  // A type argument makes nothing: `Service<Robot>()` is no Robot.
  return ts.forEachChild(node, (child) => (!ts.isTypeNode(child) && mentionsBrain(child, unit, project)) || undefined) ?? false
}

function packageOf(expression: ts.Expression, unit: SourceUnit, project: SourceProject): string | undefined {
  let root = expression
  while (ts.isPropertyAccessExpression(root)) root = root.expression
  const found = ts.isIdentifier(root) && unit.imports.find((declaration) => declaration.names.some((name) => name.local === (root as ts.Identifier).text))
  const target = found && project.target(found.specifier, unit)
  return found && (!target || isOfPackage(target.path)) ? found.specifier : undefined
}

function hasTask(node: ClassNode, unit: SourceUnit, project: SourceProject): boolean {
  return node.members.some((member) => taskDecorators(member, unit, project).length > 0)
}

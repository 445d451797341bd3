// In: a class of which it is not known that it extends Brain. Out: why that can't be told, where it may be meant to. Must not report it.

import { ts } from 'ts-morph'
import { extendsBrain, heritageOf, isHandedOn, meaningOf } from '../1-parse/classes.ts'
import type { ClassNode } from '../1-parse/declarations.ts'
import { bareExpression } from '../1-parse/expressions.ts'
import { localDeclaration, resultOf } from '../1-parse/functions.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'
import { isOfPackage } from '../names.ts'
import { constantOf } from './fold.ts'
import { taskDecorators } from './tasks.ts'

/** Why the base class can't be read, as the end of a sentence: `Timed(Brain)`, a class of a package. */
export function whyUnreadableBase(node: ClassNode, unit: SourceUnit, project: SourceProject): string | undefined {
  const base = heritageOf(node) && bareExpression(heritageOf(node)!.expression)
  // A name of the function around it is none of the module's.
  if (!base || (ts.isIdentifier(base) && localDeclaration(base))) return undefined
  const circle = circleFrom(node, unit, project)
  if (circle !== undefined) return `it leads back to \`${circle.at(-1)}\` (${circle.join(' → ')})`
  const made = ts.isIdentifier(base) ? constantOf(base.text, unit, project) : { expression: base, unit }
  const expression = made && bareExpression(made.expression)
  if (expression && !isName(expression) && (mentionsBrain(expression, made.unit, project) || holdsBrain(expression, made.unit, project))) return whyUnreadable(expression, made.unit, project)
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

/** What a function of the project makes is no brain that can be read, where the function has one in it. */
function holdsBrain(expression: ts.Expression, unit: SourceUnit, project: SourceProject): boolean {
  const callee = ts.isCallExpression(expression) ? meaningOf(expression.expression, unit, project) : undefined
  if (callee?.kind !== 'function') return false
  const isBrain = (node: ts.Node): boolean => (ts.isClassLike(node) && extendsBrain(node, callee.unit, project)) || (ts.forEachChild(node, (child) => isBrain(child) || undefined) ?? false)
  return isBrain(callee.node)
}

/** Of an expression that makes a brain. */
function whyUnreadable(expression: ts.Expression, unit: SourceUnit, project: SourceProject): string {
  const handedOn = ts.isCallExpression(expression) ? [expression.expression, ...expression.arguments].find((each) => isHandedOn(each, unit, project)) : undefined
  if (handedOn) return `\`${handedOn.getText()}\` comes through a module that only hands it on; import it by its name`
  const inner = ts.isCallExpression(expression) ? expression.arguments.map(bareExpression).find((each) => ts.isCallExpression(each) && !isReadable(each, unit, project)) : undefined
  if (inner) return whyUnreadable(inner, unit, project)
  const callee = ts.isCallExpression(expression) ? expression.expression : undefined
  if (!callee || !isName(callee)) return 'it is made by an expression'
  const specifier = packageOf(callee, unit, project)
  if (specifier !== undefined) return `\`${callee.getText()}\` comes from the package \`${specifier}\``
  const meaning = meaningOf(callee, unit, project)
  if (meaning.kind !== 'function') return 'it is made by an expression'
  if (!resultOf(meaning.node)) return `\`${callee.getText()}\` does not end in a \`return\` that is its only one`
  return `what \`${callee.getText()}\` returns is no class that extends its parameter`
}

function isReadable(expression: ts.Expression, unit: SourceUnit, project: SourceProject): boolean {
  const { kind } = meaningOf(expression, unit, project)
  return kind === 'mixed' || kind === 'brain' || kind === 'class'
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

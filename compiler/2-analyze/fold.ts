// In: an expression. Out: its value where it folds to a literal with the constants of the project's modules. Must not run code.

import { ts } from 'ts-morph'
import { originOf } from '../1-parse/exports.ts'
import { bareExpression } from '../1-parse/expressions.ts'
import { isConstant, localDeclaration } from '../1-parse/functions.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'

/** `{ value }` of a literal, `{ object }` of an object literal whose properties may fold on their own, `undefined` where it does not fold. */
export type Folded =
  | { readonly kind: 'value'; readonly value: string | number | boolean | undefined | null }
  | { readonly kind: 'object'; readonly node: ts.ObjectLiteralExpression; readonly unit: SourceUnit }

export function fold(expression: ts.Expression, unit: SourceUnit, project: SourceProject, depth = 0): Folded | undefined {
  const node = bareExpression(expression)
  if (depth > 32) return undefined
  if (node.kind === ts.SyntaxKind.TrueKeyword) return value(true)
  if (node.kind === ts.SyntaxKind.FalseKeyword) return value(false)
  if (node.kind === ts.SyntaxKind.NullKeyword) return value(null)
  if (ts.isStringLiteralLike(node)) return value(node.text)
  if (ts.isNumericLiteral(node)) return value(Number(node.text))
  if (ts.isObjectLiteralExpression(node)) return { kind: 'object', node, unit }
  if (ts.isPrefixUnaryExpression(node)) return foldUnary(node, unit, project, depth)
  if (ts.isBinaryExpression(node)) return foldBinary(node, unit, project, depth)
  if (ts.isConditionalExpression(node)) {
    const condition = fold(node.condition, unit, project, depth + 1)
    if (condition?.kind !== 'value') return undefined
    return fold(condition.value ? node.whenTrue : node.whenFalse, unit, project, depth + 1)
  }
  if (ts.isPropertyAccessExpression(node)) {
    const owner = fold(node.expression, unit, project, depth + 1)
    return owner?.kind === 'object' ? foldProperty(owner, node.name.text, project, depth + 1) : undefined
  }
  if (!ts.isIdentifier(node)) return undefined
  if (node.text === 'undefined') return value(undefined)
  const local = localDeclaration(node)
  if (local) return isConstant(local) && local.initializer ? fold(local.initializer, unit, project, depth + 1) : undefined
  const constant = constantOf(node.text, unit, project)
  return constant && fold(constant.expression, constant.unit, project, depth + 1)
}

/** A property of a folded object literal; spreads of objects that fold are seen through. */
export function foldProperty(owner: Folded & { kind: 'object' }, name: string, project: SourceProject, depth = 0): Folded | undefined {
  for (const property of [...owner.node.properties].reverse()) {
    if (ts.isSpreadAssignment(property)) {
      const spread = fold(property.expression, owner.unit, project, depth + 1)
      if (spread?.kind !== 'object') return undefined
      const found = foldProperty(spread, name, project, depth + 1)
      if (found) return found
    } else if (property.name && !ts.isComputedPropertyName(property.name) && property.name.text === name) {
      if (ts.isPropertyAssignment(property)) return fold(property.initializer, owner.unit, project, depth + 1)
      return ts.isShorthandPropertyAssignment(property) ? fold(property.name, owner.unit, project, depth + 1) : undefined
    }
  }
  return undefined
}

/** The initialiser of a `const` of this module, or of the module that it is imported from. */
export function constantOf(name: string, unit: SourceUnit, project: SourceProject): { expression: ts.Expression; unit: SourceUnit } | undefined {
  const expression = unit.constants.get(name)
  if (expression) return { expression, unit }
  for (const { names, specifier } of unit.imports) {
    const binding = names.find((candidate) => candidate.local === name)
    const origin = binding && originOf(binding.imported, specifier, unit, project)
    const home = origin && project.unit(origin.file)
    if (home) return home.constants.has(origin.name) ? { expression: home.constants.get(origin.name)!, unit: home } : undefined
  }
  return undefined
}

// --- internal ---

function value(folded: string | number | boolean | undefined | null): Folded {
  return { kind: 'value', value: folded }
}

function foldUnary(node: ts.PrefixUnaryExpression, unit: SourceUnit, project: SourceProject, depth: number): Folded | undefined {
  const operand = fold(node.operand, unit, project, depth + 1)
  if (operand?.kind !== 'value') return undefined
  if (node.operator === ts.SyntaxKind.ExclamationToken) return value(!operand.value)
  if (typeof operand.value !== 'number') return undefined
  if (node.operator === ts.SyntaxKind.MinusToken) return value(-operand.value)
  return node.operator === ts.SyntaxKind.PlusToken ? operand : undefined
}

function foldBinary(node: ts.BinaryExpression, unit: SourceUnit, project: SourceProject, depth: number): Folded | undefined {
  const left = fold(node.left, unit, project, depth + 1)
  const right = fold(node.right, unit, project, depth + 1)
  if (left?.kind !== 'value' || right?.kind !== 'value') return undefined
  const [a, b] = [left.value, right.value]
  switch (node.operatorToken.kind) {
    case ts.SyntaxKind.AmpersandAmpersandToken: return value(a && b)
    case ts.SyntaxKind.BarBarToken: return value(a || b)
    case ts.SyntaxKind.QuestionQuestionToken: return value(a ?? b)
    case ts.SyntaxKind.EqualsEqualsEqualsToken: return value(a === b)
    case ts.SyntaxKind.ExclamationEqualsEqualsToken: return value(a !== b)
  }
  if (node.operatorToken.kind === ts.SyntaxKind.PlusToken && typeof a === 'string' && typeof b === 'string') return value(a + b)
  if (typeof a !== 'number' || typeof b !== 'number') return undefined
  switch (node.operatorToken.kind) {
    case ts.SyntaxKind.PlusToken: return value(a + b)
    case ts.SyntaxKind.MinusToken: return value(a - b)
    case ts.SyntaxKind.AsteriskToken: return value(a * b)
    case ts.SyntaxKind.SlashToken: return value(a / b)
  }
  return undefined
}

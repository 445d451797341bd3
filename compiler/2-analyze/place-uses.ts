// In: a name, or `this`. Out: what the code around it does with what stands behind that: `Robot.made += 1`, `seen.set(k, v)`, `pool.take()`.
// Must not know what the name means.

import { ts } from 'ts-morph'
import { outerExpression } from '../1-parse/expressions.ts'
import type { PlaceChange } from '../state-model.ts'
import { isMutator } from './regions/methods.ts'
import { isStep, isWritten, keepsValue, writtenBy } from './scope.ts'
import { isStatement } from './updates.ts'

export interface PlaceUse extends Deed {
  /** The names behind it; empty for one that is not written out. */
  readonly keys: readonly string[]
  /** All of `pool.free.length`. */
  readonly node: ts.Node
  /** The same for what stands behind the first of several names: `pool.take()` of `tools.pool.take()`. */
  readonly below: Deed | undefined
}

interface Deed {
  readonly how: PlaceChange | undefined
  /** It is given no value: `client = undefined`. */
  readonly isReset: boolean
  /** It is given what is made of what it had. */
  readonly isStep: boolean
  /** Whether something comes of it but a change. */
  readonly isRead: boolean
}

export function useOf(root: ts.Expression): PlaceUse {
  const keys: string[] = []
  let node = outerExpression(root)
  for (;;) {
    const { parent } = node
    if (ts.isPropertyAccessExpression(parent) && parent.expression === node) keys.push(parent.name.text)
    else if (ts.isElementAccessExpression(parent) && parent.expression === node) keys.push(ts.isStringLiteralLike(parent.argumentExpression) ? parent.argumentExpression.text : '')
    else return { keys, node: innerOf(node), ...whatOf(node, keys), below: keys.length > 1 ? whatOf(node, keys.slice(1)) : undefined }
    node = outerExpression(parent)
  }
}

/** Whether a place is only come to where something says so that one of these names is asked for. Behind `if (name) return` too. */
export function isInDecision(node: ts.Node, names: ReadonlySet<string>): boolean {
  for (let at = node; at.parent && !ts.isFunctionLike(at); at = at.parent) {
    const { parent } = at
    const asked = (ts.isIfStatement(parent) || ts.isConditionalExpression(parent)) && at !== conditionOf(parent) ? conditionOf(parent)
      : ts.isBinaryExpression(parent) && at === parent.right && LOGICAL.has(parent.operatorToken.kind) ? parent.left : undefined
    if (asked && mentionsOne(asked, names)) return true
    if (ts.isBlock(parent) && parent.statements.some((each) => each.end <= at.pos && ts.isIfStatement(each) && isLeaving(each.thenStatement) && mentionsOne(each.expression, names))) return true
  }
  return false
}

// --- internal ---

const LOGICAL: ReadonlySet<ts.SyntaxKind> = new Set([ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken, ts.SyntaxKind.QuestionQuestionToken])

/** Without what stands around it and changes nothing of it. */
function innerOf(node: ts.Node): ts.Node {
  let inner = node
  while (ts.isParenthesizedExpression(inner)) inner = inner.expression
  return inner
}

function whatOf(node: ts.Node, keys: readonly string[]): Deed {
  const { parent } = node
  const plain = { isReset: false, isStep: false } as const
  const assigned = keys.length < 2 ? 'assigned' : 'changed'
  if (ts.isCallExpression(parent) && parent.expression === node) {
    const last = keys.at(-1)
    const isRead = !isUnused(parent)
    if (last !== undefined && isMutator(last, undefined)) return { ...plain, how: keys.length === 1 ? 'mutated' : 'changed', isRead }
    return { ...plain, how: keys.length === 1 ? 'called' : undefined, isRead: isRead || keys.length > 1 }
  }
  if (isStep(parent)) return { ...plain, how: assigned, isStep: true, isRead: !isUnused(parent) }
  if (ts.isBinaryExpression(parent) && parent.left === node && isWritten(node)) {
    const isPlain = parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
    return { how: assigned, isReset: isPlain && isNothing(parent.right), isStep: isPlain ? repeats(parent.right, node) : !keepsValue(parent), isRead: !isPlain && !isUnused(parent) }
  }
  if (ts.isDeleteExpression(parent)) return { ...plain, how: 'changed', isRead: false }
  if (ts.isCallExpression(parent) && writtenBy(parent) === node) return { ...plain, how: 'changed', isRead: !isUnused(parent) }
  if (!ts.isVariableDeclaration(parent) && !ts.isParameter(parent) && !ts.isBindingElement(parent) && isWritten(node)) return { ...plain, how: assigned, isRead: false }
  return { ...plain, how: undefined, isRead: true }
}

function isUnused(node: ts.Expression): boolean {
  const outer = outerExpression(node)
  return ts.isAwaitExpression(outer.parent) ? isUnused(outer.parent) : isStatement(outer)
}

/** Whether an expression has another one in it. */
function repeats(node: ts.Node, wanted: ts.Node): boolean {
  return (node.kind === wanted.kind && node.getText() === wanted.getText()) || (ts.forEachChild(node, (child) => repeats(child, wanted)) ?? false)
}

function isNothing(value: ts.Expression): boolean {
  return value.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(value) && value.text === 'undefined') || ts.isVoidExpression(value)
}

function isLeaving(node: ts.Statement): boolean {
  const last = ts.isBlock(node) ? node.statements.at(-1) : node
  return last !== undefined && (ts.isReturnStatement(last) || ts.isThrowStatement(last))
}

function conditionOf(node: ts.IfStatement | ts.ConditionalExpression): ts.Expression {
  return ts.isIfStatement(node) ? node.expression : node.condition
}

function mentionsOne(node: ts.Node, names: ReadonlySet<string>): boolean {
  if (ts.isIdentifier(node)) return names.has(node.text)
  return ts.forEachChild(node, (child) => mentionsOne(child, names)) ?? false
}

// In: an expression that something is put into. Out: the names, and `this`, that hold it from then on, and how deep in them it lies.
// Must not follow them further.

import { ts } from 'ts-morph'
import { bareExpression } from '../../1-parse/expressions.ts'
import { isAssignment } from '../scope.ts'
import type { Callees } from './callees.ts'
import { boundFunction } from './declared.ts'
import { resultOf } from './methods.ts'

export interface Holder {
  /** A name, `this` or `super`. */
  readonly node: ts.Node
  readonly depth: number
  /** It is led to by nothing but accesses. */
  readonly isDirect: boolean
}

/** So many names, and methods that return what they are called on, may lead to what holds a value. */
const MAX_STEPS = 20

/**
 * `box` in `box.part = value`, in `box.lists.get(key).push(value)`, and in `box.add(one).add(value)` where that method returns what it is
 * called on; so are `list` and `box` in `const { list } = box; list.push(value)`.
 */
export function holdersOf(expression: ts.Expression, callees: Callees, returnsItself: (method: ts.Expression) => boolean): Holder[] {
  const found: Holder[] = []
  read(expression, 0, 0, true)
  return found

  function read(expression: ts.Expression, depth: number, steps: number, isDirect: boolean): void {
    if (steps > MAX_STEPS) return
    const further = (outer: ts.Expression, deeper = 0): void => read(outer, depth + deeper, steps + 1, false)
    const bare = bareExpression(expression)
    if (ts.isPropertyAccessExpression(bare) || ts.isElementAccessExpression(bare)) return read(bare.expression, depth + 1, steps + 1, isDirect)
    if (bare.kind === ts.SyntaxKind.ThisKeyword || bare.kind === ts.SyntaxKind.SuperKeyword) return void found.push({ node: bare, depth, isDirect })
    if (ts.isBinaryExpression(bare)) return further(isAssignment(bare) || isChoice(bare) ? bare.left : bare.right)
    if (ts.isCallExpression(bare)) return called(bare, further)
    if (!ts.isIdentifier(bare)) return
    found.push({ node: bare, depth, isDirect })
    const taken = callees.takenFrom(bare)
    if (taken) further(taken.from, taken.name === undefined ? 0 : 1)
  }

  function called(call: ts.CallExpression, further: (outer: ts.Expression, deeper?: number) => void): void {
    if (boundFunction(call) && call.arguments[0]) return further(call.arguments[0])
    const method = bareExpression(call.expression)
    if (!ts.isPropertyAccessExpression(method)) return
    const known = callees.functionsOf(method)
    const result = known.length === 0 ? resultOf(method.name.text) : returnsItself(method) ? 'itself' : undefined
    if (result) further(method.expression, result === 'element' ? 1 : 0)
  }
}

// --- internal ---

/** `lists.get(key) ?? []` */
function isChoice({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return kind === ts.SyntaxKind.QuestionQuestionToken || kind === ts.SyntaxKind.BarBarToken
}

// In: an expression. Out: the value below, or above, what changes nothing of it: parentheses, `!`, `as`, `satisfies`.

import { ts } from 'ts-morph'

function isWrapping(node: ts.Node): node is ts.ParenthesizedExpression | ts.NonNullExpression | ts.AsExpression | ts.SatisfiesExpression | ts.TypeAssertion {
  return ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isTypeAssertionExpression(node)
}

export function bareExpression(expression: ts.Expression): ts.Expression {
  let bare = expression
  while (isWrapping(bare)) bare = bare.expression
  return bare
}

/** The outermost node that is still the same value. */
export function outerExpression(node: ts.Node): ts.Node {
  let outer = node
  while (outer.parent && isWrapping(outer.parent)) outer = outer.parent
  return outer
}

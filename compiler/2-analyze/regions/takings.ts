// In: an expression whose value something takes in. Out: the local names that have it, or a part of it. Must not know what takes it.

import { ts } from 'ts-morph'
import { bareExpression } from '../../1-parse/expressions.ts'
import type { Binding } from './bindings.ts'
import type { Callees } from './callees.ts'

/** A local name whose value is part of something else from `at` on. */
export interface Taking {
  readonly name: ts.Identifier
  readonly binding: Binding
  readonly at: ts.Node
}

/** The local names whose values are the value of an expression, or stand in a literal that is. */
export function takings(value: ts.Expression, at: ts.Node, callees: Callees): Taking[] {
  const bare = bareExpression(value)
  if (ts.isIdentifier(bare)) {
    const binding = callees.bindingOf(bare)
    return binding ? [{ name: bare, binding, at }] : []
  }
  return partsOf(bare).flatMap((part) => takings(part, at, callees))
}

// --- internal ---

function partsOf(value: ts.Expression): readonly ts.Expression[] {
  if (ts.isArrayLiteralExpression(value)) return value.elements.filter((element) => !ts.isSpreadElement(element))
  if (ts.isConditionalExpression(value)) return [value.whenTrue, value.whenFalse]
  if (!ts.isObjectLiteralExpression(value)) return []
  return value.properties.flatMap((property) => {
    if (ts.isShorthandPropertyAssignment(property)) return [property.name]
    return ts.isPropertyAssignment(property) ? [property.initializer] : []
  })
}

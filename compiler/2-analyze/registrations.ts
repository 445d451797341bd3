// In: a syntax tree. Out: edits that give each class of an `addSerializableType(Pose)` the name it has in the source: values travel
// by that name, and a bundler may rename a class in one output and not in another.

import { ts } from 'ts-morph'
import type { Edit } from '../model.ts'

export const REGISTRATION = 'addSerializableType'

export function registrationEdits(root: ts.Node, prefix: string): Edit[] {
  const edits: Edit[] = []
  const visit = (node: ts.Node): void => {
    const type = ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === REGISTRATION ? node.arguments[0] : undefined
    if (type && ts.isIdentifier(type))
      edits.push({ kind: 'wrap', start: type.getStart(), end: type.getEnd(), open: `${prefix}.named(`, close: `, '${type.text}')` })
    ts.forEachChild(node, visit)
  }
  visit(root)
  return edits
}

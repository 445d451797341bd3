// In: a use of an attribute that lies inline. Out: the leaf that it goes straight to, as in `this.pose.x`, and the edit that makes
// it `this['pose.x']`, the accessor of the leaf. Must not take what may be undefined on the way, or a key that is not written out.

import { ts } from 'ts-morph'
import { outerExpression } from '../1-parse/expressions.ts'
import type { PartSchema } from '../../src/contract/schema.ts'
import type { Attribute, Edit } from '../model.ts'
import { quoted } from '../quoted.ts'
import type { SelfAccess } from './scope.ts'

export interface LeafAccess {
  /** `pose.x` */
  readonly name: string
  /** The whole expression, `this.pose.x`. */
  readonly node: ts.PropertyAccessExpression | ts.ElementAccessExpression
}

/** `undefined` for every other use of the attribute: of the whole, of a part that is an object, of what no key tells. */
export function leafOf(access: SelfAccess, attribute: Attribute | undefined): LeafAccess | undefined {
  if (access.via !== 'this' || attribute?.share.kind !== 'shared' || attribute.share.field !== 'object' || ts.isBindingElement(access.node)) return undefined
  let fields: readonly PartSchema[] = attribute.share.fields
  let { name } = access
  for (let at = outerExpression(access.node); ;) {
    const { parent } = at
    const key = keyTaken(parent, at)
    const field = fields.find((candidate) => candidate.name === key)
    if (!field) return undefined
    name += `.${field.name}`
    const node = parent as LeafAccess['node']
    if (field.kind !== 'object') return ts.isDeleteExpression(outerExpression(node).parent) ? undefined : { name, node }
    fields = field.fields
    at = outerExpression(node)
  }
}

/** What stands before the attribute's name stays as it is written: `this`, `self`, `this?.`. */
export function leafEdit(access: SelfAccess, { name, node }: LeafAccess): Edit {
  const { expression } = access.node as ts.PropertyAccessExpression | ts.ElementAccessExpression
  const text = `[${quoted(name)}]`
  if (expression.getStart() === node.getStart()) return { kind: 'replace', start: expression.getEnd(), end: node.getEnd(), text }
  // `(this.pose).x` opens what it closes behind the name.
  return { kind: 'replace', start: node.getStart(), end: node.getEnd(), text: expression.getText() + text }
}

/** The key of `object.key`, `object['key']` and `object[0]`. */
export function writtenKey(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) return node.name.text
  if (!ts.isElementAccessExpression(node)) return undefined
  const { argumentExpression: key } = node
  return ts.isStringLiteralLike(key) || ts.isNumericLiteral(key) ? key.text : undefined
}

// --- internal ---

function keyTaken(node: ts.Node, object: ts.Node): string | undefined {
  const isAccess = ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)
  return isAccess && node.expression === object && !node.questionDotToken ? writtenKey(node) : undefined
}

// In: an object or tuple type, or an object literal. Out: its fields, if all its leaves are numbers and booleans, so that it can lie inline.
// Must not follow names: types.ts does, and is asked for each member.

import { ts } from 'ts-morph'
import { bareExpression } from '../1-parse/expressions.ts'
import { hasModifier } from '../1-parse/imports.ts'
import { type FieldKind, isTuple, type PartSchema } from '../../src/contract/schema.ts'

export type InlineFields = readonly PartSchema[]

/** What types.ts says of a member. */
export interface MemberType {
  readonly field: FieldKind
  readonly fields?: InlineFields | undefined
}

/** More than these are no object that is read whole in one go. */
const MAX_LEAVES = 64

/** `undefined` where a key may be missing, or hold anything but a number, a boolean or an object of such. */
export function fieldsOfMembers(members: readonly ts.TypeElement[], typeOf: (node: ts.TypeNode) => MemberType): InlineFields | undefined {
  return fieldsOf(members, (member) => {
    const isPlain = ts.isPropertySignature(member) && !member.questionToken && member.type
    return isPlain ? { name: nameOf(member.name), type: () => typeOf(member.type!) } : undefined
  })
}

/** The same of a tuple, whose keys are `0`, `1`, …. */
export function fieldsOfTuple({ elements }: ts.TupleTypeNode, typeOf: (node: ts.TypeNode) => MemberType): InlineFields | undefined {
  return fieldsOf(elements, (element, index) => {
    const type = ts.isNamedTupleMember(element) && !element.questionToken && !element.dotDotDotToken ? element.type : element
    const isPlain = !ts.isNamedTupleMember(type) && !ts.isOptionalTypeNode(type) && !ts.isRestTypeNode(type)
    return isPlain ? { name: String(index), type: () => typeOf(type) } : undefined
  })
}

/** The same of `{ x: 0, y: 0 }`. */
export function fieldsOfLiteral(node: ts.ObjectLiteralExpression, typeOf: (node: ts.Expression) => MemberType | undefined): InlineFields | undefined {
  return fieldsOf(node.properties, (property) => (ts.isPropertyAssignment(property) ? { name: nameOf(property.name), type: () => typeOf(property.initializer) } : undefined))
}

/** What an interface has, those that it extends first. `undefined` where one of them is no object of known shape, or names a key again. */
export function joinedFields(parts: readonly (InlineFields | undefined)[]): InlineFields | undefined {
  const fields = parts.flatMap((part) => part ?? [])
  const isWhole = !parts.some((part) => !part || isTuple(part)) && new Set(fields.map(({ name }) => name)).size === fields.length
  return isWhole && leafCount(fields) <= MAX_LEAVES ? fields : undefined
}

/** Whether an initial value that is written out has other keys than its declared type: `{} as Pose` is filled in later. */
export function lacksKeys(initializer: ts.Expression | undefined, fields: InlineFields): boolean {
  const value = initializer && bareExpression(initializer)
  if (value && ts.isArrayLiteralExpression(value)) return isTuple(fields) && lacksElements(value, fields)
  if (!value || !ts.isObjectLiteralExpression(value)) return false
  if (value.properties.some(ts.isSpreadAssignment)) return false
  const byName = new Map(value.properties.map((property) => [property.name && nameOf(property.name), property]))
  return byName.size !== fields.length || fields.some((field) => {
    const property = byName.get(field.name)
    if (!property) return true
    return field.kind === 'object' && ts.isPropertyAssignment(property) && lacksKeys(property.initializer, field.fields)
  })
}

// --- internal ---

function lacksElements({ elements }: ts.ArrayLiteralExpression, fields: InlineFields): boolean {
  if (elements.some(ts.isSpreadElement)) return false
  return elements.length !== fields.length || elements.some((element, index) => {
    const field = fields[index]!
    return ts.isOmittedExpression(element) || (field.kind === 'object' && lacksKeys(element, field.fields))
  })
}

interface Member {
  readonly name: string | undefined
  readonly type: () => MemberType | undefined
}

function fieldsOf<Node extends ts.Node>(nodes: readonly Node[], read: (node: Node, index: number) => Member | undefined): InlineFields | undefined {
  const fields = new Map<string, PartSchema>()
  let leaves = 0
  for (const [index, node] of nodes.entries()) {
    const member = read(node, index)
    const name = member?.name
    // The first one that does not fit ends it: a type that names itself is not followed for ever.
    const type = name === undefined || fields.has(name) ? undefined : member!.type()
    if (name === undefined || !type || type.field === 'value' || type.field === 'typed-array') return undefined
    if (type.field === 'object') fields.set(name, { name, kind: 'object', fields: type.fields! })
    else fields.set(name, { name, kind: type.field })
    leaves += type.field === 'object' ? leafCount(type.fields!) : 1
    if (leaves > MAX_LEAVES) return undefined
  }
  return fields.size === 0 ? undefined : [...fields.values()]
}

/** A key that can be part of a path such as `pose.x`. */
function nameOf(name: ts.PropertyName): string | undefined {
  const text = ts.isIdentifier(name) || ts.isStringLiteral(name) ? name.text : undefined
  return text !== undefined && text !== '__proto__' && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text) ? text : undefined
}

function leafCount(fields: InlineFields): number {
  return fields.reduce((count, field) => count + (field.kind === 'object' ? leafCount(field.fields) : 1), 0)
}

/** Not where it is generic, or declared in several places: then its members are not all that it has. */
export function isWholeInterface(declaration: ts.InterfaceDeclaration): boolean {
  if (declaration.typeParameters) return false
  const { statements } = declaration.getSourceFile()
  const sameName = statements.filter((statement) => (ts.isInterfaceDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name?.text === declaration.name.text)
  return sameName.length === 1 && !hasModifier(declaration, ts.SyntaxKind.DeclareKeyword)
}

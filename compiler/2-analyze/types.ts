// In: the annotation or the initial value of an attribute. Out: what it is in memory, and whether it can be serialised at all.
// Read from syntax alone, through aliases, interfaces, enums and imports of the project; the type checker is another file.

import { ts } from 'ts-morph'
import { hasModifier } from '../1-parse/imports.ts'
import { meaningOf } from '../1-parse/classes.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'
import { type FieldKind, TYPED_ARRAY_NAMES, type TypedArrayName } from '../../src/contract/schema.ts'
import type { ClassReference, TypeCategory } from '../model.ts'
import { fieldsOfLiteral, fieldsOfMembers, fieldsOfTuple, isWholeInterface, joinedFields, type InlineFields } from './inline-shape.ts'

export interface AttributeType {
  readonly field: FieldKind
  /** Of an object that lies inline. */
  readonly fields?: InlineFields | undefined
  /** Of a typed array. */
  readonly array?: TypedArrayName
  readonly category: TypeCategory
  /** Type text that stands on its own, with globals only. */
  readonly text: string | undefined
  /** The class that it is an instance of, where only the type checker knows. */
  readonly instanceOf?: ClassReference
  /** Why it can't be serialised; `undefined` where it can, or where only the run can tell. */
  readonly unserialisable?: string
}

export function typeOfAnnotation(node: ts.TypeNode, unit: SourceUnit, project: SourceProject, depth = 0): AttributeType {
  if (depth > 16) return UNKNOWN
  const further = (inner: ts.TypeNode): AttributeType => typeOfAnnotation(inner, unit, project, depth + 1)
  const text = selfContained(node) ? node.getText() : undefined
  if (ts.isParenthesizedTypeNode(node)) return further(node.type)
  if (ts.isTypeOperatorNode(node)) {
    if (node.operator === ts.SyntaxKind.UniqueKeyword) return none('a symbol')
    return node.operator === ts.SyntaxKind.ReadonlyKeyword ? { ...further(node.type), text } : UNKNOWN
  }
  switch (node.kind) {
    case ts.SyntaxKind.NumberKeyword: return NUMBER
    case ts.SyntaxKind.BooleanKeyword: return BOOLEAN
    case ts.SyntaxKind.StringKeyword: return value('string', 'string')
    case ts.SyntaxKind.BigIntKeyword: return value('bigint', 'bigint')
    case ts.SyntaxKind.SymbolKeyword: return none('a symbol')
  }
  if (ts.isFunctionTypeNode(node) || ts.isConstructorTypeNode(node)) return none('a function')
  if (ts.isLiteralTypeNode(node)) return ofLiteral(node, text)
  if (ts.isTemplateLiteralTypeNode(node)) return value('string', text)
  if (ts.isArrayTypeNode(node)) return value('array', text)
  if (ts.isTupleTypeNode(node)) return inline(fieldsOfTuple(node, further), 'array', text)
  if (ts.isTypeLiteralNode(node)) return object(fieldsOfMembers(node.members, further), text)
  if (ts.isUnionTypeNode(node)) return ofUnion(node.types.map(further), text)
  if (ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName)) return ofName(node.typeName.text, node, unit, project, text, depth)
  return { ...UNKNOWN, text }
}

/** `undefined` where the syntax does not tell. */
export function typeOfInitializer(expression: ts.Expression, unit: SourceUnit, project: SourceProject): AttributeType | undefined {
  const node = ts.skipPartiallyEmittedExpressions(expression) as ts.Expression
  if (ts.isParenthesizedExpression(node)) return typeOfInitializer(node.expression, unit, project)
  if (ts.isAsExpression(node) || ts.isTypeAssertionExpression(node))
    return node.type.getText() === 'const' ? typeOfInitializer(node.expression, unit, project) : typeOfAnnotation(node.type, unit, project)
  if (ts.isSatisfiesExpression(node)) return typeOfInitializer(node.expression, unit, project)
  if (ts.isNumericLiteral(node)) return NUMBER
  if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) return BOOLEAN
  if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) return value('string', 'string')
  if (ts.isBigIntLiteral(node)) return value('bigint', 'bigint')
  if (node.kind === ts.SyntaxKind.NullKeyword) return value('unknown', undefined)
  if (ts.isArrayLiteralExpression(node)) return value('array', arrayText(node, unit, project))
  if (ts.isObjectLiteralExpression(node)) return ofObjectLiteral(node, unit, project)
  if (ts.isRegularExpressionLiteral(node)) return value('unknown', 'RegExp')
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isClassExpression(node)) return none('a function')
  if (ts.isPrefixUnaryExpression(node)) {
    if (node.operator === ts.SyntaxKind.ExclamationToken) return BOOLEAN
    if (node.operator === ts.SyntaxKind.PlusToken) return NUMBER
    const operand = typeOfInitializer(node.operand, unit, project)
    // Of a bigint it is one.
    if (operand?.category === 'bigint') return operand
    return operand && operand.category !== 'unknown' ? NUMBER : undefined
  }
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression)) return ofNew(node, node.expression.text, unit, project)
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const member = enumOf(node.expression.text, unit, project)
    if (member) return ofEnum(member.node)
    if (node.expression.text === 'Number' || node.expression.text === 'Math') return /^[A-Z_0-9]+$/.test(node.name.text) ? NUMBER : undefined
  }
  if (ts.isIdentifier(node) && (node.text === 'NaN' || node.text === 'Infinity')) return NUMBER
  if (ts.isCallExpression(node)) return ofCall(node)
  return undefined
}

// --- internal ---

const NUMBER: AttributeType = { field: 'number', category: 'number', text: 'number' }
const BOOLEAN: AttributeType = { field: 'boolean', category: 'boolean', text: 'boolean' }
const UNKNOWN: AttributeType = { field: 'value', category: 'unknown', text: undefined }
const TYPED_ARRAY = new RegExp(`^(?:${TYPED_ARRAY_NAMES.join('|')})$`)

const BUILTIN: Record<string, TypeCategory> = {
  Array: 'array', ReadonlyArray: 'array', Map: 'map', ReadonlyMap: 'map', Set: 'set', ReadonlySet: 'set', Date: 'date', Record: 'object',
  RegExp: 'unknown', Error: 'unknown', TypeError: 'unknown', RangeError: 'unknown', SyntaxError: 'unknown', AggregateError: 'unknown',
  ArrayBuffer: 'unknown', DataView: 'unknown', Number: 'unknown', Buffer: 'typed-array',
}

/** Globals that no other thread can have. */
const UNSERIALISABLE = new Set([
  'Function', 'Promise', 'PromiseLike', 'WeakMap', 'WeakSet', 'WeakRef', 'Symbol', 'Generator', 'AsyncGenerator', 'Iterator', 'AsyncIterator',
  'WebSocket', 'Worker', 'SharedWorker', 'MessagePort', 'MessageChannel', 'BroadcastChannel', 'EventTarget', 'EventSource', 'AbortController',
  'AbortSignal', 'Response', 'Request', 'ReadableStream', 'WritableStream', 'TransformStream', 'Timeout', 'Proxy', 'FinalizationRegistry',
])

function value(category: TypeCategory, text: string | undefined): AttributeType {
  return { field: 'value', category, text }
}

function inline(fields: InlineFields | undefined, category: 'object' | 'array', text: string | undefined): AttributeType {
  return fields ? { field: 'object', fields, category, text } : value(category, text)
}

function object(fields: InlineFields | undefined, text: string | undefined): AttributeType {
  return inline(fields, 'object', text)
}

function typedArray(name: string, text: string | undefined): AttributeType {
  return { field: 'typed-array', array: name as TypedArrayName, category: 'typed-array', text }
}

function none(what: string): AttributeType {
  return { field: 'value', category: 'unknown', text: undefined, unserialisable: `${what} can't be serialised` }
}

function ofLiteral(node: ts.LiteralTypeNode, text: string | undefined): AttributeType {
  const kind = node.literal.kind
  if (kind === ts.SyntaxKind.NumericLiteral || (ts.isPrefixUnaryExpression(node.literal) && ts.isNumericLiteral(node.literal.operand))) return { ...NUMBER, text }
  if (kind === ts.SyntaxKind.TrueKeyword || kind === ts.SyntaxKind.FalseKeyword) return { ...BOOLEAN, text }
  return value(kind === ts.SyntaxKind.StringLiteral ? 'string' : 'unknown', text)
}

function ofUnion(types: readonly AttributeType[], text: string | undefined): AttributeType {
  const [first] = types
  const bad = types.find((type) => type.unserialisable)
  if (bad) return { ...bad, text: undefined }
  if (first && isScalar(first) && types.every((type) => type.field === first.field)) return { ...first, text }
  const categories = new Set(types.map((type) => type.category).filter((category) => category !== 'unknown'))
  return value(categories.size === 1 ? [...categories][0]! : 'unknown', text)
}

const isScalar = ({ field }: AttributeType): boolean => field === 'number' || field === 'boolean'

function ofName(name: string, node: ts.NodeWithTypeArguments, unit: SourceUnit, project: SourceProject, text: string | undefined, depth: number): AttributeType {
  const declared = declarationOf(name, unit, project)
  if (declared) {
    const { node: declaration, unit: home } = declared
    if (ts.isTypeAliasDeclaration(declaration)) {
      const type = typeOfAnnotation(declaration.type, home, project, depth + 1)
      return { ...(declaration.typeParameters ? asValue(type) : type), text: undefined }
    }
    if (ts.isEnumDeclaration(declaration)) return ofEnum(declaration)
    if (ts.isInterfaceDeclaration(declaration)) {
      const bases = (declaration.heritageClauses ?? []).flatMap((clause) => clause.types).map((base) => (
        ts.isIdentifier(base.expression) && depth < 16 ? ofName(base.expression.text, base, home, project, undefined, depth + 1) : UNKNOWN
      ))
      return ofInterface(declaration, bases, (inner) => typeOfAnnotation(inner, home, project, depth + 1))
    }
    return value('instance', undefined)
  }
  if (isImported(name, unit)) return UNKNOWN
  if (TYPED_ARRAY.test(name)) return typedArray(name, text)
  if (UNSERIALISABLE.has(name)) return none(`a ${name}`)
  if ((name === 'Partial' || name === 'Required' || name === 'Readonly' || name === 'NonNullable') && node.typeArguments?.[0]) {
    const type = typeOfAnnotation(node.typeArguments[0], unit, project, depth + 1)
    return { ...(name === 'Partial' ? asValue(type) : type), text }
  }
  return value(BUILTIN[name] ?? 'unknown', BUILTIN[name] ? text : undefined)
}

/** The same type where its keys may be missing, or be others. */
export function asValue(type: AttributeType): AttributeType {
  return type.field === 'object' || type.field === 'typed-array' ? value(type.category, type.text) : type
}

function ofInterface(declaration: ts.InterfaceDeclaration, bases: readonly AttributeType[], typeOf: (node: ts.TypeNode) => AttributeType): AttributeType {
  if (declaration.members.some((member) => ts.isCallSignatureDeclaration(member) || ts.isConstructSignatureDeclaration(member))) return none('a function')
  const own = isWholeInterface(declaration) ? fieldsOfMembers(declaration.members, typeOf) : undefined
  return object(own && joinedFields([...bases.map(({ fields }) => fields), own]), undefined)
}

function ofEnum(declaration: ts.EnumDeclaration): AttributeType {
  const isText = (member: ts.EnumMember): boolean => member.initializer !== undefined && ts.isStringLiteralLike(member.initializer)
  return declaration.members.some(isText) ? value('string', undefined) : { ...NUMBER, text: undefined }
}

function ofNew(node: ts.NewExpression, name: string, unit: SourceUnit, project: SourceProject): AttributeType | undefined {
  const meaning = meaningOf(node.expression, unit, project)
  if (meaning.kind === 'class') return value('instance', undefined)
  if (isImported(name, unit)) return undefined
  if (TYPED_ARRAY.test(name)) return typedArray(name, name)
  if (UNSERIALISABLE.has(name)) return none(`a ${name}`)
  const parameters = node.typeArguments ? `<${node.typeArguments.map((argument) => argument.getText()).join(', ')}>` : ''
  if (parameters && !node.typeArguments!.every(selfContained)) return value(BUILTIN[name] ?? 'unknown', undefined)
  if (name === 'Map' || name === 'Set' || name === 'Array') return value(BUILTIN[name]!, parameters ? `${name}${parameters}` : undefined)
  return BUILTIN[name] ? value(BUILTIN[name], name) : undefined
}

function ofCall(node: ts.CallExpression): AttributeType | undefined {
  const callee = node.expression.getText()
  if (callee === 'Date.now' || callee === 'performance.now' || callee === 'Number' || callee === 'parseInt' || callee === 'parseFloat' || callee.startsWith('Math.')) return NUMBER
  if (callee === 'String') return value('string', 'string')
  if (callee === 'Boolean') return BOOLEAN
  if (callee === 'BigInt') return value('bigint', 'bigint')
  if (callee === 'Symbol') return none('a symbol')
  return callee === 'Array.from' ? value('array', undefined) : undefined
}

function arrayText(node: ts.ArrayLiteralExpression, unit: SourceUnit, project: SourceProject): string | undefined {
  const texts = node.elements.map((element) => (ts.isSpreadElement(element) ? undefined : typeOfInitializer(element, unit, project)?.text))
  if (texts.length === 0 || texts.includes(undefined)) return undefined
  const union = [...new Set(texts)].join(' | ')
  return union.includes(' ') ? `(${union})[]` : `${union}[]`
}

/** Each member is looked at once: twice on each level would double the work with each. */
function ofObjectLiteral(node: ts.ObjectLiteralExpression, unit: SourceUnit, project: SourceProject): AttributeType {
  const known = new Map<ts.Expression, AttributeType | undefined>()
  const typeOf = (inner: ts.Expression): AttributeType | undefined => {
    if (!known.has(inner)) known.set(inner, typeOfInitializer(inner, unit, project))
    return known.get(inner)
  }
  return object(fieldsOfLiteral(node, typeOf), objectText(node, typeOf))
}

function objectText(node: ts.ObjectLiteralExpression, typeOf: (inner: ts.Expression) => AttributeType | undefined): string | undefined {
  const parts: string[] = []
  for (const property of node.properties) {
    if (!ts.isPropertyAssignment(property) || ts.isComputedPropertyName(property.name)) return undefined
    const text = typeOf(property.initializer)?.text
    if (!text) return undefined
    parts.push(`${property.name.getText()}: ${text}`)
  }
  return parts.length === 0 ? undefined : `{ ${parts.join('; ')} }`
}

export type TypeDeclaration = ts.TypeAliasDeclaration | ts.InterfaceDeclaration | ts.EnumDeclaration | ts.ClassDeclaration

export interface DeclaredType {
  readonly node: TypeDeclaration
  readonly unit: SourceUnit
}

/** The declaration of a type in this file, or in the file of the project that it is imported from, through re-exports. */
export function declarationOf(name: string, unit: SourceUnit, project: SourceProject, depth = 0): DeclaredType | undefined {
  if (depth > 16) return undefined
  for (const statement of unit.tree.statements) {
    if (ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement) || ts.isEnumDeclaration(statement) || ts.isClassDeclaration(statement))
      if (statement.name?.text === name) return { node: statement, unit }
  }
  for (const statement of unit.tree.statements) {
    const specifier = (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) && statement.moduleSpecifier
    const own = !specifier && ts.isExportDeclaration(statement) ? importedAs(name, statement) : undefined
    if (own !== undefined && own !== name) return declarationOf(own, unit, project, depth + 1)
    if (!specifier || !ts.isStringLiteral(specifier)) continue
    const imported = importedAs(name, statement as ts.ImportDeclaration | ts.ExportDeclaration)
    const target = imported === undefined ? undefined : project.target(specifier.text, unit)
    const found = target && (imported === 'default' ? defaultDeclaration(target, project, depth + 1) : declarationOf(imported!, target, project, depth + 1))
    if (found) return found
  }
  return undefined
}

function importedAs(name: string, statement: ts.ImportDeclaration | ts.ExportDeclaration): string | undefined {
  if (ts.isExportDeclaration(statement)) {
    if (!statement.exportClause) return name
    const element = ts.isNamedExports(statement.exportClause) ? statement.exportClause.elements.find((candidate) => candidate.name.text === name) : undefined
    return element && (element.propertyName ?? element.name).text
  }
  const clause = statement.importClause
  if (clause?.name?.text === name) return 'default'
  const bindings = clause?.namedBindings
  const element = bindings && ts.isNamedImports(bindings) ? bindings.elements.find((candidate) => candidate.name.text === name) : undefined
  return element && (element.propertyName ?? element.name).text
}

function defaultDeclaration(unit: SourceUnit, project: SourceProject, depth = 0): DeclaredType | undefined {
  const found = unit.tree.statements.find((statement): statement is ts.ClassDeclaration | ts.InterfaceDeclaration =>
    (ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement)) && hasModifier(statement, ts.SyntaxKind.DefaultKeyword))
  if (found) return { node: found, unit }
  const exported = unit.tree.statements.find((statement): statement is ts.ExportAssignment => ts.isExportAssignment(statement) && ts.isIdentifier(statement.expression))
  return declarationOf(exported ? (exported.expression as ts.Identifier).text : 'default', unit, project, depth + 1)
}

function enumOf(name: string, unit: SourceUnit, project: SourceProject): { node: ts.EnumDeclaration } | undefined {
  const found = declarationOf(name, unit, project)
  return found && ts.isEnumDeclaration(found.node) ? { node: found.node } : undefined
}

/** What a built-in name is, where no other thread can have it: `a WebSocket`. */
export function unserialisableGlobal(name: string, unit: SourceUnit): string | undefined {
  return UNSERIALISABLE.has(name) && !isImported(name, unit) ? `a ${name}` : undefined
}

function isImported(name: string, unit: SourceUnit): boolean {
  return unit.tree.statements.some((statement) => ts.isImportDeclaration(statement) && importedAs(name, statement) !== undefined)
}

/** Only keywords and built-in names: the text means the same in another file. */
function selfContained(node: ts.Node): boolean {
  if (ts.isTypeReferenceNode(node)) {
    if (!ts.isIdentifier(node.typeName)) return false
    const name = node.typeName.text
    if (!BUILTIN[name] && !TYPED_ARRAY.test(name) && !['Partial', 'Required', 'Readonly', 'NonNullable'].includes(name)) return false
    return node.typeArguments?.every(selfContained) ?? true
  }
  if (ts.isTypeQueryNode(node) || ts.isImportTypeNode(node)) return false
  return ts.forEachChild(node, (child) => (ts.isTypeNode(child) || ts.isTypeElement(child)) && !selfContained(child)) !== true
}

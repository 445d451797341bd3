// In: the parts of `object[key]`. Out: whether the key is surely a number, and the object surely what values are kept in, as far as the text
// around tells. Must not know what is looked for.

import { ts } from 'ts-morph'
import { bareExpression } from '../1-parse/expressions.ts'
import { isConstant, localDeclaration, type LocalDeclaration } from '../1-parse/functions.ts'
import { bindingNames } from '../1-parse/imports.ts'
import { memberName } from './attributes.ts'

type Declaration = ts.VariableDeclaration | ts.ParameterDeclaration | ts.PropertyDeclaration

export function isNumeric(expression: ts.Expression): boolean {
  const bare = bareExpression(expression)
  if (ts.isNumericLiteral(bare) || ts.isPostfixUnaryExpression(bare)) return true
  if (ts.isPrefixUnaryExpression(bare)) return bare.operator !== ts.SyntaxKind.ExclamationToken
  if (ts.isConditionalExpression(bare)) return isNumeric(bare.whenTrue) && isNumeric(bare.whenFalse)
  if (ts.isBinaryExpression(bare)) return NUMERIC_OPERATORS.has(bare.operatorToken.kind) || (bare.operatorToken.kind === ts.SyntaxKind.PlusToken && isNumeric(bare.left) && isNumeric(bare.right))
  if (ts.isPropertyAccessExpression(bare)) return /^(?:length|size|byteLength)$/.test(bare.name.text)
  if (ts.isCallExpression(bare)) return /^(?:Math\.\w+|Number|parseInt)$|\.(?:indexOf|findIndex|charCodeAt|codePointAt)$/.test(bare.expression.getText())
  const declared = ts.isIdentifier(bare) ? declarationOf(bare) : undefined
  if (!declared) return false
  return declared.type ? declared.type.kind === ts.SyntaxKind.NumberKeyword : declared.initializer !== undefined && isNumeric(declared.initializer)
}

/** An array, a map, a record and their like, or what a literal makes. */
export function isContainer(object: ts.Expression): boolean {
  const bare = bareExpression(object)
  const declared = ts.isIdentifier(bare) ? declarationOf(bare) : ts.isPropertyAccessExpression(bare) ? fieldOf(bare) : undefined
  if (!declared) return false
  if (declared.type) return isTypeOfContainer(declared.type)
  const value = declared.initializer && bareExpression(declared.initializer)
  if (value && (ts.isNewExpression(value) || ts.isCallExpression(value))) return /^(?:\w*Array|(?:Weak)?(?:Map|Set)|Object\.\w+|Array\.\w+)$/.test(value.expression.getText())
  return value !== undefined && isConstant(declared) && isLiteral(value)
}

export function isLiteral(node: ts.Expression): boolean {
  return ts.isObjectLiteralExpression(node) || ts.isArrayLiteralExpression(node) || ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isLiteralExpression(node)
}

/** In the functions around a name, also in the head of a loop. */
export function declarationAround(name: ts.Identifier): LocalDeclaration | undefined {
  const local = localDeclaration(name)
  const head = headOf(name)
  return head && !(local && local.pos >= head.pos) ? head : local
}

export function constantOfModule(name: ts.Identifier): ts.VariableDeclaration | undefined {
  for (const statement of name.getSourceFile().statements)
    if (ts.isVariableStatement(statement))
      for (const declaration of statement.declarationList.declarations) if (ts.isIdentifier(declaration.name) && declaration.name.text === name.text) return declaration
  return undefined
}

// --- internal ---

const NUMERIC_OPERATORS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.MinusToken, ts.SyntaxKind.AsteriskToken, ts.SyntaxKind.AsteriskAsteriskToken, ts.SyntaxKind.SlashToken, ts.SyntaxKind.PercentToken,
  ts.SyntaxKind.AmpersandToken, ts.SyntaxKind.BarToken, ts.SyntaxKind.CaretToken,
  ts.SyntaxKind.LessThanLessThanToken, ts.SyntaxKind.GreaterThanGreaterThanToken, ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken,
])

/** What declares a name as a whole: not where a part of something is taken. */
function declarationOf(name: ts.Identifier): Declaration | undefined {
  const declared = declarationAround(name) ?? constantOfModule(name)
  return declared && (ts.isVariableDeclaration(declared) || ts.isParameter(declared)) && ts.isIdentifier(declared.name) ? declared : undefined
}

/** `for (let i = 0; …)` */
function headOf(name: ts.Identifier): ts.VariableDeclaration | undefined {
  for (let at: ts.Node = name.parent; !ts.isSourceFile(at); at = at.parent) {
    if (!ts.isForStatement(at) && !ts.isForOfStatement(at) && !ts.isForInStatement(at)) continue
    const found = at.initializer && ts.isVariableDeclarationList(at.initializer) ? at.initializer.declarations.find((each) => bindingNames(each.name).includes(name.text)) : undefined
    if (found) return found
  }
  return undefined
}

/** Of `this.counts` in a class. */
function fieldOf(access: ts.PropertyAccessExpression): ts.PropertyDeclaration | undefined {
  const holder = access.expression.kind === ts.SyntaxKind.ThisKeyword ? ts.findAncestor(access, ts.isClassLike) : undefined
  return holder?.members.find((member): member is ts.PropertyDeclaration => ts.isPropertyDeclaration(member) && memberName(member.name) === access.name.text)
}

function isTypeOfContainer(type: ts.TypeNode): boolean {
  if (ts.isArrayTypeNode(type) || ts.isTupleTypeNode(type)) return true
  if (ts.isTypeOperatorNode(type) || ts.isParenthesizedTypeNode(type)) return isTypeOfContainer(type.type)
  if (ts.isTypeReferenceNode(type)) return /^(?:\w*Array|Record|(?:Readonly)?(?:Map|Set))$/.test(type.typeName.getText())
  return ts.isTypeLiteralNode(type) && type.members.some(ts.isIndexSignatureDeclaration)
}

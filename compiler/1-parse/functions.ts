// In: a function. Out: what a call of it gives, where its text alone tells, and what declares a name inside of it.
// Must not resolve names of modules.

import { ts } from 'ts-morph'
import { bindingNames, declaredNames, hasModifier } from './imports.ts'

/** A function that is called by its name, rather than as a method. */
export type PlainFunction = ts.FunctionDeclaration | ts.FunctionExpression | ts.ArrowFunction

export function isPlainFunction(node: ts.Node): node is PlainFunction {
  return ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isArrowFunction(node)
}

/** The expression of an arrow, or that of the only `return`, where it ends the function. */
export function resultOf(node: PlainFunction): ts.Expression | undefined {
  const { body } = node
  if (!body || node.asteriskToken || hasModifier(node, ts.SyntaxKind.AsyncKeyword)) return undefined
  if (!ts.isBlock(body)) return body
  const [first, ...others] = ownReturns(body)
  return first && others.length === 0 && first === body.statements.at(-1) ? first.expression : undefined
}

/** `return` statements of the code itself, not those of functions in it. */
export function ownReturns(node: ts.Node): ts.ReturnStatement[] {
  if (ts.isFunctionLike(node) || ts.isClassLike(node)) return []
  if (ts.isReturnStatement(node)) return [node]
  const found: ts.ReturnStatement[] = []
  ts.forEachChild(node, (child) => void found.push(...ownReturns(child)))
  return found
}

export type LocalDeclaration = ts.ParameterDeclaration | ts.VariableDeclaration | ts.Statement

/** What gives a name its meaning inside of a function; `undefined` for a name of the module. */
export function localDeclaration(name: ts.Identifier): LocalDeclaration | undefined {
  for (let at: ts.Node = name.parent; at && !ts.isSourceFile(at); at = at.parent) {
    const found = ts.isFunctionLike(at) ? at.parameters.find((parameter) => declares(parameter, name)) : ts.isBlock(at) ? inBlock(at, name) : undefined
    if (found) return found
  }
  return undefined
}

/** A name as a value, not where it is declared, nor that of a property or a label. */
export function isUse(name: ts.Identifier): boolean {
  const { parent } = name
  if (ts.isShorthandPropertyAssignment(parent)) return true
  const parts = parent as Partial<Record<'name' | 'propertyName' | 'label', ts.Node>>
  return parts.name !== name && parts.propertyName !== name && parts.label !== name
}

/** `const name = …` */
export function isConstant(node: ts.Node): node is ts.VariableDeclaration {
  return ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && (node.parent.flags & ts.NodeFlags.Const) !== 0
}

/** Names that the functions around a node declare. */
export function namesAround(node: ts.Node): Set<string> {
  const names = new Set<string>()
  for (let at = node.parent; !ts.isSourceFile(at); at = at.parent) {
    if (ts.isFunctionLike(at)) at.parameters.flatMap(({ name }) => bindingNames(name as ts.BindingName)).forEach((name) => names.add(name))
    if (ts.isBlock(at)) at.statements.flatMap(declaredNames).forEach((name) => names.add(name))
  }
  return names
}

// --- internal ---

function declares({ name }: ts.ParameterDeclaration | ts.VariableDeclaration, { text }: ts.Identifier): boolean {
  return ts.isIdentifier(name) ? name.text === text : bindingNames(name).includes(text)
}

function inBlock({ statements }: ts.Block, name: ts.Identifier): LocalDeclaration | undefined {
  const statement = statements.find((each) => declaredNames(each).includes(name.text))
  return statement && ts.isVariableStatement(statement) ? statement.declarationList.declarations.find((each) => declares(each, name)) : statement
}

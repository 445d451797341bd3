// In: a statement at the top level of a module. Out: what of it runs on its own, each with the names by which code comes to it.
// Must not look at what they do.

import { ts } from 'ts-morph'
import { bareExpression, outerExpression } from '../1-parse/expressions.ts'
import { bindingNames, declaredNames } from '../1-parse/imports.ts'
import { DEFAULT_NAME } from '../names.ts'

export interface PieceNode {
  readonly node: ts.Node
  readonly declares: readonly string[]
  /** Of a method, or of a function in what the statement makes. */
  readonly member?: string
}

/** The statement itself, or its declarations, first; what lies within another one is none of that. */
export function piecesOf(statement: ts.Statement): PieceNode[] {
  if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) || ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return []
  // `export default registry` says a name and no more.
  if (ts.isExportAssignment(statement) && ts.isIdentifier(bareExpression(statement.expression))) return []
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap((declaration) => within(declaration, bindingNames(declaration.name), declaration.initializer))
  const names = declaredNames(statement)
  const isNameless = names.length === 0 && (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isExportAssignment(statement))
  return within(statement, isNameless ? [DEFAULT_NAME] : names, ts.isExportAssignment(statement) ? statement.expression : statement)
}

// --- internal ---

/** `value`: the function, class or expression that gives the names their value. */
function within(node: ts.Node, declares: readonly string[], value: ts.Node | undefined): PieceNode[] {
  const found: PieceNode[] = [{ node, declares }]
  const add = (at: ts.Node, member: string | undefined): void => void found.push({ node: at, declares, ...(member !== undefined && { member }) })
  const bare = value && ts.isExpression(value) ? bareExpression(value) : value
  const isFunction = bare !== undefined && ts.isFunctionLike(bare)
  const visit = (at: ts.Node): void => {
    if (ts.isTypeNode(at)) return
    if (ts.isClassLike(at)) return at.members.forEach((member) => (runsWhenCalled(member) ? add(member, nameOf(member)) : visit(member)))
    // What a function has in it runs with it; what it returned as the module was loaded does not.
    if (ts.isFunctionLike(at) && at !== bare && !isFunction && !isCalledHere(at)) return add(at, memberOf(at))
    ts.forEachChild(at, visit)
  }
  if (bare) visit(bare)
  return found
}

function runsWhenCalled(member: ts.ClassElement): boolean {
  if (ts.isMethodDeclaration(member) || ts.isAccessor(member)) return member.body !== undefined
  const value = ts.isPropertyDeclaration(member) && member.initializer && bareExpression(member.initializer)
  return value ? ts.isFunctionLike(value) : false
}

/** `(() => { … })()` */
function isCalledHere(node: ts.Node): boolean {
  const outer = outerExpression(node)
  return ts.isCallExpression(outer.parent) && outer.parent.expression === outer
}

/** What a function is called by that stands in what a statement makes; one without a name runs with what it is in. */
function memberOf(node: ts.SignatureDeclaration): string | undefined {
  if (ts.isMethodDeclaration(node) || ts.isAccessor(node) || ts.isFunctionDeclaration(node)) return nameOf(node)
  return ts.isPropertyAssignment(node.parent) || ts.isVariableDeclaration(node.parent) ? nameOf(node.parent) : undefined
}

/** Of a computed one nobody can tell. */
function nameOf({ name }: { readonly name?: ts.Node | undefined }): string | undefined {
  return name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name)) ? name.text : undefined
}

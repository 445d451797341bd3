// In: a statement at the top level of a module. Out: which identifiers in it mean the same local name, with shadowing seen.
// Must not know what a name is used for.

import { ts } from 'ts-morph'
import { bareExpression, outerExpression } from '../../1-parse/expressions.ts'
import { bindingNames, declaredNames, hasModifier } from '../../1-parse/imports.ts'
import { hoistedVars, isAssignment } from '../scope.ts'

/** A local name: every place that names it, its declarations too, in the order of the text. */
export interface Binding {
  readonly name: string
  readonly places: ts.Identifier[]
}

/** What is not in it is a name of the module, or a global one. */
export type Bindings = ReadonlyMap<ts.Identifier, Binding>

export function readBindings(root: ts.Node): Bindings {
  const bindings = new Map<ts.Identifier, Binding>()
  visit(root, undefined)
  return bindings

  function visit(node: ts.Node | undefined, scope: Scope | undefined): void {
    if (!node) return
    if (ts.isIdentifier(node)) return place(node, scope)
    if (ts.isExpressionWithTypeArguments(node)) return visit(node.expression, scope)
    if (ts.isTypeNode(node) || ts.isTypeParameterDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return
    if (hasModifier(node, ts.SyntaxKind.DeclareKeyword) || ts.isMetaProperty(node) || ts.isBreakOrContinueStatement(node)) return
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return
    if (ts.isEnumDeclaration(node)) return place(node.name, scope)
    if (ts.isFunctionLike(node)) return visitFunction(node, scope)
    if (ts.isClassLike(node)) return children(node, inner(scope, node.name && scope ? [node.name.text] : []))
    if (ts.isPropertyAccessExpression(node)) return visit(node.expression, scope)
    if (ts.isPropertyAssignment(node) || ts.isPropertyDeclaration(node)) {
      computed(node.name, scope)
      return visit(node.initializer, scope)
    }
    if (ts.isBindingElement(node)) {
      computed(node.propertyName, scope)
      visit(node.name, scope)
      return visit(node.initializer, scope)
    }
    if (ts.isLabeledStatement(node)) return visit(node.statement, scope)
    if (ts.isBlock(node) || ts.isModuleBlock(node)) return children(node, inner(scope, node.statements.flatMap(declaredNames)))
    if (ts.isCaseBlock(node)) return children(node, inner(scope, node.clauses.flatMap((clause) => clause.statements.flatMap(declaredNames))))
    if (ts.isForStatement(node) || ts.isForOfStatement(node) || ts.isForInStatement(node)) return children(node, inner(scope, headNames(node.initializer)))
    if (ts.isCatchClause(node)) return children(node, inner(scope, node.variableDeclaration ? bindingNames(node.variableDeclaration.name) : []))
    if (ts.isClassStaticBlockDeclaration(node)) return children(node, inner(scope, [...hoistedVars(node.body)]))
    if (ts.isJsxAttribute(node)) return visit(node.initializer, scope)
    if (ts.isJsxClosingElement(node)) return
    children(node, scope)
  }

  function children(node: ts.Node, scope: Scope | undefined): void {
    ts.forEachChild(node, (child) => visit(child, scope))
  }

  function computed(name: ts.PropertyName | undefined, scope: Scope | undefined): void {
    if (name && ts.isComputedPropertyName(name)) visit(name.expression, scope)
  }

  function visitFunction(node: ts.SignatureDeclaration, scope: Scope | undefined): void {
    const { body } = node as ts.FunctionLikeDeclaration
    if (node.name && ts.isIdentifier(node.name) && ts.isFunctionDeclaration(node)) place(node.name, scope)
    if (node.name && ts.isComputedPropertyName(node.name)) visit(node.name.expression, scope)
    if (!body) return
    const names = node.parameters.flatMap((parameter) => bindingNames(parameter.name as ts.BindingName))
    if (ts.isFunctionExpression(node) && node.name) names.push(node.name.text)
    if (ts.isBlock(body)) names.push(...hoistedVars(body))
    const own = inner(scope, names)
    if (ts.isFunctionExpression(node)) visit(node.name, own)
    node.parameters.forEach((parameter) => visit(parameter, own))
    visit(body, own)
  }

  function place(node: ts.Identifier, scope: Scope | undefined): void {
    for (let at = scope; at; at = at.parent) {
      const found = at.names.get(node.text)
      if (!found) continue
      found.places.push(node)
      bindings.set(node, found)
      return
    }
  }
}

/** The assignment, or the loop, that gives an expression a new value; `undefined` where it is only read. */
export function assignmentTo(target: ts.Node): ts.BinaryExpression | ts.ForOfStatement | ts.ForInStatement | undefined {
  let at = outerExpression(target)
  for (;;) {
    const { parent } = at
    // `[a = 1] = list`: the default is part of the pattern.
    if (ts.isBinaryExpression(parent) && parent.left === at && isAssignment(parent)) return assignmentTo(parent) ?? parent
    if ((ts.isForOfStatement(parent) || ts.isForInStatement(parent)) && parent.initializer === at) return parent
    const isPart = ts.isArrayLiteralExpression(parent) || ts.isObjectLiteralExpression(parent) || ts.isSpreadElement(parent) || ts.isSpreadAssignment(parent)
      || (ts.isPropertyAssignment(parent) && parent.initializer === at) || (ts.isShorthandPropertyAssignment(parent) && parent.name === at)
    if (!isPart) return undefined
    at = outerExpression(parent)
  }
}

/** Whether a place of a name takes its value, rather than giving it one. */
export function isRead(place: ts.Identifier): boolean {
  const { parent } = place
  if ((ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent)) && parent.name === place) return false
  if ((ts.isFunctionDeclaration(parent) || ts.isFunctionExpression(parent) || ts.isClassLike(parent) || ts.isEnumDeclaration(parent)) && parent.name === place) return false
  return !assignmentTo(place)
}

/** The value that a name is declared with, where it is one name with one value. */
export function initialValue(binding: Binding): ts.Expression | ts.FunctionDeclaration | undefined {
  for (const { parent } of binding.places) {
    if (ts.isFunctionDeclaration(parent) && parent.name && binding.places.includes(parent.name)) return parent
    if (ts.isVariableDeclaration(parent) && parent.initializer && binding.places.includes(parent.name as ts.Identifier)) return bareExpression(parent.initializer)
  }
  return undefined
}

// --- internal ---

interface Scope {
  readonly names: ReadonlyMap<string, Binding>
  readonly parent: Scope | undefined
}

function inner(parent: Scope | undefined, names: readonly string[]): Scope {
  return { names: new Map(names.map((name) => [name, { name, places: [] }])), parent }
}

function headNames(initializer: ts.ForInitializer | undefined): string[] {
  if (!initializer || !ts.isVariableDeclarationList(initializer) || !(initializer.flags & ts.NodeFlags.BlockScoped)) return []
  return initializer.declarations.flatMap((declaration) => bindingNames(declaration.name))
}

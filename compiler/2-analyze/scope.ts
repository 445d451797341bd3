// In: a statement of a module or a member of a class. Out: the outer names it uses as values, and its uses of the brain
// (`this`, aliases of it, `super`, the class name), with shadowing seen. Must not decide anything: it only reads.

import { ts } from 'ts-morph'
import { bareExpression, outerExpression } from '../1-parse/expressions.ts'
import { bindingNames, declaredNames, hasModifier } from '../1-parse/imports.ts'
import { isMutator, writtenArgument } from './regions/methods.ts'

/** A use of a member through the brain itself: `this.x`, `self.x`, `const { x } = this`, `super.x`, `MainBrain.x`. */
export interface SelfAccess {
  readonly name: string
  readonly via: 'this' | 'super' | 'class'
  /** The access expression, or the binding element that reads it. */
  readonly node: ts.Node
}

export interface ScopeReading {
  readonly names: ReadonlySet<string>
  readonly assigned: readonly ts.Identifier[]
  /** Outer names whose value is changed in place, each at the change: `seen.set(k, v)`, `conf.level++`, `delete known[k]`. */
  readonly changed: readonly { readonly name: string; readonly node: ts.Node }[]
  readonly accesses: readonly SelfAccess[]
  readonly selfEscapes: boolean
  /** The class is handed on as a whole: every static member may be used. */
  readonly classEscapes: boolean
  readonly evals: readonly ts.Node[]
}

export interface ScopeOptions {
  /** The node is a member of a brain's class: `this` at its top is the brain, or the class itself where the member is static. */
  readonly isMember?: boolean
  /** Names by which the brain's class is known. */
  readonly classNames?: ReadonlySet<string>
  /** Names that the functions around it declare. */
  readonly locals?: ReadonlySet<string>
  /** Parts that are left out. */
  readonly without?: ReadonlySet<ts.Node>
}

export function readScope(node: ts.Node, options: ScopeOptions = {}): ScopeReading {
  const reader = new ScopeReader(options)
  reader.visit(node, { names: new Map([...options.locals ?? []].map((name) => [name, 'local'])), parent: undefined, self: options.isMember ? (isStatic(node) ? 'class' : 'brain') : undefined })
  return reader
}

// --- internal ---

interface Scope {
  readonly names: Map<string, 'local' | 'self'>
  readonly parent: Scope | undefined
  /** What `this` is; `undefined` where it is of no concern. */
  readonly self: 'brain' | 'class' | undefined
}

class ScopeReader implements ScopeReading {
  readonly names = new Set<string>()
  readonly assigned: ts.Identifier[] = []
  readonly changed: { readonly name: string; readonly node: ts.Node }[] = []
  readonly accesses: SelfAccess[] = []
  readonly evals: ts.Node[] = []
  selfEscapes = false
  classEscapes = false
  readonly #classNames: ReadonlySet<string>
  readonly #without: ReadonlySet<ts.Node>

  constructor({ classNames = new Set(), without = new Set() }: ScopeOptions) {
    this.#classNames = classNames
    this.#without = without
  }

  visit(node: ts.Node | undefined, scope: Scope): void {
    if (!node || this.#without.has(node)) return
    if (ts.isIdentifier(node)) return this.#reference(node, scope)
    if (node.kind === ts.SyntaxKind.ThisKeyword) {
      if (scope.self === 'brain') this.selfEscapes = true
      if (scope.self === 'class') this.classEscapes = true
      return
    }
    if (ts.isExpressionWithTypeArguments(node)) return this.visit(node.expression, scope)
    if (ts.isTypeNode(node) || ts.isTypeParameterDeclaration(node) || isErased(node)) return
    if (ts.isMetaProperty(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return
    if (ts.isFunctionLike(node)) return this.#function(node, scope)
    if (ts.isClassLike(node)) return this.#class(node, scope)
    if (ts.isPropertyAccessExpression(node)) return this.#property(node, scope)
    if (ts.isElementAccessExpression(node)) return this.#element(node, scope)
    if (ts.isCallExpression(node)) return this.#call(node, scope)
    if (ts.isVariableDeclaration(node)) return this.#variable(node, scope)
    if (ts.isParameter(node) || ts.isBindingElement(node)) return this.#binding(node, scope)
    if (ts.isBinaryExpression(node)) return this.#binary(node, scope)
    if (isStep(node)) {
      this.#assignTarget(node.operand, scope)
      return this.visit(node.operand, scope)
    }
    if (ts.isDeleteExpression(node)) this.#changePart(bareExpression(node.expression), scope)
    if (ts.isPropertyAssignment(node)) {
      this.#propertyName(node.name, scope)
      return this.visit(node.initializer, scope)
    }
    if (ts.isShorthandPropertyAssignment(node)) {
      this.#reference(node.name, scope)
      return this.visit(node.objectAssignmentInitializer, scope)
    }
    if (ts.isLabeledStatement(node)) return this.visit(node.statement, scope)
    if (ts.isBreakOrContinueStatement(node)) return
    if (ts.isBlock(node) || ts.isModuleBlock(node)) return this.#block(node.statements, scope)
    if (ts.isCaseBlock(node)) return this.#caseBlock(node, scope)
    if (ts.isForStatement(node) || ts.isForOfStatement(node) || ts.isForInStatement(node)) return this.#for(node, scope)
    if (ts.isCatchClause(node)) return this.#catch(node, scope)
    if (ts.isEnumDeclaration(node)) return this.#enum(node, scope)
    if (ts.isModuleDeclaration(node)) return this.visit(node.body, scope)
    if (ts.isPropertyDeclaration(node)) return this.#field(node, scope)
    if (ts.isClassStaticBlockDeclaration(node)) return this.visit(node.body, inner(scope, hoistedVars(node.body), scope.parent === undefined ? scope.self : undefined))
    if (ts.isExportAssignment(node)) return this.visit(node.expression, scope)
    if (ts.isJsxAttribute(node)) return this.visit(node.initializer, scope)
    if (ts.isJsxOpeningLikeElement(node) || ts.isJsxClosingElement(node)) return this.#jsx(node, scope)
    ts.forEachChild(node, (child) => this.visit(child, scope))
  }

  #reference(node: ts.Identifier, scope: Scope): void {
    const found = lookup(node.text, scope)
    if (found === 'self') this.selfEscapes = true
    else if (found !== undefined) return
    else if (this.#classNames.has(node.text)) this.classEscapes = true
    else this.names.add(node.text)
  }

  #isSelf(expression: ts.Expression, scope: Scope): boolean {
    const bare = bareExpression(expression)
    if (bare.kind === ts.SyntaxKind.ThisKeyword) return scope.self === 'brain'
    return ts.isIdentifier(bare) && lookup(bare.text, scope) === 'self'
  }

  /** `MainBrain`, `this` in a static member, `this.constructor`. */
  #isClass(expression: ts.Expression, scope: Scope): boolean {
    const bare = bareExpression(expression)
    if (bare.kind === ts.SyntaxKind.ThisKeyword) return scope.self === 'class'
    if (ts.isPropertyAccessExpression(bare)) return bare.name.text === 'constructor' && this.#isSelf(bare.expression, scope)
    return ts.isIdentifier(bare) && this.#classNames.has(bare.text) && lookup(bare.text, scope) === undefined
  }

  #property(node: ts.PropertyAccessExpression, scope: Scope): void {
    const name = node.name.text
    const via = this.#via(node.expression, scope)
    if (via !== 'class' && this.#isClass(node, scope)) this.classEscapes = true
    if (via) return this.#access({ name, via, node })
    if (ts.isPrivateIdentifier(node.name)) this.accesses.push({ name, via: 'this', node })
    this.visit(node.expression, scope)
  }

  #element(node: ts.ElementAccessExpression, scope: Scope): void {
    const { expression, argumentExpression: key } = node
    const via = this.#via(expression, scope)
    if (via && ts.isStringLiteralLike(key)) return this.#access({ name: key.text, via, node })
    if (via === 'class') this.classEscapes = true
    else if (via) this.selfEscapes = true
    else this.visit(expression, scope)
    this.visit(key, scope)
  }

  #via(object: ts.Expression, scope: Scope): SelfAccess['via'] | undefined {
    if (this.#isClass(object, scope)) return 'class'
    if (this.#isSelf(object, scope)) return 'this'
    if (object.kind !== ts.SyntaxKind.SuperKeyword || !scope.self) return undefined
    return scope.self === 'brain' ? 'super' : 'class'
  }

  #access(access: SelfAccess): void {
    // Whoever has the prototype has every method.
    if (access.via === 'class' && access.name === 'prototype') this.selfEscapes = true
    this.accesses.push(access)
  }

  #call(node: ts.CallExpression, scope: Scope): void {
    if (ts.isIdentifier(node.expression) && node.expression.text === 'eval' && lookup('eval', scope) === undefined) this.evals.push(node)
    const callee = bareExpression(node.expression)
    if (ts.isPropertyAccessExpression(callee) && isMutator(callee.name.text, undefined)) this.#changePart(callee, scope)
    const written = writtenBy(node)
    if (written) this.#changeWhole(written, scope)
    ts.forEachChild(node, (child) => this.visit(child, scope))
  }

  #variable(node: ts.VariableDeclaration, scope: Scope): void {
    if (node.initializer ? this.#isSelf(node.initializer, scope) : scope.self === 'brain' && ts.isVariableStatement(node.parent.parent)) {
      if (ts.isIdentifier(node.name) && isAlwaysThis(node) && owner(node.name.text, scope)) return void owner(node.name.text, scope)!.names.set(node.name.text, 'self')
      if (ts.isObjectBindingPattern(node.name)) return this.#destructureSelf(node.name, scope)
    }
    this.#bindingName(node.name, scope)
    this.visit(node.initializer, scope)
  }

  #destructureSelf(pattern: ts.ObjectBindingPattern, scope: Scope): void {
    for (const element of pattern.elements) {
      const key = element.propertyName ?? element.name
      if (element.dotDotDotToken || !(ts.isIdentifier(key) || ts.isStringLiteralLike(key))) this.selfEscapes = true
      else this.accesses.push({ name: key.text, via: 'this', node: element })
      this.#binding(element, scope)
    }
  }

  #binding(node: ts.ParameterDeclaration | ts.BindingElement, scope: Scope): void {
    if (ts.isParameter(node)) ts.getDecorators(node)?.forEach((decorator) => this.visit(decorator.expression, scope))
    if (ts.isBindingElement(node) && node.propertyName) this.#propertyName(node.propertyName, scope)
    this.#bindingName(node.name, scope)
    this.visit(node.initializer, scope)
  }

  #bindingName(name: ts.BindingName, scope: Scope): void {
    if (!ts.isIdentifier(name)) for (const element of name.elements) if (ts.isBindingElement(element)) this.#binding(element, scope)
  }

  #propertyName(name: ts.PropertyName, scope: Scope): void {
    if (ts.isComputedPropertyName(name)) this.visit(name.expression, scope)
  }

  #binary(node: ts.BinaryExpression, scope: Scope): void {
    // `let self; self = this`.
    if (node.operatorToken.kind === ts.SyntaxKind.EqualsToken && ts.isIdentifier(node.left) && lookup(node.left.text, scope) === 'self' && this.#isSelf(node.right, scope)) return
    if (isAssignment(node)) this.#assignTarget(node.left, scope)
    if (ts.isPrivateIdentifier(node.left)) this.accesses.push({ name: node.left.text, via: 'this', node: node.left })
    else this.visit(node.left, scope)
    if (node.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword && this.#isClass(node.right, scope)) return
    this.visit(node.right, scope)
  }

  #assignTarget(target: ts.Expression, scope: Scope): void {
    for (const bare of targetsOf(target)) {
      if (!ts.isIdentifier(bare)) this.#changePart(bare, scope)
      else if (!owner(bare.text, scope)?.parent) this.assigned.push(bare)
    }
  }

  /** `node` is `list[i]`, `conf.level`, `seen.set`: what it is part of is changed. */
  #changePart(node: ts.Expression, scope: Scope): void {
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) this.#changeWhole(node, scope)
  }

  #changeWhole(node: ts.Expression, scope: Scope): void {
    let root = node
    while (ts.isPropertyAccessExpression(root) || ts.isElementAccessExpression(root)) root = bareExpression(root.expression)
    if (ts.isIdentifier(root) && lookup(root.text, scope) === undefined) this.changed.push({ name: root.text, node })
  }

  #function(node: ts.SignatureDeclaration, scope: Scope): void {
    const body = (node as ts.FunctionLikeDeclaration).body
    if ('name' in node && node.name && ts.isComputedPropertyName(node.name as ts.Node)) this.visit((node.name as ts.ComputedPropertyName).expression, scope)
    if (ts.canHaveDecorators(node)) ts.getDecorators(node)?.forEach((decorator) => this.visit(decorator.expression, scope))
    if (!body) return
    const names = new Set<string>(node.parameters.flatMap((parameter) => bindingNames(parameter.name as ts.BindingName)))
    if (ts.isFunctionExpression(node) && node.name) names.add(node.name.text)
    // `arguments` of a function is its own; an arrow has that of its surroundings.
    if (!ts.isArrowFunction(node)) names.add('arguments')
    const isMember = ts.isMethodDeclaration(node) || ts.isAccessor(node) || ts.isConstructorDeclaration(node)
    const keepsThis = ts.isArrowFunction(node) || (isMember && scope.parent === undefined && ts.isClassLike(node.parent))
    const own = inner(scope, names, keepsThis ? scope.self : undefined)
    node.parameters.forEach((parameter) => this.visit(parameter, own))
    // A default value does not know the variables of the body.
    this.visit(body, ts.isBlock(body) ? inner(own, hoistedVars(body), own.self) : own)
  }

  #class(node: ts.ClassLikeDeclaration, scope: Scope): void {
    ts.getDecorators(node)?.forEach((decorator) => this.visit(decorator.expression, scope))
    node.heritageClauses?.forEach((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword && clause.types.forEach((type) => this.visit(type, scope)))
    const own = inner(scope, new Set(node.name ? [node.name.text] : []), undefined)
    for (const member of node.members) this.visit(member, own)
  }

  #field(node: ts.PropertyDeclaration, scope: Scope): void {
    this.#propertyName(node.name, scope)
    ts.getDecorators(node)?.forEach((decorator) => this.visit(decorator.expression, scope))
    this.visit(node.initializer, inner(scope, new Set(), scope.parent === undefined ? scope.self : undefined))
  }

  #block(statements: ts.NodeArray<ts.Statement>, scope: Scope): void {
    const own = inner(scope, new Set(statements.flatMap(declaredNames)), scope.self)
    statements.forEach((statement) => this.visit(statement, own))
  }

  #caseBlock(node: ts.CaseBlock, scope: Scope): void {
    const own = inner(scope, new Set(node.clauses.flatMap((clause) => clause.statements.flatMap(declaredNames))), scope.self)
    for (const clause of node.clauses) {
      if (ts.isCaseClause(clause)) this.visit(clause.expression, own)
      clause.statements.forEach((statement) => this.visit(statement, own))
    }
  }

  #for(node: ts.ForStatement | ts.ForOfStatement | ts.ForInStatement, scope: Scope): void {
    const names = node.initializer && ts.isVariableDeclarationList(node.initializer)
      ? node.initializer.declarations.flatMap((declaration) => bindingNames(declaration.name)) : []
    // A `var` belongs to the function, which has it already; at the top of a module it is the module's.
    const isVar = node.initializer && ts.isVariableDeclarationList(node.initializer) && !(node.initializer.flags & ts.NodeFlags.BlockScoped)
    const own = inner(scope, new Set(isVar ? [] : names), scope.self)
    if (node.initializer && !ts.isVariableDeclarationList(node.initializer) && !ts.isForStatement(node)) this.#assignTarget(node.initializer, own)
    ts.forEachChild(node, (child) => this.visit(child, own))
  }

  #catch(node: ts.CatchClause, scope: Scope): void {
    const names = node.variableDeclaration ? bindingNames(node.variableDeclaration.name) : []
    const own = inner(scope, new Set(names), scope.self)
    if (node.variableDeclaration) this.#bindingName(node.variableDeclaration.name, own)
    this.visit(node.block, own)
  }

  #enum(node: ts.EnumDeclaration, scope: Scope): void {
    const members = node.members.flatMap((member) => (ts.isIdentifier(member.name) || ts.isStringLiteral(member.name) ? [member.name.text] : []))
    const own = inner(scope, new Set([...members, node.name.text]), undefined)
    node.members.forEach((member) => this.visit(member.initializer, own))
  }

  #jsx(node: ts.JsxOpeningLikeElement | ts.JsxClosingElement, scope: Scope): void {
    // The classic form of JSX calls it; where the file does not declare it, nothing is taken along.
    this.names.add('React')
    if (!ts.isIdentifier(node.tagName) || /^[A-Z_$]/.test(node.tagName.text)) this.visit(node.tagName, scope)
    if (!ts.isJsxClosingElement(node)) this.visit(node.attributes, scope)
  }
}

function inner(parent: Scope, names: ReadonlySet<string>, self: Scope['self']): Scope {
  return { names: new Map([...names].map((name) => [name, 'local'])), parent, self }
}

function owner(name: string, scope: Scope): Scope | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) if (at.names.has(name)) return at
  return undefined
}

function lookup(name: string, scope: Scope): 'local' | 'self' | undefined {
  return owner(name, scope)?.names.get(name)
}

/** A variable to which the function around it assigns nothing but `this`; one without an initial value, at least that. */
function isAlwaysThis(declaration: ts.VariableDeclaration): boolean {
  if (declaration.initializer && declaration.parent.flags & ts.NodeFlags.Const) return true
  const name = (declaration.name as ts.Identifier).text
  const body = ts.findAncestor(declaration, (node) => ts.isFunctionLike(node) || ts.isClassStaticBlockDeclaration(node)) ?? declaration.getSourceFile()
  const writes: ts.Identifier[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node !== declaration.name && node.text === name && isWritten(node)) writes.push(node)
    ts.forEachChild(node, visit)
  }
  visit(body)
  return (declaration.initializer !== undefined || writes.length > 0) && writes.every((write) => isGivenThis(write, thisScopeOf(declaration)))
}

function isGivenThis(name: ts.Identifier, thisScope: ts.Node | undefined): boolean {
  const outer = outerExpression(name)
  const { parent } = outer
  return ts.isBinaryExpression(parent) && parent.left === outer && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
    && bareExpression(parent.right).kind === ts.SyntaxKind.ThisKeyword && thisScopeOf(name) === thisScope
}

/** What says what `this` is. */
function thisScopeOf(node: ts.Node): ts.Node | undefined {
  return ts.findAncestor(node, (each) => (ts.isFunctionLike(each) && !ts.isArrowFunction(each)) || ts.isClassLike(each))
}

/** Declared, assigned, or part of a pattern: what may give a name, or a property, its value. */
export function isWritten(name: ts.Node): boolean {
  const outer = outerExpression(name)
  const { parent } = outer
  if (ts.isBinaryExpression(parent)) return parent.left === outer && isAssignment(parent)
  if (isStep(parent)) return true
  if (ts.isVariableDeclaration(parent)) return parent.name === outer
  return ts.isParameter(parent) || ts.isBindingElement(parent) || isInPattern(outer)
}

/** `[name] = pair`, `({ a: name, ...rest } = o)`, `for (name of names)`. */
export function isInPattern(node: ts.Node): boolean {
  const { parent } = node
  if (ts.isForOfStatement(parent) || ts.isForInStatement(parent)) return parent.initializer === node
  if (ts.isBinaryExpression(parent)) return parent.left === node && isAssignment(parent)
  const isPart = ts.isArrayLiteralExpression(parent) || ts.isObjectLiteralExpression(parent) || ts.isSpreadElement(parent) || ts.isSpreadAssignment(parent)
    || ts.isShorthandPropertyAssignment(parent) || (ts.isPropertyAssignment(parent) && parent.initializer === node) || ts.isParenthesizedExpression(parent)
  return isPart && isInPattern(parent)
}

/** Names of `var` declarations that belong to the function around a block. */
export function hoistedVars(body: ts.Node): Set<string> {
  const names = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return
    if (ts.isVariableDeclarationList(node) && !(node.flags & ts.NodeFlags.BlockScoped))
      node.declarations.forEach((declaration) => bindingNames(declaration.name).forEach((name) => names.add(name)))
    ts.forEachChild(node, visit)
  }
  ts.forEachChild(body, visit)
  return names
}

function isErased(node: ts.Node): boolean {
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || hasModifier(node, ts.SyntaxKind.DeclareKeyword)
}

function isStatic(node: ts.Node): boolean {
  return ts.isClassStaticBlockDeclaration(node) || hasModifier(node, ts.SyntaxKind.StaticKeyword)
}

/** What an assignment writes to: its left side, or the targets of a pattern there. */
export function targetsOf(left: ts.Expression): ts.Expression[] {
  const bare = bareExpression(left)
  if (ts.isArrayLiteralExpression(bare)) return bare.elements.flatMap((element) => targetsOf(ts.isSpreadElement(element) ? element.expression : element))
  if (ts.isObjectLiteralExpression(bare))
    return bare.properties.flatMap((property) => {
      if (ts.isShorthandPropertyAssignment(property)) return [property.name]
      if (ts.isPropertyAssignment(property)) return targetsOf(property.initializer)
      return ts.isSpreadAssignment(property) ? targetsOf(property.expression) : []
    })
  const isDefault = ts.isBinaryExpression(bare) && bare.operatorToken.kind === ts.SyntaxKind.EqualsToken
  return isDefault ? targetsOf(bare.left) : [bare]
}

/** What a call of the language changes that is given it: `conf` of `Object.assign(conf, more)`. */
export function writtenBy({ expression, arguments: given }: ts.CallExpression): ts.Expression | undefined {
  const callee = bareExpression(expression)
  // The text of a longer callee may be that of the whole statement.
  if (!ts.isPropertyAccessExpression(callee) || !ts.isIdentifier(callee.expression)) return undefined
  const place = writtenArgument(callee.getText())
  const argument = place === undefined ? undefined : given[place]
  return argument && bareExpression(argument)
}

/** `this.x(…)`, of a use that is called. */
export function callOf({ node }: SelfAccess): ts.CallExpression | undefined {
  const outer = outerExpression(node)
  const { parent } = outer
  return ts.isCallExpression(parent) && parent.expression === outer ? parent : undefined
}

/** `++` and `--`, before or behind. */
export function isStep(node: ts.Node): node is ts.PrefixUnaryExpression | ts.PostfixUnaryExpression {
  return (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) &&
    (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken)
}

/** Whether the value of an assignment is the one that its target may have been given, or has: `=`, `??=`, `||=`, `&&=`. */
export function keepsValue({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return kind === ts.SyntaxKind.EqualsToken || kind === ts.SyntaxKind.QuestionQuestionEqualsToken || kind === ts.SyntaxKind.BarBarEqualsToken || kind === ts.SyntaxKind.AmpersandAmpersandEqualsToken
}

export function isAssignment(node: ts.BinaryExpression): boolean {
  const kind = node.operatorToken.kind
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment
}

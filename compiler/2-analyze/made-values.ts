// In: an expression, or a function. Out: the classes that its value, or what it gives back, is made of, and the annotated types on
// the way, as far as the syntax tells: `new`, literals, constants, functions of the project. Must not judge them.

import { ts } from 'ts-morph'
import { heritageOf, meaningOf } from '../1-parse/classes.ts'
import type { ClassNode } from '../1-parse/declarations.ts'
import { originOf } from '../1-parse/exports.ts'
import { bareExpression } from '../1-parse/expressions.ts'
import { bindingNames, hasModifier } from '../1-parse/imports.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'

/** `isWhole`: it is the value itself, neither a part of it nor what it promises. */
export type MadeValue = { readonly isWhole: boolean } & (
  | { readonly kind: 'class'; readonly node: ClassNode; readonly unit: SourceUnit; readonly arguments: readonly ts.TypeNode[]; readonly from: SourceUnit }
  | { readonly kind: 'type'; readonly node: ts.TypeNode; readonly unit: SourceUnit }
)

export function madeBy(node: ts.Expression | ts.SignatureDeclaration, unit: SourceUnit, project: SourceProject): MadeValue[] {
  const reader = new MadeReader(project)
  if (ts.isFunctionLike(node)) reader.result(node, unit)
  else reader.value(node, unit)
  return reader.found
}

// --- internal ---

class MadeReader {
  readonly found: MadeValue[] = []
  readonly #project: SourceProject
  readonly #seen = new Set<ts.Node>()
  /** Containers, and promises, around what is read. */
  #depth = 0

  constructor(project: SourceProject) {
    this.#project = project
  }

  value(expression: ts.Expression, unit: SourceUnit): void {
    if (ts.isAsExpression(expression) || ts.isTypeAssertionExpression(expression)) this.#type(expression.type, unit)
    const node = bareExpression(expression)
    if (this.#seen.has(node) || this.#seen.size > 1000) return
    this.#seen.add(node)
    const all = (parts: readonly ts.Expression[]): void => parts.forEach((part) => this.value(part, unit))
    const inside = (read: () => void): void => this.#inside(read)
    if (ts.isNewExpression(node)) return this.#new(node, unit)
    if (ts.isAwaitExpression(node) || ts.isSpreadElement(node)) return this.value(node.expression, unit)
    if (ts.isArrayLiteralExpression(node)) return inside(() => all(node.elements))
    if (ts.isConditionalExpression(node)) return all([node.whenTrue, node.whenFalse])
    if (ts.isBinaryExpression(node)) return all(isChoice(node) ? [node.left, node.right] : node.operatorToken.kind === ts.SyntaxKind.CommaToken ? [node.right] : [])
    if (ts.isObjectLiteralExpression(node)) return inside(() => this.#object(node, unit))
    if (ts.isIdentifier(node)) return this.#name(node, unit)
    if (ts.isCallExpression(node)) return this.#call(node, unit)
    if (ts.isPropertyAccessExpression(node) && node.expression.kind === ts.SyntaxKind.ThisKeyword) return this.#member(node, unit)
  }

  /** What a function gives back, promised or not. */
  result(node: ts.SignatureDeclaration, unit: SourceUnit): void {
    if (this.#seen.has(node)) return
    this.#seen.add(node)
    if (node.type) return this.#type(node.type, unit)
    if (hasModifier(node, ts.SyntaxKind.AsyncKeyword)) return this.#inside(() => this.#returns(node, unit))
    this.#returns(node, unit)
  }

  #inside(read: () => void): void {
    this.#depth++
    read()
    this.#depth--
  }

  #type(node: ts.TypeNode, unit: SourceUnit): void {
    this.found.push({ kind: 'type', node, unit, isWhole: this.#depth === 0 })
  }

  #returns(node: ts.SignatureDeclaration, unit: SourceUnit): void {
    const body = (node as ts.FunctionLikeDeclaration).body
    if (!body) return
    if (!ts.isBlock(body)) return this.value(body as ts.Expression, unit)
    const visit = (inner: ts.Node): void => {
      if (ts.isFunctionLike(inner) || ts.isClassLike(inner)) return
      if (ts.isReturnStatement(inner) && inner.expression) this.value(inner.expression, unit)
      ts.forEachChild(inner, visit)
    }
    visit(body)
  }

  #new(node: ts.NewExpression, unit: SourceUnit): void {
    const meaning = meaningOf(node.expression, unit, this.#project)
    const parameters = node.typeArguments ?? []
    if (meaning.kind === 'class') return void this.found.push({ kind: 'class', node: meaning.node, unit: meaning.unit, arguments: parameters, from: unit, isWhole: this.#depth === 0 })
    // `new Map<string, Item>([['a', new Item()]])`
    this.#inside(() => {
      for (const argument of parameters) this.#type(argument, unit)
      if (ts.isIdentifier(node.expression) && /^(?:Map|Set|Array)$/.test(node.expression.text)) node.arguments?.forEach((argument) => this.value(argument, unit))
    })
  }

  #object(node: ts.ObjectLiteralExpression, unit: SourceUnit): void {
    for (const property of node.properties) {
      if (ts.isPropertyAssignment(property)) this.value(property.initializer, unit)
      if (ts.isSpreadAssignment(property)) this.value(property.expression, unit)
      if (ts.isShorthandPropertyAssignment(property)) this.#name(property.name, unit)
    }
  }

  /** A variable, a parameter or a constant of the module. */
  #name(name: ts.Identifier, unit: SourceUnit): void {
    const declaration = variableNamed(name)
    if (!declaration || this.#seen.has(declaration)) return
    this.#seen.add(declaration)
    if (!ts.isIdentifier(declaration.name)) return
    if (declaration.type) this.#type(declaration.type, unit)
    else if (declaration.initializer) this.value(declaration.initializer, unit)
  }

  #call(node: ts.CallExpression, unit: SourceUnit): void {
    const callee = bareExpression(node.expression)
    if (ts.isIdentifier(callee)) {
      const known = functionNamed(callee.text, unit, this.#project)
      return known && this.result(known.node, known.unit)
    }
    if (!ts.isPropertyAccessExpression(callee)) return
    const owner = callee.expression
    if (owner.kind === ts.SyntaxKind.ThisKeyword) return this.#member(callee, unit)
    const meaning = ts.isIdentifier(owner) ? meaningOf(owner, unit, this.#project) : undefined
    if (meaning?.kind === 'class') {
      const method = meaning.node.members.find((member): member is ts.MethodDeclaration => ts.isMethodDeclaration(member) && member.name.getText() === callee.name.text && member.body !== undefined)
      return method && this.result(method, meaning.unit)
    }
    this.#inside(() => this.#builtInMethod(callee, node, unit))
  }

  /** `rows.map((row) => new Item(row))`, `Array.from({ length: 9 }, () => new Cell())`, `items.at(-1)` */
  #builtInMethod({ name, expression }: ts.PropertyAccessExpression, node: ts.CallExpression, unit: SourceUnit): void {
    if (/^(?:map|flatMap|from|fromAsync|all)$/.test(name.text)) {
      for (const argument of node.arguments) {
        const value = bareExpression(argument)
        if (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) this.result(value, unit)
        else if (name.text === 'all') this.value(value, unit)
      }
    }
    if (/^(?:filter|slice|toSorted|toReversed|concat|at|find|get|pop|shift|sort|reverse)$/.test(name.text)) this.value(expression, unit)
  }

  /** `this.x` or `this.x()`: a field, a getter or a method, of a base class too. */
  #member(access: ts.PropertyAccessExpression, unit: SourceUnit): void {
    let at: ts.Node = access
    while (at.parent && !ts.isClassLike(at)) at = at.parent
    let owner: { node: ClassNode; unit: SourceUnit } | undefined = ts.isClassLike(at) ? { node: at as ClassNode, unit } : undefined
    for (let depth = 0; owner && depth < 32; depth++) {
      const home: SourceUnit = owner.unit
      for (const member of owner.node.members) {
        if (ts.isConstructorDeclaration(member))
          for (const parameter of member.parameters)
            if (ts.isParameterPropertyDeclaration(parameter, member) && parameter.name.getText() === access.name.text) return this.#declared(parameter, home)
        if (member.name?.getText() !== access.name.text) continue
        if (ts.isPropertyDeclaration(member)) return this.#declared(member, home)
        if ((ts.isMethodDeclaration(member) || ts.isGetAccessor(member)) && member.body) return this.result(member, home)
      }
      const base = heritageOf(owner.node)
      const meaning = base ? meaningOf(base.expression, home, this.#project) : undefined
      owner = meaning?.kind === 'class' ? meaning : undefined
    }
  }

  #declared({ type, initializer }: ts.PropertyDeclaration | ts.ParameterDeclaration, unit: SourceUnit): void {
    if (type) this.#type(type, unit)
    if (initializer) this.value(initializer, unit)
  }
}

function isChoice({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return kind === ts.SyntaxKind.QuestionQuestionToken || kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.AmpersandAmpersandToken
}

/** The nearest declaration of a name on the way out of where it is used. */
function variableNamed(name: ts.Identifier): ts.VariableDeclaration | ts.ParameterDeclaration | undefined {
  for (let at: ts.Node | undefined = name.parent; at; at = at.parent) {
    if (ts.isFunctionLike(at)) {
      const parameter = at.parameters.find((candidate) => bindingNames(candidate.name as ts.BindingName).includes(name.text))
      if (parameter) return parameter as ts.ParameterDeclaration
    }
    const statements = ts.isBlock(at) || ts.isSourceFile(at) || ts.isCaseOrDefaultClause(at) ? at.statements : []
    for (const statement of statements)
      if (ts.isVariableStatement(statement)) {
        const found = statement.declarationList.declarations.find((candidate) => bindingNames(candidate.name).includes(name.text))
        if (found) return found
      }
  }
  return undefined
}

/** A function at the top level of this file, or of the file of the project that it is imported from. */
function functionNamed(name: string, unit: SourceUnit, project: SourceProject): { node: ts.SignatureDeclaration; unit: SourceUnit } | undefined {
  for (const { specifier, names } of unit.imports)
    for (const { local, imported } of names) {
      const origin = local === name ? originOf(imported, specifier, unit, project) : undefined
      const home = origin && project.unit(origin.file)
      if (home) return functionNamed(origin.name, home, project)
    }
  for (const statement of unit.tree.statements) if (ts.isFunctionDeclaration(statement) && statement.name?.text === name && statement.body) return { node: statement, unit }
  const constant = unit.constants.get(name)
  const value = constant && bareExpression(constant)
  return value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) ? { node: value, unit } : undefined
}

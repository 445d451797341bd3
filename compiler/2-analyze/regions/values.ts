// In: an expression. Out: all that it may stand for, as far as the syntax tells: elements of lists and tables, parts of patterns, what a
// callback is given, what functions return; as expressions, functions and the types that are written for it. Must not follow values further.

import { ts } from 'ts-morph'
import { bareExpression, outerExpression } from '../../1-parse/expressions.ts'
import { memberName } from '../attributes.ts'
import { declarationOf } from '../types.ts'
import type { Binding } from './bindings.ts'
import { accessOf, boundFunction, Declarations, type Field, type KnownClass, type KnownFunction } from './declared.ts'
import { Fixpoint } from './fixpoint.ts'
import { callbackOf, resultOf } from './methods.ts'
import { functionOf, isAsync, isGenerator, isInside, ownPlaces } from './order.ts'

/** An expression that is no name of another, a function, or a type. */
export type Value = ts.Node

const MAX_DEPTH = 20

export abstract class Values extends Declarations {
  /** A name that is given parts of itself, as in `node = node.next`, has those of its first value. */
  readonly #values = new Fixpoint<readonly Value[]>([], (one, other) => one.length === other.length)

  valuesOf(expression: ts.Expression): readonly Value[] {
    const bare = bareExpression(expression)
    const values = this.#values.valueOf(bare, '', () => [...new Set(this.#read(bare))])
    return [...new Set([...this.#typeOf(expression), ...values])]
  }

  /** Whether it may be a map or a set. */
  isCollection(expression: ts.Expression): boolean {
    return this.valuesOf(expression).some((value) => /^(new )?(Readonly|Weak)?(Map|Set)\b/.test(value.getText()))
  }

  /** The classes of the project that a value may be an instance of. */
  protected abstract classesOf(value: Value): readonly KnownClass[]

  /** `value as Type` */
  #typeOf(expression: ts.Expression): Value[] {
    const isTyped = ts.isAsExpression(expression) || ts.isTypeAssertionExpression(expression) || ts.isSatisfiesExpression(expression)
    return isTyped ? [expression.type] : []
  }

  #read(node: ts.Expression): readonly Value[] {
    if (ts.isIdentifier(node)) return this.#named(node)
    if (ts.isConditionalExpression(node)) return [...this.valuesOf(node.whenTrue), ...this.valuesOf(node.whenFalse)]
    if (ts.isBinaryExpression(node) && /^(\?\?|\|\||&&)=?$/.test(node.operatorToken.getText())) return [...this.valuesOf(node.left), ...this.valuesOf(node.right)]
    const access = accessOf(node)
    if (access) return this.#accessed(node, access.owner, access.name)
    if (ts.isElementAccessExpression(node)) return this.#elements(this.valuesOf(node.expression))
    if (ts.isCallExpression(node)) return this.#called(node)
    return [node]
  }

  // --- names ---

  #named(name: ts.Identifier): readonly Value[] {
    const binding = this.bindingOf(name)
    if (binding) return this.#bound(binding)
    const declared = this.declaredBy(name)
    return declared ? this.#declaredAs(declared) : []
  }

  #declaredAs(declared: ts.Expression | ts.FunctionDeclaration | KnownFunction): readonly Value[] {
    return ts.isExpression(declared) ? this.valuesOf(declared) : [declared]
  }

  #bound({ places }: Binding): readonly Value[] {
    return places.flatMap((place): readonly Value[] => {
      const { parent } = place
      if (ts.isFunctionDeclaration(parent) && parent.name === place) return [parent]
      if ((ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent)) && parent.name === place) return this.#given(parent)
      const assignment = outerExpression(place).parent
      const isGiven = ts.isBinaryExpression(assignment) && assignment.left === outerExpression(place) && /^(\?\?|\|\|)?=$/.test(assignment.operatorToken.getText())
      return isGiven ? this.valuesOf(assignment.right) : []
    })
  }

  /** What a declaration takes: its value, an element of what a loop goes over, a part of what its pattern takes. */
  #given(node: ts.VariableDeclaration | ts.BindingElement | Field): readonly Value[] {
    const own = node.initializer ? this.valuesOf(node.initializer) : []
    if (ts.isBindingElement(node)) return [...own, ...this.partOf(node)]
    const typed = node.type ? [node.type] : []
    if (ts.isParameter(node)) return [...typed, ...own, ...this.#handed(node)]
    const loop = node.parent.parent
    return ts.isForOfStatement(loop) && isInside(node, loop.initializer) ? this.#iterated(this.valuesOf(loop.expression)) : [...typed, ...own]
  }

  /** What an element of a pattern takes; getters stand for what they give. */
  protected partOf(element: ts.BindingElement): readonly Value[] {
    const pattern = element.parent
    const whole = this.#given(pattern.parent)
    if (element.dotDotDotToken) return whole
    if (ts.isArrayBindingPattern(pattern)) return this.#member(whole, String(pattern.elements.indexOf(element)))
    const name = element.propertyName ? memberName(element.propertyName) : element.name.getText()
    return name === undefined ? [] : this.#member(whole, name)
  }

  /** `table.forEach((each) => …)` */
  #handed(parameter: ts.ParameterDeclaration): readonly Value[] {
    const callback = outerExpression(functionOf(parameter))
    const { parent: call } = callback
    const method = ts.isCallExpression(call) && call.arguments[0] === callback ? bareExpression(call.expression) : undefined
    const shape = method && ts.isPropertyAccessExpression(method) ? callbackOf(method.name.text) : undefined
    if (!shape?.elements.includes((functionOf(parameter) as ts.FunctionLikeDeclaration).parameters.indexOf(parameter))) return []
    return this.#elements(this.valuesOf((method as ts.PropertyAccessExpression).expression))
  }

  // --- parts ---

  #accessed(node: ts.Expression, owner: ts.Expression, name: string): readonly Value[] {
    const holder = bareExpression(owner)
    if (holder.kind === ts.SyntaxKind.ThisKeyword || this.isThisAlias(holder)) {
      const field = this.fieldOf(node, name)
      const method = field ? undefined : this.ofThis(node, name)
      return field ? this.#given(field) : method ? [method] : []
    }
    const declared = this.declaredBy(node)
    return declared && declared !== node ? this.#declaredAs(declared) : this.#member(this.valuesOf(owner), name)
  }

  #member(values: readonly Value[], name: string): readonly Value[] {
    return values.flatMap((value): readonly Value[] => {
      if (ts.isArrayLiteralExpression(value)) {
        const element = isIndex(name) && !value.elements.some(ts.isSpreadElement) ? value.elements[Number(name)] : undefined
        return element ? this.valuesOf(element) : isIndex(name) ? this.#elements([value]) : []
      }
      if (ts.isObjectLiteralExpression(value)) return this.#properties(value, name)
      // `[key, value]` of what has entries.
      if (isEntries(value)) return name === '1' ? this.#elements(this.#ofEntries(value)) : []
      if (ts.isTypeNode(value)) {
        const members = membersOfType(this.#declaration(value)).filter((member) => member.name && memberName(member.name) === name)
        if (members.length > 0) return members.flatMap(({ type }) => type ?? [])
        if (isIndex(name)) return this.#elements([value])
      }
      return this.classesOf(value).flatMap((each) => this.#ofInstance(each, name))
    })
  }

  #ofInstance({ node, unit }: KnownClass, name: string): readonly Value[] {
    const method = this.method(node, unit, name)
    if (method) return ts.isGetAccessor(method) ? [method, ...this.#returned([method])] : [method]
    return this.allFieldsOf(node, unit).filter((field) => field.name.getText() === name).flatMap((field) => this.#given(field))
  }

  #properties(object: ts.ObjectLiteralExpression, name?: string): readonly Value[] {
    return object.properties.flatMap((property): readonly Value[] => {
      if (ts.isSpreadAssignment(property)) return name === undefined ? this.#elements(this.valuesOf(property.expression)) : this.#member(this.valuesOf(property.expression), name)
      if (name !== undefined && memberName(property.name) !== name) return []
      if (ts.isMethodDeclaration(property)) return [property]
      if (ts.isPropertyAssignment(property)) return this.valuesOf(property.initializer)
      return ts.isShorthandPropertyAssignment(property) ? this.valuesOf(property.name) : []
    })
  }

  /** What stands in a list or a set, or under the keys of a map or an object. */
  #elements(values: readonly Value[]): readonly Value[] {
    return values.flatMap((value): readonly Value[] => {
      if (ts.isArrayLiteralExpression(value)) return value.elements.flatMap((element) => (ts.isSpreadElement(element) ? this.#iterated(this.valuesOf(element.expression)) : this.valuesOf(element)))
      if (ts.isObjectLiteralExpression(value)) return this.#properties(value)
      if (ts.isNewExpression(value) && /^(Map|Set|Array)$/.test(value.expression.getText())) {
        const [from] = value.arguments ?? []
        if (!from) return value.typeArguments?.at(-1) ? [value.typeArguments.at(-1)!] : []
        const elements = this.#iterated(this.valuesOf(from))
        return value.expression.getText() === 'Map' ? this.#member(elements, '1') : elements
      }
      if (isEntries(value)) return [value]
      // `map.values()`
      if (ts.isCallExpression(value)) return ts.isPropertyAccessExpression(value.expression) ? this.#elements(this.valuesOf(value.expression.expression)) : []
      return ts.isTypeNode(value) ? elementTypes(this.#declaration(value)) : []
    })
  }

  /** The same of what a loop gives of it: of a map pairs. */
  #iterated(values: readonly Value[]): readonly Value[] {
    return values.flatMap((value) => {
      const isMap = (ts.isNewExpression(value) && value.expression.getText() === 'Map') || (ts.isTypeReferenceNode(value) && /^(Readonly)?Map$/.test(value.typeName.getText()))
      return isMap ? [value] : this.#elements([value])
    })
  }

  #called(call: ts.CallExpression): readonly Value[] {
    const bound = boundFunction(call)
    if (bound) return this.valuesOf(bound)
    const method = bareExpression(call.expression)
    if (isEntries(call)) return [call]
    if (!ts.isPropertyAccessExpression(method)) return [call, ...this.#returned(this.valuesOf(method))]
    const [from] = call.arguments
    if (/^(Object\.values|Object\.freeze|Array\.from)$/.test(method.getText())) return from ? this.valuesOf(from) : []
    const owner = this.valuesOf(method.expression)
    const known = this.#functionsOf(method, owner)
    if (known.length > 0) return [call, ...known.flatMap((fn) => (returnsThis(fn) ? owner : this.#returned([fn])))]
    if (method.name.text === 'values') return [call]
    const result = /^(pop|shift)$/.test(method.name.text) ? 'element' : resultOf(method.name.text)
    if (result === 'element') return this.#elements(owner)
    return result && result !== 'pairs' ? owner : [call]
  }

  #functionsOf(method: ts.PropertyAccessExpression, owner: readonly Value[]): readonly KnownFunction[] {
    const members = this.#member(owner, method.name.text)
    return (members.length > 0 ? members : this.#accessed(method, method.expression, method.name.text)).filter(isRunnable).filter((fn) => !ts.isGetAccessor(fn))
  }

  /** What functions give to whoever calls them at once. */
  #returned(functions: readonly Value[]): readonly Value[] {
    return functions.filter(isRunnable).flatMap((fn): readonly Value[] => {
      if (isAsync(fn) || isGenerator(fn)) return []
      const typed = fn.type ? [fn.type] : []
      if (!ts.isBlock(fn.body)) return [...typed, ...this.valuesOf(fn.body as ts.Expression)]
      const returns = ownPlaces(fn, ts.isReturnStatement) as ts.ReturnStatement[]
      return [...typed, ...returns.flatMap((each) => (each.expression && functionOf(each) === fn ? this.valuesOf(each.expression) : []))]
    })
  }

  #ofEntries(call: ts.Node): readonly Value[] {
    if (!ts.isCallExpression(call)) return [call]
    const [from] = call.arguments
    return this.valuesOf(from ?? (bareExpression(call.expression) as ts.PropertyAccessExpression).expression)
  }

  /** What the name of a type stands for. */
  #declaration(type: ts.TypeNode, depth = 0): ts.Node {
    if (ts.isParenthesizedTypeNode(type) || ts.isTypeOperatorNode(type)) return this.#declaration(type.type, depth)
    const unit = this.unitOf(type)
    const declared = unit && ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) ? declarationOf(type.typeName.text, unit, this.project) : undefined
    if (!declared) return type
    this.enter(declared.unit)
    return ts.isTypeAliasDeclaration(declared.node) && depth < MAX_DEPTH ? this.#declaration(declared.node.type, depth + 1) : declared.node
  }
}

// --- internal ---

function isIndex(name: string): boolean {
  return /^\d+$/.test(name)
}

/** What gives pairs of keys and values. */
function isEntries(value: ts.Node): boolean {
  if (ts.isNewExpression(value)) return value.expression.getText() === 'Map'
  if (ts.isTypeReferenceNode(value)) return /^(Readonly)?Map$/.test(value.typeName.getText())
  return ts.isCallExpression(value) && /(^|\.)entries$/.test(value.expression.getText())
}

function isRunnable(value: Value): value is KnownFunction {
  return ts.isFunctionLike(value) && (value as ts.FunctionLikeDeclaration).body !== undefined
}

function returnsThis({ type, body }: KnownFunction): boolean {
  if (type) return type.kind === ts.SyntaxKind.ThisType
  const last = ts.isBlock(body) ? body.statements.at(-1) : undefined
  return last !== undefined && ts.isReturnStatement(last) && last.expression?.kind === ts.SyntaxKind.ThisKeyword
}

function membersOfType(type: ts.Node): readonly ts.PropertySignature[] {
  if (ts.isUnionTypeNode(type) || ts.isIntersectionTypeNode(type)) return type.types.flatMap(membersOfType)
  return ts.isTypeLiteralNode(type) || ts.isInterfaceDeclaration(type) ? type.members.filter(ts.isPropertySignature) : []
}

function elementTypes(type: ts.Node): readonly ts.TypeNode[] {
  if (ts.isUnionTypeNode(type)) return type.types.flatMap(elementTypes)
  if (ts.isArrayTypeNode(type)) return [type.elementType]
  if (ts.isTupleTypeNode(type)) return type.elements
  if (ts.isTypeLiteralNode(type) || ts.isInterfaceDeclaration(type)) return type.members.flatMap((member) => (ts.isIndexSignatureDeclaration(member) ? member.type : []))
  const parameter = ts.isTypeReferenceNode(type) && /^(Readonly)?(Array|Set|Map)$|^(Record|Iterable)$/.test(type.typeName.getText()) ? type.typeArguments?.at(-1) : undefined
  return parameter ? [parameter] : []
}

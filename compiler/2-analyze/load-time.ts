// In: a parsed file. Out: what of it runs as the module loads and never again: so it does the same wherever the module loads.
// Where the text does not tell, it may run later.

import { ts } from 'ts-morph'
import { bareExpression, outerExpression } from '../1-parse/expressions.ts'
import { isConstant, isPlainFunction, isUse, localDeclaration, type LocalDeclaration, type PlainFunction } from '../1-parse/functions.ts'
import { hasModifier } from '../1-parse/imports.ts'
import type { SourceUnit } from '../1-parse/project.ts'
import { callbackOf } from './regions/methods.ts'

/** Whether a place in the file is reached by more than the loading of the module. */
export type RunsLater = (node: ts.Node) => boolean

export function runsLaterIn(unit: SourceUnit): RunsLater {
  let calls: LoadCalls | undefined
  return (node) => ownerOf(node) !== undefined && (calls ??= new LoadCalls(unit)).left(node) < 0
}

// --- internal ---

/** May run whenever something calls it. */
const LATER = -1

/**
 * `@marks('first')` calls `marks`, and calls what that gave: two calls in a row. A function that is only named so has a number of calls that the
 * loading makes; what is left of them in its body goes to what it returns. What it would take one more call to run, is run later.
 */
class LoadCalls {
  readonly #unit: SourceUnit
  /** Of functions that have a name: the fewest calls in a row by which a name of it is used; those that nothing names are not run. */
  readonly #fewest = new Map<PlainFunction, number>()
  readonly #namings = new Map<ts.Identifier, PlainFunction>()

  constructor(unit: SourceUnit) {
    this.#unit = unit
    const names = new Set<string>()
    walk(unit.tree, (node) => {
      const name = isPlainFunction(node) ? nameOf(node) : undefined
      if (name) names.add(name.text)
    })
    walk(unit.tree, (node) => {
      const named = ts.isIdentifier(node) && names.has(node.text) && isUse(node) ? this.#functionOf(node) : undefined
      if (named) this.#namings.set(node as ts.Identifier, named)
    })
    for (const target of unit.exports.values()) {
      const exported = target.kind === 'local' && this.#topLevel(target.name)
      if (exported) this.#fewest.set(exported, 0)
    }
    for (let isSettled = false; !isSettled; ) {
      isSettled = true
      for (const [naming, named] of this.#namings) {
        const calls = this.#callsBy(naming)
        if (calls >= (this.#fewest.get(named) ?? Infinity)) continue
        this.#fewest.set(named, calls)
        isSettled = false
      }
    }
  }

  /** How many calls the loading of the module goes on to make of what the code at a place returns; LATER where it may run without it. */
  left(node: ts.Node, given: ReadonlyMap<ts.Node, number> = new Map()): number {
    const owner = ownerOf(node)
    if (!owner) return 0
    if (!isPlainFunction(owner) || owner.asteriskToken || hasModifier(owner, ts.SyntaxKind.AsyncKeyword)) return LATER
    if (nameOf(owner)) return (given.get(owner) ?? this.#fewest.get(owner) ?? Infinity) - 1
    const outer = outerExpression(owner)
    const { parent } = outer
    if (isResult(outer)) return Math.max(LATER, this.left(outer, given) - 1)
    const isRunHere = ts.isDecorator(parent) || (ts.isCallExpression(parent) && (parent.expression === outer || this.#isRunBy(parent, outer, given)))
    return isRunHere && this.left(parent, given) >= 0 ? 0 : LATER
  }

  #callsBy(naming: ts.Identifier, given?: ReadonlyMap<ts.Node, number>): number {
    const left = this.left(naming, given)
    if (left < 0) return 0
    let outer = outerExpression(naming)
    let calls = 0
    for (; ts.isCallExpression(outer.parent) && outer.parent.expression === outer; calls++) outer = outerExpression(outer.parent)
    if (ts.isDecorator(outer.parent)) return calls + 1
    return isResult(outer) ? calls + left : calls
  }

  /** Whether a call is done with a function that it is given, when the loading is. */
  #isRunBy(call: ts.CallExpression, argument: ts.Node, given: ReadonlyMap<ts.Node, number>): boolean {
    const callee = bareExpression(call.expression)
    if (ts.isPropertyAccessExpression(callee)) return callee.name.text === 'forEach' || (callbackOf(callee.name.text) !== undefined && this.#isList(callee.expression))
    const called = ts.isIdentifier(callee) ? this.#namings.get(callee) : undefined
    const parameter = called?.parameters[call.arguments.indexOf(argument as ts.Expression)]
    // One that calls itself is not followed twice.
    if (!called || !parameter || parameter.dotDotDotToken || !ts.isIdentifier(parameter.name) || given.has(called)) return false
    const inCall = new Map(given).set(called, this.#callsBy(callee as ts.Identifier, given))
    let isDone = true
    walk(called, (node) => {
      if (!ts.isIdentifier(node) || !isUse(node) || localDeclaration(node) !== parameter) return
      const outer = outerExpression(node)
      if (!ts.isCallExpression(outer.parent) || outer.parent.expression !== outer || this.left(node, inCall) < 0) isDone = false
    })
    return isDone
  }

  #isList(expression: ts.Expression): boolean {
    const bare = bareExpression(expression)
    if (ts.isIdentifier(bare)) {
      const value = localDeclaration(bare) ? undefined : this.#unit.constants.get(bare.text)
      return value !== undefined && ts.isArrayLiteralExpression(bareExpression(value))
    }
    return ts.isArrayLiteralExpression(bare) || (ts.isCallExpression(bare) && /^(Object\.(keys|values|entries)|Array\.(from|of))$/.test(bare.expression.getText()))
  }

  #functionOf(name: ts.Identifier): PlainFunction | undefined {
    const local = localDeclaration(name)
    return local ? functionDeclaredBy(local) : this.#topLevel(name.text)
  }

  #topLevel(name: string): PlainFunction | undefined {
    const value = this.#unit.constants.get(name)
    const found = value ? bareExpression(value) : this.#unit.functions.get(name)
    return found && isPlainFunction(found) && nameOf(found) ? found : undefined
  }
}

/** The function whose code a place is: decorators and computed names are code of what is around. */
function ownerOf(node: ts.Node): ts.SignatureDeclaration | undefined {
  for (let at = node; at.parent; at = at.parent) {
    if (ts.isDecorator(at) && ts.isParameter(at.parent)) at = at.parent.parent
    else if (ts.isFunctionLike(at.parent) && !ts.isDecorator(at) && !ts.isComputedPropertyName(at)) return at.parent
  }
  return undefined
}

/** What a function is known by around it, where its uses can be told by it. */
function nameOf(node: PlainFunction): ts.Identifier | undefined {
  const declaration = ts.isFunctionDeclaration(node) ? node : outerExpression(node).parent
  const { parent } = isConstant(declaration) ? declaration.parent.parent : declaration
  const isTold = (isConstant(declaration) || declaration === node) && (ts.isSourceFile(parent) || ts.isBlock(parent))
  return isTold ? (declaration as ts.FunctionDeclaration).name : undefined
}

function functionDeclaredBy(declaration: LocalDeclaration): PlainFunction | undefined {
  if (ts.isFunctionDeclaration(declaration)) {
    const { statements } = declaration.parent as ts.Block
    return statements.find((each): each is ts.FunctionDeclaration => ts.isFunctionDeclaration(each) && each.body !== undefined && each.name?.text === declaration.name?.text)
  }
  const value = isConstant(declaration) && declaration.initializer && bareExpression(declaration.initializer)
  return value && isPlainFunction(value) ? value : undefined
}

/** A function gives it back. */
function isResult(outer: ts.Node): boolean {
  const { parent } = outer
  return ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === outer)
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return
  visit(node)
  ts.forEachChild(node, (child) => walk(child, visit))
}

// In: expressions whose value is followed. Out: which names take it or a part of it, and where something is changed through them.
// Must not decide what becomes of that.
//
// A value has a level: 0 is the value, or a part of it; 1 is something new that holds such, as `[...list]` does; 2 holds those.
// Only a change of level 0 is a change of what is followed.

import { ts } from 'ts-morph'
import { bareExpression, outerExpression } from '../../1-parse/expressions.ts'
import type { TypeCategory } from '../../model.ts'
import { isAssignment, isStep, keepsValue } from '../scope.ts'
import { assignmentTo, type Binding, isRead } from './bindings.ts'
import type { Callees } from './callees.ts'
import type { KnownFunction } from './declared.ts'
import { callbackOf, isMutator, resultOf, TAKES_IN, writtenArgument } from './methods.ts'
import { functionOf, isAsync, isGenerator, reaches } from './order.ts'

/** What a function does with an argument. */
export interface Effect {
  readonly changes: boolean
  /** It may: that is known of what may be the argument, or another value. */
  readonly mayChange: boolean
  /** Only after it has waited, or in a function that runs later. */
  readonly changesLater: boolean
  /** The least level of what it returns of the argument. */
  readonly returns: number | undefined
  /** The least level of what its `this` holds of the argument from then on. */
  readonly keeps: number | undefined
  /** Functions that it was handed, by their place among its arguments, are called with parts of it. */
  readonly gives: readonly { readonly to: number; readonly argument: number; readonly level: number }[]
}

/** A local name whose value is part of something else from `at` on. */
export interface Taking {
  readonly name: ts.Identifier
  readonly binding: Binding
  readonly at: ts.Node
}

export type EffectOf = (fn: KnownFunction, parameter: number | 'this', level: number) => Effect

/** A place on the way of a value. */
export interface Point {
  readonly kind: 'value' | 'name' | 'change'
  readonly node: ts.Node
  readonly level: number
  readonly category: TypeCategory | undefined
  readonly binding?: Binding
  /** Of a change: an async function of the project makes it, after it has waited. */
  readonly changesLater?: boolean
  /** Of a change: known from the code, rather than from the looks of a method. */
  readonly isCertain?: boolean
  /** It may be the value, and may be another: what is changed there is not certain. */
  readonly isGuess?: boolean | undefined
  readonly from: { readonly point: Point; readonly through: ts.Node | undefined }[]
}

const MAX_LEVEL = 3
const UNCHANGING = new Set<ts.SyntaxKind>([ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.BarBarToken, ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.CommaToken])

const elementOf = (level: number): number => Math.max(0, level - 1)
const containerOf = (level: number): number => Math.max(1, level)

export class Trace {
  readonly changes: Point[] = []
  /** The least level of what a function returns, by function. */
  readonly returned = new Map<ts.Node, number>()
  /** The least level of what `this` holds from then on. */
  kept: number | undefined
  /** What it, or a part of it, has taken in. */
  readonly taken: Taking[] = []
  /** Local names that are called with it, and may be names of functions that were handed in. */
  readonly given: { readonly to: Binding; readonly call: ts.Node; readonly argument: number; readonly level: number }[] = []
  readonly #points = new Map<ts.Node, Map<string, Point>>()
  readonly #pending: Point[] = []
  readonly #callees: Callees
  readonly #effectOf: EffectOf
  /** Methods of a name in the classes that the value may be made of. */
  readonly #methodsIn: (name: string) => readonly KnownFunction[]

  constructor(callees: Callees, effectOf: EffectOf, methodsIn: (name: string) => readonly KnownFunction[] = () => []) {
    this.#callees = callees
    this.#effectOf = effectOf
    this.#methodsIn = methodsIn
  }

  start(node: ts.Node, level: number, category?: TypeCategory): void {
    if (ts.isBindingElement(node) || ts.isParameter(node)) this.#bind(node.name, level, category, node, undefined)
    else this.#value(node, level, category, undefined)
    this.#followAll()
  }

  /** With what a local name has from a place on. */
  startAt({ binding, at }: Taking): void {
    this.#point({ kind: 'name', node: at, level: 0, category: undefined, binding }, undefined)
    this.#followAll()
  }

  #followAll(): void {
    for (let point = this.#pending.pop(); point; point = this.#pending.pop()) this.#follow(point)
  }

  /** Where names are read that came by their value in one of these ways. */
  readsOf(names: ReadonlySet<Point>): ts.Node[] {
    const points = [...this.#points.values()].flatMap((known) => [...known.values()])
    return points.filter(({ kind, from }) => kind === 'value' && from.some(({ point }) => point.kind === 'name' && names.has(point))).map(({ node }) => node)
  }

  #follow(point: Point): void {
    if (point.kind === 'name') this.#followName(point)
    if (point.kind === 'value') this.#followValue(point)
  }

  // --- points ---

  #value(node: ts.Node, level: number, category: TypeCategory | undefined, from: Point | undefined, through?: ts.Node): void {
    if (level <= MAX_LEVEL) this.#point({ kind: 'value', node, level, category }, from, through)
  }

  #name(name: ts.Identifier, level: number, category: TypeCategory | undefined, node: ts.Node, from: Point | undefined): void {
    const binding = this.#callees.bindingOf(name)
    if (binding && level <= MAX_LEVEL) this.#point({ kind: 'name', node, level, category, binding }, from)
  }

  #change(node: ts.Node, from: Point, { isCertain = true, changesLater = false } = {}): void {
    if (from.level === 0) this.#point({ kind: 'change', node, level: 0, category: undefined, isCertain, changesLater }, from)
  }

  #point(given: Omit<Point, 'from'>, from: Point | undefined, through?: ts.Node): void {
    const isGuess = given.isGuess === true || from?.isGuess === true
    const made = isGuess ? { ...given, isGuess, ...(given.kind === 'change' && { isCertain: false, changesLater: false }) } : given
    const known = this.#points.get(made.node) ?? new Map<string, Point>()
    this.#points.set(made.node, known)
    const key = `${made.kind} ${made.level} ${made.category} ${made.binding?.places[0]?.pos} ${made.isCertain} ${made.changesLater} ${made.isGuess}`
    let point = known.get(key)
    if (!point) {
      known.set(key, point = { ...made, from: [] })
      if (point.kind === 'change') this.changes.push(point)
      else this.#pending.push(point)
    }
    if (from) point.from.push({ point: from, through })
  }

  /** What a pattern, a declared name or the target of an assignment takes. */
  #bind(name: ts.Node, level: number, category: TypeCategory | undefined, at: ts.Node, from: Point | undefined): void {
    const target = ts.isExpression(name) ? bareExpression(name) : name
    if (ts.isIdentifier(target)) return this.#name(target, level, category, at, from)
    const part = (element: ts.Node, isRest: boolean): void => this.#bind(element, isRest ? containerOf(level) : elementOf(level), undefined, at, from)
    if (ts.isObjectBindingPattern(target) || ts.isArrayBindingPattern(target)) {
      for (const element of target.elements) if (ts.isBindingElement(element)) part(element.name, element.dotDotDotToken !== undefined)
    } else if (ts.isArrayLiteralExpression(target)) {
      for (const element of target.elements) part(ts.isSpreadElement(element) ? element.expression : element, ts.isSpreadElement(element))
    } else if (ts.isObjectLiteralExpression(target)) {
      for (const property of target.properties) {
        if (ts.isShorthandPropertyAssignment(property)) part(property.name, false)
        else if (ts.isPropertyAssignment(property)) part(property.initializer, false)
        else if (ts.isSpreadAssignment(property)) part(property.expression, true)
      }
    } else if (ts.isBinaryExpression(target)) this.#bind(target.left, level, category, at, from)
    else this.#takenIn(target, level, at, from)
  }

  /** `box.part = value`: the name of the box holds it from now on. */
  #takenIn(target: ts.Node, level: number, at: ts.Node, from: Point | undefined): void {
    let depth = 0
    let holder: ts.Node = target
    while (ts.isPropertyAccessExpression(holder) || ts.isElementAccessExpression(holder)) {
      holder = bareExpression(holder.expression)
      depth++
    }
    if (depth > 0) this.#heldBy(holder, level + depth, at, from)
  }

  #heldBy(holder: ts.Node, level: number, at: ts.Node, from: Point | undefined): void {
    if (ts.isIdentifier(holder)) this.#name(holder, level, undefined, at, from)
    if (holder.kind === ts.SyntaxKind.ThisKeyword || holder.kind === ts.SyntaxKind.SuperKeyword) this.keep(level)
  }

  keep(level: number): void {
    this.kept = Math.min(level, this.kept ?? level)
  }

  /** `list.push(row)`, `list.push({ row })`: the name of what is taken in is one of a part of the value from then on. */
  #takes(value: ts.Expression, at: ts.Node, point: Point): void {
    if (point.level !== 0) return
    for (const taking of takings(value, at, this.#callees)) {
      this.taken.push(taking)
      // The name may have another value by then: no reason to refuse anything.
      this.#point({ kind: 'name', node: at, level: 0, category: undefined, binding: taking.binding, isGuess: true }, point)
    }
  }

  // --- names ---

  #followName(point: Point): void {
    const { binding, level, category, node } = point
    for (const place of binding!.places) {
      if (!isRead(place)) continue
      const reach = reaches(node, place, binding!)
      if (!reach) continue
      const { parent } = place
      if (ts.isShorthandPropertyAssignment(parent)) this.#value(parent.parent, level + 1, undefined, point, reach.through)
      else this.#value(place, level, category, point, reach.through)
    }
  }

  // --- values ---

  #followValue(point: Point): void {
    const { node, level, category } = point
    const outer = outerExpression(node)
    const { parent } = outer
    const same = (next: ts.Node): void => this.#value(next, level, category, point)
    if ((ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) && parent.expression === outer) return this.#access(parent, point)
    if ((ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.arguments?.includes(outer as ts.Expression)) return this.#argument(parent, outer, point)
    if (ts.isSpreadElement(parent)) {
      if (ts.isArrayLiteralExpression(parent.parent) && !assignmentTo(parent.parent)) this.#value(parent.parent, containerOf(level), undefined, point)
      return
    }
    if (ts.isSpreadAssignment(parent)) return this.#value(parent.parent, containerOf(level), undefined, point)
    if (ts.isArrayLiteralExpression(parent)) return this.#value(parent, level + 1, undefined, point)
    if (ts.isPropertyAssignment(parent) && parent.initializer === outer) return this.#value(parent.parent, level + 1, undefined, point)
    if ((ts.isVariableDeclaration(parent) || ts.isBindingElement(parent) || ts.isParameter(parent)) && parent.initializer === outer)
      return this.#bind(parent.name, level, category, parent, point)
    if (ts.isBinaryExpression(parent)) return this.#binary(parent, outer, point)
    if (ts.isConditionalExpression(parent) && parent.condition !== outer) return same(parent)
    if (ts.isAwaitExpression(parent)) return same(parent)
    if (ts.isForOfStatement(parent) && parent.expression === outer) return this.#loop(parent, point)
    if (ts.isYieldExpression(parent)) return this.#returned(functionOf(parent), parent.asteriskToken ? containerOf(level) : level + 1, point)
    if (ts.isReturnStatement(parent) && !isGenerator(functionOf(parent))) return this.#returned(functionOf(parent), level, point)
    if (ts.isArrowFunction(parent) && parent.body === outer) this.#returned(parent, level, point)
  }

  #access(access: ts.PropertyAccessExpression | ts.ElementAccessExpression, point: Point): void {
    const outer = outerExpression(access)
    const { parent } = outer
    const assignment = assignmentTo(outer)
    if (assignment) {
      this.#change(assignment, point)
      if (ts.isBinaryExpression(assignment) && assignment.left === outer && keepsValue(assignment)) this.#takes(assignment.right, assignment, point)
      if (ts.isBinaryExpression(assignment) && assignment.left === outer && keepsValue(assignment)) this.#value(assignment, elementOf(point.level), undefined, point)
      const isPlain = ts.isBinaryExpression(assignment) && assignment.operatorToken.kind === ts.SyntaxKind.EqualsToken
      if (isPlain) return
    }
    if (isStep(parent) || ts.isDeleteExpression(parent)) return this.#change(parent, point)
    if (ts.isCallExpression(parent) && parent.expression === outer) return ts.isPropertyAccessExpression(access) ? this.#method(access, parent, point) : undefined
    this.#value(access, elementOf(point.level), undefined, point)
  }

  #binary(node: ts.BinaryExpression, outer: ts.Node, point: Point): void {
    const kind = node.operatorToken.kind
    if (isAssignment(node)) {
      if (node.right !== outer || !keepsValue(node)) return
      this.#bind(node.left, point.level, point.category, node, point)
      return this.#value(node, point.level, point.category, point)
    }
    if (!UNCHANGING.has(kind)) return
    const isLeftOnly = kind === ts.SyntaxKind.CommaToken || kind === ts.SyntaxKind.AmpersandAmpersandToken
    if (node.right === outer || !isLeftOnly) this.#value(node, point.level, point.category, point)
  }

  #loop(loop: ts.ForOfStatement, point: Point): void {
    const { initializer } = loop
    const level = elementOf(point.level)
    if (ts.isVariableDeclarationList(initializer)) for (const { name } of initializer.declarations) this.#bind(name, level, undefined, initializer, point)
    else this.#bind(initializer, level, undefined, initializer, point)
  }

  // --- calls ---

  #method(access: ts.PropertyAccessExpression, call: ts.CallExpression, point: Point): void {
    const method = access.name.text
    const { level, category } = point
    const give = (levelThen: number): void => this.#value(call, levelThen, undefined, point)
    const known = level === 0 ? this.#methodsIn(method) : []
    for (const each of known) this.#applied(this.#effectOf(each, 'this', 0), each, call, point)
    if (level === 0 && category === 'instance') return known.length === 0 ? this.#change(call, point, { isCertain: false }) : undefined
    const own = this.#callees.functionsOf(access)
    for (const each of own) {
      const effect = this.#effectOf(each, 'this', level)
      // Of what only holds it, each part counts as a part of it: too much for a refusal.
      this.#applied(level === 0 ? effect : guessOf(effect), each, call, point)
    }
    if (own.length > 0) return
    for (const each of this.#callees.methodsNearby(access)) this.#applied(guessOf(this.#effectOf(each, 'this', level)), each, call, point)
    const mutates = isMutator(method, category)
    if (mutates) this.#change(call, point)
    if (TAKES_IN.test(method)) for (const argument of call.arguments) this.#takes(argument, call, point)
    const callback = callbackOf(method)
    const argument = call.arguments[0]
    if (callback && argument) this.#callback(argument, callback, call, point)
    if (callback?.result !== undefined && call.arguments.length < 2) give(elementOf(level))
    if ((method === 'pop' || method === 'shift') && level > 0) give(elementOf(level))
    switch (resultOf(method)) {
      case 'itself': return this.#value(call, level, category, point)
      case 'element': return give(elementOf(level))
      case 'container': return give(containerOf(level))
      case 'pairs': return give(containerOf(level) + 1)
    }
  }

  #callback(argument: ts.Expression, { elements, whole, result, returns }: NonNullable<ReturnType<typeof callbackOf>>, call: ts.CallExpression, point: Point): void {
    const known = this.#callees.functionOf(argument)
    const { level } = point
    if (!known) return
    const given = [
      ...elements.map((at) => [at, elementOf(level)] as const),
      ...(whole === undefined ? [] : [[whole, level] as const]),
      ...(result === undefined || call.arguments.length > 1 ? [] : [[result, elementOf(level)] as const]),
    ]
    if (known !== bareExpression(argument)) {
      for (const [at, levelThere] of given) {
        const effect = this.#effectOf(known, at, levelThere)
        this.#applied({ ...effect, returns: undefined }, known, call, point)
        if (effect.returns !== undefined && returns) this.#value(call, madeOf(effect.returns, returns), undefined, point)
      }
      return
    }
    for (const [at, levelThere] of given) {
      const parameter = known.parameters[at]
      if (parameter) this.#bind(parameter.name, parameter.dotDotDotToken ? levelThere + 1 : levelThere, undefined, parameter, point)
    }
  }

  #argument(call: ts.CallExpression | ts.NewExpression, argument: ts.Node, point: Point): void {
    const { level } = point
    const index = call.arguments!.indexOf(argument as ts.Expression)
    const callee = bareExpression(call.expression)
    const name = callee.getText()
    const give = (levelThen: number): void => this.#value(call, levelThen, undefined, point)
    if (ts.isNewExpression(call)) {
      if (/^(Map|Set|Array)$/.test(name)) return give(name === 'Array' ? level + 1 : containerOf(level))
      // A view of the same bytes.
      if (/^(DataView|\w+Array)$/.test(name)) return argument.getText().endsWith('.buffer') ? give(level) : undefined
      const known = this.#callees.constructorOf(callee)
      const effect = known && this.#effectOf(known, index, level)
      if (effect) this.#applied({ ...effect, returns: effect.keeps }, known, call, point)
      return
    }
    if (writtenArgument(name) === index) this.#change(call, point)
    if (name === 'Object.assign') return give(index === 0 ? level : containerOf(level))
    if (/^Object\.(freeze|seal|preventExtensions)$/.test(name)) return give(level)
    if (name === 'Object.values' || name === 'Array.from') return give(containerOf(level))
    if (name === 'Array.of') return give(level + 1)
    if (name === 'Buffer.from') return argument.getText().endsWith('.buffer') ? give(level) : undefined
    if (name === 'Object.entries') return give(containerOf(level) + 1)
    if (ts.isPropertyAccessExpression(callee)) {
      if (callee.name.text === 'concat') give(containerOf(level))
      const holder = bareExpression(callee.expression)
      if (TAKES_IN.test(callee.name.text) && ts.isIdentifier(holder)) this.#name(holder, level + 1, undefined, call, point)
      if (callbackOf(callee.name.text)?.result !== undefined && index === 1) return this.#initialResult(call, point)
    }
    const known = callee.kind === ts.SyntaxKind.SuperKeyword ? listOf(this.#callees.constructorOf(callee)) : this.#callees.functionsOf(callee)
    for (const each of known) {
      const effect = this.#effectOf(each, index, level)
      this.#applied(effect, each, call, point)
      if (effect.keeps !== undefined) this.#heldBy(ts.isPropertyAccessExpression(callee) ? bareExpression(callee.expression) : callee, effect.keeps, call, point)
    }
    if (known.length > 0) return
    for (const each of this.#callees.methodsNearby(callee)) this.#applied(guessOf(this.#effectOf(each, index, level)), each, call, point)
    const borrowed = borrowedCall(callee)
    if (borrowed) return this.#borrowed(borrowed, index, call, point)
    const binding = ts.isIdentifier(callee) ? this.#callees.bindingOf(callee) : undefined
    if (binding) this.given.push({ to: binding, call, argument: index, level })
  }

  /** `method.call(value, …)`: the method of the value, and its other arguments. */
  #borrowed({ method, by }: BorrowedCall, index: number, call: ts.CallExpression, point: Point): void {
    if (index > 0 && by === 'apply') return
    const parameter = index === 0 ? 'this' : index - 1
    const known = this.#callees.functionsOf(method)
    for (const each of known) this.#applied({ ...this.#effectOf(each, parameter, point.level), gives: [] }, each, call, point)
    if (known.length === 0 && parameter === 'this' && ts.isPropertyAccessExpression(method) && isMutator(method.name.text, point.category)) this.#change(call, point)
  }

  /** `list.reduce(callback, value)`: what the callback is given first. */
  #initialResult(call: ts.CallExpression, point: Point): void {
    const known = this.#callees.functionOf(call.arguments[0]!)
    const parameter = known?.parameters[0]
    if (parameter) this.#bind(parameter.name, point.level, undefined, parameter, point)
    this.#value(call, point.level, undefined, point)
  }

  #applied({ changes, mayChange, changesLater, returns, gives }: Effect, known: KnownFunction, call: ts.CallExpression | ts.NewExpression, from: Point): void {
    for (const { to, argument, level } of gives) this.#handed(call.arguments?.[to], argument, level, call, from)
    if (changes || changesLater) this.#point({ kind: 'change', node: call, level: 0, category: undefined, isCertain: true, changesLater }, from)
    if (mayChange) this.#point({ kind: 'change', node: call, level: 0, category: undefined, isGuess: true }, from)
    if (returns !== undefined && !isAsync(known)) this.#value(call, returns, undefined, from)
  }

  /** `each(list, (item) => …)`: a function of the project calls another with a part of what it was given. */
  #handed(callback: ts.Expression | undefined, argument: number, level: number, call: ts.CallExpression | ts.NewExpression, from: Point): void {
    if (!callback) return
    const known = this.#callees.functionOf(callback)
    const parameter = known?.parameters[argument]
    if (known && known !== bareExpression(callback)) this.#applied({ ...this.#effectOf(known, argument, level), returns: undefined, gives: [] }, known, call, from)
    else if (parameter) this.#bind(parameter.name, level, undefined, parameter, from)
    else if (ts.isIdentifier(callback)) {
      const binding = this.#callees.bindingOf(callback)
      if (binding) this.given.push({ to: binding, call, argument, level })
    }
  }

  /** What a function returns arrives where it is called. */
  #returned(owner: ts.Node, level: number, point: Point): void {
    this.returned.set(owner, Math.min(this.returned.get(owner) ?? MAX_LEVEL, level))
    if (isAsync(owner)) return
    if (ts.isFunctionDeclaration(owner) && owner.name) return this.#returnedByName(owner.name, level, point)
    if (!ts.isArrowFunction(owner) && !ts.isFunctionExpression(owner)) return
    const outer = outerExpression(owner)
    const { parent } = outer
    if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return this.#returnedByName(parent.name, level, point)
    if (!ts.isCallExpression(parent)) return
    if (parent.expression === outer) return this.#value(parent, level, undefined, point)
    const callee = bareExpression(parent.expression)
    const shape = ts.isPropertyAccessExpression(callee) && parent.arguments[0] === outer ? callbackOf(callee.name.text) : undefined
    if (!shape?.returns) return
    this.#value(parent, madeOf(level, shape.returns), undefined, point)
    const result = shape.result === undefined ? undefined : owner.parameters[shape.result]
    if (result) this.#bind(result.name, level, undefined, result, point)
  }

  #returnedByName(name: ts.Identifier, level: number, point: Point): void {
    for (const place of this.#callees.bindingOf(name)?.places ?? []) {
      const outer = outerExpression(place)
      if (isRead(place) && ts.isCallExpression(outer.parent) && outer.parent.expression === outer) this.#value(outer.parent, level, undefined, point)
    }
  }
}

/** The local names whose values are the value of an expression, or stand in a literal that is. */
export function takings(value: ts.Expression, at: ts.Node, callees: Callees): Taking[] {
  const bare = bareExpression(value)
  if (ts.isIdentifier(bare)) {
    const binding = callees.bindingOf(bare)
    return binding ? [{ name: bare, binding, at }] : []
  }
  return partsOf(bare).flatMap((part) => takings(part, at, callees))
}

// --- internal ---

function partsOf(value: ts.Expression): readonly ts.Expression[] {
  if (ts.isArrayLiteralExpression(value)) return value.elements.filter((element) => !ts.isSpreadElement(element))
  if (ts.isConditionalExpression(value)) return [value.whenTrue, value.whenFalse]
  if (!ts.isObjectLiteralExpression(value)) return []
  return value.properties.flatMap((property) => {
    if (ts.isShorthandPropertyAssignment(property)) return [property.name]
    return ts.isPropertyAssignment(property) ? [property.initializer] : []
  })
}

function madeOf(level: number, returns: 'itself' | 'element' | 'container'): number {
  if (returns === 'itself') return level
  return returns === 'container' ? level + 1 : containerOf(level)
}

/** Where it may be another function that is called, or another value that it is given: no reason to refuse anything. */
function guessOf({ changes, mayChange, returns }: Effect): Effect {
  return { changes: false, mayChange: changes || mayChange, changesLater: false, returns, keeps: undefined, gives: [] }
}

function listOf<T>(each: T | undefined): readonly T[] {
  return each === undefined ? [] : [each]
}

interface BorrowedCall {
  readonly method: ts.Expression
  readonly by: 'call' | 'apply'
}

/** `Array.prototype.push.call`, `bump.apply` */
function borrowedCall(callee: ts.Expression): BorrowedCall | undefined {
  if (!ts.isPropertyAccessExpression(callee)) return undefined
  const by = callee.name.text
  return by === 'call' || by === 'apply' ? { method: bareExpression(callee.expression), by } : undefined
}

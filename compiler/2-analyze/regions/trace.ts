// In: expressions whose value is followed. Out: which names take it or a part of it, and where something is changed through them.
// Must not decide what becomes of that.
//
// A function is followed in the same way, to where it is called: that counts as the change of it.

import { ts } from 'ts-morph'
import { bareExpression, outerExpression } from '../../1-parse/expressions.ts'
import type { TypeCategory } from '../../model.ts'
import { writtenKey } from '../leaf-accesses.ts'
import { isAssignment, isStep, keepsValue } from '../scope.ts'
import { assignmentTo, type Binding, initialValue, isRead } from './bindings.ts'
import { borrowedCall, type BorrowedCall, type Callees } from './callees.ts'
import type { KnownFunction } from './declared.ts'
import { doesNothing, type Effect, type EffectOf, guessOf, type Subject, type TraceOptions } from './effect.ts'
import { holdersOf } from './holders.ts'
import { callbackOf, CALLS_LATER, isBuiltIn, isMutator, isOfArrays, NEVER_CALLS, resultOf, TAKES_IN, writtenArgument } from './methods.ts'
import { functionOf, isAsync, isGenerator, reaches, standsForItself } from './order.ts'
import { containerOf, elementOf, hasGetters, isOther, isOtherElement, listOf, madeOf, MAX_LEVEL, nameWithin, ofPairs, type Point, UNCHANGING, underFrom, type Way } from './points.ts'
import { type Taking, takings } from './takings.ts'

export class Trace {
  readonly changes: Point[] = []
  /** The least level of what a function returns, by function. */
  readonly returned = new Map<ts.Node, number>()
  /** The least level of what `this` holds from then on. */
  kept: number | undefined
  /** What it, or a part of it, has taken in. */
  readonly taken: Taking[] = []
  mayHaveKept: number | undefined
  /** Local names that hold it from then on, and may be names of what was handed in. */
  readonly held: { readonly to: Binding; readonly level: number }[] = []
  /** Local names that are called with it, and may be names of functions that were handed in. */
  readonly given: { readonly to: Binding; readonly call: ts.Node; readonly argument: number; readonly level: number }[] = []
  /** Names of modules that hold it from then on, and functions that give it to callers of which not all are known. */
  readonly lost = new Set<ts.Node>()
  readonly #points = new Map<ts.Node, Map<string, Point>>()
  readonly #pending: Point[] = []
  readonly #callees: Callees
  readonly #effects: EffectOf
  readonly #subject: Subject
  readonly #followed: ts.Node | undefined
  readonly #home: ts.Node | undefined
  /** Methods of a name in the classes that the value may be made of. */
  readonly #methodsIn: (name: string) => readonly KnownFunction[]

  constructor(callees: Callees, effectOf: EffectOf, methodsIn: (name: string) => readonly KnownFunction[] = () => [], { subject = 'value', followed, home }: TraceOptions = {}) {
    this.#callees = callees
    this.#effects = effectOf
    this.#methodsIn = methodsIn
    this.#subject = subject
    this.#followed = followed
    this.#home = home
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

  #value(node: ts.Node, level: number, category: TypeCategory | undefined, from: Point | undefined, { through, isGuess, isPart, under }: Way = {}): void {
    if (level <= MAX_LEVEL) this.#point({ kind: 'value', node, level, category, isGuess, isPart, under: underFrom(level, under, from) }, from, through)
  }

  #name(name: ts.Identifier, level: number, category: TypeCategory | undefined, node: ts.Node, from: Point | undefined, { isGuess, under }: Way = {}): void {
    const binding = this.#callees.bindingOf(name)
    if (binding && level <= MAX_LEVEL) this.#point({ kind: 'name', node, level, category, binding, isGuess, under: underFrom(level, under, from) }, from)
    if (binding) return
    if (!from?.isPart) this.lost.add(name)
    for (const place of this.#callees.placesAfter(name, node)) this.#value(place, level, undefined, from, { isGuess: true, under })
  }

  #change(node: ts.Node, from: Point, { isCertain = true } = {}): void {
    if (from.level === 0 && this.#subject === 'value') this.#point({ kind: 'change', node, level: 0, category: undefined, isCertain }, from)
  }

  /** Of a function: it is called. */
  #called(node: ts.Node, from: Point, { level = from.level, changesLater = false } = {}): void {
    if (level > 0 || this.#subject !== 'function') return
    this.#point({ kind: 'change', node, level: 0, category: undefined, isCertain: true, changesLater }, from)
    // What calls it, and is made in the function that it is followed in, stands for it.
    const owner = functionOf(node)
    if (this.#home && standsForItself(owner, this.#home)) this.#value(owner, 0, undefined, from)
  }

  #effectOf(fn: KnownFunction, parameter: number | 'this', level: number): Effect {
    return this.#effects(fn, parameter, level, this.#subject)
  }

  #point(given: Omit<Point, 'from'>, from: Point | undefined, through?: ts.Node): void {
    const isGuess = given.isGuess === true || from?.isGuess === true
    const isPart = given.isPart === true || from?.isPart === true
    const whole = isPart ? { ...given, isPart } : given
    const made = isGuess ? { ...whole, isGuess, ...(given.kind === 'change' && { isCertain: false, changesLater: false }) } : whole
    const known = this.#points.get(made.node) ?? new Map<string, Point>()
    this.#points.set(made.node, known)
    const key = `${made.kind} ${made.level} ${made.category} ${made.binding?.places[0]?.pos} ${made.isCertain} ${made.changesLater} ${made.isGuess} ${made.isPart} ${JSON.stringify(made.under)}`
    let point = known.get(key)
    if (!point) {
      known.set(key, point = { ...made, from: [] })
      if (point.kind === 'change') this.changes.push(point)
      else this.#pending.push(point)
    }
    if (from) point.from.push({ point: from, through })
  }

  /** What a pattern, a declared name or the target of an assignment takes. */
  #bind(name: ts.Node, level: number, category: TypeCategory | undefined, at: ts.Node, from: Point | undefined, under?: Way['under']): void {
    const target = ts.isExpression(name) ? bareExpression(name) : name
    if (ts.isIdentifier(target)) return this.#name(target, level, category, at, from, { under })
    const holder = { level, under: underFrom(level, under, from) }
    const part = (element: ts.Node, isRest: boolean): void => this.#bind(element, isRest ? containerOf(level) : elementOf(level), undefined, at, from, level > 1 && !isRest ? holder.under : 'unknown')
    if (ts.isObjectBindingPattern(target) || ts.isArrayBindingPattern(target)) {
      for (const element of target.elements) {
        if (!ts.isBindingElement(element) || isOtherElement(element, holder)) continue
        part(element.name, element.dotDotDotToken !== undefined)
        for (const getter of this.#callees.gettersOf(element)) this.#bind(element.name, this.#effectOf(getter, 'this', level).returns ?? MAX_LEVEL + 1, undefined, at, from)
      }
    } else if (ts.isArrayLiteralExpression(target)) {
      for (const element of target.elements) part(ts.isSpreadElement(element) ? element.expression : element, ts.isSpreadElement(element))
    } else if (ts.isObjectLiteralExpression(target)) {
      for (const property of target.properties) {
        if (ts.isShorthandPropertyAssignment(property)) part(property.name, false)
        else if (ts.isPropertyAssignment(property)) part(property.initializer, false)
        else if (ts.isSpreadAssignment(property)) part(property.expression, true)
      }
    } else if (ts.isBinaryExpression(target)) this.#bind(target.left, level, category, at, from, under)
    else if (ts.isPropertyAccessExpression(target) || ts.isElementAccessExpression(target)) this.#heldBy(target, level, at, from, 'assigned', this.#assignedUnder(target, level))
  }

  /**
   * `box.part = value`: the name of the box holds it from now on. Of what lies deeper in it, or is kept by a method, another part may
   * be meant later.
   */
  #heldBy(holder: ts.Expression, level: number, at: ts.Node, from: Point | undefined, how: 'assigned' | 'put' | 'kept' = 'kept', under: Way['under'] = 'unknown'): void {
    const returnsItself = (method: ts.Expression): boolean => this.#callees.functionsOf(method).some((each) => this.#effectOf(each, 'this', 0).returns === 0)
    for (const { node, depth, isDirect } of holdersOf(holder, this.#callees, returnsItself)) {
      const binding = ts.isIdentifier(node) ? this.#callees.bindingOf(node) : undefined
      const isGuess = this.#subject === 'value' && !(isDirect && (how === 'assigned' || (how === 'put' && depth === 0)))
      if (ts.isIdentifier(node)) this.#name(node, level + depth, undefined, at, from, { isGuess, under })
      else if (!from?.isPart) {
        this.keep(level + depth, isGuess)
        for (const self of this.#callees.selvesAfter(at)) this.#value(self, level + depth, undefined, from, { isGuess: this.#subject === 'value', under })
      }
      if (binding) this.held.push({ to: binding, level: level + depth })
    }
  }

  /** `best.item = item`, where `best` is a literal. */
  #assignedUnder(target: ts.PropertyAccessExpression | ts.ElementAccessExpression, level: number): Way['under'] {
    const name = bareExpression(target.expression)
    const binding = level === 0 && ts.isIdentifier(name) ? this.#callees.bindingOf(name) : undefined
    const holder = binding && initialValue(binding)
    const key = holder && ts.isObjectLiteralExpression(holder) && !hasGetters(holder) ? writtenKey(target) : undefined
    return key === undefined ? 'unknown' : { only: key }
  }

  /** What a method has kept, what it was called on holds. */
  #kept({ keeps, mayKeep }: Effect, callee: ts.Expression, call: ts.Node, from: Point): void {
    const holder = ts.isPropertyAccessExpression(callee) ? callee.expression : callee
    if (keeps !== undefined) this.#heldBy(holder, keeps, call, from, 'put')
    if (mayKeep !== undefined) this.#heldBy(holder, mayKeep, call, from)
  }

  keep(level: number, isGuess = false): void {
    if (level > MAX_LEVEL) return
    if (isGuess) this.mayHaveKept = Math.min(level, this.mayHaveKept ?? level)
    else this.kept = Math.min(level, this.kept ?? level)
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
    const { binding, level, category, node, under } = point
    for (const place of binding!.places) {
      if (!isRead(place)) continue
      const reach = reaches(node, place, binding!)
      if (!reach) continue
      const { parent } = place
      if (ts.isShorthandPropertyAssignment(parent)) this.#value(parent.parent, level + 1, undefined, point, { ...reach, under: nameWithin(parent, level) })
      else this.#value(place, level, category, point, { ...reach, under })
    }
  }

  // --- values ---

  #followValue(point: Point): void {
    const { node, level, category, under } = point
    const outer = outerExpression(node)
    const { parent } = outer
    const same = (next: ts.Node): void => this.#value(next, level, category, point, { under })
    if ((ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) && parent.expression === outer) return this.#access(parent, point)
    if (ts.isCallExpression(parent) && parent.expression === outer) return this.#called(parent, point)
    if ((ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.arguments?.includes(outer as ts.Expression)) return this.#argument(parent, outer, point)
    if (ts.isSpreadElement(parent)) {
      if (ts.isArrayLiteralExpression(parent.parent) && !assignmentTo(parent.parent)) this.#value(parent.parent, containerOf(level), undefined, point)
      return
    }
    if (ts.isSpreadAssignment(parent)) return this.#value(parent.parent, containerOf(level), undefined, point, { under: nameWithin(parent, level) ?? 'unknown' })
    if (ts.isArrayLiteralExpression(parent)) return this.#value(parent, level + 1, undefined, point)
    if (ts.isPropertyAssignment(parent) && parent.initializer === outer) return this.#value(parent.parent, level + 1, undefined, point, { under: nameWithin(parent, level) })
    if ((ts.isVariableDeclaration(parent) || ts.isBindingElement(parent) || ts.isParameter(parent)) && parent.initializer === outer)
      return this.#bind(parent.name, level, category, parent, point, under)
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
    const isCalled = ts.isCallExpression(parent) && parent.expression === outer
    if (isOther(writtenKey(access), point) && !isCalled) return
    if (assignment) {
      this.#change(assignment, point)
      if (ts.isBinaryExpression(assignment) && assignment.left === outer && keepsValue(assignment)) {
        this.#takes(assignment.right, assignment, point)
        this.#value(assignment, elementOf(point.level), undefined, point)
      }
      if (ts.isBinaryExpression(assignment) && assignment.operatorToken.kind === ts.SyntaxKind.EqualsToken) return
    }
    if (isStep(parent) || ts.isDeleteExpression(parent)) return this.#change(parent, point)
    if (isCalled) return ts.isPropertyAccessExpression(access) ? this.#method(access, parent, point) : this.#called(parent, point, { level: elementOf(point.level) })
    this.#part(access, elementOf(point.level), point, ts.isPropertyAccessExpression(access) && !this.#isFollowed(access))
    for (const getter of this.#callees.gettersOf(access)) this.#applied(guessOf(this.#effectOf(getter, 'this', point.level)), getter, access, point)
  }

  /** What may be another part of what holds the value. */
  #part(node: ts.Node, level: number, from: Point, isPart: boolean, { under }: Way = {}): void {
    this.#value(node, level, undefined, from, { under, isPart: isPart && this.#subject === 'function' })
  }

  #isFollowed(expression: ts.Expression): boolean {
    return this.#followed !== undefined && this.#callees.functionsOf(expression).some((each) => each === this.#followed)
  }

  #binary(node: ts.BinaryExpression, outer: ts.Node, point: Point): void {
    const kind = node.operatorToken.kind
    if (isAssignment(node)) {
      if (node.right !== outer || !keepsValue(node)) return
      this.#bind(node.left, point.level, point.category, node, point, point.under)
      return this.#value(node, point.level, point.category, point, { under: point.under })
    }
    if (!UNCHANGING.has(kind)) return
    const isLeftOnly = kind === ts.SyntaxKind.CommaToken || kind === ts.SyntaxKind.AmpersandAmpersandToken
    if (node.right === outer || !isLeftOnly) this.#value(node, point.level, point.category, point, { under: point.under })
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
    if (level === 0 && this.#subject === 'function') return method === 'bind' ? give(0) : /^(call|apply)$/.test(method) ? this.#called(call, point) : undefined
    const known = level === 0 ? this.#methodsIn(method) : []
    for (const each of known) this.#applied(this.#effectOf(each, 'this', 0), each, call, point)
    if (level === 0 && category === 'instance') return known.length === 0 ? this.#change(call, point, { isCertain: false }) : undefined
    const own = this.#callees.functionsOf(access)
    for (const each of own) {
      const effect = this.#effectOf(each, 'this', level)
      // Of what only holds it, each part counts as a part of it: too much for a refusal.
      this.#applied(level === 0 || this.#subject === 'function' ? effect : guessOf(effect), each, call, point)
      if (each === this.#followed) this.#called(call, point, { level: elementOf(level) })
    }
    if (own.length > 0) return
    if (!isBuiltIn(method) && !NEVER_CALLS.test(method)) this.#called(call, point, { level: elementOf(level) })
    for (const each of this.#callees.methodsNearby(access)) this.#applied(guessOf(this.#effectOf(each, 'this', level)), each, call, point)
    const mutates = isMutator(method, category)
    if (mutates) this.#change(call, point)
    if (TAKES_IN.test(method)) for (const argument of call.arguments) this.#takes(argument, call, point)
    const callback = callbackOf(method)
    const argument = call.arguments[0]
    if (callback && argument) this.#callback(argument, callback, call, point)
    if (callback?.result !== undefined && call.arguments.length < 2) give(elementOf(level))
    if ((method === 'pop' || method === 'shift') && level > 0) give(elementOf(level))
    if (method === 'splice' && level > 0) give(level)
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
        this.#kept(effect, argument, call, point)
        if (effect.returns !== undefined && returns) this.#value(call, madeOf(effect.returns, returns), undefined, point, { under: 'unknown' })
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
      if (/^(Map|Set|Array)$/.test(name)) return give(name === 'Array' ? level + 1 : name === 'Map' ? ofPairs(level) : containerOf(level))
      // A view of the same bytes.
      if (/^(DataView|\w+Array)$/.test(name)) return argument.getText().endsWith('.buffer') ? give(level) : undefined
      const known = this.#callees.constructorOf(callee)
      const effect = known && this.#effectOf(known, index, level)
      if (effect) this.#applied({ ...effect, returns: effect.keeps }, known, call, point)
      if (effect?.mayKeep !== undefined) this.#value(call, effect.mayKeep, undefined, point, { isGuess: true, under: 'unknown' })
      if (!effect || doesNothing(effect)) this.#called(call, point)
      return
    }
    if (writtenArgument(name) === index) this.#change(call, point)
    const known = callee.kind === ts.SyntaxKind.SuperKeyword ? listOf(this.#callees.constructorOf(callee)) : this.#callees.functionsOf(callee)
    // It may be moved to another name of what holds it.
    const holder = bareExpression(argument as ts.Expression)
    if (point.under !== undefined && ts.isIdentifier(holder) && (known.length > 0 || name === 'Object.assign')) this.#name(holder, level, undefined, call, point, { under: 'unknown' })
    if (name === 'Object.assign') return give(index === 0 ? level : containerOf(level))
    if (/^Object\.(freeze|seal|preventExtensions)$/.test(name)) return give(level)
    if (name === 'Object.fromEntries') return give(ofPairs(level))
    if (name === 'Object.values' || name === 'Array.from') return give(containerOf(level))
    if (name === 'Array.of') return give(level + 1)
    if (name === 'Buffer.from') return argument.getText().endsWith('.buffer') ? give(level) : undefined
    if (name === 'Object.entries') return this.#value(call, containerOf(level) + 1, undefined, point, { under: level > 1 ? undefined : 'unknown' })
    if (ts.isPropertyAccessExpression(callee)) {
      if (callee.name.text === 'concat') give(containerOf(level))
      if (callbackOf(callee.name.text)?.result !== undefined && index === 1) return this.#initialResult(call, point)
    }
    for (const each of known) {
      const effect = this.#effectOf(each, index, level)
      this.#applied(effect, each, call, point)
      this.#kept(effect, callee, call, point)
    }
    if (known.length > 0) return known.every((each) => doesNothing(this.#effectOf(each, index, level))) ? this.#called(call, point) : undefined
    const taking = ts.isPropertyAccessExpression(callee) && TAKES_IN.test(callee.name.text) ? callee : undefined
    if (taking) this.#heldBy(taking.expression, level + 1, call, point, 'put', point.under)
    if (!taking || !(isOfArrays(taking.name.text) || this.#callees.isCollection(taking.expression))) this.#handedOver(callee, call, point)
    for (const each of this.#callees.methodsNearby(callee)) this.#applied(guessOf(this.#effectOf(each, index, level)), each, call, point)
    const borrowed = borrowedCall(callee)
    if (borrowed) return this.#borrowed(borrowed, index, call, point)
    const binding = ts.isIdentifier(callee) ? this.#callees.bindingOf(callee) : undefined
    if (binding) this.given.push({ to: binding, call, argument: index, level })
  }

  /** A function that another one is given, which is not one of the project, is called by that, or later. */
  #handedOver(callee: ts.Expression, call: ts.CallExpression, point: Point): void {
    const isArgument = ts.isIdentifier(callee) && this.#callees.bindingOf(callee)?.places.some(({ parent }) => ts.isParameter(parent))
    const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText()
    if (!isArgument && !NEVER_CALLS.test(name)) this.#called(call, point, { changesLater: CALLS_LATER.test(name) })
  }

  /** `method.call(value, …)`: the method of the value, and its other arguments. One that `bind` gives does that where it is called. */
  #borrowed({ method, by }: BorrowedCall, index: number, call: ts.CallExpression, point: Point): void {
    if ((index > 0 && by === 'apply') || this.#subject === 'function') return
    if (index === 0 && by === 'bind' && ts.isPropertyAccessExpression(method)) {
      for (const each of this.#callsOf(call)) if (ts.isCallExpression(each)) this.#method(method, each, point)
      return
    }
    const parameter = index === 0 ? 'this' : index - 1
    const calls = by === 'bind' ? this.#callsOf(call) : [call]
    const known = this.#callees.functionsOf(method)
    const isChange = known.length === 0 && parameter === 'this' && isMutator(this.#callees.methodName(method) ?? '', point.category)
    for (const each of calls) {
      for (const fn of known) this.#applied({ ...this.#effectOf(fn, parameter, point.level), gives: [], fills: [] }, fn, each, point)
      if (isChange) this.#change(each, point)
    }
  }

  /** Where what an expression gives, a function, is called. */
  #callsOf(value: ts.Expression): readonly ts.Expression[] {
    const trace = new Trace(this.#callees, this.#effects, undefined, { subject: 'function' })
    trace.start(value, 0)
    return trace.changes.flatMap(({ node }) => (ts.isExpression(node) ? node : []))
  }

  /** `list.reduce(callback, value)`: what the callback is given first. */
  #initialResult(call: ts.CallExpression, point: Point): void {
    const known = this.#callees.functionOf(call.arguments[0]!)
    const parameter = known?.parameters[0]
    if (parameter) this.#bind(parameter.name, point.level, undefined, parameter, point)
    this.#value(call, point.level, undefined, point)
  }

  #applied({ changes, mayChange, changesLater, returns, gives, fills }: Effect, known: KnownFunction, call: ts.Expression, from: Point): void {
    const given = ts.isCallExpression(call) || ts.isNewExpression(call) ? call.arguments ?? [] : []
    for (const { to, argument, level } of gives) this.#handed(given[to], argument, level, call, from)
    for (const { to, level } of fills) if (given[to]) this.#heldBy(given[to], level, call, from)
    if (changes || changesLater) this.#point({ kind: 'change', node: call, level: 0, category: undefined, isCertain: true, changesLater }, from)
    if (mayChange) this.#point({ kind: 'change', node: call, level: 0, category: undefined, isGuess: true }, from)
    if (returns !== undefined && !isAsync(known)) this.#part(call, returns, from, from.level > 0, { under: 'unknown' })
  }

  /** `each(list, (item) => …)`: a function of the project calls another with a part of what it was given. */
  #handed(callback: ts.Expression | undefined, argument: number, level: number, call: ts.Expression, from: Point): void {
    if (!callback) return
    const known = this.#callees.functionOf(callback)
    const parameter = known?.parameters[argument]
    if (known && known !== bareExpression(callback)) this.#applied({ ...this.#effectOf(known, argument, level), returns: undefined, gives: [], fills: [] }, known, call, from)
    else if (parameter) this.#bind(parameter.name, level, undefined, parameter, from, 'unknown')
    else if (ts.isIdentifier(callback)) {
      const binding = this.#callees.bindingOf(callback)
      if (binding) this.given.push({ to: binding, call, argument, level })
    }
  }

  /** What a function returns arrives where it is called. */
  #returned(owner: ts.Node, level: number, point: Point): void {
    this.returned.set(owner, Math.min(this.returned.get(owner) ?? MAX_LEVEL, level))
    const isKnown = !isAsync(owner) && this.#arrives(owner, level, point)
    if (!point.isPart && (!isKnown || owner === this.#home)) this.lost.add(owner)
  }

  #arrives(owner: ts.Node, level: number, point: Point): boolean {
    if (ts.isFunctionDeclaration(owner) && owner.name) return this.#returnedByName(owner.name, level, point)
    if (!ts.isArrowFunction(owner) && !ts.isFunctionExpression(owner)) return false
    const outer = outerExpression(owner)
    const { parent } = outer
    if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return this.#returnedByName(parent.name, level, point)
    if (!ts.isCallExpression(parent)) return false
    if (parent.expression === outer) {
      this.#value(parent, level, undefined, point)
      return true
    }
    const callee = bareExpression(parent.expression)
    const shape = ts.isPropertyAccessExpression(callee) && parent.arguments[0] === outer ? callbackOf(callee.name.text) : undefined
    if (!shape?.returns) return shape !== undefined
    this.#value(parent, madeOf(level, shape.returns), undefined, point)
    const result = shape.result === undefined ? undefined : owner.parameters[shape.result]
    if (result) this.#bind(result.name, level, undefined, result, point)
    return true
  }

  #returnedByName(name: ts.Identifier, level: number, point: Point): boolean {
    for (const place of this.#callees.bindingOf(name)?.places ?? []) {
      const outer = outerExpression(place)
      if (isRead(place) && ts.isCallExpression(outer.parent) && outer.parent.expression === outer) this.#value(outer.parent, level, undefined, point)
    }
    return true
  }
}

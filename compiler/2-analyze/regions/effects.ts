// In: a function of the project. Out: what it does with an argument, or with its `this`: whether it changes it, and what it returns of it.
// Must not say anything about it: that is for the place where it is called.

import { ts } from 'ts-morph'
import type { Callees } from './callees.ts'
import { liftTo, mayRunAfterWait } from './closures.ts'
import type { KnownFunction } from './declared.ts'
import { isAsync, isGenerator, isInside } from './order.ts'
import { type Effect, type EffectOf, Trace } from './trace.ts'

const NONE: Effect = { changes: false, mayChange: false, changesLater: false, returns: undefined, keeps: undefined, gives: [] }
const MAX_DEPTH = 60

/** Of every function once. Functions that call each other in a circle are read again until nothing new is found. */
export function createEffects(callees: Callees): EffectOf {
  const known = new Map<KnownFunction, Map<string, Effect>>()
  const open = new Map<KnownFunction, Map<string, Effect>>()
  /** Effects that were asked for while they were being read. */
  let met = new Set<Map<string, Effect>>()
  let depth = 0

  const effectOf: EffectOf = (fn, parameter, level) => {
    const key = `${parameter} ${level}`
    const found = known.get(fn)?.get(key)
    if (found) return found
    const inProgress = open.get(fn)
    if (inProgress?.has(key)) {
      met.add(inProgress)
      return inProgress.get(key)!
    }
    if (depth >= MAX_DEPTH) return NONE
    return read(fn, parameter, level, key)
  }
  return effectOf

  function read(fn: KnownFunction, parameter: number | 'this', level: number, key: string): Effect {
    const own = open.get(fn) ?? new Map<string, Effect>()
    open.set(fn, own)
    own.set(key, NONE)
    const outerMet = met
    met = new Set()
    depth++
    let effect = NONE
    try {
      for (;;) {
        effect = readOnce(fn, parameter, level)
        const before = own.get(key)!
        own.set(key, effect)
        if (isSame(before, effect) || !met.has(own)) break
      }
    } finally {
      depth--
      own.delete(key)
    }
    met.delete(own)
    // What rests on an effect that is still being read is read again when that is known.
    if (met.size === 0) known.set(fn, (known.get(fn) ?? new Map<string, Effect>()).set(key, effect))
    for (const each of met) outerMet.add(each)
    met = outerMet
    return effect
  }

  function readOnce(fn: KnownFunction, parameter: number | 'this', level: number): Effect {
    const last = fn.parameters.at(-1)
    const found = parameter === 'this' ? parameter : fn.parameters[parameter] ?? (last?.dotDotDotToken ? last : undefined)
    const places = found === 'this' ? placesIn(fn, isThis) : placesIn(fn, isArguments)
    if (!found && places.length === 0) return NONE
    const trace = new Trace(callees, effectOf, (name) => (found ? callees.methodsOn(fn, found, name) : []))
    for (const node of places) trace.start(node, found === 'this' ? level : level + 1)
    if (found && found !== 'this') {
      const isField = ts.isConstructorDeclaration(fn) && ts.isParameterPropertyDeclaration(found, fn)
      if (isField) trace.keep(level + 1)
      trace.start(found, found.dotDotDotToken ? level + 1 : level)
    }
    let changes = false
    let mayChange = false
    let changesLater = false
    for (const change of trace.changes) {
      // What its callers do with what it returns is theirs.
      if (!isInside(change.node, fn) || !(change.isCertain || change.isGuess)) continue
      const { nodes, later } = liftTo(fn, change.node, callees)
      const isLater = change.changesLater === true || later !== undefined || isGenerator(fn) || (isAsync(fn) && nodes.some((node) => mayRunAfterWait(node, fn)))
      if (change.isGuess) mayChange ||= !isLater && nodes.length > 0
      else if (isLater) changesLater = true
      else if (nodes.length > 0) changes = true
    }
    const gives = trace.given.flatMap(({ to, call, argument, level: levelThere }) => {
      const place = fn.parameters.findIndex(({ name }) => ts.isIdentifier(name) && callees.bindingOf(name) === to)
      const { nodes, later } = liftTo(fn, call, callees)
      return place === -1 || later || nodes.length === 0 || isGenerator(fn) ? [] : [{ to: place, argument, level: levelThere }]
    })
    return { changes, mayChange, changesLater, returns: trace.returned.get(fn), keeps: trace.kept, gives }
  }
}

// --- internal ---

function isSame(one: Effect, other: Effect): boolean {
  return one.changes === other.changes && one.mayChange === other.mayChange && one.changesLater === other.changesLater && one.returns === other.returns && one.keeps === other.keeps && one.gives.length === other.gives.length
}

/** Where a function names what is its own and no arrow function's in it. */
function placesIn(fn: KnownFunction, is: (node: ts.Node) => boolean): ts.Node[] {
  if (ts.isArrowFunction(fn) && is !== isThis) return []
  const found: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    if (is(node)) found.push(node)
    if ((ts.isFunctionLike(node) && !ts.isArrowFunction(node)) || ts.isClassLike(node)) return
    ts.forEachChild(node, visit)
  }
  visit(fn.body)
  return found
}

function isThis(node: ts.Node): boolean {
  return node.kind === ts.SyntaxKind.ThisKeyword
}

function isArguments(node: ts.Node): boolean {
  return ts.isIdentifier(node) && node.text === 'arguments' && !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node)
}

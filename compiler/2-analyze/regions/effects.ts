// In: a function of the project. Out: what it does with an argument, or with its `this`: whether it changes it, and what it returns of it.
// Must not say anything about it: that is for the place where it is called.

import { ts } from 'ts-morph'
import type { Callees } from './callees.ts'
import { liftTo, mayRunAfterWait } from './closures.ts'
import type { KnownFunction } from './declared.ts'
import { Fixpoint } from './fixpoint.ts'
import { isAsync, isGenerator, isInside } from './order.ts'
import { type Effect, type EffectOf, Trace } from './trace.ts'

const NONE: Effect = { changes: false, mayChange: false, changesLater: false, returns: undefined, keeps: undefined, gives: [] }

/** Of every function once. */
export function createEffects(callees: Callees): EffectOf {
  const effects = new Fixpoint(NONE, isSame)
  const effectOf: EffectOf = (fn, parameter, level) => effects.valueOf(fn, `${parameter} ${level}`, () => readOnce(fn, parameter, level))
  return effectOf

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
    return { changes, mayChange, changesLater, returns: trace.returned.get(fn), keeps: trace.kept, gives: distinct(gives) }
  }
}

// --- internal ---

/** A function that calls itself hands on once more what it finds that it hands on. */
function distinct(gives: Effect['gives']): Effect['gives'] {
  return [...new Map(gives.map((each) => [`${each.to} ${each.argument} ${each.level}`, each])).values()]
}

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

// In: a function of the project. Out: what it does with an argument, or with its `this`: whether it changes it, and what it returns of it.
// Must not say anything about it: that is for the place where it is called.

import { ts } from 'ts-morph'
import type { Binding } from './bindings.ts'
import type { Callees } from './callees.ts'
import { liftTo, mayRunAfterWait } from './closures.ts'
import type { KnownFunction } from './declared.ts'
import { type Effect, type EffectOf, NONE, type Subject } from './effect.ts'
import { Fixpoint } from './fixpoint.ts'
import { functionOf, isAsync, isGenerator, isInside, ownPlaces, selvesIn, standsForItself } from './order.ts'
import { Trace } from './trace.ts'

/** Of every function once. */
export function createEffects(callees: Callees): EffectOf {
  const effects = new Fixpoint(NONE, isSame)
  const effectOf: EffectOf = (fn, parameter, level, subject) => effects.valueOf(fn, `${parameter} ${level} ${subject}`, () => readOnce(fn, parameter, level, subject))
  const follow = { callees, effectOf }
  return effectOf

  function readOnce(fn: KnownFunction, parameter: number | 'this', level: number, subject: Subject): Effect {
    const last = fn.parameters.at(-1)
    const found = parameter === 'this' ? parameter : fn.parameters[parameter] ?? (last?.dotDotDotToken ? last : undefined)
    const places = found === 'this' ? selvesIn(fn) : ts.isArrowFunction(fn) ? [] : ownPlaces(fn, isArguments)
    if (!found && places.length === 0) return NONE
    const trace = new Trace(callees, effectOf, (name) => (found ? callees.methodsOn(fn, found, name) : []), { subject, home: fn })
    for (const node of places) trace.start(node, found === 'this' ? level : level + 1)
    if (found && found !== 'this') {
      const isField = ts.isConstructorDeclaration(fn) && ts.isParameterPropertyDeclaration(found, fn)
      if (isField) trace.keep(level + 1)
      trace.start(found, found.dotDotDotToken ? level + 1 : level)
    }
    let changes = false
    let mayChange = false
    // A function that a module has, or whoever called one of those in it, is called some time.
    let changesLater = subject === 'function' && [...trace.lost].some((node) => node !== fn)
    for (const change of trace.changes) {
      // What its callers do with what it returns is theirs.
      if (!isInside(change.node, fn) || !(change.isCertain || change.isGuess)) continue
      const owner = functionOf(change.node)
      if (subject === 'function' && standsForItself(owner, fn)) {
        changesLater ||= change.changesLater === true || isGenerator(owner) || (isAsync(owner) && mayRunAfterWait(change.node, owner))
        continue
      }
      const { nodes, later } = liftTo(fn, change.node, follow)
      const isLater = change.changesLater === true || later !== undefined || isGenerator(fn) || (isAsync(fn) && nodes.some((node) => mayRunAfterWait(node, fn)))
      if (change.isGuess) mayChange ||= !isLater && nodes.length > 0
      else if (isLater) changesLater = true
      else if (nodes.length > 0) changes = true
    }
    const placeOf = (binding: Binding): number => fn.parameters.findIndex(({ name }) => ts.isIdentifier(name) && callees.bindingOf(name) === binding)
    const gives = trace.given.flatMap(({ to, call, argument, level: levelThere }) => {
      const place = placeOf(to)
      const { nodes, later } = liftTo(fn, call, follow)
      return place === -1 || later || nodes.length === 0 || isGenerator(fn) ? [] : [{ to: place, argument, level: levelThere }]
    })
    const fills = trace.held.flatMap(({ to, level: levelThere }) => {
      const place = placeOf(to)
      return place === -1 || place === parameter ? [] : [{ to: place, level: levelThere }]
    })
    return { changes, mayChange, changesLater, returns: trace.returned.get(fn), keeps: trace.kept, mayKeep: trace.mayHaveKept, gives: distinct(gives), fills: distinct(fills) }
  }
}

// --- internal ---

/** A function that calls itself hands on once more what it finds that it hands on. */
function distinct<Each extends object>(all: readonly Each[]): readonly Each[] {
  return [...new Map(all.map((each) => [Object.values(each).join(' '), each])).values()]
}

function isSame(one: Effect, other: Effect): boolean {
  return one.changes === other.changes && one.mayChange === other.mayChange && one.changesLater === other.changesLater && one.returns === other.returns && one.keeps === other.keeps && one.mayKeep === other.mayKeep && one.gives.length === other.gives.length && one.fills.length === other.fills.length
}

function isArguments(node: ts.Node): boolean {
  return ts.isIdentifier(node) && node.text === 'arguments' && !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node)
}

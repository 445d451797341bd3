// In: a function of the project. Out: what it does with an argument, or with its `this`: whether it changes it, and what it returns of it.
// Must not say anything about it: that is for the place where it is called.

import { ts } from 'ts-morph'
import type { Binding } from './bindings.ts'
import type { Callees } from './callees.ts'
import { liftTo, mayRunAfterWait } from './closures.ts'
import type { KnownFunction } from './declared.ts'
import { type Effect, type EffectOf, NONE, type Subject } from './effect.ts'
import { functionOf, isAsync, isGenerator, isInside, ownPlaces, selvesIn, standsForItself } from './order.ts'
import { Trace } from './trace.ts'

const MAX_DEPTH = 60

/** Of every function once. Functions that call each other in a circle are read again until nothing new is found. */
export function createEffects(callees: Callees): EffectOf {
  const known = new Map<KnownFunction, Map<string, Effect>>()
  const open = new Map<KnownFunction, Map<string, Effect>>()
  /** Effects that were asked for while they were being read. */
  let met = new Set<Map<string, Effect>>()
  let depth = 0

  const effectOf: EffectOf = (fn, parameter, level, subject) => {
    const key = `${parameter} ${level} ${subject}`
    const found = known.get(fn)?.get(key)
    if (found) return found
    const inProgress = open.get(fn)
    if (inProgress?.has(key)) {
      met.add(inProgress)
      return inProgress.get(key)!
    }
    if (depth >= MAX_DEPTH) return NONE
    return read(fn, parameter, level, subject, key)
  }
  const follow = { callees, effectOf }
  return effectOf

  function read(fn: KnownFunction, parameter: number | 'this', level: number, subject: Subject, key: string): Effect {
    const own = open.get(fn) ?? new Map<string, Effect>()
    open.set(fn, own)
    own.set(key, NONE)
    const outerMet = met
    met = new Set()
    depth++
    let effect = NONE
    try {
      for (;;) {
        effect = readOnce(fn, parameter, level, subject)
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
    return { changes, mayChange, changesLater, returns: trace.returned.get(fn), keeps: trace.kept, mayKeep: trace.mayHaveKept, gives, fills }
  }
}

// --- internal ---

function isSame(one: Effect, other: Effect): boolean {
  return one.changes === other.changes && one.mayChange === other.mayChange && one.changesLater === other.changesLater && one.returns === other.returns && one.keeps === other.keeps && one.mayKeep === other.mayKeep && one.gives.length === other.gives.length && one.fills.length === other.fills.length
}

function isArguments(node: ts.Node): boolean {
  return ts.isIdentifier(node) && node.text === 'arguments' && !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node)
}

// In: a method or getter of a brain. Out: the attributes of which it returns a part: whoever calls it has a name for that.
// Must not look at what the caller does with it.

import { ts } from 'ts-morph'
import { outerExpression } from '../../1-parse/expressions.ts'
import type { Attribute, TypeCategory } from '../../model.ts'
import { keepsValue, readScope, type SelfAccess } from '../scope.ts'
import { assignmentTo } from './bindings.ts'
import type { Callees } from './callees.ts'
import type { KnownFunction } from './declared.ts'
import type { EffectOf } from './effect.ts'
import { isAsync } from './order.ts'
import { Trace } from './trace.ts'

/** A place where a value comes from a shared attribute. */
export interface Source {
  /** Its node is the use of the attribute, or what calls the method that returns a part of it. */
  readonly access: SelfAccess
  readonly level: number
}

/** Whether what an attribute holds may be changed without an assignment to that. */
export function isInPieces(category: TypeCategory): boolean {
  return !/^(number|boolean|string|bigint)$/.test(category)
}

/** So many methods may hand a value on to one another. */
const MAX_DEPTH = 50

export class HandedOut {
  readonly #callees: Callees
  readonly #effectOf: EffectOf
  readonly #attributes: ReadonlyMap<string, Attribute>
  #depth = 0
  readonly #returned = new Map<KnownFunction, ReadonlyMap<string, number>>()

  constructor(callees: Callees, effectOf: EffectOf, attributes: ReadonlyMap<string, Attribute>) {
    this.#callees = callees
    this.#effectOf = effectOf
    this.#attributes = attributes
  }

  /** What a use of a member brings: the attribute itself, or those that a method of the name returns parts of. */
  sourcesOf(access: SelfAccess): Source[] {
    if (access.via !== 'this') return []
    const share = this.#attributes.get(access.name)?.share
    if (share) {
      const node = share.kind === 'shared' && isInPieces(share.category) ? valueOf(access.node) : undefined
      return node ? [{ access: { ...access, node }, level: 0 }] : []
    }
    if (ts.isBindingElement(access.node)) return []
    const known = this.#callees.ofThis(access.node, access.name)
    const outer = outerExpression(access.node)
    const isCall = ts.isCallExpression(outer.parent) && outer.parent.expression === outer
    if (!known || isCall === ts.isGetAccessor(known) || isAsync(known)) return []
    return [...this.#returnedBy(known)].map(([name, level]) => ({ access: { name, via: 'this', node: isCall ? outer.parent : access.node }, level }))
  }

  /** Attribute → the least level of what is returned of it. */
  #returnedBy(fn: KnownFunction): ReadonlyMap<string, number> {
    const known = this.#returned.get(fn)
    const found = new Map<string, number>()
    if (known || this.#depth >= MAX_DEPTH) return known ?? found
    // Methods that call each other in a circle return what the others find.
    this.#returned.set(fn, found)
    const member = ts.isArrowFunction(fn) || ts.isFunctionExpression(fn) ? ts.findAncestor(fn, ts.isPropertyDeclaration) : fn
    if (!member) return found
    this.#depth++
    for (const access of readScope(member, { isMember: true }).accesses)
      for (const source of this.sourcesOf(access)) {
        const trace = new Trace(this.#callees, this.#effectOf)
        trace.start(source.access.node, source.level)
        const level = trace.returned.get(fn)
        if (level !== undefined) found.set(source.access.name, Math.min(level, found.get(source.access.name) ?? level))
      }
    this.#depth--
    return found
  }
}

// --- internal ---

/** The use itself, or the assignment to it that gives what it then is: `this.list ??= []`. */
function valueOf(node: ts.Node): ts.Node | undefined {
  if (!assignmentTo(node)) return node
  const outer = outerExpression(node)
  const { parent } = outer
  return ts.isBinaryExpression(parent) && parent.left === outer && keepsValue(parent) ? parent : undefined
}

// In: a method or getter of a brain. Out: the attributes of which it returns a part: whoever calls it has a name for that.
// Must not look at what the caller does with it.

import { ts } from 'ts-morph'
import { outerExpression } from '../../1-parse/expressions.ts'
import type { Attribute, TypeCategory } from '../../model.ts'
import { keepsValue, readScope, type SelfAccess } from '../scope.ts'
import { assignmentTo } from './bindings.ts'
import type { Follow } from './closures.ts'
import type { KnownFunction } from './declared.ts'
import { Fixpoint } from './fixpoint.ts'
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

export function isSharedInPieces(attribute: Attribute | undefined): boolean {
  return attribute?.share.kind === 'shared' && isInPieces(attribute.share.category)
}

/** The attributes of a brain, and what tells where its code leads. */
export interface BrainCode extends Follow {
  readonly attributes: ReadonlyMap<string, Attribute>
}

export class HandedOut {
  readonly #code: BrainCode
  readonly #returned = new Fixpoint<ReadonlyMap<string, number>>(new Map(), isSame)

  constructor(code: BrainCode) {
    this.#code = code
  }

  /** What a use of a member brings: the attribute itself, or those that a method of the name returns parts of. */
  sourcesOf(access: SelfAccess): Source[] {
    if (access.via !== 'this') return []
    const attribute = this.#code.attributes.get(access.name)
    if (attribute) {
      const node = isSharedInPieces(attribute) ? valueOf(access.node) : undefined
      return node ? [{ access: { ...access, node }, level: 0 }] : []
    }
    if (ts.isBindingElement(access.node)) return []
    const known = this.#code.callees.ofThis(access.node, access.name)
    const outer = outerExpression(access.node)
    const isCall = ts.isCallExpression(outer.parent) && outer.parent.expression === outer
    if (!known || isCall === ts.isGetAccessor(known) || isAsync(known)) return []
    return [...this.#returnedBy(known)].map(([name, level]) => ({ access: { name, via: 'this', node: isCall ? outer.parent : access.node }, level }))
  }

  /** Attribute → the least level of what is returned of it. */
  #returnedBy(fn: KnownFunction): ReadonlyMap<string, number> {
    return this.#returned.valueOf(fn, '', () => this.#read(fn))
  }

  #read(fn: KnownFunction): ReadonlyMap<string, number> {
    const found = new Map<string, number>()
    const member = ts.isArrowFunction(fn) || ts.isFunctionExpression(fn) ? ts.findAncestor(fn, ts.isPropertyDeclaration) : fn
    if (!member) return found
    for (const access of readScope(member, { isMember: true }).accesses)
      for (const source of this.sourcesOf(access)) {
        const trace = new Trace(this.#code.callees, this.#code.effectOf)
        trace.start(source.access.node, source.level)
        const level = trace.returned.get(fn)
        if (level !== undefined) found.set(source.access.name, Math.min(level, found.get(source.access.name) ?? level))
      }
    return found
  }
}

// --- internal ---

function isSame(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): boolean {
  return one.size === other.size && [...one].every(([name, level]) => other.get(name) === level)
}

/** The use itself, or the assignment to it that gives what it then is: `this.list ??= []`. */
function valueOf(node: ts.Node): ts.Node | undefined {
  if (!assignmentTo(node)) return node
  const outer = outerExpression(node)
  const { parent } = outer
  return ts.isBinaryExpression(parent) && parent.left === outer && keepsValue(parent) ? parent : undefined
}

// In: a use of a member of a brain. Out: the local names whose values a shared attribute takes in by it. Must not look at what becomes of the names.

import { ts } from 'ts-morph'
import { outerExpression } from '../../1-parse/expressions.ts'
import type { Attribute } from '../../model.ts'
import { keepsValue, readScope, type SelfAccess } from '../scope.ts'
import type { Callees } from './callees.ts'
import type { KnownFunction } from './declared.ts'
import type { EffectOf } from './effect.ts'
import { isInPieces } from './handed-out.ts'
import { type Taking, takings } from './takings.ts'
import { Trace } from './trace.ts'

export interface AttributeTaking extends Taking {
  readonly attribute: string
  /** As by `push`, and not by an assignment to the attribute itself. */
  readonly isPart: boolean
}

export class TakenIn {
  readonly #callees: Callees
  readonly #effectOf: EffectOf
  readonly #attributes: ReadonlyMap<string, Attribute>
  readonly #byMethod = new Map<KnownFunction, ReadonlyMap<number, string>>()

  constructor(callees: Callees, effectOf: EffectOf, attributes: ReadonlyMap<string, Attribute>) {
    this.#callees = callees
    this.#effectOf = effectOf
    this.#attributes = attributes
  }

  /** `this.item = item`, and `this.keep(item)` of a method that does so. */
  takingsOf(access: SelfAccess): AttributeTaking[] {
    const outer = outerExpression(access.node)
    const { parent } = outer
    if (this.#isShared(access) && ts.isBinaryExpression(parent) && parent.left === outer && keepsValue(parent)) return this.#named(parent.right, parent, access.name)
    if (this.#attributes.has(access.name) || !ts.isCallExpression(parent) || parent.expression !== outer) return []
    const known = this.#callees.ofThis(access.node, access.name)
    const byParameter = known && parent.arguments.length > 0 ? this.#takenBy(known) : undefined
    return parent.arguments.flatMap((argument, index) => {
      const attribute = byParameter?.get(index)
      return attribute === undefined ? [] : this.#named(argument, parent, attribute)
    })
  }

  /** Attributes by the places of parameters that they take in. */
  #takenBy(fn: KnownFunction): ReadonlyMap<number, string> {
    const known = this.#byMethod.get(fn)
    if (known) return known
    const found = new Map<number, string>()
    // Of methods that call each other in a circle.
    this.#byMethod.set(fn, found)
    const names = fn.parameters.map(({ name }) => (ts.isIdentifier(name) ? this.#callees.bindingOf(name) : undefined))
    if (!ts.isMethodDeclaration(fn) || names.every((name) => name === undefined)) return found
    for (const access of readScope(fn, { isMember: true }).accesses)
      for (const { binding, attribute } of [...this.takingsOf(access), ...this.#byName(access)]) {
        const index = names.indexOf(binding)
        if (index !== -1) found.set(index, attribute)
      }
    return found
  }

  /** `this.items.push(item)`, also through another name of the list. */
  #byName(access: SelfAccess): AttributeTaking[] {
    if (!this.#isShared(access)) return []
    const trace = new Trace(this.#callees, this.#effectOf)
    trace.start(access.node, 0)
    return trace.taken.map((taking) => ({ ...taking, attribute: access.name, isPart: true }))
  }

  #named(value: ts.Expression, at: ts.Node, attribute: string): AttributeTaking[] {
    return takings(value, at, this.#callees).map((taking) => ({ ...taking, attribute, isPart: false }))
  }

  #isShared({ name, via }: SelfAccess): boolean {
    const share = this.#attributes.get(name)?.share
    return via === 'this' && share?.kind === 'shared' && isInPieces(share.category)
  }
}

// In: a use of a member of a brain. Out: the local names whose values a shared attribute takes in by it. Must not look at what becomes of the names.

import { ts } from 'ts-morph'
import { outerExpression } from '../../1-parse/expressions.ts'
import { keepsValue, readScope, type SelfAccess } from '../scope.ts'
import type { KnownFunction } from './declared.ts'
import { Fixpoint } from './fixpoint.ts'
import { type BrainCode, isSharedInPieces } from './handed-out.ts'
import { type Taking, takings } from './takings.ts'
import { Trace } from './trace.ts'

export interface AttributeTaking extends Taking {
  readonly attribute: string
  /** As by `push`, and not by an assignment to the attribute itself. */
  readonly isPart: boolean
}

/** What an attribute, as a trace has followed it, takes in. */
export function partsTaken({ taken }: Trace, attribute: string): AttributeTaking[] {
  return taken.map((taking) => ({ ...taking, attribute, isPart: true }))
}

export class TakenIn {
  readonly #code: BrainCode
  readonly #byMethod = new Fixpoint<ReadonlyMap<number, string>>(new Map(), (one, other) => one.size === other.size)

  constructor(code: BrainCode) {
    this.#code = code
  }

  /** `this.item = item`, and `this.keep(item)` of a method that does so. */
  takingsOf(access: SelfAccess): AttributeTaking[] {
    const outer = outerExpression(access.node)
    const { parent } = outer
    if (this.#isShared(access) && ts.isBinaryExpression(parent) && parent.left === outer && keepsValue(parent)) return this.#named(parent.right, parent, access.name)
    if (this.#code.attributes.has(access.name) || !ts.isCallExpression(parent) || parent.expression !== outer) return []
    const known = this.#code.callees.ofThis(access.node, access.name)
    const byParameter = known && parent.arguments.length > 0 ? this.#takenBy(known) : undefined
    return parent.arguments.flatMap((argument, index) => {
      const attribute = byParameter?.get(index)
      return attribute === undefined ? [] : this.#named(argument, parent, attribute)
    })
  }

  /** Attributes by the places of parameters that they take in: of several the first. */
  #takenBy(fn: KnownFunction): ReadonlyMap<number, string> {
    return this.#byMethod.valueOf(fn, '', () => this.#read(fn))
  }

  #read(fn: KnownFunction): ReadonlyMap<number, string> {
    const found = new Map<number, string>()
    const names = fn.parameters.map(({ name }) => (ts.isIdentifier(name) ? this.#code.callees.bindingOf(name) : undefined))
    if (!ts.isMethodDeclaration(fn) || names.every((name) => name === undefined)) return found
    for (const access of readScope(fn, { isMember: true }).accesses)
      for (const { binding, attribute } of [...this.takingsOf(access), ...this.#byName(access)]) {
        const index = names.indexOf(binding)
        if (index !== -1 && !found.has(index)) found.set(index, attribute)
      }
    return found
  }

  /** `this.items.push(item)`, also through another name of the list. */
  #byName(access: SelfAccess): AttributeTaking[] {
    if (!this.#isShared(access)) return []
    const trace = new Trace(this.#code.callees, this.#code.effectOf)
    trace.start(access.node, 0)
    return partsTaken(trace, access.name)
  }

  #named(value: ts.Expression, at: ts.Node, attribute: string): AttributeTaking[] {
    return takings(value, at, this.#code.callees).map((taking) => ({ ...taking, attribute, isPart: false }))
  }

  #isShared({ name, via }: SelfAccess): boolean {
    return via === 'this' && isSharedInPieces(this.#code.attributes.get(name))
  }
}

// In: where a shared attribute takes in what a local name has. Out: the changes that are made through such a name later, which the attribute, whose
// value is a copy by then, does not show. Must not name one behind which the attribute takes it in again, nor one that a region makes.

import { ts } from 'ts-morph'
import type { Binding } from './bindings.ts'
import { type Follow, liftTo } from './closures.ts'
import { functionOf, isInside, isStatementList, mayFollow } from './order.ts'
import type { AttributeTaking } from './taken-in.ts'
import type { Taking } from './takings.ts'
import { Trace } from './trace.ts'

export interface ChangeOfCopy {
  readonly taking: AttributeTaking
  readonly change: ts.Node
}

/** `isHeld` is asked of parts: what is assigned to an attribute itself is no part of what a region changes. */
export function changesOfCopies(takings: readonly AttributeTaking[], isHeld: (attribute: string, node: ts.Node) => boolean, follow: Follow): ChangeOfCopy[] {
  const found = new Map<ts.Node, ChangeOfCopy>()
  for (const taking of takings) {
    const trace = new Trace(follow.callees, follow.effectOf)
    trace.startAt(taking)
    const again = takings.filter(({ binding }) => binding === taking.binding)
    for (const { node: change, isCertain } of trace.changes)
      if (isCertain && !(taking.isPart && isHeld(taking.attribute, change)) && isLost(change, taking, again, follow)) found.set(change, found.get(change) ?? { taking, change })
  }
  return [...found.values()]
}

// --- internal ---

function isLost(change: ts.Node, { at, binding }: Taking, again: readonly Taking[], follow: Follow): boolean {
  const home = functionOf(at)
  // What runs when is not known of another function.
  if (!isInside(change, home) || again.some((other) => functionOf(other.at) !== home)) return false
  const scope = scopeOf(binding, home)
  return placesOf(change, home, follow).some((place) => mayFollow(at, place, scope) && !again.some((other) => mayFollow(place, other.at, scope)))
}

/** Where a name has one value after the other: in each turn of a loop that declares it, it is another one. */
function scopeOf({ places }: Binding, home: ts.Node): ts.Node {
  const list = ts.findAncestor(places[0]!, ts.isVariableDeclarationList)
  if (!list || !isInside(list, home) || !(list.flags & ts.NodeFlags.BlockScoped)) return home
  const { parent } = list
  if (ts.isForOfStatement(parent) || ts.isForInStatement(parent)) return parent.statement
  return (ts.isVariableStatement(parent) && ts.findAncestor(parent, isStatementList)) || home
}

/** Where a function makes a change: the calls of a function in it that does, or, where that runs later, where it is made. */
function placesOf(change: ts.Node, home: ts.Node, follow: Follow): readonly ts.Node[] {
  const { nodes } = liftTo(home, change, follow)
  if (nodes.length > 0) return nodes
  let owner = functionOf(change)
  while (functionOf(owner) !== home) owner = functionOf(owner)
  return ts.isFunctionDeclaration(owner) ? [] : [owner]
}

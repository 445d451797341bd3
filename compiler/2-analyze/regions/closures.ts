// In: a place in a function that stands in another. Out: where the outer one runs it: the calls, or that it is called later.

import { ts } from 'ts-morph'
import type { Callees } from './callees.ts'
import { isRead } from './bindings.ts'
import type { EffectOf } from './effect.ts'
import { functionOf, isAsync, isGenerator, isInside, mayFollow, waitsIn } from './order.ts'
import { Trace } from './trace.ts'

export interface Lifted {
  /** Nodes of the outer function. */
  readonly nodes: readonly ts.Node[]
  /** Part of it runs when these have ended, in this function. */
  readonly later: ts.Node | undefined
}

/** What tells where functions lead. */
export interface Follow {
  readonly callees: Callees
  readonly effectOf: EffectOf
}

/** Where `home` runs what stands at `node`, in it or in a function that it makes. */
export function liftTo(home: ts.Node, node: ts.Node, follow: Follow, seen: ReadonlySet<ts.Node> = new Set()): Lifted {
  const owner = functionOf(node)
  if (owner === home) return { nodes: [node], later: undefined }
  if (seen.has(owner) || !ts.isFunctionLike(owner) || !isInside(owner, home)) return { nodes: [], later: undefined }
  const isLate = isGenerator(owner) || (isAsync(owner) && mayRunAfterWait(node, owner))
  const { calls, isKept } = runsOf(owner, home, follow)
  const lifted = calls.map((call) => liftTo(home, call, follow, new Set([...seen, owner])))
  return {
    nodes: lifted.flatMap(({ nodes }) => nodes),
    later: isLate || isKept ? owner : lifted.find(({ later }) => later)?.later,
  }
}

/** Whether an `await` of the function may come before the node. */
export function mayRunAfterWait(node: ts.Node, owner: ts.Node): boolean {
  const { body } = owner as ts.FunctionLikeDeclaration
  return body !== undefined && waitsIn([body]).some((wait) => mayFollow(wait, node, body))
}

// --- internal ---

interface Runs {
  readonly calls: readonly ts.Node[]
  /** Handed to something that calls it later, stored or returned. */
  readonly isKept: boolean
}

function runsOf(owner: ts.SignatureDeclaration, home: ts.Node, { callees, effectOf }: Follow): Runs {
  const trace = new Trace(callees, effectOf, undefined, { subject: 'function', followed: owner, home })
  if (ts.isFunctionDeclaration(owner)) for (const place of usesOf(owner, callees)) trace.start(place, 0)
  else if (ts.isArrowFunction(owner) || ts.isFunctionExpression(owner)) trace.start(owner, 0)
  else if (ts.isMethodDeclaration(owner) && ts.isObjectLiteralExpression(owner.parent)) trace.start(owner.parent, 1)
  const calls = trace.changes.filter(({ isCertain }) => isCertain)
  const isGiven = trace.held.some(({ to }) => to.places.some(({ parent }) => parent.parent === home && ts.isParameter(parent)))
  return {
    calls: calls.flatMap(({ node, changesLater }) => (changesLater ? [] : node)),
    isKept: calls.some(({ changesLater }) => changesLater) || trace.kept !== undefined || trace.lost.size > 0 || (isGiven && calls.length === 0),
  }
}

function usesOf({ name }: ts.FunctionDeclaration, callees: Callees): ts.Identifier[] {
  return name && callees.bindingOf(name)?.places.filter((place) => isRead(place) && !isInside(place, name.parent)) || []
}

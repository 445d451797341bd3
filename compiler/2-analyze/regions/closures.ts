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
export function liftTo(home: ts.Node, node: ts.Node, follow: Follow): Lifted {
  const places = new Set([node])
  const nodes = new Set<ts.Node>()
  const seen = new Set<ts.Node>()
  let later: ts.Node | undefined
  for (const place of places) {
    const owner = functionOf(place)
    if (owner === home) nodes.add(place)
    else if (ts.isFunctionLike(owner) && isInside(owner, home)) {
      if (isGenerator(owner) || (isAsync(owner) && mayRunAfterWait(place, owner))) later ??= owner
      if (seen.has(owner)) continue
      seen.add(owner)
      const { calls, isKept } = runsOf(owner, home, follow)
      if (isKept) later ??= owner
      for (const call of calls) places.add(call)
    }
  }
  return { nodes: [...nodes], later }
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

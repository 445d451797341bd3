// In: a place in a function that stands in another. Out: where the outer one runs it: the calls, or that it is called later.

import { ts } from 'ts-morph'
import { bareExpression, outerExpression } from '../../1-parse/expressions.ts'
import type { Callees } from './callees.ts'
import { isRead } from './bindings.ts'
import { CALLS_LATER } from './methods.ts'
import { functionOf, isAsync, isGenerator, isInside, mayFollow, waitsIn } from './order.ts'

export interface Lifted {
  /** Nodes of the outer function. */
  readonly nodes: readonly ts.Node[]
  /** Part of it runs when these have ended, in this function. */
  readonly later: ts.Node | undefined
}

/** Where `home` runs what stands at `node`, in it or in a function that it makes. */
export function liftTo(home: ts.Node, node: ts.Node, callees: Callees, seen: ReadonlySet<ts.Node> = new Set()): Lifted {
  const owner = functionOf(node)
  if (owner === home) return { nodes: [node], later: undefined }
  if (seen.has(owner) || !ts.isFunctionLike(owner) || !isInside(owner, home)) return { nodes: [], later: undefined }
  const isLate = isGenerator(owner) || (isAsync(owner) && mayRunAfterWait(node, owner))
  const { calls, isKept } = runsOf(owner, callees)
  const lifted = calls.map((call) => liftTo(home, call, callees, new Set([...seen, owner])))
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

function runsOf(owner: ts.SignatureDeclaration, callees: Callees): Runs {
  if (ts.isFunctionDeclaration(owner)) return owner.name ? runsOfName(owner.name, owner, callees) : NEVER
  if (!ts.isArrowFunction(owner) && !ts.isFunctionExpression(owner)) return NEVER
  return runsOfValue(owner, owner, callees)
}

const NEVER: Runs = { calls: [], isKept: false }

/** Of a function, or of a name of one, by what is done with it. */
function runsOfValue(value: ts.Expression, owner: ts.Node, callees: Callees): Runs {
  const outer = outerExpression(value)
  const { parent } = outer
  if (ts.isCallExpression(parent) && parent.expression === outer) return { calls: [parent], isKept: false }
  if ((ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.arguments?.includes(outer as ts.Expression)) {
    const callee = bareExpression(parent.expression)
    const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText()
    return CALLS_LATER.test(name) ? { calls: [], isKept: true } : { calls: [parent], isKept: false }
  }
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return runsOfName(parent.name, owner, callees)
  if (ts.isBinaryExpression(parent) && parent.right === outer) {
    const target = bareExpression(parent.left)
    return ts.isIdentifier(target) ? runsOfName(target, owner, callees) : { calls: [], isKept: true }
  }
  return { calls: [], isKept: ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === outer) }
}

function runsOfName(name: ts.Identifier, owner: ts.Node, callees: Callees): Runs {
  const places = callees.bindingOf(name)?.places.filter((place) => isRead(place) && !isInside(place, owner)) ?? []
  const runs = places.map((place) => runsOfValue(place, owner, callees))
  return { calls: runs.flatMap(({ calls }) => calls), isKept: runs.some(({ isKept }) => isKept) }
}

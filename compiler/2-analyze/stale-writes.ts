// In: the uses of shared attributes in one member. Out: the plain assignments whose value was made of an earlier read of the same
// attribute, kept under a local name meanwhile. Must not judge them: whether anyone writes in between, only the plan knows.

import { ts } from 'ts-morph'
import { bareExpression, outerExpression } from '../1-parse/expressions.ts'
import type { Attribute, StaleWrite } from '../model.ts'
import { contains } from './cancel-points.ts'
import { leafOf } from './leaf-accesses.ts'
import { type Binding, isRead } from './regions/bindings.ts'
import { functionOf, isInside, reaches } from './regions/order.ts'
import type { SelfAccess } from './scope.ts'
import { STEPS } from './waits.ts'

export type BindingOf = (name: ts.Identifier) => Binding | undefined

export function staleWrites(accesses: readonly SelfAccess[], attributes: ReadonlyMap<string, Attribute>, bindingOf: BindingOf): StaleWrite[] {
  const uses = accesses.flatMap((access) => useOf(access, attributes.get(access.name)) ?? [])
  const reads = uses.filter((use) => use.assigned === undefined)
  return uses.flatMap((write): StaleWrite[] => {
    const { assigned, path, name, node } = write
    // What reads its own target is one step as it stands.
    if (assigned === undefined || reads.some((read) => meets(read.path, path) && isInside(read.node, assigned))) return []
    const read = earlierRead(assigned, { reads: reads.filter((each) => meets(each.path, path)), bindingOf, seen: new Set() })
    if (!read || isOneStep(read.node, node)) return []
    return [{ name, path, start: node.getStart(), end: node.getEnd(), read: { start: read.node.getStart(), end: read.node.getEnd() } }]
  })
}

// --- internal ---

interface Use {
  readonly name: string
  /** `pose.x` for the leaf of an object. */
  readonly path: string
  readonly node: ts.Node
  /** The value, where this is a plain assignment. */
  readonly assigned: ts.Expression | undefined
}

/** `undefined` for what is neither a read nor a plain assignment of a shared attribute. */
function useOf(access: SelfAccess, attribute: Attribute | undefined): Use | undefined {
  if (access.via !== 'this' || attribute?.share.kind !== 'shared') return undefined
  const { name } = access
  if (ts.isBindingElement(access.node)) return { name, path: name, node: access.node, assigned: undefined }
  const leaf = leafOf(access, attribute)
  const node = leaf?.node ?? access.node
  const target = outerExpression(node)
  const { parent } = target
  const use = { name, path: leaf?.name ?? name, node }
  if (!ts.isBinaryExpression(parent) || parent.left !== target) return { ...use, assigned: undefined }
  const operator = parent.operatorToken.kind
  if (operator === ts.SyntaxKind.EqualsToken) return { ...use, assigned: parent.right }
  return operator >= ts.SyntaxKind.FirstCompoundAssignment && operator <= ts.SyntaxKind.LastCompoundAssignment ? undefined : { ...use, assigned: undefined }
}

/** One is the other, or a part of it. */
const meets = (one: string, other: string): boolean => `${one}.`.startsWith(`${other}.`) || `${other}.`.startsWith(`${one}.`)

interface Search {
  readonly reads: readonly Use[]
  readonly bindingOf: BindingOf
  /** Places that give a name its value. */
  readonly seen: Set<ts.Node>
}

/** The read that an expression has its value from through local names. */
function earlierRead(expression: ts.Expression, search: Search): Use | undefined {
  for (const name of namesIn(expression)) {
    const binding = search.bindingOf(name)
    if (!binding) continue
    for (const place of binding.places) {
      const given = givenAt(place)
      if (!given || search.seen.has(given.node) || functionOf(given.node) !== functionOf(name) || !reaches(given.node, name, binding)) continue
      search.seen.add(given.node)
      const read = search.reads.find(({ node }) => node === given.node || (given.value && isInside(node, given.value) && functionOf(node) === functionOf(name)))
      const found = read ?? (given.value && earlierRead(given.value, search))
      if (found) return found
    }
  }
  return undefined
}

function namesIn(expression: ts.Expression): ts.Identifier[] {
  const names: ts.Identifier[] = []
  contains(expression, (node) => {
    if (ts.isIdentifier(node) && isRead(node)) names.push(node)
    return false
  })
  return names
}

/** What gives a name its value at one of its places. */
function givenAt(place: ts.Identifier): { readonly node: ts.Node; readonly value: ts.Expression | undefined } | undefined {
  const { parent } = place
  if (ts.isVariableDeclaration(parent) && parent.name === place) return { node: parent, value: parent.initializer }
  if (ts.isBindingElement(parent) && parent.name === place) return { node: parent, value: ts.findAncestor(parent, ts.isVariableDeclaration)?.initializer }
  const isAssigned = ts.isBinaryExpression(parent) && parent.left === place && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
  return isAssigned ? { node: parent, value: parent.right } : undefined
}

/** Both in the function of one `this.atomic(…)` or `this.change(…)`. */
function isOneStep(read: ts.Node, write: ts.Node): boolean {
  return ts.findAncestor(write, (node) => {
    if (!ts.isArrowFunction(node) && !ts.isFunctionExpression(node)) return false
    const call = outerExpression(node).parent
    const callee = ts.isCallExpression(call) && bareExpression(call.expression)
    return callee !== false && ts.isPropertyAccessExpression(callee) && Object.hasOwn(STEPS, callee.name.text) && isInside(read, node)
  }) !== undefined
}

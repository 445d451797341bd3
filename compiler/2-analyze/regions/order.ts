// In: places in the body of a function. Out: what runs before what: which assignment a name may have its value from, and what may
// still run after an `await`. Must not know what is taken or changed there.

import { ts } from 'ts-morph'
import { bareExpression } from '../../1-parse/expressions.ts'
import { isAssignment, targetsOf } from '../scope.ts'
import type { Binding } from './bindings.ts'

/** The function, field or block of a class whose code a node is part of. */
export function functionOf(node: ts.Node): ts.Node {
  return ts.findAncestor(node.parent, (at) => isBoundary(at))!
}

export function isBoundary(node: ts.Node): boolean {
  return ts.isFunctionLike(node) || ts.isPropertyDeclaration(node) || ts.isClassStaticBlockDeclaration(node) || ts.isSourceFile(node)
}

export function isInside(node: ts.Node, outer: ts.Node): boolean {
  return node.pos >= outer.pos && node.end <= outer.end && node.getSourceFile() === outer.getSourceFile()
}

/** Statements that stand one after the other. */
export type StatementList = ts.Block | ts.CaseOrDefaultClause

export function isStatementList(node: ts.Node): node is StatementList {
  return ts.isBlock(node) || ts.isCaseOrDefaultClause(node)
}

export interface Reach {
  /** The loop by whose next turn the value arrives. */
  readonly through: ts.Node | undefined
}

/** Whether a value that a name was given at `from` may be the one that it is read with at `use`. */
export function reaches(from: ts.Node, use: ts.Identifier, binding: Binding): Reach | undefined {
  const home = functionOf(use)
  if (functionOf(from) !== home || ts.isParameter(from)) return { through: undefined }
  const last = lastCertain(use, binding, home)
  if (last && isInside(from, last.node)) return { through: undefined }
  if (last && (from.getStart() < last.node.getStart() || !isInside(from, last.within))) return undefined
  const loop = outermostLoop(use, (at) => isInside(from, at) && !(last && isInside(last.node, at) && !isHead(last.node, at)), home)
  if (loop) return { through: loop }
  return isBefore(from, use) ? { through: undefined } : undefined
}

/** Everything in a stretch that waits, functions in it left aside. */
export function waitsIn(nodes: readonly ts.Node[]): ts.Node[] {
  const found: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return
    if (isWait(node)) found.push(node)
    ts.forEachChild(node, visit)
  }
  nodes.forEach(visit)
  return found
}

/** Whether `node` may run after `wait` before what is in `around` has run to its end. */
export function mayFollow(wait: ts.Node, node: ts.Node, around: ts.Node): boolean {
  if (isInside(wait, node)) return true
  if (ts.isForOfStatement(wait) && isInside(node, wait)) return !isInside(node, wait.expression)
  for (let at = wait; at !== around && at.parent; at = at.parent) {
    const { parent } = at
    const isMet = isInside(node, parent)
    if (isMet && node.getStart() >= at.getEnd() && !isOtherBranch(at, node, parent)) return true
    if (isStatementList(parent) && leaves(parent, at, around)) return false
    if (isMet && parent !== around && ts.isIterationStatement(parent, false) && !isRunOnce(at, parent)) return true
  }
  return false
}

/** A loop that goes on until the thread is told to end. */
export function isEndless(loop: ts.Node): boolean {
  if (!ts.isWhileStatement(loop) && !ts.isDoStatement(loop) && !ts.isForStatement(loop)) return false
  const condition = ts.isForStatement(loop) ? loop.condition : loop.expression
  if (condition?.getText().includes('.aborted')) return true
  return (condition === undefined || condition.kind === ts.SyntaxKind.TrueKeyword) && !isLeft(loop)
}

/** Where a function names what is its own and no arrow function's in it. */
export function ownPlaces(fn: ts.Node, is: (node: ts.Node) => boolean): ts.Node[] {
  const found: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    if (is(node)) found.push(node)
    if ((ts.isFunctionLike(node) && !ts.isArrowFunction(node)) || ts.isClassLike(node)) return
    ts.forEachChild(node, visit)
  }
  const { body } = fn as ts.FunctionLikeDeclaration
  if (body) visit(body)
  return found
}

export function selvesIn(fn: ts.Node): ts.Node[] {
  return ownPlaces(fn, (node) => node.kind === ts.SyntaxKind.ThisKeyword)
}

/** Whether a function is made in another one by an expression. */
export function standsForItself(owner: ts.Node, home: ts.Node): owner is ts.ArrowFunction | ts.FunctionExpression {
  return owner !== home && isInside(owner, home) && (ts.isArrowFunction(owner) || ts.isFunctionExpression(owner))
}

export function isAsync(node: ts.Node): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword) ?? false)
}

export function isGenerator(node: ts.Node): boolean {
  return 'asteriskToken' in node && node.asteriskToken !== undefined
}

// --- internal ---

function isWait(node: ts.Node): boolean {
  if (ts.isAwaitExpression(node) || ts.isYieldExpression(node)) return true
  if (ts.isForOfStatement(node)) return node.awaitModifier !== undefined
  return ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.AwaitUsing) === ts.NodeFlags.AwaitUsing
}

function isBefore(from: ts.Node, use: ts.Node): boolean {
  return from.getEnd() <= use.getStart() || (ts.isForOfStatement(from) && isInside(use, from.statement)) || (ts.isForInStatement(from) && isInside(use, from.statement))
}

interface CertainAssignment {
  readonly node: ts.Node
  /** What runs after it, up to where the name is read, is in here. */
  readonly within: ts.Node
}

/** The last statement before a use that certainly gives the name a value. */
function lastCertain(use: ts.Node, binding: Binding, home: ts.Node): CertainAssignment | undefined {
  for (let at = use; at !== home && at.parent; at = at.parent) {
    const { parent } = at
    if (isStatementList(parent)) {
      const before = parent.statements.slice(0, Math.max(0, parent.statements.indexOf(at as ts.Statement)))
      const found = before.reverse().find((statement) => assigns(statement, binding))
      if (found) return { node: found, within: parent }
    }
    if ((ts.isForOfStatement(parent) || ts.isForInStatement(parent)) && at === parent.statement && declares(parent.initializer, binding)) return { node: parent.initializer, within: parent }
    if (ts.isForStatement(parent) && at !== parent.initializer && parent.initializer && declares(parent.initializer, binding)) return { node: parent.initializer, within: parent }
  }
  return undefined
}

function assigns(statement: ts.Statement, binding: Binding): boolean {
  if (ts.isVariableStatement(statement)) return declares(statement.declarationList, binding)
  if (!ts.isExpressionStatement(statement)) return false
  const assignment = bareExpression(statement.expression)
  return ts.isBinaryExpression(assignment) && isAssignment(assignment) && assignment.operatorToken.kind === ts.SyntaxKind.EqualsToken
    && targetsOf(assignment.left).some((target) => ts.isIdentifier(target) && binding.places.includes(target))
}

function declares(node: ts.ForInitializer, binding: Binding): boolean {
  return binding.places.some((place) => isInside(place, node) && (ts.isVariableDeclaration(place.parent) || ts.isBindingElement(place.parent)) && place.parent.name === place)
}

/** `for (const x of …)`: each turn has an `x` of its own. */
function isHead(node: ts.Node, loop: ts.Node): boolean {
  return ts.isForStatement(loop) && loop.initializer === node
}

function outermostLoop(node: ts.Node, is: (loop: ts.Node) => boolean, home: ts.Node): ts.Node | undefined {
  let found: ts.Node | undefined
  for (let at = node.parent; at !== home && at; at = at.parent) if (ts.isIterationStatement(at, false) && is(at)) found = at
  return found
}

/** Whether a list, once its statement `at` has run, surely ends what is around it. */
function leaves(list: StatementList, at: ts.Node, around: ts.Node): boolean {
  return list.statements.slice(list.statements.indexOf(at as ts.Statement)).some((statement) => {
    if (ts.isReturnStatement(statement) || ts.isThrowStatement(statement)) return true
    if (!ts.isBreakOrContinueStatement(statement) || statement.label) return false
    const left = ts.findAncestor(statement, (outer) => ts.isIterationStatement(outer, false) || (ts.isBreakStatement(statement) && ts.isSwitchStatement(outer)))
    return left !== undefined && left !== around && isInside(around, left)
  })
}

function isOtherBranch(at: ts.Node, node: ts.Node, parent: ts.Node): boolean {
  if (ts.isCaseBlock(parent)) return ts.isCaseOrDefaultClause(at) && endsItself(at)
  if (ts.isIfStatement(parent)) return at === parent.thenStatement && parent.elseStatement !== undefined && isInside(node, parent.elseStatement)
  return ts.isConditionalExpression(parent) && at === parent.whenTrue && isInside(node, parent.whenFalse)
}

/** A clause of a `switch` that does not go on with the next one. */
function endsItself({ statements }: StatementList): boolean {
  const last = statements.at(-1)
  if (!last) return false
  return ts.isBlock(last) ? endsItself(last) : ts.isBreakOrContinueStatement(last) || ts.isReturnStatement(last) || ts.isThrowStatement(last)
}

/** The head of a loop that no turn runs again. */
function isRunOnce(at: ts.Node, loop: ts.Node): boolean {
  return (ts.isForStatement(loop) && at === loop.initializer) || ((ts.isForOfStatement(loop) || ts.isForInStatement(loop)) && at === loop.expression)
}

/** Whether anything in a loop ends it: not a `break` of a loop within, as far as that is seen. */
function isLeft(loop: ts.IterationStatement): boolean {
  const visit = (node: ts.Node): boolean => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return false
    if (ts.isReturnStatement(node) || ts.isThrowStatement(node)) return true
    if (ts.isBreakStatement(node)) {
      const left = ts.findAncestor(node, (at) => ts.isIterationStatement(at, false) || ts.isSwitchStatement(at))
      return node.label !== undefined || left === loop
    }
    return ts.forEachChild(node, (child) => visit(child) || undefined) ?? false
  }
  return visit(loop.statement)
}

// In: a syntax tree. Out: edits that make every `await` of an async function a cancel point, and every `catch` pass a cancellation on,
// in other functions too where the block before it calls `block`, which is a cancel point of its own.
// Must not touch awaits at the top level of a module. Those inside a `finally` or a dispose method work normally while a run is being ended.

import { ts } from 'ts-morph'
import type { Edit } from '../model.ts'

export function cancelPoints(root: ts.Node, prefix: string): Edit[] {
  const edits: Edit[] = []
  visit(root, OUTSIDE)
  return edits

  function visit(node: ts.Node, place: Place): void {
    if (ts.isFunctionLike(node)) {
      const inAsync = ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword) ?? false)
      return ts.forEachChild(node, (child) => visit(child, { inAsync, inFinally: isDisposer(node), inShield: false }))
    }
    if (ts.isClassStaticBlockDeclaration(node) || ts.isPropertyDeclaration(node))
      return ts.forEachChild(node, (child) => visit(child, OUTSIDE))
    if (ts.isTryStatement(node)) {
      visit(node.tryBlock, place)
      if (node.catchClause) visit(node.catchClause, place)
      if (node.finallyBlock) visit(node.finallyBlock, { ...place, inFinally: true })
      return
    }
    if (!place.inAsync) {
      if (ts.isCatchClause(node) && !place.inFinally && contains(node.parent.tryBlock, isBlockCall)) edits.push(...passedOn(node))
      return ts.forEachChild(node, (child) => visit(child, place))
    }
    const shields = place.inFinally && !place.inShield ? shieldsOf(node) : []
    edits.push(...shields, ...(place.inFinally ? [] : editsOf(node)))
    ts.forEachChild(node, (child) => visit(child, shields.length > 0 ? { ...place, inShield: true } : place))
  }

  function editsOf(node: ts.Node): Edit[] {
    if (ts.isAwaitExpression(node)) return [around(node.expression, `${prefix}.point(`, ')')]
    if (ts.isForOfStatement(node) && node.awaitModifier) return [around(node.expression, `${prefix}.points(`, ')')]
    if (ts.isCatchClause(node)) return passedOn(node)
    return []
  }

  /** A call that nobody awaits may still be one of those that are awaited together further down. */
  function shieldsOf(node: ts.Node): Edit[] {
    if (ts.isAwaitExpression(node)) return shielded(node.expression)
    const isCall = ts.isCallExpression(node) || (ts.isOptionalChain(node) && contains(node, ts.isCallExpression))
    return isCall && !isKnownSynchronous(node) && !contains(node, ts.isAwaitExpression) ? shielded(node as ts.Expression) : []
  }

  /** A function called from a running `finally` has awaits of its own: they work normally too. */
  function shielded(operand: ts.Expression): Edit[] {
    if (ts.isIdentifier(operand) || contains(operand, ts.isYieldExpression)) return []
    return [around(operand, `${prefix}.shield(${contains(operand, ts.isAwaitExpression) ? 'async ' : ''}() => (`, '))')]
  }

  function passedOn(clause: ts.CatchClause): Edit[] {
    const body = clause.block.getStart() + 1
    const binding = clause.variableDeclaration
    if (!binding) {
      return [
        { kind: 'insert', at: clause.getStart() + 'catch'.length, text: ` (${prefix}error)` },
        { kind: 'insert', at: body, text: ` ${prefix}.pass(${prefix}error);` },
      ]
    }
    if (ts.isIdentifier(binding.name)) return [{ kind: 'insert', at: body, text: ` ${prefix}.pass(${binding.name.text});` }]
    return [
      { kind: 'insert', at: binding.getStart(), text: `${prefix}error` },
      around(binding, ` ${prefix}.pass(${prefix}error); let `, ` = ${prefix}error;`),
      { kind: 'move', start: binding.getStart(), end: binding.getEnd(), to: body },
    ]
  }
}

interface Place {
  readonly inAsync: boolean
  readonly inFinally: boolean
  /** All that is called here works normally already. */
  readonly inShield: boolean
}

const OUTSIDE: Place = { inAsync: false, inFinally: false, inShield: false }

/** What a `finally` calls most: the log, and timers that it takes back. */
function isKnownSynchronous(node: ts.Node): boolean {
  return ts.isCallExpression(node) && /^(?:console\.|this\.logger\.|clear(?:Timeout|Interval|Immediate)$)/.test(node.expression.getText())
}

/** `[Symbol.asyncDispose]() {}` is what `await using` calls at the end of a block, as a `finally` is. */
function isDisposer(node: ts.SignatureDeclaration): boolean {
  return node.name !== undefined && ts.isComputedPropertyName(node.name) && node.name.expression.getText() === 'Symbol.asyncDispose'
}

/** `this.block(…)`, or the like of something else: passing a cancellation on is right there too. */
function isBlockCall(node: ts.Node): boolean {
  return ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'block'
}

function around(node: ts.Node, open: string, close: string): Edit {
  return { kind: 'wrap', start: node.getStart(), end: node.getEnd(), open, close }
}

/** Whether an expression has such a node of its own: not inside a function in it. */
export function contains(node: ts.Node, is: (node: ts.Node) => boolean): boolean {
  if (is(node)) return true
  return ts.forEachChild(node, (child) => (ts.isFunctionLike(child) ? false : contains(child, is)) || undefined) ?? false
}

/** Whether an expression gives way to other code before it has its value. */
export function waits(node: ts.Node): boolean {
  return contains(node, (inner) => ts.isAwaitExpression(inner) || ts.isYieldExpression(inner))
}

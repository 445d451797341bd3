// In: the body of a task. Out: where its loop begins. A marker is a comment between two statements at the top level of the body,
// or the statement `Brain.loop()` there. Text inside strings and templates is never a comment.

import { ts } from 'ts-morph'
import { loopEmpty, markerMissing, markerNearMiss, markerNested, markerRepeated, markerWithoutLoop } from '../diagnostics.ts'
import type { DiagnosticLog, SourceText, Span } from '../log.ts'
import type { Stretch } from '../model.ts'
import { editDistance } from '../names.ts'
import { commentsBelow, type Comment } from './comments.ts'
import type { StaticOptions } from './options.ts'

export interface LoopMarker extends Stretch {
  /** Index of the first statement of the loop. */
  readonly firstLoopStatement: number
  /** Statements that are the marker themselves (`Brain.loop()`), none of a comment. */
  readonly isStatement: boolean
}

export interface MarkerContext {
  readonly task: string
  readonly options: StaticOptions
  readonly source: SourceText
  readonly log: DiagnosticLog
  /** Whether an expression names Brain or a class that extends it. */
  readonly namesBrain: (expression: ts.Expression) => boolean
}

export function findLoopMarker(body: ts.Block, context: MarkerContext): LoopMarker | undefined {
  const { task, options, log } = context
  const wanted = normalMarker(options.startLoopMarker)
  const comments = commentsOf(body)
  const exact = [
    ...comments.filter((comment) => normalMarker(comment.text) === wanted).map((comment) => ({ ...comment, block: holderOf(comment), isStatement: false })),
    ...loopCalls(body, context.namesBrain),
  ].sort((a, b) => a.start - b.start)
  const span = ({ start, end }: Stretch): Span => ({ file: context.source, start, end })
  if (!options.defineLoopLater) {
    for (const found of exact) log.add(markerWithoutLoop(task), span(found))
    return undefined
  }
  const [marker, ...others] = exact
  if (!marker) {
    reportMissing(comments, wanted, context)
    return undefined
  }
  if (others.length > 0) {
    log.add(markerRepeated(task), span(others[0]!), [{ message: 'the first one', span: span(marker) }])
    return undefined
  }
  if (marker.block !== body) {
    log.add(markerNested(task, describeBlock(marker.block)), span(marker), [{ message: 'the block around it', span: blockHead(marker.block, context.source) }])
    return undefined
  }
  const firstLoopStatement = body.statements.findIndex((statement) => statement.getStart() >= marker.end)
  if (firstLoopStatement === -1) {
    log.add(loopEmpty(task), span(marker))
    return undefined
  }
  return { start: marker.start, end: marker.end, firstLoopStatement, isStatement: marker.isStatement }
}

/** A marker without its comment signs, white space, letter case and outer `#`. */
export function normalMarker(comment: string): string {
  return comment
    .replace(/^\s*(?:\/\/+|\/\*+)/, '')
    .replace(/\*+\/\s*$/, '')
    .replace(/\s+/g, '')
    .replace(/^#+|#+$/g, '')
    .toLowerCase()
}

// --- internal ---

interface Found extends Stretch {
  /** The innermost node whose text holds it. */
  readonly block: ts.Node
  readonly isStatement: boolean
}

function commentsOf(body: ts.Block): Comment[] {
  const start = body.getStart()
  return commentsBelow(body).filter((comment) => comment.start > start && comment.end < body.getEnd())
}

/** The innermost block, or expression, whose text encloses a comment. */
function holderOf({ token, start }: Comment): ts.Node {
  let holder = token
  while (holder.parent && !encloses(holder)) holder = holder.parent
  return holder

  function encloses(node: ts.Node): boolean {
    if (node.getStart() > start || node.getEnd() <= start || node.kind === ts.SyntaxKind.SyntaxList) return false
    // `a()⏎ // ---Loop---⏎ ;[b].map(c)`: by the grammar the `;` still belongs to the statement above, to a reader it does not.
    return !(token.kind === ts.SyntaxKind.SemicolonToken && node.getEnd() === token.getEnd())
  }
}

function loopCalls(body: ts.Block, namesBrain: (expression: ts.Expression) => boolean): Found[] {
  const found: Found[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression) && ts.isPropertyAccessExpression(node.expression.expression)) {
      const { name, expression } = node.expression.expression
      if (name.text === 'loop' && namesBrain(expression))
        found.push({ start: node.getStart(), end: node.getEnd(), block: node.parent, isStatement: true })
    }
    ts.forEachChild(node, visit)
  }
  visit(body)
  return found
}

function reportMissing(comments: readonly Comment[], wanted: string, { task, options, source, log }: MarkerContext): void {
  const words = wanted.replace(/[^\p{L}\p{N}]/gu, '')
  const near = comments.find((comment) => {
    const normal = normalMarker(comment.text)
    return normal.length > 0 && (editDistance(normal.slice(0, 200), wanted) <= 2 || normal.replace(/[^\p{L}\p{N}]/gu, '') === words)
  })
  if (near) {
    const exact = near.text.startsWith('/*') ? `/* ${options.startLoopMarker} */` : `// ${options.startLoopMarker}`
    return log.add(markerNearMiss(task, near.text.trim()), { file: source, start: near.start, end: near.end }, [], { start: near.start, end: near.end, text: exact })
  }
  log.add(markerMissing(task, options.startLoopMarker), { file: source, start: options.loopAt.getStart(), end: options.loopAt.getEnd() })
}

function describeBlock(node: ts.Node): string {
  for (let at: ts.Node | undefined = node; at; at = at.parent) {
    if (ts.isIfStatement(at)) return 'an `if` statement'
    if (ts.isIterationStatement(at, false)) return 'a loop'
    if (ts.isTryStatement(at)) return 'a `try` statement'
    if (ts.isSwitchStatement(at)) return 'a `switch` statement'
    if (ts.isFunctionLike(at) && !ts.isMethodDeclaration(at)) return 'a function'
    if (ts.isMethodDeclaration(at)) break
  }
  return ts.isBlock(node) ? 'a block' : 'a statement'
}

function blockHead(node: ts.Node, file: SourceText): Span {
  const holder = ts.isBlock(node) && !ts.isBlock(node.parent) ? node.parent : node
  const line = file.text.indexOf('\n', holder.getStart())
  return { file, start: holder.getStart(), end: Math.min(holder.getEnd(), line === -1 ? holder.getEnd() : line) }
}

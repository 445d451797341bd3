// In: a use of a shared attribute. Out: what has to be one step: an expression, or statements of one block, in which names taken from the
// attribute are changed; or why that can't be. Must not make edits.

import { ts } from 'ts-morph'
import { outerExpression } from '../../1-parse/expressions.ts'
import { contains } from '../cancel-points.ts'
import type { SelfAccess } from '../scope.ts'
import { type Follow, liftTo } from './closures.ts'
import { functionOf, isEndless, isInside, isStatementList, mayFollow, type StatementList, waitsIn } from './order.ts'
import type { Point } from './points.ts'
import type { Trace } from './trace.ts'

export interface StatementRegion {
  readonly kind: 'statements'
  readonly access: SelfAccess
  readonly home: ts.Node
  /** Statements from `first` to `last` of a list, or one statement that stands alone: `if (a) b()`. */
  readonly list: StatementList | undefined
  readonly first: ts.Statement
  readonly last: ts.Statement
}

export type Found =
  | { readonly kind: 'expression'; readonly access: SelfAccess; readonly node: ts.Expression }
  | StatementRegion
  /** A wait lies between taking and changing. */
  | { readonly kind: 'waits'; readonly access: SelfAccess; readonly alias: Alias; readonly wait: ts.Node; readonly change: ts.Node }
  | { readonly kind: 'across-marker'; readonly access: SelfAccess; readonly alias: Alias; readonly change: ts.Node }
  /** It is taken before the body of its function begins. */
  | { readonly kind: 'in-default'; readonly access: SelfAccess; readonly alias: Alias; readonly change: ts.Node }
  /** The attribute would be locked as long as a loop without an end goes on. */
  | { readonly kind: 'endless'; readonly access: SelfAccess; readonly alias: Alias; readonly loop: ts.Node; readonly change: ts.Node }
  /** The change is made by a function that runs later. */
  | { readonly kind: 'later'; readonly access: SelfAccess; readonly alias: Alias; readonly change: ts.Node; readonly isCall: boolean }

/** The name that was taken; '' where there is none. */
export interface Alias {
  readonly name: string
  readonly node: ts.Node
}

export interface RegionContext extends Follow {
  /** Where the loop of the task begins. */
  readonly marker: number | undefined
}

/** What the trace of an attribute asks for; nothing where all that is taken from it is only read. A change that is not certain is no reason to refuse anything. */
export function regionOf(access: SelfAccess, trace: Trace, context: RegionContext): Found | undefined {
  let { changes } = trace
  for (;;) {
    const found = regionOfChanges(access, trace, changes, context)
    if (!found || found.kind === 'expression' || found.kind === 'statements') return found
    const certain = changes.filter(({ isCertain }) => isCertain)
    if (certain.length === changes.length) return found
    const others = changes.filter(({ isCertain, node }) => isCertain || node !== found.change)
    changes = others.length < changes.length ? others : certain
  }
}

/** The statements of a list in which some nodes lie. */
export function statementsAround(nodes: readonly ts.Node[]): { list: StatementList | undefined; first: ts.Statement; last: ts.Statement } | undefined {
  let at = commonNode(nodes)
  for (; at; at = at.parent) {
    if (ts.isFunctionLike(at) || ts.isClassLike(at) || ts.isSourceFile(at)) return undefined
    if (isStatementList(at)) {
      const list = at
      const within = nodes.flatMap((node) => statementWith(node, list) ?? []).sort((a, b) => a.pos - b.pos)
      if (within.length > 0 && within.length === nodes.length) return { list, first: within[0]!, last: within.at(-1)! }
    }
    if (ts.isLabeledStatement(at.parent) || !isStatement(at)) continue
    if (isStatementList(at.parent)) return { list: at.parent, first: at, last: at }
    if (isAlone(at)) return { list: undefined, first: at, last: at }
  }
  return undefined
}

// --- internal ---

function regionOfChanges(access: SelfAccess, trace: Trace, changes: readonly Point[], context: RegionContext): Found | undefined {
  if (changes.length === 0) return undefined
  const { points, nodes: way } = pointsBefore(changes)
  const alias = aliasOf(points)
  const late = changes.find((change) => change.changesLater)
  if (late) return { kind: 'later', access, alias, change: late.node, isCall: true }
  const root = access.node
  let home = functionOf(root)
  while (!way.every((node) => isInside(node, home))) home = functionOf(home)
  const lifted = way.map((node) => ({ node, ...liftTo(home, node, context) }))
  const later = changes.find((change) => lifted.some(({ node, later: owner }) => owner && node === change.node))
  if (later) return { kind: 'later', access, alias, change: later.node, isCall: false }
  if (!changes.some((change) => lifted.some(({ node, nodes }) => node === change.node && nodes.length > 0))) return undefined
  const nodes = [...new Set(lifted.flatMap((each) => each.nodes))]
  const common = expressionAround(nodes)
  if (common) return { kind: 'expression', access, node: common }
  const around = statementsAround(nodes)
  if (!around) return isInDefault(root, home) ? { kind: 'in-default', access, alias, change: changes.at(-1)!.node } : undefined
  const { list, first, last } = around
  const crosses = context.marker !== undefined && first.getStart() < context.marker && context.marker < last.getEnd()
  if (crosses) return { kind: 'across-marker', access, alias, change: changes.at(-1)!.node }
  const reads = trace.readsOf(points).flatMap((node) => liftTo(home, node, context).nodes)
  const statements = list ? withReads(list, [first, last], reads, context.marker) : [first]
  const waits = waitsIn(statements)
  const endless = changes.map(({ node }) => endlessLoop(node, list ?? first.parent)).find((loop) => loop)
  if (endless) return { kind: 'endless', access, alias, loop: endless, change: changes.find(({ node }) => isInside(node, endless))!.node }
  const steps = nodes.filter((node) => !ts.isIterationStatement(node, false) || node === root)
  for (const wait of waits) {
    const change = steps.find((node) => mayFollow(wait, node, list ?? first.parent))
    if (change) return { kind: 'waits', access, alias, wait, change: changes.find(({ node }) => isInside(node, change) || isInside(change, node))?.node ?? changes.at(-1)!.node }
  }
  return { kind: 'statements', access, home, list, first, last: statements.at(-1)! }
}

function isInDefault(node: ts.Node, home: ts.Node): boolean {
  return ts.isFunctionLike(home) && home.parameters.some((parameter) => isInside(node, parameter))
}

/** From the first statement to the last that reads a name which something is changed through: until then it is the attribute itself. */
function withReads(list: StatementList, [first, last]: readonly [ts.Statement, ts.Statement], reads: readonly ts.Node[], marker = Infinity): ts.Statement[] {
  const from = list.statements.indexOf(first)
  const changed = list.statements.indexOf(last)
  const isSetup = last.getEnd() <= marker
  const after = reads.flatMap((node) => statementWith(node, list) ?? []).map((statement) => list.statements.indexOf(statement)).filter((at) => at > changed).sort((a, b) => a - b)
  // A loop without an end may read on: by then nothing is changed through the name.
  const ends = (statement: ts.Statement): boolean => (isSetup && statement.getEnd() > marker) || contains(statement, isEndless)
  const end = list.statements.slice(changed + 1, (after.at(-1) ?? changed) + 1).findIndex(ends)
  const read = after.findLast((at) => end === -1 || at <= changed + end) ?? changed
  return list.statements.slice(from, read + 1)
}

/** The statement of a list that a node stands in. */
function statementWith(node: ts.Node, list: StatementList): ts.Statement | undefined {
  for (let at = node; at.parent; at = at.parent) if (at.parent === list) return ts.isStatement(at) ? at : undefined
  return undefined
}

function endlessLoop(node: ts.Node, around: ts.Node): ts.Node | undefined {
  for (let at = node.parent; at && at !== around && !ts.isFunctionLike(at); at = at.parent) if (isEndless(at)) return at
  return undefined
}

/** All that lies between the attribute and the changes. */
function pointsBefore(changes: readonly Point[]): { points: ReadonlySet<Point>; nodes: readonly ts.Node[] } {
  const points = new Set<Point>(changes)
  const nodes = new Set<ts.Node>()
  for (const point of points) {
    nodes.add(point.node)
    for (const { point: from, through } of point.from) {
      points.add(from)
      if (through) nodes.add(through)
    }
  }
  return { points, nodes: [...nodes] }
}

function aliasOf(points: ReadonlySet<Point>): Alias {
  const [first] = [...points].filter((point) => point.kind === 'name').sort((a, b) => a.node.getStart() - b.node.getStart())
  const place = first?.binding?.places.find((each) => isInside(each, first.node)) ?? first?.node
  return first && place ? { name: first.binding!.name, node: place } : { name: '', node: [...points].at(-1)!.node }
}

function commonNode(nodes: readonly ts.Node[]): ts.Node | undefined {
  let common: ts.Node | undefined = nodes[0]
  while (common && !nodes.every((node) => isInside(node, common!))) common = common.parent
  return common
}

/** The smallest expression with all of them, with the whole of a chain whose `?.` may end it. */
function expressionAround(nodes: readonly ts.Node[]): ts.Expression | undefined {
  let common = commonNode(nodes)
  while (common && (ts.isSpreadElement(common) || (ts.isExpression(common) && isJsx(common.parent)))) common = common.parent
  if (!common || !ts.isExpression(common) || isJsx(common)) return undefined
  for (let outer = outerExpression(common); isChainOf(outer, outer.parent); outer = outerExpression(common)) common = outer.parent
  return common as ts.Expression
}

function isChainOf(inner: ts.Node, outer: ts.Node): boolean {
  return ts.isOptionalChain(outer) && (outer as ts.CallExpression).expression === inner
}

function isJsx(node: ts.Node): boolean {
  return ts.isJsxElement(node) || ts.isJsxFragment(node) || ts.isJsxExpression(node) || ts.isJsxAttribute(node) || ts.isJsxAttributes(node) || ts.isJsxSpreadAttribute(node) || ts.isJsxOpeningLikeElement(node)
}

function isStatement(node: ts.Node): node is ts.Statement {
  return ts.isStatement(node) && !(ts.isBlock(node) && !isStatementList(node.parent))
}

/** `if (a) b()`, `for (…) c()`: a statement where a block may stand too. */
function isAlone(node: ts.Statement): boolean {
  const { parent } = node
  return ts.isIfStatement(parent) || ts.isIterationStatement(parent, false) || ts.isWithStatement(parent)
}

// In: the uses of shared attributes in one member. Out: what is changed through names taken from them, as expressions and edits of
// statements that are one step each. Must not touch changes that are written on the attribute itself: updates.ts has those.

import { ts } from 'ts-morph'
import type { SourceUnit } from '../../1-parse/project.ts'
import { aliasAcrossMarker, awaitInChange, changeInAsync, changeInEndlessLoop, changeLater, changeOfDefault, declarationInChange } from '../../diagnostics.ts'
import type { DiagnosticLog, Span } from '../../log.ts'
import type { Attribute, Edit, HeldStretch } from '../../model.ts'
import type { SelfAccess } from '../scope.ts'
import type { Callees } from './callees.ts'
import { regionEdits } from './edits.ts'
import { createEffects } from './effects.ts'
import { type BrainCode, HandedOut, type Source } from './handed-out.ts'
import { isInside, mayFollow, waitsIn } from './order.ts'
import { type Found, regionOf } from './region.ts'
import { type AttributeTaking, partsTaken, TakenIn } from './taken-in.ts'
import { Trace } from './trace.ts'

/** What is known of a brain and of the functions that its file calls; read once for all of its members. */
export interface RegionReader extends BrainCode {
  readonly unit: SourceUnit
  readonly handedOut: HandedOut
  readonly takenIn: TakenIn
}

export interface RegionsContext {
  readonly reader: RegionReader
  readonly log: DiagnosticLog
  readonly prefix: string
  /** Where the loop of the task begins, for a member that is one with a loop. */
  readonly marker: number | undefined
}

export interface Regions {
  /** Expressions that are one step, by the use in them. */
  readonly expressions: ReadonlyMap<SelfAccess, ts.Expression>
  readonly edits: readonly Edit[]
  readonly held: readonly HeldStretch[]
  /** Uses through which an attribute is changed. */
  readonly changed: readonly SelfAccess[]
  /** Names whose values attributes take in as parts. */
  readonly taken: readonly AttributeTaking[]
  /** Whether what is changed at a node is part of the attribute by then, and is written with it. */
  readonly isHeld: (attribute: string, node: ts.Node) => boolean
}

export function createRegionReader(unit: SourceUnit, callees: Callees, attributes: ReadonlyMap<string, Attribute>): RegionReader {
  const code: BrainCode = { callees, effectOf: createEffects(callees), attributes }
  return { ...code, unit, handedOut: new HandedOut(code), takenIn: new TakenIn(code) }
}

/** `accesses` are all uses of members but those that assign. */
export function findRegions(accesses: readonly SelfAccess[], context: RegionsContext): Regions {
  const { callees, effectOf, handedOut } = context.reader
  const sources = accesses.flatMap((access) => handedOut.sourcesOf(access))
  const traces = sources.map((source) => ({ source, trace: traced(source, context) }))
  const found = traces.flatMap(({ source, trace }) => regionOf(source.access, trace, { callees, effectOf, marker: context.marker }) ?? [])
  for (const each of found) report(each, context)
  const expressions = new Map(found.flatMap((each) => (each.kind === 'expression' ? [[each.access, each.node] as const] : [])))
  const statements = found.filter((each) => each.kind === 'statements')
  const { edits, held } = regionEdits(statements, {
    callees,
    prefix: context.prefix,
    marker: context.marker,
    refuse: ({ access }, declaration) => context.log.add(declarationInChange(access.name), spanOf(declaration, context), [{ message: 'the attribute is taken here', span: spanOf(access.node, context) }]),
  })
  return {
    expressions,
    edits,
    held,
    changed: [...expressions.keys(), ...statements.map(({ access }) => access)],
    taken: traces.flatMap(({ source: { access }, trace }) => partsTaken(trace, access.name)),
    isHeld: (attribute, node) => found.some((each) => each.access.name === attribute && holds(each, node)),
  }
}

// --- internal ---

function holds(found: Found, node: ts.Node): boolean {
  if (found.kind === 'expression') return isInside(node, found.node)
  if (found.kind !== 'statements') return false
  const { list, first, last } = found
  const statements = list ? list.statements.slice(list.statements.indexOf(first), list.statements.indexOf(last) + 1) : [first]
  return statements.some((statement) => isInside(node, statement)) && !waitsIn(statements).some((wait) => mayFollow(wait, node, list ?? first.parent))
}

function traced({ access, level }: Source, { reader }: RegionsContext): Trace {
  const { callees, effectOf, attributes } = reader
  const { share } = attributes.get(access.name)!
  const field = callees.fieldOf(access.node, access.name)
  const trace = new Trace(callees, effectOf, (name) => (field ? callees.methodsIn(field, name) : []))
  trace.start(access.node, level, level === 0 && share.kind === 'shared' && !ts.isCallExpression(access.node) ? share.category : undefined)
  return trace
}

function spanOf(node: ts.Node, { reader }: RegionsContext): Span {
  return { file: reader.unit.source, start: node.getStart(), end: node.getEnd() }
}

function report(found: Found, context: RegionsContext): void {
  if (found.kind === 'expression' || found.kind === 'statements') return
  const { log } = context
  const span = (node: ts.Node): Span => spanOf(node, context)
  const { alias, change, access } = found
  const taken = [{ message: alias.name === '' ? 'taken here' : `\`${alias.name}\` is taken here`, span: span(alias.node) }]
  switch (found.kind) {
    case 'waits':
      return log.add(awaitInChange(access.name, alias.name || 'what is taken from it'), span(change), [...taken, { message: 'this waits', span: headOf(found.wait, span(found.wait)) }])
    case 'across-marker':
      return log.add(aliasAcrossMarker(alias.name, access.name), span(change), taken)
    case 'in-default':
      return log.add(changeOfDefault(alias.name, access.name), span(change), taken)
    case 'endless':
      return log.add(changeInEndlessLoop(alias.name || 'what is taken from it', access.name), span(change), [...taken, { message: 'this goes on', span: headOf(found.loop, span(found.loop)) }])
    case 'later':
      return log.add(found.isCall ? changeInAsync(calleeText(change), access.name) : changeLater(alias.name || 'what is taken from it', access.name), span(change), taken)
  }
}

function calleeText(call: ts.Node): string {
  return ts.isCallExpression(call) || ts.isNewExpression(call) ? call.expression.getText().split('\n', 1)[0]! : call.getText().split('\n', 1)[0]!
}

/** A loop is underlined in its first line alone. */
function headOf(node: ts.Node, span: Span): Span {
  return ts.isIterationStatement(node, false) && !ts.isDoStatement(node) ? { ...span, end: node.statement.getStart() } : span
}

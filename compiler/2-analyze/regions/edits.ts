// In: regions of statements in one member. Out: edits that open the attributes before them, close them behind, and close them wherever
// something in between waits; and where that is. Must not decide what a region is.

import { ts } from 'ts-morph'
import { bareExpression } from '../../1-parse/expressions.ts'
import { hasModifier, declaredNames } from '../../1-parse/imports.ts'
import type { Edit, HeldStretch } from '../../model.ts'
import { quoted } from '../../quoted.ts'
import type { SelfAccess } from '../scope.ts'
import { isRead } from './bindings.ts'
import type { Callees } from './callees.ts'
import { functionOf, isInside, type StatementList, waitsIn } from './order.ts'
import { type StatementRegion, statementsAround } from './region.ts'

export interface RegionEditContext {
  readonly callees: Callees
  readonly prefix: string
  readonly marker: number | undefined
  /** A declaration in a region of the setup that the loop needs too, where it can't be seen. */
  readonly refuse: (region: StatementRegion, declaration: ts.Statement) => void
}

/** A `try` around statements, with the part of it in which the attributes are open. */
interface Frame {
  readonly list: StatementList | undefined
  readonly statements: readonly ts.Statement[]
  readonly regions: readonly StatementRegion[]
  /** Places in the list: the attributes are open from `first` to `last`, the `try` goes from `from` to `to`. */
  first: number
  last: number
  from: number
  to: number
}

export interface RegionEdits {
  readonly edits: readonly Edit[]
  readonly held: readonly HeldStretch[]
}

export function regionEdits(regions: readonly StatementRegion[], context: RegionEditContext): RegionEdits {
  const frames = nested(framesOf(regions, context.callees), context)
  return { edits: frames.flatMap((frame, index) => editsOf(frame, `${context.prefix}open${index || ''}`, context)), held: frames.map(heldBy) }
}

// --- frames ---

function framesOf(regions: readonly StatementRegion[], callees: Callees): Frame[] {
  const frames: Frame[] = []
  for (const region of regions) {
    const { list, first, last } = liftedFromClause(region, callees)
    const statements = list?.statements ?? [first]
    const [from, to] = [statements.indexOf(first), statements.indexOf(last)]
    frames.push({ list, statements, regions: [{ ...region, list, first, last }], first: from, last: to, from, to })
  }
  return frames
}

/** What a clause of a `switch` declares is known in the others: then the whole `switch` is the region. */
function liftedFromClause(region: StatementRegion, callees: Callees): Pick<StatementRegion, 'list' | 'first' | 'last'> {
  const { list, first } = region
  if (!list || !ts.isCaseOrDefaultClause(list)) return region
  const isKnownElsewhere = list.statements.some((statement) => placesOf(statement, callees).some((place) => !isInside(place, list)))
  return (isKnownElsewhere && statementsAround([list.parent.parent])) || { list, first, last: region.last }
}

/** Regions of one list that overlap become one; a `try` that begins in another ends in it. */
function nested(frames: readonly Frame[], context: RegionEditContext): Frame[] {
  const merged: Frame[] = []
  for (const frame of [...frames].sort((a, b) => a.statements[a.first]!.getStart() - b.statements[b.first]!.getStart() || b.last - a.last)) {
    const other = merged.find((each) => each.list === frame.list && each.statements[0] === frame.statements[0] && frame.first <= each.last)
    if (!other) {
      merged.push(frame)
      continue
    }
    merged[merged.indexOf(other)] = { ...other, regions: [...other.regions, ...frame.regions], last: Math.max(other.last, frame.last), to: Math.max(other.to, frame.to) }
  }
  const within = (frame: Frame): readonly [from: number, to: number] => partOf(frame, context.marker)
  for (let isChanged = true; isChanged; ) {
    isChanged = false
    for (const frame of merged) {
      const before = `${frame.from} ${frame.to}`
      stretch(frame, within(frame), context.callees)
      for (const other of merged) if (other !== frame && other.list === frame.list && other.from <= frame.to && other.to > frame.to && other.from >= frame.from) frame.to = other.to
      if (before !== `${frame.from} ${frame.to}`) isChanged = true
    }
  }
  return merged
}

/** The places of its list between which a `try` may go: the setup or the loop of a task. */
function partOf({ list, statements, first }: Frame, marker: number | undefined): readonly [from: number, to: number] {
  const last = statements.length - 1
  if (marker === undefined || !list || !ts.isFunctionLike(list.parent) || !ts.isClassLike(list.parent.parent)) return [0, last]
  const below = statements.findIndex((statement) => statement.getStart() > marker)
  return statements[first]!.getStart() < marker ? [0, below - 1] : [below, last]
}

/** Makes the `try` so long that every name declared in it is used in it alone. */
function stretch(frame: Frame, [from, to]: readonly [number, number], callees: Callees): void {
  const { statements } = frame
  for (let at = frame.from; at <= frame.to; at++) {
    const statement = statements[at]!
    if (isUsing(statement)) frame.to = Math.max(frame.to, to)
    for (const place of placesOf(statement, callees)) {
      const index = statements.findIndex((each) => isInside(place, each))
      if (index === -1) continue
      frame.to = Math.max(frame.to, Math.min(index, to))
      frame.from = Math.min(frame.from, Math.max(index, from))
    }
  }
}

/** Where the names are named that a statement declares for its block. */
function placesOf(statement: ts.Statement, callees: Callees): ts.Identifier[] {
  if (ts.isVariableStatement(statement) && !(statement.declarationList.flags & ts.NodeFlags.BlockScoped)) return []
  const names = new Set(declaredNames(statement))
  const declared: ts.Identifier[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && names.has(node.text) && !isRead(node)) declared.push(node)
    if (!ts.isFunctionLike(node) || node === statement) ts.forEachChild(node, visit)
  }
  if (names.size > 0) visit(statement)
  return declared.flatMap((name) => callees.bindingOf(name)?.places ?? [])
}

function isUsing(statement: ts.Statement): boolean {
  return ts.isVariableStatement(statement) && /^(await\s+)?using\b/.test(statement.declarationList.getText())
}

const namesOf = ({ regions }: Frame): string[] => [...new Set(regions.map(({ access }) => access.name))]

function heldBy(frame: Frame): HeldStretch {
  const within = frame.statements.slice(frame.first, frame.last + 1)
  return { names: namesOf(frame), start: within[0]!.getStart(), end: within.at(-1)!.getEnd(), waits: waitsIn(within).length > 0 }
}

// --- edits ---

function editsOf(frame: Frame, name: string, context: RegionEditContext): Edit[] {
  const { prefix } = context
  const { statements, list, regions } = frame
  const names = namesOf(frame).map(quoted)
  const open = `${prefix}.open(${selfText(regions[0]!)}, ${names.join(', ')})`
  const isEarly = frame.from < frame.first
  const begin = isEarly ? `let ${name}; try { ` : `const ${name} = ${open}; try { `
  const end = ` } catch (${prefix}error) { throw ${prefix}.failed(${name}, ${prefix}error) } finally { ${prefix}.close(${name}) }`
  const edits: Edit[] = closings(frame, name, context)
  if (isEarly) edits.push(around(statements[frame.first]!, statements[frame.first]!, `${name} = ${open}; `, ''))
  if (frame.last < frame.to) edits.push(around(statements[frame.last]!, statements[frame.last]!, '', `${semicolon(statements[frame.last]!)} ${prefix}.close(${name});`))
  edits.push(around(statements[frame.from]!, statements[frame.to]!, list ? begin : `{ ${begin}`, list ? end : `${end} }`))
  edits.push(...keptBehindMarker(frame, context))
  return edits
}

/** Before anything in the region waits, the region ends: what is waited for is made within it. */
function closings(frame: Frame, name: string, { prefix }: RegionEditContext): Edit[] {
  const within = frame.statements.slice(frame.first, frame.last + 1)
  return waitsIn(within).flatMap((wait): Edit[] => {
    const value = waitedFor(wait)
    const close = `${prefix}.close(${name}`
    if (value) return [{ kind: 'wrap', start: value.getStart(), end: value.getEnd(), open: `${close}, `, close: ')' }]
    return ts.isYieldExpression(wait) ? [{ kind: 'insert', at: wait.getEnd(), text: ` ${close})` }] : []
  })
}

function waitedFor(wait: ts.Node): ts.Expression | undefined {
  if (ts.isAwaitExpression(wait) || ts.isYieldExpression(wait) || ts.isForOfStatement(wait)) return wait.expression
  return ts.isVariableDeclarationList(wait) ? wait.declarations[0]?.initializer : undefined
}

/** The loop part of a task stands outside of the `try`: names of the setup are made known there. */
function keptBehindMarker(frame: Frame, context: RegionEditContext): Edit[] {
  const { marker, callees } = context
  if (marker === undefined || !frame.list || frame.statements[frame.to]!.getEnd() > marker) return []
  return frame.statements.slice(frame.from, frame.to + 1).flatMap((statement): Edit[] => {
    const isSeen = placesOf(statement, callees).some((place) => place.getStart() > marker)
    if (!isSeen && !(isUsing(statement) && ts.isFunctionLike(frame.list!.parent))) return []
    if (!ts.isVariableStatement(statement) || isUsing(statement)) {
      context.refuse(frame.regions[0]!, statement)
      return []
    }
    const start = statement.declarationList.getStart()
    return [{ kind: 'replace', start, end: start + (statement.declarationList.flags & ts.NodeFlags.Const ? 'const' : 'let').length, text: 'var' }]
  })
}

function around(first: ts.Node, last: ts.Node, open: string, close: string): Edit {
  return { kind: 'wrap', start: first.getStart(), end: last.getEnd(), open, close, ofStatements: true }
}

function semicolon(statement: ts.Statement): string {
  return statement.getText().endsWith(';') ? '' : ';'
}

/** `this`, or the name that it has in a function with a `this` of its own. */
function selfText({ home, access }: StatementRegion): string {
  let owner = home
  while (ts.isArrowFunction(owner)) owner = functionOf(owner)
  if (ts.isClassLike(owner.parent) && !hasModifier(owner, ts.SyntaxKind.StaticKeyword)) return 'this'
  return selfOf(access).getText()
}

/** What an attribute is taken from. */
export function selfOf({ node }: SelfAccess): ts.Node {
  // `this.first()`, of a method that returns a part of it.
  if (ts.isCallExpression(node)) return (bareExpression(node.expression) as ts.PropertyAccessExpression).expression
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) return node.expression
  // `this.list ??= []`
  if (ts.isBinaryExpression(node)) return (bareExpression(node.left) as ts.PropertyAccessExpression).expression
  return ts.findAncestor(node, ts.isVariableDeclaration)!.initializer!
}

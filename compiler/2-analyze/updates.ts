// In: the uses of shared attributes in one member of a brain. Out: edits that make each assignment that reads what it writes,
// and each change in place, one atomic step. Must not touch plain reads and writes: accessors carry those.

import { ts } from 'ts-morph'
import { bareExpression, outerExpression } from '../1-parse/expressions.ts'
import { writtenPath } from '../../src/contract/schema.ts'
import { attributeDeleted, awaitInChange, awaitInUpdate, changeOfCopy } from '../diagnostics.ts'
import type { DiagnosticLog, SourceText } from '../log.ts'
import type { Attribute, Edit, HeldStretch, InstanceMethods, TypeCategory } from '../model.ts'
import { quoted } from '../quoted.ts'
import { skipTrivia } from '../trivia.ts'
import { memberName } from './attributes.ts'
import { contains, waits } from './cancel-points.ts'
import { type LeafAccess, leafEdit, leafOf, writtenKey } from './leaf-accesses.ts'
import { assignmentTo } from './regions/bindings.ts'
import { selfOf } from './regions/edits.ts'
import { changesOfCopies } from './regions/copies.ts'
import { findRegions, type Regions, type RegionsContext } from './regions/find.ts'
import { isInPieces } from './regions/handed-out.ts'
import { isMutator } from './regions/methods.ts'
import { functionOf, isInside } from './regions/order.ts'
import { isAssignment, isStep, keepsValue, type SelfAccess, targetsOf } from './scope.ts'

export interface UpdateContext {
  readonly regions: RegionsContext
  readonly attributes: ReadonlyMap<string, Attribute>
  readonly source: SourceText
  readonly log: DiagnosticLog
  readonly prefix: string
}

export interface Updates {
  readonly edits: readonly Edit[]
  /** Uses through whose other names the attribute is changed. */
  readonly changed: readonly SelfAccess[]
  readonly held: readonly HeldStretch[]
}

export function readUpdates(accesses: readonly SelfAccess[], context: UpdateContext): Updates {
  const edits: Edit[] = []
  const read: SelfAccess[] = []
  const amongOthers = new Map<SelfAccess, ts.Expression>()
  for (const access of accesses) {
    if (access.via !== 'this') continue
    const attribute = context.attributes.get(access.name)
    if (attribute?.share.kind !== 'shared') {
      read.push(access)
      continue
    }
    const several = assignmentAmongOthers(access)
    if (several) amongOthers.set(access, several)
    const leaf = leafOf(access, attribute)
    if (leaf && !several && !isExchanged(leaf, access)) {
      edits.push(...leafEdits(leaf, access, context))
      continue
    }
    const target = outerExpression(access.node)
    const parent = target.parent
    if (ts.isBindingElement(access.node)) read.push(access)
    else if (ts.isBinaryExpression(parent) && parent.left === target && isAssignment(parent)) {
      if (patternAround(parent)) continue
      edits.push(...assignmentEdits(access, parent, context))
      if (isTaken(parent, attribute.share.category)) {
        edits.push({ kind: 'wrap', start: parent.getStart(), end: parent.getEnd(), open: '(', close: `, ${selfText(access)}[${quoted(access.name)}])` })
        read.push(access)
      }
    }
    else if (isStep(parent) && parent.operand === target) edits.push(...stepEdits(access, parent, context.prefix))
    else if (ts.isDeleteExpression(parent)) context.log.add(attributeDeleted(access.name), spanOf(parent, context.source))
    else if (!assignmentTo(target)) read.push(access)
  }
  const regions = findRegions(read.filter((access) => !isLiveArray(access, context)), context.regions)
  warnOfCopies(accesses, regions, context)
  const changes = new Map<ts.Expression, SelfAccess[]>()
  for (const access of new Set([...read, ...regions.expressions.keys(), ...amongOthers.keys()])) {
    const change = outerOf(outerOf(directChange(access, context), regions.expressions.get(access)), amongOthers.get(access))
    if (change) changes.set(change, [...(changes.get(change) ?? []), access])
  }
  for (const [change, roots] of changes) edits.push(...changeEdits(change, roots, changes, context))
  const all = [...edits, ...regions.edits]
  return { edits: outermost(all), changed: regions.changed, held: regions.held }
}

/** `this.item = item; item.n++` */
function warnOfCopies(accesses: readonly SelfAccess[], { taken, isHeld }: Regions, { regions: { reader }, source, log }: UpdateContext): void {
  const takings = [...accesses.flatMap((access) => reader.takenIn.takingsOf(access)), ...taken]
  for (const { taking, change } of changesOfCopies(takings, isHeld, reader))
    log.add(changeOfCopy(taking.name.text, taking.attribute), spanOf(change, source), [{ message: 'taken in here', span: spanOf(taking.at, source) }])
}

/** `const list = this.list ??= []`: the value of the assignment is the attribute itself, read again. */
function isTaken(assignment: ts.BinaryExpression, category: TypeCategory): boolean {
  return keepsValue(assignment) && isInPieces(category) && !isUnused(assignment)
}

/** Rather than a call, a getter or an assignment that brings it, or a part of it. */
function isUse({ node, name }: SelfAccess): boolean {
  return ts.isElementAccessExpression(node) || (ts.isPropertyAccessExpression(node) && node.name.text === name)
}

function directChange(access: SelfAccess, context: UpdateContext): ts.Expression | undefined {
  const attribute = context.attributes.get(access.name)
  if (attribute?.share.kind !== 'shared' || !isUse(access)) return undefined
  const change = changeAround(access, attribute.share.category, attribute.methods)
  if (change && isLiveArray(access, context)) return isExactOnElements(change, access) ? change : undefined
  if (!change || attribute.share.field !== 'object' || !ts.isDeleteExpression(change)) return change
  context.log.add(attributeDeleted(writtenPath(keysBehind(selfText(access), change.expression)?.join('.') ?? access.name)), spanOf(change, context.source))
  return undefined
}

/** What is under another name is the same memory: a change through it needs no step. */
function isLiveArray({ name }: SelfAccess, { attributes }: UpdateContext): boolean {
  const share = attributes.get(name)?.share
  return share?.kind === 'shared' && share.field === 'typed-array'
}

/** `[this.n] = [this.n + 1]` and `Object.assign(this, { n: this.n + 1 })`: the expression that reads an attribute for what it gives to it. */
function assignmentAmongOthers(access: SelfAccess): ts.Expression | undefined {
  const pattern = patternAround(access.node)
  if (pattern) return isTarget(access.node, pattern) && contains(pattern, (inner) => inner !== access.node && ts.isExpression(inner) && isSameAccess(inner, access)) ? pattern : undefined
  let isGivenBack = false
  for (let at: ts.Node = access.node; !ts.isClassElement(at); at = at.parent) {
    const { parent } = at
    if (ts.isPropertyAssignment(parent) && memberName(parent.name) === access.name) isGivenBack = true
    if (!ts.isCallExpression(parent) || parent.arguments[0] === at || parent.arguments[0]?.getText() !== selfText(access)) continue
    const callee = parent.expression.getText()
    const [, key] = parent.arguments
    if (callee === 'Object.assign' ? isGivenBack : callee === 'Reflect.set' && key && ts.isStringLiteralLike(key) && key.text === access.name) return parent
  }
  return undefined
}

function isTarget(node: ts.Node, pattern: ts.BinaryExpression): boolean {
  return targetsOf(pattern.left).some((target) => target === node)
}

function outerOf(one: ts.Expression | undefined, other: ts.Expression | undefined): ts.Expression | undefined {
  return one && other ? (isInside(one, other) ? other : one) : one ?? other
}

// --- leaves of objects that lie inline ---

/** What a number or boolean of the brain itself would be, under the name of the leaf. */
function leafEdits(leaf: LeafAccess, access: SelfAccess, context: UpdateContext): Edit[] {
  const target = outerExpression(leaf.node)
  const { parent } = target
  const use: Target = { ...access, name: leaf.name, node: leaf.node, root: access }
  if (isStep(parent) && parent.operand === target) return stepEdits(use, parent, context.prefix)
  const isAssigned = ts.isBinaryExpression(parent) && parent.left === target && isAssignment(parent) && !patternAround(parent)
  const edits = isAssigned ? assignmentEdits(use, parent, context) : []
  return edits.length > 0 ? edits : [leafEdit(access, leaf)]
}

/** `[this.pose.x, this.pose.y] = [this.pose.y, this.pose.x]` changes the object in one step. */
function isExchanged({ node }: LeafAccess, access: SelfAccess): boolean {
  const pattern = patternAround(node)
  return pattern !== undefined && readsTarget(pattern.right, access)
}

/**
 * The elements of a typed array are shared themselves: to set some of them needs no step. `this.frame[i] += v` does, and
 * `this.frame[i] = 2 * this.frame[i]`.
 */
function isExactOnElements(change: ts.Expression, access: SelfAccess): boolean {
  if (!ts.isBinaryExpression(change)) return isStep(change)
  return change.operatorToken.kind !== ts.SyntaxKind.EqualsToken || readsTarget(change.right, access)
}

/** Of `this.n = this.n + 1` nothing stays that could be edited. Replacements never overlap in part, so each is compared with the last that none other holds. */
function outermost(edits: readonly Edit[]): Edit[] {
  const replacements = edits.filter((edit) => edit.kind === 'replace').sort((a, b) => a.start - b.start || b.end - a.end)
  const held = new Set<Edit>()
  let outer = replacements[0]
  for (const edit of replacements) {
    if (edit.end > outer!.end) outer = edit
    else if (edit.end - edit.start < outer!.end - outer!.start) held.add(edit)
  }
  return edits.filter((edit) => !held.has(edit))
}

// --- assignments that read what they write ---

/** An attribute, or the leaf of one that lies inline: then `root` is the access of the attribute. */
type Target = SelfAccess & { readonly root?: SelfAccess }

export const LOGICAL: ReadonlySet<string> = new Set(['&&=', '||=', '??='])

function assignmentEdits(access: Target, node: ts.BinaryExpression, context: UpdateContext): Edit[] {
  const operator = node.operatorToken.getText()
  const call = (name: string): string => `${context.prefix}.${name}(${selfText(access)}, ${quoted(access.name)}, `
  if (operator === '=') return plainAssignmentEdits(access, node, context, call)
  if (waits(node.right)) {
    context.log.add(awaitInUpdate(access.name, operator), spanOf(node, context.source))
    return []
  }
  const head = { kind: 'replace', start: node.getStart(), end: node.right.getStart() } as const
  if (LOGICAL.has(operator))
    return [{ ...head, text: `${call('logical')}'${operator}', () => (` }, closing(node, '))')]
  return [{ ...head, text: `${call('assign')}'${operator}', ` }, closing(node, ')')]
}

/** `this.n = this.n + 1` adds; any other right side that reads its own target is evaluated under the lock. */
function plainAssignmentEdits(access: Target, node: ts.BinaryExpression, context: UpdateContext, call: (name: string) => string): Edit[] {
  const right = bareExpression(node.right)
  if (!readsTarget(right, access)) return []
  if (waits(right)) {
    context.log.add(awaitInUpdate(access.name, '='), spanOf(node, context.source))
    return []
  }
  const operator = ts.isBinaryExpression(right) ? `${right.operatorToken.getText()}=` : ''
  if (ts.isBinaryExpression(right) && isArithmetic(right.operatorToken.kind) && isSameAccess(right.left, access) && !readsTarget(right.right, access)) {
    return [
      { kind: 'replace', start: node.getStart(), end: right.right.getStart(), text: `${call('assign')}'${operator}', ` },
      ...(right.right.getEnd() < node.getEnd() ? [{ kind: 'replace', start: right.right.getEnd(), end: node.getEnd(), text: '' } as const] : []),
      { kind: 'wrap', start: right.right.getStart(), end: right.right.getEnd(), open: '', close: ')' },
    ]
  }
  return [{ kind: 'replace', start: node.getStart(), end: node.right.getStart(), text: `${call('update')}() => (` }, closing(node, '))')]
}

function stepEdits(access: Target, node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression, prefix: string): Edit[] {
  const by = node.operator === ts.SyntaxKind.PlusPlusToken ? 1 : -1
  const isUsed = ts.isPostfixUnaryExpression(node) && !isStatement(outerExpression(node))
  const text = `${prefix}.${isUsed ? 'postIncrement' : 'increment'}(${selfText(access)}, ${quoted(access.name)}, ${by})${semicolon(node)}`
  return [{ kind: 'replace', start: node.getStart(), end: node.getEnd(), text }]
}

// --- changes in place ---

/** The outermost expression that changes what the attribute holds: `this.pose.x = 3`, `this.tags.add(1).add(2)`, `delete this.map.k`; `undefined` where none does. */
function changeAround(access: SelfAccess, category: TypeCategory, methods: InstanceMethods | undefined): ts.Expression | undefined {
  let at = outerExpression(access.node)
  let change: ts.Expression | undefined
  for (let depth = 0; ; depth++) {
    const parent: ts.Node = at.parent
    if ((ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) && parent.expression === at) at = outerExpression(parent)
    else if (ts.isCallExpression(parent) && parent.expression === at) {
      const method = bareExpression(at as ts.Expression)
      if (depth > 0 && ts.isPropertyAccessExpression(method) && mutates(method, access, category, methods)) change = parent
      at = outerExpression(parent)
    } else {
      if (isObjectAssign(parent) && parent.arguments[0] === at) return parent
      if (depth === 0) return undefined
      const pattern = patternAround(at)
      if (pattern) return pattern
      if (ts.isBinaryExpression(parent) && parent.left === at && isAssignment(parent)) {
        change = parent
        if (!keepsValue(parent)) return change
        // `(this.byName[k] ??= []).push(v)`
        at = outerExpression(parent)
        continue
      }
      if (isStep(parent) && parent.operand === at) return parent
      return ts.isDeleteExpression(parent) ? parent : change
    }
  }
}

function isObjectAssign(node: ts.Node): node is ts.CallExpression {
  return ts.isCallExpression(node) && bareExpression(node.expression).getText() === 'Object.assign'
}

function mutates(method: ts.PropertyAccessExpression, access: SelfAccess, category: TypeCategory, methods: InstanceMethods | undefined): boolean {
  const isDirect = outerExpression(access.node) === method.expression
  const own = isDirect ? category : undefined
  if (own === 'instance') return !methods?.reading.includes(method.name.text)
  // `this.list[0].hit()`: what is in the attribute may be an instance.
  return isMutator(method.name.text, own) || (methods?.changing.includes(method.name.text) ?? false)
}

/** Of several attributes that one expression changes, each has a value of its own. */
function changeEdits(node: ts.Expression, roots: readonly SelfAccess[], all: ReadonlyMap<ts.Node, unknown>, context: UpdateContext): Edit[] {
  if (waits(node)) {
    context.log.add(awaitInChange(roots[0]!.name, ''), spanOf(node, context.source))
    return []
  }
  const names = [...new Set(roots.map((access) => access.name))]
  const valueOf = (name: string): string => `${context.prefix}value${names.indexOf(name) || ''}`
  // In a change of its own, or where a method brings it, the value has another name: the attribute itself reads the same.
  // Nor has it where it is assigned, and in a function, which may run later.
  const isKept = (access: SelfAccess): boolean => (ts.isBinaryExpression(node) && isTarget(access.node, node)) || functionOf(access.node) !== functionOf(node)
  const replaced = roots.filter((access) => isUse(access) && !isKept(access) && isInside(access.node, node) && innermost(access.node, all) === node)
  const open = (access: SelfAccess): string => {
    const parameter = replaced.some(({ name }) => name === access.name) ? valueOf(access.name) : ''
    return `${context.prefix}.change(${selfText(access)}, ${quoted(access.name)}, (${parameter}) => (`
  }
  return [
    ...replaced.map((access) => ({ kind: 'replace', start: access.node.getStart(), end: access.node.getEnd(), text: valueOf(access.name) }) as const),
    ...names.map((name) => ({ kind: 'wrap', start: node.getStart(), end: node.getEnd(), open: open(roots.find((access) => access.name === name)!), close: '))' }) as const),
    ...(semicolon(node) ? [{ kind: 'insert', at: node.getEnd(), text: ';' } as const] : []),
  ]
}

/** Of the changes around a node the one that is nearest to it. */
function innermost(node: ts.Node, changes: ReadonlyMap<ts.Node, unknown>): ts.Node | undefined {
  let at: ts.Node | undefined = node
  while (at && !changes.has(at)) at = at.parent
  return at
}

/** The assignment whose pattern has an expression as one of its targets: `[this.list[0], this.list[1]] = …`. */
function patternAround(target: ts.Node): ts.BinaryExpression | undefined {
  let at = outerExpression(target)
  while (ts.isArrayLiteralExpression(at.parent) || ts.isObjectLiteralExpression(at.parent) || ts.isSpreadElement(at.parent) || ts.isSpreadAssignment(at.parent)
    || (ts.isPropertyAssignment(at.parent) && at.parent.initializer === at)) at = outerExpression(at.parent)
  const { parent } = at
  if (!ts.isBinaryExpression(parent) || parent.left !== at || parent.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return undefined
  return patternAround(parent) ?? (at === outerExpression(target) ? undefined : parent)
}

// --- internal ---

/** `this.n++` ends before a `(` or `[` on the next line, a call does not. */
export function semicolon(node: ts.Expression): string {
  if (!ts.isPostfixUnaryExpression(node) || !ts.isExpressionStatement(node.parent) || node.getEnd() < node.parent.getEnd()) return ''
  const { text } = node.getSourceFile()
  return '([`'.includes(text[skipTrivia(text, node.getEnd())] ?? ' ') ? ';' : ''
}

function closing(node: ts.Node, close: string): Edit {
  return { kind: 'wrap', start: node.getStart(), end: node.getEnd(), open: '', close }
}

/** The value of an expression statement, or of the last clause of a `for`, is not used. */
export function isStatement(node: ts.Node): boolean {
  const parent = node.parent
  return ts.isExpressionStatement(parent) || ts.isVoidExpression(parent) || (ts.isForStatement(parent) && (parent.incrementor === node || parent.initializer === node))
}

/** Also of what stands as a statement behind `a &&` or `a ?`. */
function isUnused(node: ts.Expression): boolean {
  const outer = outerExpression(node)
  const { parent } = outer
  if (isStatement(outer)) return true
  if (ts.isConditionalExpression(parent)) return parent.condition !== outer && isUnused(parent)
  if (!ts.isBinaryExpression(parent)) return false
  const kind = parent.operatorToken.kind
  if (kind === ts.SyntaxKind.CommaToken && parent.left === outer) return true
  return parent.right === outer && (kind === ts.SyntaxKind.CommaToken || isLogical(kind)) && isUnused(parent)
}

const isLogical = (kind: ts.SyntaxKind): boolean =>
  kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.QuestionQuestionToken

export function isArithmetic(kind: ts.SyntaxKind): boolean {
  return [
    ts.SyntaxKind.PlusToken, ts.SyntaxKind.MinusToken, ts.SyntaxKind.AsteriskToken, ts.SyntaxKind.SlashToken, ts.SyntaxKind.PercentToken,
    ts.SyntaxKind.AsteriskAsteriskToken, ts.SyntaxKind.AmpersandToken, ts.SyntaxKind.BarToken, ts.SyntaxKind.CaretToken,
    ts.SyntaxKind.LessThanLessThanToken, ts.SyntaxKind.GreaterThanGreaterThanToken, ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken,
  ].includes(kind)
}

function isSameAccess(node: ts.Expression, access: Target): boolean {
  return keysBehind(selfText(access), node)?.join('.') === access.name
}

function readsTarget(node: ts.Node, access: Target): boolean {
  return contains(node, (inner) => ts.isExpression(inner) && (isSameAccess(inner, access) || (access.root !== undefined && readsAround(inner, access))))
}

/** The object that has the leaf, or a part of it that has, is read as a whole. */
function readsAround(node: ts.Expression, leaf: Target): boolean {
  const keys = keysBehind(selfText(leaf), node)
  if (keys === undefined || !leaf.name.startsWith(`${keys.join('.')}.`)) return false
  const outer = outerExpression(node)
  const further = writtenKey(outer.parent)
  const goesOn = further !== undefined && (outer.parent as ts.PropertyAccessExpression).expression === outer
  // A method of a tuple reads its elements.
  return !goesOn || isIndex(further) !== isIndex(leaf.name.split('.')[keys.length]!)
}

const isIndex = (key: string): boolean => /^\d+$/.test(key)

/** `['pose', 'x']` for `this.pose.x`, where `self` is `this`. */
function keysBehind(self: string, node: ts.Expression): string[] | undefined {
  const bare = bareExpression(node)
  const key = writtenKey(bare)
  if (key === undefined) return undefined
  const object = bareExpression((bare as ts.PropertyAccessExpression).expression)
  if (object.getText() === self) return [key]
  const before = keysBehind(self, object)
  return before && [...before, key]
}

function selfText(access: Target): string {
  const { root } = access
  return bareExpression(selfOf(root ?? access) as ts.Expression).getText()
}

function spanOf(node: ts.Node, file: SourceText): { file: SourceText; start: number; end: number } {
  return { file, start: node.getStart(), end: node.getEnd() }
}

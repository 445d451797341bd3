// In: a class that extends Brain, or the class of a mixin. Out: its model: members with what they need, attributes, tasks, edits.
// Must not look at other classes but for the names of inherited attributes.

import { ts } from 'ts-morph'
import { outerExpression } from '../1-parse/expressions.ts'
import { baseOf, basesOf, heritageOf } from '../1-parse/classes.ts'
import type { ClassNode } from '../1-parse/declarations.ts'
import { localDeclaration, namesAround } from '../1-parse/functions.ts'
import { hasModifier } from '../1-parse/imports.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'
import { BRAIN_MEMBERS, BRAIN_STATIC_MEMBERS } from '../../src/contract/names.ts'
import { brainInFunction, brainUnnamed, memberReserved } from '../diagnostics.ts'
import type { DiagnosticLog } from '../log.ts'
import type { Attribute, BrainModel, ClassModel, Edit, Member, MemberKind, MixinModel, Needs, SelfUse, Stretch } from '../model.ts'
import { DEFAULT_NAME } from '../names.ts'
import { withOverridden } from '../overridden-attributes.ts'
import { holdsFunction, memberName, readAttributes } from './attributes.ts'
import { cancelPoints } from './cancel-points.ts'
import { classNameEdits } from './class-names.ts'
import { constEnumEdits } from './const-enums.ts'
import { filledNames } from './filled-arguments.ts'
import { withGiven } from './given-attributes.ts'
import { foreignAttributes, inheritedAttributes, promisedAttributes } from './inherited-attributes.ts'
import { leafOf } from './leaf-accesses.ts'
import type { RunsLater } from './load-time.ts'
import { callOf, isAssignment, isStep, readScope, type ScopeReading, type SelfAccess } from './scope.ts'
import { unnamedStepEdits } from './unnamed-steps.ts'
import { brainDecorator, readTask, reportStrayDecorators } from './tasks.ts'
import type { AskType } from './type-oracle.ts'
import type { Callees } from './regions/callees.ts'
import { createRegionReader, type RegionReader } from './regions/find.ts'
import { staleWrites } from './stale-writes.ts'
import { readUpdates } from './updates.ts'
import { checkWaits } from './waits.ts'

export interface BrainContext {
  readonly unit: SourceUnit
  readonly project: SourceProject
  readonly askType: AskType
  readonly log: DiagnosticLog
  readonly prefix: string
  readonly output: string
  readonly runsLater: RunsLater
  readonly callees: Callees
  /** Attributes of brains that code may have by another name than `this`; `undefined` where there is no such brain. */
  readonly handedOn?: ReadonlySet<string> | undefined
}

export interface FoundClass {
  readonly node: ClassNode
  readonly name: string
  readonly item: number
  readonly nested: boolean
  /** Attributes that it keeps in the main process alone, and a class that extends it shares. */
  readonly given?: ReadonlySet<string> | undefined
}

export function readBrain(found: FoundClass, context: BrainContext): BrainModel {
  const { node, name, nested } = found
  const { unit, project, log } = context
  const heritage = heritageOf(node)!.expression
  const bases = basesOf(node, unit, project)
  const inherited = inheritedAttributes(bases, context)
  const model = readClass(found, { others: [...promisedAttributes(node, context), ...inherited], inherited, names: [name] }, context)
  const firstProcessTask = model.tasks.find((task) => task.process)
  const holder = nested ? holderOf(node) : undefined
  if (holder !== undefined && firstProcessTask) log.add(brainInFunction(model.name, holder, firstProcessTask.name), { file: unit.source, start: node.getStart(), end: heritage.getEnd() })
  const base = baseOf(node, unit, project)
  return {
    ...model,
    kind: 'brain',
    id: `${context.output}#${model.name}`,
    holder,
    exportedAs: [...unit.exports].find(([, target]) => target.kind === 'local' && target.name === name)?.[0],
    heritage: { start: heritage.getStart(), end: heritage.getEnd() },
    heritageNames: [...readScope(heritage).names],
    bases: bases.map((each) => ({ file: each.unit.path, name: each.name })),
    heritageWay: base.kind === 'mixed' ? base.way : [],
    inheritedClasses: new Map(inherited.map((attribute) => [attribute.name, attribute.classes])),
  }
}

/** The class that a mixin makes, whatever it is applied to. */
export function readMixin(found: FoundClass, context: BrainContext): MixinModel {
  return { ...readClass(found, { others: foreignAttributes(found.node, context), inherited: 'any', names: [] }, context), kind: 'mixin' }
}

interface Surroundings {
  /** Attributes that other classes declare. */
  readonly others: readonly Attribute[]
  readonly inherited: readonly Attribute[] | 'any'
  /** By which the class is known around it. */
  readonly names: readonly string[]
}

function readClass({ node, name, item, given = new Set() }: FoundClass, { others, inherited, names }: Surroundings, context: BrainContext): ClassModel {
  const { unit, project, prefix } = context
  const heritage = heritageOf(node)!.expression
  const shownName = name === DEFAULT_NAME ? 'default' : name
  const { attributes: own, edits } = readAttributes(node, {
    inherited, unit, project, askType: context.askType, prefix, isLocal: (decorator) => brainDecorator(decorator, unit, project)?.name === 'local',
  })
  const attributes = withOverridden(own, others)
  reportStrayDecorators(node, context)
  const tasks = node.members.flatMap((member) => readTask(member, context) ?? [])
  const known = new Map(withGiven([...others, ...attributes], given, node, context).map((attribute) => [attribute.name, attribute]))
  const classNames = new Set([...names, ...(node.name ? [node.name.text] : [])].filter((each) => each !== DEFAULT_NAME))
  const locals = new Set([...namesAround(node)].filter((each) => !classNames.has(each)))
  const reader = createRegionReader(unit, context.callees, known)
  const scopes = node.members.map((member) => readScope(member, { isMember: true, classNames, locals }))
  const later = node.members.flatMap(givenLater)
  const stepped = later.length > 0 ? new Set([...context.handedOn ?? [], ...later]) : context.handedOn
  const members = node.members.map((member, index) => {
    const loopStart = tasks.find(({ at }) => at.start >= member.getStart() && at.end <= member.getEnd())?.loopStart
    return readMember(member, { scope: scopes[index]!, attributes: known, classNames, stepped, reader, loopStart }, context)
  })
  checkMembers(node, shownName, context)
  return {
    name: shownName,
    localName: name,
    item,
    at: node.name ? { start: node.name.getStart(), end: node.name.getEnd() } : { start: heritage.getStart(), end: heritage.getEnd() },
    decorators: (ts.getDecorators(node) ?? []).map((decorator) => ({ start: decorator.getStart(), end: decorator.getEnd() })),
    body: { start: node.members.pos, end: node.members.end },
    members,
    attributes,
    tasks,
    mainEdits: edits,
  }
}

/** A class that extends Brain through an expression, or that has no name: said once, and left alone. */
export function checkReadable(node: ClassNode, name: string | undefined, { unit, log }: BrainContext): boolean {
  if (name !== undefined) return true
  log.add(brainUnnamed(), { file: unit.source, start: node.getStart(), end: heritageOf(node)!.getEnd() })
  return false
}

/** What a stretch of code outside of a brain needs; `without` are members that are read on their own. */
export function readNeeds(node: ts.Node, context: BrainContext, extraEdits: readonly Edit[] = [], without: readonly ts.Node[] = []): Needs {
  const { prefix, unit } = context
  const scope = readScope(node, { without: new Set(without) })
  const unnamed = unnamedStepEdits(node, { names: context.handedOn, prefix })
  const isWithout = (edit: Edit): boolean => without.some(({ pos, end }) => pos <= placeOfEdit(edit) && placeOfEdit(edit) < end)
  return {
    names: [...scope.names],
    ...moduleState(node, scope, context, without),
    self: [],
    selfEscapes: false,
    classEscapes: false,
    evals: scope.evals.map((call) => ({ start: call.getStart(), end: call.getEnd() })),
    edits: [...extraEdits, ...constEnumEdits(node), ...classNameEdits(node, prefix, unit.knownAs), ...unnamed, ...cancelPoints(node, prefix)].filter((edit) => !isWithout(edit)),
  }
}

// --- internal ---

/** `speed!: number` has no value here, so it is the main process's alone; but a class of a project that is not seen here may extend this one and give it one. */
function givenLater(member: ts.ClassElement): string[] {
  const isLater = ts.isPropertyDeclaration(member) && member.exclamationToken !== undefined && !hasModifier(member, ts.SyntaxKind.StaticKeyword)
  const name = isLater ? memberName(member.name) : undefined
  return name === undefined ? [] : [name]
}

function placeOfEdit(edit: Edit): number {
  return edit.kind === 'insert' ? edit.at : edit.start
}

interface MemberContext {
  readonly attributes: ReadonlyMap<string, Attribute>
  readonly classNames: ReadonlySet<string>
  readonly scope: ScopeReading
  /** Attributes that may be stepped in a way which does not say so. */
  readonly stepped: ReadonlySet<string> | undefined
  readonly reader: RegionReader
  readonly loopStart: number | undefined
}

function readMember(member: ts.ClassElement, { scope, attributes, classNames, stepped, reader, loopStart }: MemberContext, context: BrainContext): Member {
  const { unit, project } = context
  const decorators = (ts.canHaveDecorators(member) ? ts.getDecorators(member) : undefined) ?? []
  const own = decorators.filter((decorator) => brainDecorator(decorator, unit, project))
  const names = own.length === 0 ? scope.names : namesWithout(member, own, classNames, scope.names)
  const body = decorators.length > own.length ? namesWithout(member, decorators, classNames, scope.names) : names
  const { log, prefix } = context
  const updates = readUpdates(scope.accesses, { attributes, source: unit.source, log, prefix, regions: { reader, log, prefix, marker: loopStart } })
  const isChanged = usesAmong(updates.changed)
  const shared = scope.accesses.filter(({ name }) => attributes.get(name)?.share.kind === 'shared')
  // `this.first().n += 1` is a step on what the method gives.
  const known = new Set([...shared, ...updates.changed].map(({ node }) => node))
  const unnamed = unnamedStepEdits(member, { names: stepped, prefix, isKnown: (access) => known.has(access), ownClass: member.parent })
  const isWritten = usesAmong(scope.accesses)
  checkWaits(scope.accesses, unit.source, log)
  return {
    start: member.getFullStart(),
    end: member.getEnd(),
    textStart: member.getStart(),
    kind: kindOf(member),
    name: ts.isConstructorDeclaration(member) ? 'constructor' : memberName(member.name) ?? member.name?.getText() ?? '',
    isStatic: hasModifier(member, ts.SyntaxKind.StaticKeyword) || ts.isClassStaticBlockDeclaration(member),
    holdsFunction: ts.isPropertyDeclaration(member) && holdsFunction(member),
    decorators: own.map((decorator) => ({ start: decorator.getStart(), end: decorator.getEnd() })),
    decoratorNames: [...names].filter((each) => !body.has(each)),
    staleWrites: staleWrites(scope.accesses.filter((access) => !isChanged(access)), attributes, (each) => reader.callees.bindingOf(each)),
    held: updates.held,
    needs: {
      names: [...names],
      ...moduleState(member, scope, context),
      self: [
        ...scope.accesses.map((access) => ({
          ...selfUse(access, attributes.get(access.name)),
          ...(isChanged(access) && { isChanged: true }),
          ...(access.via === 'class' && !context.runsLater(access.node) && { whileLoading: true }),
        })),
        ...scope.accesses.flatMap((access) => namedUse(access) ?? []).filter((use) => attributes.has(use.name)),
        // A method brought what is changed: `this.first().n += 1`.
        ...updates.changed.filter((access) => !isWritten(access)).map((access) => ({ ...selfUse(access, attributes.get(access.name)), how: 'read' as const, isChanged: true })),
      ],
      selfEscapes: scope.selfEscapes,
      classEscapes: scope.classEscapes,
      evals: scope.evals.map((call) => ({ start: call.getStart(), end: call.getEnd() })),
      // A change of an attribute stands around a step of its part that is the same expression.
      edits: [...unnamed, ...updates.edits, ...cancelPoints(member, prefix)],
    },
  }
}

/** What a class stands in that is not the top level of its file. */
function holderOf(node: ClassNode): string {
  const holder = ts.findAncestor(node.parent, (each) => ts.isFunctionLike(each) || ts.isClassLike(each) || ts.isModuleDeclaration(each) || ts.isBlock(each) || ts.isCaseBlock(each))
  if (holder && ts.isModuleDeclaration(holder)) return `the namespace \`${holder.name.text}\``
  if (!holder || ts.isClassLike(holder)) return 'a class'
  return ts.isFunctionLike(holder) || ts.isFunctionLike(holder.parent) ? 'a function' : 'a block'
}

/** What of the module is given another value, or changed in place, once it is loaded. What a module does as it loads, it does wherever it loads. */
function moduleState(node: ts.Node, scope: ScopeReading, { runsLater, callees }: BrainContext, without: readonly ts.Node[] = []): Pick<Needs, 'assigned' | 'changed'> {
  const at = (node: ts.Node): Stretch => ({ start: node.getStart(), end: node.getEnd() })
  return {
    assigned: scope.assigned.filter(runsLater).map((target) => {
      const declared = localDeclaration(target)
      return { name: target.text, ...at(target), ...(declared && { declared: at(declared) }) }
    }),
    changed: [...scope.changed, ...filledNames(node, scope.names, callees, without)].filter((each) => runsLater(each.node)).map((each) => ({ name: each.name, ...at(each.node) })),
  }
}

/** Whether a use is one of these: a node names several in `const { a, b } = this`. */
function usesAmong(accesses: readonly SelfAccess[]): (access: SelfAccess) => boolean {
  const names = new Map<ts.Node, Set<string>>()
  for (const { node, name } of accesses) names.set(node, (names.get(node) ?? new Set()).add(name))
  return ({ node, name }) => names.get(node)?.has(name) ?? false
}

/** Names that a member uses without its own erased decorators: those need Brain, and what their options name. */
function namesWithout(member: ts.ClassElement, erased: readonly ts.Decorator[], classNames: ReadonlySet<string>, whole: ReadonlySet<string>): Set<string> {
  const names = new Set<string>()
  ts.forEachChild(member, (child) => {
    if (erased.includes(child as ts.Decorator)) return
    for (const name of readScope(child, { isMember: true, classNames }).names) names.add(name)
  })
  // The parts were read without the scope of the whole: what is a parameter or local of the member is none of these.
  return new Set([...names].filter((name) => whole.has(name)))
}

function kindOf(member: ts.ClassElement): MemberKind {
  if (ts.isConstructorDeclaration(member)) return 'constructor'
  if (ts.isClassStaticBlockDeclaration(member)) return 'static-block'
  if (ts.isAccessor(member)) return member.body ? 'accessor' : 'type'
  if (ts.isMethodDeclaration(member)) return member.body ? 'method' : 'type'
  if (!ts.isPropertyDeclaration(member)) return 'type'
  return hasModifier(member, ts.SyntaxKind.DeclareKeyword) || hasModifier(member, ts.SyntaxKind.AbstractKeyword) ? 'type' : 'field'
}

function selfUse(access: SelfAccess, attribute: Attribute | undefined): SelfUse {
  const at = { start: access.node.getStart(), end: access.node.getEnd() }
  if (ts.isBindingElement(access.node)) return { ...at, name: access.name, via: access.via, how: 'read' }
  const outer = outerExpression(access.node)
  const parent = outer.parent
  if (ts.isPropertyAccessExpression(parent) && parent.expression === outer) {
    const next = { name: parent.name.text, start: parent.name.getStart(), end: parent.name.getEnd() }
    const leaf = leafOf(access, attribute)
    return { ...at, name: access.name, via: access.via, how: leaf && isTarget(outerExpression(leaf.node)) ? 'write' : 'read', next }
  }
  if (ts.isCallExpression(parent) && parent.expression === outer) return { ...at, name: access.name, via: access.via, how: 'call' }
  return { ...at, name: access.name, via: access.via, how: isTarget(outer) ? 'write' : 'read' }
}

/** What `this.change('list', …)` changes. */
function namedUse(access: SelfAccess): SelfUse | undefined {
  const { name, via } = access
  const attribute = name === 'change' && via === 'this' ? callOf(access)?.arguments[0] : undefined
  if (!attribute || !ts.isStringLiteralLike(attribute)) return undefined
  return { name: attribute.text, via, how: 'read', isChanged: true, start: attribute.getStart(), end: attribute.getEnd() }
}

function isTarget(outer: ts.Node): boolean {
  const { parent } = outer
  return (ts.isBinaryExpression(parent) && parent.left === outer && isAssignment(parent)) || isStep(parent)
}

const RESERVED = new Set<string>(BRAIN_MEMBERS)
const RESERVED_STATIC = new Set<string>(BRAIN_STATIC_MEMBERS)

function checkMembers(node: ClassNode, brain: string, { unit, log }: BrainContext): void {
  const check = (name: ts.PropertyName | ts.BindingName, isStatic: boolean): void => {
    const written = ts.isBindingName(name) ? name.getText() : memberName(name) ?? ''
    if ((isStatic ? RESERVED_STATIC : RESERVED).has(written)) log.add(memberReserved(brain, written), { file: unit.source, start: name.getStart(), end: name.getEnd() })
  }
  for (const member of node.members) {
    if (member.name && kindOf(member) !== 'type') check(member.name, hasModifier(member, ts.SyntaxKind.StaticKeyword))
    if (ts.isConstructorDeclaration(member))
      for (const parameter of member.parameters) if (ts.isParameterPropertyDeclaration(parameter, member)) check(parameter.name, false)
  }
}

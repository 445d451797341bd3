// In: a parsed file. Out: its FileModel: top-level statements with what they declare and need, and its brains.
// Must not decide what goes where: that is the plan's.

import { ts } from 'ts-morph'
import { DOORS } from '../../src/contract/names.ts'
import { basesOf, extendsBrain, heritageOf } from '../1-parse/classes.ts'
import type { ClassNode } from '../1-parse/declarations.ts'
import { originOf } from '../1-parse/exports.ts'
import { bareExpression } from '../1-parse/expressions.ts'
import { localDeclaration } from '../1-parse/functions.ts'
import { declaredNames, hasModifier, importOf } from '../1-parse/imports.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'
import { baseUnreadable, brainRepeated, sourceSyntax, taskOutsideBrain } from '../diagnostics.ts'
import type { DiagnosticLog } from '../log.ts'
import type { BrainModel, ClassReference, Edit, FileModel, GlobalSetting, ImportItem, ImportSpecifier, Item, Stretch } from '../model.ts'
import { DEFAULT_NAME, EVERYBODY, freePrefix, REGISTRATIONS } from '../names.ts'
import { checkReadable, readBrain, readMixin, readNeeds, type BrainContext, type FoundClass } from './brain.ts'
import { REGISTRATION } from './class-names.ts'
import { missingNames, reportCommonjs } from './commonjs.ts'
import { isDeclaredConstEnum } from './const-enums.ts'
import { earlyErrors } from './early-errors.ts'
import { fillingsIn } from './fillings.ts'
import { type GivenAttribute, givenAttributes } from './given-attributes.ts'
import { hiddenImports } from './hidden-imports.ts'
import { filesOfKnown, type KnownAttributes, knownAttributes } from './known-brains.ts'
import { runsLaterIn } from './load-time.ts'
import { type MadeBrain, madeBrains } from './made-brains.ts'
import { keepsObjects } from './module-state.ts'
import { Callees } from './regions/callees.ts'
import { registrationsOf } from './registrations.ts'
import { hoistedVars, isAssignment, isStep, targetsOf } from './scope.ts'
import { readSuppressions } from './suppressions.ts'
import { taskDecorators } from './tasks.ts'
import type { AskType } from './type-oracle.ts'
import { whyUnreadableBase } from './unreadable-base.ts'
import { wayBack, wayToCopy } from './ways-back.ts'

export interface FileContext {
  readonly project: SourceProject
  readonly askType: AskType
  readonly log: DiagnosticLog
  readonly output: string
}

/** A file, and the classes in it that are brains or what they extend. */
export interface FoundFile {
  readonly context: BrainContext
  readonly brains: readonly FoundClass[]
  /** The classes that its brains extend. */
  readonly bases: ReturnType<typeof basesOf>
}

/** `undefined` where the file can't be parsed. */
export function findBrains(unit: SourceUnit, { project, askType, log, output }: FileContext): FoundFile | undefined {
  if (unit.syntaxErrors.length > 0) {
    if (namesTaskbrain(unit)) for (const found of unit.syntaxErrors) log.add(sourceSyntax(found.message), { file: unit.source, start: found.start, end: found.end })
    return undefined
  }
  const context: BrainContext = { unit, project, askType, log, prefix: freePrefix(unit.source.text), output, runsLater: runsLaterIn(unit), callees: new Callees(project, unit) }
  const brains = brainsIn(context)
  return { context, brains, bases: brains.flatMap(({ node }) => basesOf(node, unit, project)) }
}

/** What a file leads to: files, all of them, and nothing of a tree. */
export interface Look {
  readonly hasBrain: boolean
  readonly bases: readonly string[]
  /** The mixins that its brains apply: where their classes begin, and which files have the functions and constants that they come from. */
  readonly mixins: readonly { readonly file: string; readonly at: number; readonly name: string; readonly way: readonly string[] }[]
  /** What its brains share of that which the classes that they extend don't. */
  readonly given: readonly GivenAttribute[]
  /** Constants of any file that its brains extend. */
  readonly extended: readonly ClassReference[]
  readonly made: readonly MadeBrain[]
  readonly attributes: KnownAttributes
}

/** The files that declare what a file imports. */
export function originsOf({ context }: FoundFile): string[] {
  return [...importedNames(context).values()].flat().flatMap(({ origin }) => origin?.file ?? [])
}

/** The files with brains of which its code, or that of modules that it leads to, may have one. */
export function knownBrainsOf({ brains, context: { unit, project } }: FoundFile): string[] {
  return filesOfKnown(brains.map(({ node }) => node), unit, project)
}

export function lookOf(found: FoundFile): Look {
  const { unit, project } = found.context
  const wayOf = ({ way }: FoundFile['bases'][number]): string[] => (way ?? []).map(({ file }) => file)
  return {
    hasBrain: found.brains.length > 0,
    bases: found.bases.flatMap((base) => [base.unit.path, ...wayOf(base)]),
    mixins: found.bases.flatMap((base) => (base.kind === 'mixed' ? [{ file: base.unit.path, at: base.node.pos, name: base.name, way: wayOf(base) }] : [])),
    given: found.brains.flatMap(({ node }) => givenAttributes(node, found.context)),
    extended: found.bases.flatMap(({ way }) => way ?? []),
    made: madeBrains(unit, project),
    attributes: knownAttributes(found.brains.map(({ node }) => node), unit, project),
  }
}

/** What all brains make of the classes of a file, each known by where it begins. */
export interface Uses {
  /** What the mixins are called that make them for some brain. */
  readonly mixed: ReadonlyMap<number, string>
  /** Attributes that a class which extends them shares, and they don't. */
  readonly given: ReadonlyMap<number, ReadonlySet<string>>
  /** Attributes that its text names of brains which code may have by another name than `this`; `undefined` where there is no such brain. */
  readonly handedOn: readonly string[] | undefined
}

export function readFile({ context: home, brains: found }: FoundFile, { mixed, given, handedOn }: Uses): FileModel {
  const context: BrainContext = { ...home, handedOn: handedOn && new Set(handedOn) }
  const { unit, project, output, prefix } = context
  reportRepeated(found, context)
  reportCommonjs(unit, context.log)
  context.log.addPlaced([...missingNames(unit.tree), ...hiddenImports(unit), ...earlyErrors(unit.tree)], unit.source)
  const brains = found.map((each) => readBrain({ ...each, given: given.get(each.node.pos) }, context))
  const imported = importedNames(context)
  const made = classesAt(mixed, unit)
  const mixins = made.map((node) => readMixin({ node, name: mixed.get(node.pos)!, item: statementOf(node, unit), nested: false, given: given.get(node.pos) }, context))
  const members = made.flatMap((node) => [...node.members])
  const items = unit.tree.statements.map((statement, index) => {
    const inside = { brains: brains.filter((brain) => brain.item === index), members: members.filter(({ pos, end }) => statement.pos <= pos && end <= statement.end) }
    return readItem(statement, inside, imported, context)
  })
  return {
    path: unit.path,
    source: unit.source,
    output,
    items,
    declaredBy: declarers(items),
    exports: new Map([...unit.exports].flatMap(([name, target]) => (target.kind === 'local' ? [[name, target.name] as const] : []))),
    brains,
    mixins,
    handedOn,
    hasDefaultExport: unit.exports.has('default'),
    prefix,
    registrations: registrationsOf(unit, project),
    fillings: fillingsIn(unit, project),
    keepsObjects: keepsObjects(unit),
    suppressions: readSuppressions(unit.tree),
  }
}

// --- internal ---

/** Imported names with the files that declare them, by their declaration. */
type ImportedNames = ReadonlyMap<ts.Statement, readonly ImportSpecifier[]>

function importedNames({ unit, project }: BrainContext): ImportedNames {
  return new Map(unit.tree.statements.filter(ts.isImportDeclaration).map((statement) => {
    const { names, specifier } = importOf(statement)
    return [statement, names.map((name) => {
      const origin = originOf(name.imported, specifier, unit, project)
      return origin ? { ...name, origin } : name
    })]
  }))
}

function classesAt(places: ReadonlyMap<number, string>, { tree }: SourceUnit): ClassNode[] {
  const found: ClassNode[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isClassLike(node) && places.has(node.pos)) found.push(node)
    ts.forEachChild(node, visit)
  }
  if (places.size > 0) visit(tree)
  return found
}

function namesTaskbrain(unit: SourceUnit): boolean {
  return unit.imports.some((declaration) => declaration.specifier === DOORS.user)
}

function declarers(items: readonly Item[]): Map<string, number[]> {
  const found = new Map<string, number[]>()
  items.forEach((item, index) => {
    for (const name of item.declares) {
      const known = found.get(name)
      if (known) known.push(index)
      else found.set(name, [index])
    }
  })
  return found
}

/** Every class of the file that extends Brain; those that can't be built are said and left out. */
function brainsIn(context: BrainContext): FoundClass[] {
  const { unit, project } = context
  const top = new Map(unit.classes.map((found) => [found.node as ts.Node, found]))
  const found: FoundClass[] = []
  unit.tree.statements.forEach((statement, item) => {
    const visit = (node: ts.Node): void => {
      if (ts.isClassLike(node)) {
        const known = top.get(node)
        if (extendsBrain(node, unit, project)) {
          const name = known?.name ?? node.name?.text ?? nameOfHolder(node)
          if (checkReadable(node, name, context)) found.push({ node, name: name!, item, nested: !known })
        } else reportNoBrain(node, context)
      }
      ts.forEachChild(node, visit)
    }
    visit(statement)
  })
  return found
}

/** `const Name = class extends Brain {}` inside a function. */
function nameOfHolder(node: ClassNode): string | undefined {
  return ts.isVariableDeclaration(node.parent) && ts.isIdentifier(node.parent.name) ? node.parent.name.text : undefined
}

function reportRepeated(found: readonly FoundClass[], { unit, log }: BrainContext): void {
  const seen = new Map<string, FoundClass>()
  for (const each of found) {
    const first = seen.get(each.name)
    seen.set(each.name, first ?? each)
    if (!first) continue
    const at = (node: ClassNode): Stretch => ({ start: node.getStart(), end: heritageOf(node)!.getEnd() })
    log.add(brainRepeated(each.name), { file: unit.source, ...at(each.node) }, [{ message: 'the first one', span: { file: unit.source, ...at(first.node) } }])
  }
}

function statementOf(node: ts.Node, { tree }: SourceUnit): number {
  return tree.statements.findIndex(({ pos, end }) => pos <= node.pos && node.end <= end)
}

/** `class extends Base` in a function that is given `Base`. */
function extendsParameter(node: ClassNode): boolean {
  const base = heritageOf(node) && bareExpression(heritageOf(node)!.expression)
  const given = base && ts.isCallExpression(base) ? [base, ...base.arguments] : [base]
  return given.some((each) => each && ts.isIdentifier(each) && localDeclaration(each) !== undefined)
}

/** A class that is no brain, as far as can be seen, but has tasks or is made from a brain. */
function reportNoBrain(node: ClassNode, { unit, project, log }: BrainContext): void {
  const name = node.name?.text ?? 'default'
  const why = whyUnreadableBase(node, unit, project)
  if (why !== undefined) {
    const base = heritageOf(node)!
    return log.add(baseUnreadable(name, base.expression.getText().split('\n', 1)[0]!, why), { file: unit.source, start: base.getStart(), end: base.getEnd() })
  }
  // A mixin is told by those who apply it.
  if (extendsParameter(node)) return
  for (const member of node.members) {
    const [decorator] = taskDecorators(member, unit, project)
    if (decorator) log.add(taskOutsideBrain(member.name?.getText() ?? '', name), { file: unit.source, start: decorator.getStart(), end: decorator.getEnd() })
  }
}

/** What is in a statement, and read on its own: brains, and the members of mixins. */
interface Inside {
  readonly brains: readonly BrainModel[]
  readonly members: readonly ts.Node[]
}

function readItem(statement: ts.Statement, { brains, members }: Inside, imported: ImportedNames, context: BrainContext): Item {
  const { unit, project } = context
  const place = { start: statement.getFullStart(), end: statement.getEnd(), textStart: statement.getStart() }
  const nothing = { declares: [], mutable: false, containers: [], touches: [], sets: [] }
  const top = brains.filter(({ holder }) => holder === undefined)
  if (ts.isImportDeclaration(statement)) {
    const { specifier, bare, attributes } = importOf(statement)
    const names = imported.get(statement)!
    const target = project.host.resolve(specifier, unit.path)
    const isLoaded = target !== undefined && (names.length > 0 || bare)
    const item: ImportItem = { specifier, target, names, bare, attributes, wayBack: isLoaded ? firstWay(target, project) : [] }
    return { ...place, ...nothing, kind: 'import', declares: names.map((name) => name.local), needs: NO_NEEDS, import: item }
  }
  const required = requiredModule(statement)
  if (required) return { ...place, ...nothing, ...required }
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) || (hasModifier(statement, ts.SyntaxKind.DeclareKeyword) && !isDeclaredConstEnum(statement)))
    return { ...place, ...nothing, kind: 'type', needs: NO_NEEDS }
  if (ts.isExportDeclaration(statement)) return { ...place, ...nothing, kind: 'export', needs: readExportNeeds(statement) }
  const exports = exportParts(statement)
  if (top.length > 0) {
    return { ...place, ...nothing, ...exports, kind: 'brain', declares: top.map((brain) => brain.localName), needs: NO_NEEDS }
  }
  const needs = readNeeds(statement, context, nestedEdits(brains), members)
  const names = exports.nameAt === undefined && !ts.isExportAssignment(statement) ? declaredNames(statement) : [DEFAULT_NAME]
  if (names.length > 0) {
    const mutable = ts.isVariableStatement(statement) && !(statement.declarationList.flags & ts.NodeFlags.Const)
    return { ...place, ...nothing, ...exports, kind: 'declaration', declares: names, mutable, containers: containersOf(statement), needs }
  }
  return { ...place, ...nothing, kind: 'effect', declares: [...hoistedVars(statement)], needs, ...touchedBy(statement) }
}

function containersOf(statement: ts.Statement): string[] {
  if (!ts.isVariableStatement(statement)) return []
  return statement.declarationList.declarations.flatMap(({ name, initializer }) => {
    const value = initializer && bareExpression(initializer)
    if (!value || !ts.isIdentifier(name)) return []
    const isMade = ts.isNewExpression(value) && ts.isIdentifier(value.expression) && /^(Map|Set|Array)$/.test(value.expression.text)
    return isMade || ts.isArrayLiteralExpression(value) || ts.isObjectLiteralExpression(value) ? [name.text] : []
  })
}

function firstWay(target: string, project: SourceProject): readonly string[] {
  const way = wayBack(target, project)
  return way.length > 0 ? way : wayToCopy(target, project)
}

/** `import fs = require('fs')`: in a module of today's kind, the default import of the same. */
function requiredModule(statement: ts.Statement): Pick<Item, 'kind' | 'declares' | 'needs' | 'import'> | undefined {
  if (!ts.isImportEqualsDeclaration(statement) || statement.isTypeOnly || !ts.isExternalModuleReference(statement.moduleReference)) return undefined
  const { expression } = statement.moduleReference
  if (!ts.isStringLiteral(expression)) return undefined
  const local = statement.name.text
  const text = `import ${local} from ${expression.getText()}`
  const edits: Edit[] = [{ kind: 'replace', start: statement.getStart(), end: statement.moduleReference.getEnd(), text }]
  return {
    kind: 'import', declares: [local], needs: { ...NO_NEEDS, edits },
    import: { specifier: expression.text, names: [{ imported: 'default', local }], bare: false, attributes: '', wayBack: [] },
  }
}

const NO_NEEDS = { names: [], assigned: [], changed: [], self: [], selfEscapes: false, classEscapes: false, evals: [], edits: [] } as const

/** Members of a brain inside a function carry their own edits; cancel points in them were found with the statement already. */
function nestedEdits(brains: readonly BrainModel[]): Edit[] {
  const isUpdate = (edit: Edit): boolean => !(edit.kind === 'wrap' && /\.(point|points|shield)\($/.test(edit.open)) && !(edit.kind === 'insert' && edit.text.includes('.pass('))
  return brains.filter(({ holder }) => holder !== undefined).flatMap((brain) => brain.members.flatMap((member) => member.needs.edits.filter(isUpdate)))
}

function readExportNeeds(statement: ts.ExportDeclaration): Item['needs'] {
  const clause = statement.exportClause
  if (statement.moduleSpecifier || !clause || !ts.isNamedExports(clause)) return NO_NEEDS
  return { ...NO_NEEDS, names: clause.elements.filter((element) => !element.isTypeOnly).map((element) => (element.propertyName ?? element.name).text) }
}

function exportParts(statement: ts.Statement): { exportKeywords?: Stretch; nameAt?: number } {
  if (ts.isExportAssignment(statement)) return { exportKeywords: { start: statement.getStart(), end: statement.expression.getStart() } }
  const keywords = (ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined)?.filter((modifier) =>
    modifier.kind === ts.SyntaxKind.ExportKeyword || modifier.kind === ts.SyntaxKind.DefaultKeyword) ?? []
  if (keywords.length === 0) return {}
  const exportKeywords = { start: keywords[0]!.getStart(), end: keywords.at(-1)!.getEnd() }
  const isNameless = (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && !statement.name
  return isNameless ? { exportKeywords, nameAt: wordBeforeName(statement).getEnd() } : { exportKeywords }
}

/** `class`, `function` or `*`: what a name comes after. */
function wordBeforeName(statement: ts.FunctionDeclaration | ts.ClassDeclaration): ts.Node {
  if (ts.isFunctionDeclaration(statement) && statement.asteriskToken) return statement.asteriskToken
  return statement.getChildren().find((child) => child.kind === ts.SyntaxKind.ClassKeyword || child.kind === ts.SyntaxKind.FunctionKeyword)!
}

/** What a statement changes: `registry.set(…)` touches registry, `Object.assign(X, …)` and `X.prototype.y = …` touch X, `globalThis.x = …` sets the global x. */
function touchedBy(statement: ts.Statement): Pick<Item, 'touches' | 'sets'> {
  const touched = new Set<string>()
  const sets: GlobalSetting[] = []
  const add = ({ root }: Place): void => void (root !== undefined && touched.add(root))
  const assign = (expression: ts.Expression): void => {
    const place = placeOf(expression)
    add(place)
    if (place.root !== undefined) sets.push({ root: place.root, names: setBy(place) })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isClassLike(node) || (ts.isFunctionLike(node) && !isBodyOfLoop(node))) return
    if (ts.isBinaryExpression(node) && isAssignment(node)) targetsOf(node.left).forEach(assign)
    if (isStep(node)) assign(node.operand)
    if (ts.isDeleteExpression(node)) assign(node.expression)
    if (ts.isCallExpression(node)) {
      const callee = bareExpression(node.expression)
      const isObjectCall = ts.isPropertyAccessExpression(callee) && bareExpression(callee.expression).getText() === 'Object'
      if (isObjectCall && node.arguments[0]) assign(node.arguments[0])
      else if (ts.isPropertyAccessExpression(callee)) add(callee.name.text === REGISTRATION ? { root: REGISTRATIONS, path: [] } : placeOf(callee.expression))
    }
    ts.forEachChild(node, visit)
  }
  visit(statement)
  return { touches: [...touched], sets }
}

/** `list.forEach((each) => …)` is another way to write a loop. */
function isBodyOfLoop({ parent }: ts.SignatureDeclaration): boolean {
  return ts.isCallExpression(parent) && ts.isPropertyAccessExpression(parent.expression) && parent.expression.name.text === 'forEach'
}

/** `a.b[c].d`: the name that it begins with, and the names behind that. */
interface Place {
  readonly root: string | undefined
  readonly path: readonly string[]
}

function placeOf(expression: ts.Expression): Place {
  const path: string[] = []
  let at = bareExpression(expression)
  while (ts.isPropertyAccessExpression(at) || ts.isElementAccessExpression(at) || ts.isCallExpression(at)) {
    if (ts.isPropertyAccessExpression(at)) path.unshift(at.name.text)
    at = bareExpression(at.expression)
  }
  return { root: ts.isIdentifier(at) ? at.text : undefined, path }
}

/** The globals that an assignment to a place sets, if its root is one. What all values inherit is everybody's. */
function setBy({ root, path }: Place): string[] {
  if (path.includes('prototype')) return [EVERYBODY]
  return /^(globalThis|global|self|window)$/.test(root!) ? [root!, ...path.slice(0, 1)] : [root!]
}

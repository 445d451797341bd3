// In: a parsed file. Out: its FileModel: top-level statements with what they declare and need, and its brains.
// Must not decide what goes where: that is the plan's.

import { ts } from 'ts-morph'
import { DOORS } from '../../src/contract/names.ts'
import { extendsBrain, heritageOf } from '../1-parse/classes.ts'
import type { ClassNode } from '../1-parse/declarations.ts'
import { originOf } from '../1-parse/exports.ts'
import { bareExpression } from '../1-parse/expressions.ts'
import { declaredNames, hasModifier, importOf } from '../1-parse/imports.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'
import { baseUnreadable, brainRepeated, exportEquals, sourceSyntax, taskOutsideBrain } from '../diagnostics.ts'
import type { DiagnosticLog } from '../log.ts'
import type { BrainModel, Edit, FileModel, GlobalSetting, ImportItem, Item, Stretch } from '../model.ts'
import { DEFAULT_NAME, EVERYBODY, freePrefix, REGISTRATIONS } from '../names.ts'
import { checkReadable, readBrain, readNeeds, type BrainContext, type FoundClass } from './brain.ts'
import { REGISTRATION } from './class-names.ts'
import { isDeclaredConstEnum } from './const-enums.ts'
import { hoistedVars, isAssignment, isStep, targetsOf } from './scope.ts'
import { registrationsOf } from './registrations.ts'
import { readSuppressions } from './suppressions.ts'
import { taskDecorators } from './tasks.ts'
import type { TypeOracle } from './type-oracle.ts'
import { whyUnreadableBase } from './unreadable-base.ts'
import { wayBack } from './ways-back.ts'

export interface FileContext {
  readonly project: SourceProject
  readonly oracle: TypeOracle
  readonly log: DiagnosticLog
  readonly output: string
}

/** `undefined` where the file has no brain and nothing to say about one. */
export function readFile(unit: SourceUnit, { project, oracle, log, output }: FileContext): FileModel | undefined {
  if (unit.syntaxErrors.length > 0) {
    if (namesTaskbrain(unit)) for (const found of unit.syntaxErrors) log.add(sourceSyntax(found.message), { file: unit.source, start: found.start, end: found.end })
    return undefined
  }
  const context: BrainContext = { unit, project, oracle, log, prefix: freePrefix(unit.source.text), output }
  const found = findBrains(context)
  if (found.length === 0) return undefined
  reportRepeated(found, context)
  reportExportEquals(context)
  const brains = found.map((each) => readBrain(each, context))
  const items = unit.tree.statements.map((statement, index) => readItem(statement, brains.filter((brain) => brain.item === index), found, context))
  return {
    path: unit.path,
    source: unit.source,
    output,
    items,
    declaredBy: declarers(items),
    exports: new Map([...unit.exports].flatMap(([name, target]) => (target.kind === 'local' ? [[name, target.name] as const] : []))),
    brains,
    hasDefaultExport: unit.exports.has('default'),
    prefix: context.prefix,
    registrations: registrationsOf(unit, project),
    suppressions: readSuppressions(unit),
  }
}

// --- internal ---

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
function findBrains(context: BrainContext): FoundClass[] {
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

/** What a brain is built to is an ES module. */
function reportExportEquals({ unit, log }: BrainContext): void {
  const statement = unit.tree.statements.find((each): each is ts.ExportAssignment => ts.isExportAssignment(each) && each.isExportEquals === true)
  if (statement) log.add(exportEquals(statement.expression.getText().split('\n', 1)[0]!), { file: unit.source, start: statement.getStart(), end: statement.getEnd() })
}

/** A class that is no brain, as far as can be seen, but has tasks or is made from a brain. */
function reportNoBrain(node: ClassNode, { unit, project, log }: BrainContext): void {
  const name = node.name?.text ?? 'default'
  const why = whyUnreadableBase(node, unit, project)
  if (why !== undefined) {
    const base = heritageOf(node)!
    return log.add(baseUnreadable(name, base.expression.getText().split('\n', 1)[0]!, why), { file: unit.source, start: base.getStart(), end: base.getEnd() })
  }
  for (const member of node.members) {
    const [decorator] = taskDecorators(member, unit, project)
    if (decorator) log.add(taskOutsideBrain(member.name?.getText() ?? '', name), { file: unit.source, start: decorator.getStart(), end: decorator.getEnd() })
  }
}

function readItem(statement: ts.Statement, brains: readonly BrainModel[], found: readonly FoundClass[], context: BrainContext): Item {
  const { unit, project } = context
  const place = { start: statement.getFullStart(), end: statement.getEnd(), textStart: statement.getStart() }
  const nothing = { declares: [], mutable: false, containers: [], touches: [], sets: [] }
  const top = brains.filter((brain) => !brain.nested)
  if (ts.isImportDeclaration(statement)) {
    const { names: written, specifier, bare, attributes } = importOf(statement)
    const names = written.map((name) => {
      const origin = originOf(name.imported, specifier, unit, project)
      return origin ? { ...name, origin } : name
    })
    const target = project.host.resolve(specifier, unit.path)
    const isLoaded = target !== undefined && (names.length > 0 || bare)
    const item: ImportItem = { specifier, target, names, bare, attributes, wayBack: isLoaded ? wayBack(target, project) : [] }
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
  const nested = found.filter((each) => each.nested && brains.some((brain) => brain.item === each.item && brain.name === each.name))
  const needs = readNeeds(statement, context, nested.length > 0 ? nestedEdits(brains) : [])
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
    const isMade = ts.isNewExpression(value) && ts.isIdentifier(value.expression) && /^(Weak)?(Map|Set)$|^Array$/.test(value.expression.text)
    return isMade || ts.isArrayLiteralExpression(value) || ts.isObjectLiteralExpression(value) ? [name.text] : []
  })
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
  return brains.filter((brain) => brain.nested).flatMap((brain) => brain.members.flatMap((member) => member.needs.edits.filter(isUpdate)))
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
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return
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

// In: a parsed file. Out: its FileModel: top-level statements with what they declare and need, and its brains.
// Must not decide what goes where: that is the plan's.

import { ts } from 'ts-morph'
import { DOORS } from '../../src/contract/names.ts'
import { extendsBrain, heritageOf, topLevelClasses, type ClassNode } from '../1-parse/classes.ts'
import { originOf } from '../1-parse/exports.ts'
import { bareExpression } from '../1-parse/expressions.ts'
import { declaredNames, hasModifier, importOf } from '../1-parse/imports.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'
import { brainRepeated, sourceSyntax, taskOutsideBrain } from '../diagnostics.ts'
import type { DiagnosticLog } from '../log.ts'
import type { BrainModel, Edit, FileModel, ImportItem, Item, Stretch } from '../model.ts'
import { checkReadable, hasUnreadableBase, readBrain, readNeeds, reportUnreadableBase, type BrainContext, type FoundClass } from './brain.ts'
import { REGISTRATION } from './class-names.ts'
import { hoistedVars, isAssignment } from './scope.ts'
import { brainDecorator } from './tasks.ts'
import type { TypeOracle } from './type-oracle.ts'

export interface FileContext {
  readonly project: SourceProject
  readonly oracle: TypeOracle
  readonly log: DiagnosticLog
  readonly output: string
}

/** `undefined` where the file has no brain and nothing to say about one. */
export function readFile(unit: SourceUnit, { project, oracle, log, output }: FileContext): FileModel | undefined {
  const prefix = freePrefix(unit.source.text)
  if (unit.syntaxErrors.length > 0) {
    if (!namesTaskbrain(unit)) return undefined
    for (const found of unit.syntaxErrors) log.add(sourceSyntax(found.message), { file: unit.source, start: found.start, end: found.end })
    return { path: unit.path, source: unit.source, output, items: [], brains: [], hasDefaultExport: false, prefix, registrations: [], hasSyntaxErrors: true }
  }
  const context: BrainContext = { unit, project, oracle, log, prefix, output }
  const found = findBrains(context)
  if (found.length === 0) return undefined
  reportRepeated(found, context)
  const brains = found.map((each) => readBrain(each, context))
  return {
    path: unit.path,
    source: unit.source,
    output,
    items: unit.tree.statements.map((statement, index) => readItem(statement, brains.filter((brain) => brain.item === index), found, context)),
    brains,
    hasDefaultExport: unit.exports.has('default') || unit.tree.statements.some((statement) => ts.isExportAssignment(statement)),
    prefix,
    registrations: registrationsOf(unit, project),
    hasSyntaxErrors: false,
  }
}

// --- internal ---

function namesTaskbrain(unit: SourceUnit): boolean {
  return unit.imports.some((declaration) => declaration.specifier === DOORS.user)
}

/** Every class of the file that extends Brain; those that can't be built are said and left out. */
function findBrains(context: BrainContext): FoundClass[] {
  const { unit, project, log } = context
  const top = new Map(topLevelClasses(unit.tree).map((found) => [found.node as ts.Node, found]))
  const found: FoundClass[] = []
  unit.tree.statements.forEach((statement, item) => {
    const visit = (node: ts.Node): void => {
      if (ts.isClassLike(node)) {
        const known = top.get(node)
        if (extendsBrain(node, unit, project)) {
          const name = known?.name ?? node.name?.text ?? nameOfHolder(node)
          if (checkReadable(node, name, context)) found.push({ node, name: name!, item, nested: !known })
        } else if (hasUnreadableBase(node, unit, project)) reportUnreadableBase(node, context)
        else if (namesTaskbrain(unit)) reportTasksOutside(node, unit, project, log)
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

function reportTasksOutside(node: ClassNode, unit: SourceUnit, project: SourceProject, log: DiagnosticLog): void {
  for (const member of node.members) {
    const decorator = ts.canHaveDecorators(member) && ts.getDecorators(member)?.find((candidate) => brainDecorator(candidate, unit, project)?.name === 'task')
    if (decorator) log.add(taskOutsideBrain(member.name?.getText() ?? '', node.name?.text ?? 'the class'), { file: unit.source, start: decorator.getStart(), end: decorator.getEnd() })
  }
}

function readItem(statement: ts.Statement, brains: readonly BrainModel[], found: readonly FoundClass[], context: BrainContext): Item {
  const { unit, prefix, project } = context
  const place = { start: statement.getFullStart(), end: statement.getEnd(), textStart: statement.getStart() }
  const nothing = { declares: [], mutable: false, touches: [], exportsDefault: false }
  const top = brains.filter((brain) => !brain.nested)
  if (ts.isImportDeclaration(statement)) {
    const { names: written, specifier, bare, attributes } = importOf(statement)
    const names = written.map((name) => {
      const origin = originOf(name.imported, specifier, unit, project)
      return origin ? { ...name, origin } : name
    })
    const item: ImportItem = { specifier, names, bare, attributes }
    return { ...place, ...nothing, kind: 'import', declares: names.map((name) => name.local), needs: NO_NEEDS, import: item }
  }
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) || hasModifier(statement, ts.SyntaxKind.DeclareKeyword))
    return { ...place, ...nothing, kind: 'type', needs: NO_NEEDS }
  if (ts.isExportDeclaration(statement)) return { ...place, ...nothing, kind: 'export', needs: readExportNeeds(statement) }
  const exports = exportParts(statement)
  if (top.length > 0) {
    const names = top.flatMap((brain) => (brain.localName === undefined ? [] : [brain.localName]))
    return { ...place, ...nothing, ...exports, kind: 'brain', declares: names, needs: NO_NEEDS }
  }
  const nested = found.filter((each) => each.nested && brains.some((brain) => brain.item === each.item && brain.name === each.name))
  const needs = readNeeds(statement, prefix, nested.length > 0 ? nestedEdits(brains) : [])
  const names = declaredNames(statement)
  if (ts.isExportAssignment(statement)) return { ...place, ...nothing, ...exports, kind: 'export', needs }
  if (names.length > 0) {
    const mutable = ts.isVariableStatement(statement) && !(statement.declarationList.flags & ts.NodeFlags.Const)
    return { ...place, ...nothing, ...exports, kind: 'declaration', declares: names, mutable, needs }
  }
  return { ...place, ...nothing, kind: 'effect', declares: [...hoistedVars(statement)], needs, touches: touchedBy(statement) }
}

const NO_NEEDS = { names: [], assigned: [], self: [], selfEscapes: false, evals: [], edits: [] } as const

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

function exportParts(statement: ts.Statement): { exportKeywords?: Stretch; exportsDefault: boolean } {
  if (ts.isExportAssignment(statement)) return { exportKeywords: { start: statement.getStart(), end: statement.expression.getStart() }, exportsDefault: true }
  const keywords = (ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined)?.filter((modifier) =>
    modifier.kind === ts.SyntaxKind.ExportKeyword || modifier.kind === ts.SyntaxKind.DefaultKeyword) ?? []
  if (keywords.length === 0) return { exportsDefault: false }
  return { exportKeywords: { start: keywords[0]!.getStart(), end: keywords.at(-1)!.getEnd() }, exportsDefault: keywords.length > 1 }
}

/** What a statement changes: `registry.set(…)` touches registry, `Object.assign(X, …)` and `X.prototype.y = …` touch X. */
function touchedBy(statement: ts.Statement): string[] {
  const touched = new Set<string>()
  const root = (expression: ts.Expression): string | undefined => {
    let at = bareExpression(expression)
    while (ts.isPropertyAccessExpression(at) || ts.isElementAccessExpression(at) || ts.isCallExpression(at)) at = bareExpression(at.expression)
    return ts.isIdentifier(at) ? at.text : undefined
  }
  const add = (name: string | undefined): void => void (name && touched.add(name))
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return
    if (ts.isBinaryExpression(node) && isAssignment(node)) add(root(node.left))
    if (ts.isCallExpression(node)) {
      const callee = bareExpression(node.expression)
      const isObjectCall = ts.isPropertyAccessExpression(callee) && callee.expression.getText() === 'Object'
      if (isObjectCall && node.arguments[0]) add(root(node.arguments[0]))
      else if (ts.isPropertyAccessExpression(callee)) add(callee.name.text === REGISTRATION ? '*registration*' : root(callee.expression))
    }
    ts.forEachChild(node, visit)
  }
  visit(statement)
  return [...touched]
}

/** Modules of the project, reached by value imports of this file, that call `addSerializableType`: every process needs them. */
function registrationsOf(unit: SourceUnit, project: SourceProject): string[] {
  const seen = new Set([unit.path])
  const reaches = (path: string): boolean => {
    if (seen.has(path)) return false
    seen.add(path)
    const text = project.host.readFile(path)
    if (text === undefined) return false
    if (text.includes(REGISTRATION)) return true
    return [...text.matchAll(/\b(?:import|export)\b[^'";]*?['"](\.[^'"]+)['"]/g)].some(([, specifier]) => {
      const target = project.host.resolve(specifier!, path)
      return target !== undefined && reaches(target)
    })
  }
  return unit.imports.flatMap(({ specifier, names, bare }) => {
    const target = project.host.resolve(specifier, unit.path)
    return (names.length > 0 || bare) && target !== undefined && reaches(target) ? [specifier] : []
  })
}

/** A name for the runtime's functions that the file does not use. */
function freePrefix(text: string): string {
  const isFree = (name: string): boolean => !new RegExp(`(?<![\\w$.'"\`])${name.replaceAll('$', '\\$')}(?![\\w$'"\`{])`).test(text)
  return ['$', '$tb', '$taskbrain', '$taskbrain_'].find(isFree) ?? '$taskbrain__'
}


// In: a parsed module, with a brain or without. Out: what it keeps from one call to the next, and which parts of it read and change that.
// Must not judge which thread runs what.

import { ts } from 'ts-morph'
import { heritageOf } from '../1-parse/classes.ts'
import { classesDeclared } from '../1-parse/declarations.ts'
import { bareExpression } from '../1-parse/expressions.ts'
import { bindingNames, hasModifier } from '../1-parse/imports.ts'
import { SCRIPT } from '../1-parse/prefilter.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'
import type { Stretch } from '../model.ts'
import { DEFAULT_NAME, isOfPackage } from '../names.ts'
import type { ClassState, ForeignName, MethodState, ModuleModel, ModuleState } from '../state-model.ts'
import { runsLaterIn } from './load-time.ts'
import { readPiece } from './piece-reader.ts'
import { piecesOf } from './pieces.ts'
import { Callees } from './regions/callees.ts'
import { readSuppressions } from './suppressions.ts'
import { useOf } from './place-uses.ts'

export function readModule(unit: SourceUnit, project: SourceProject): ModuleModel {
  const fileOf = (specifier: string): string | undefined => {
    const file = project.host.resolve(specifier, unit.path)
    return file !== undefined && SCRIPT.test(file) && !isOfPackage(file) ? file : undefined
  }
  const foreign = (specifier: string, name: string): ForeignName[] => {
    const file = fileOf(specifier)
    return file === undefined ? [] : [{ file, name }]
  }
  const imports = new Map(unit.imports.flatMap(({ specifier, names }) => names.flatMap(({ local, imported }) => foreign(specifier, imported).map((target) => [local, target] as const))))
  const exports = new Map([...unit.exports].flatMap(([name, target]) => {
    const targets = target.kind === 'local' ? [target.name] : foreign(target.specifier, target.name)
    return targets.map((each) => [name, each] as const)
  }))
  const states = new Map(unit.tree.statements.flatMap(statesOf))
  const classes = new Map(unit.tree.statements.flatMap(classesIn))
  const known = new Set([...states.keys(), ...classes.keys(), ...imports.keys()])
  const nodes = unit.tree.statements.flatMap(piecesOf)
  // Decorators run as their class is made.
  const decorators = nodes.flatMap(({ node }) => (ts.canHaveDecorators(node) ? ts.getDecorators(node) ?? [] : [])).map(({ expression }) => expression)
  const context = { known, runsLater: runsLaterIn(unit), callees: new Callees(project, unit), without: new Set<ts.Node>([...nodes.map(({ node }) => node), ...decorators]) }
  return {
    path: unit.path, source: unit.source, states, classes, imports, exports,
    pieces: nodes.map((each) => readPiece(each, context)),
    stars: unit.stars.flatMap((specifier) => fileOf(specifier) ?? []),
    suppressions: readSuppressions(unit.tree),
  }
}

/** Of what is no more than a variable or a container its items tell. */
export function keepsObjects({ tree }: SourceUnit): boolean {
  return tree.statements.some((statement) => statesOf(statement).some(([name, { holds }]) => holds === 'object' || (holds && name.includes('.'))))
}

// --- internal ---

const at = (node: ts.Node): Stretch => ({ start: node.getStart(), end: node.getEnd() })

function statesOf(statement: ts.Statement): [string, ModuleState][] {
  const found: [string, ModuleState][] = []
  if (ts.isVariableStatement(statement)) {
    const isVariable = !(statement.declarationList.flags & ts.NodeFlags.Const)
    for (const { name, initializer } of statement.declarationList.declarations) {
      const held = ts.isIdentifier(name) && initializer ? heldBy(initializer, name.text) : {}
      for (const each of bindingNames(name)) if (isVariable || held.holds) found.push([each, { ...at(statement), isVariable, ...held }])
    }
  }
  if (ts.isExportAssignment(statement) && !ts.isClassExpression(bareExpression(statement.expression))) {
    const held = heldBy(statement.expression, DEFAULT_NAME)
    if (held.holds) found.push([DEFAULT_NAME, { ...at(statement), isVariable: false, ...held }])
  }
  for (const { name, node } of classesDeclared(statement))
    for (const member of node.members) {
      if (!ts.isPropertyDeclaration(member) || !hasModifier(member, ts.SyntaxKind.StaticKeyword) || hasModifier(member, ts.SyntaxKind.DeclareKeyword)) continue
      const key = member.name.getText()
      found.push([`${name}.${key}`, { ...at(member), isVariable: true, ...(member.initializer && heldBy(member.initializer, `${name}.${key}`)) }])
    }
  return found
}

/** Of a WeakMap the keys are objects, of which each thread has its own anyway. */
const CONTAINER = /^(?:Map|Set|Array|Date|Buffer|ArrayBuffer|DataView|URLSearchParams|(?:Big)?(?:Int|Uint|Float)\d+(?:Clamped)?Array)$/
const MAKES_CONTAINER = /^(?:Array(?:\.from|\.of)?|Object\.(?:create|fromEntries|assign)|Buffer\.\w+|\w+Array\.(?:from|of))$/

function heldBy(initializer: ts.Expression, name: string): Pick<ModuleState, 'holds' | 'madeOf'> {
  const value = bareExpression(initializer)
  if (ts.isArrayLiteralExpression(value)) return { holds: 'container' }
  if (ts.isObjectLiteralExpression(value)) return methodsOfLiteral(value).size > 0 ? { holds: 'object', madeOf: name } : { holds: 'container' }
  if (ts.isNewExpression(value) && ts.isIdentifier(value.expression)) return heldByNew(value.expression.text)
  if (!ts.isCallExpression(value)) return {}
  return MAKES_CONTAINER.test(shortText(value.expression)) ? { holds: 'container' } : { holds: 'object' }
}

function heldByNew(className: string): Pick<ModuleState, 'holds' | 'madeOf'> {
  if (CONTAINER.test(className)) return { holds: 'container' }
  return /^Weak(?:Map|Set)$/.test(className) ? {} : { holds: 'object', madeOf: className }
}

/** The text of a longer one may be all of the statement. */
function shortText(node: ts.Node): string {
  return node.getEnd() - node.getStart() < 40 ? node.getText() : ''
}

function classesIn(statement: ts.Statement): [string, ClassState][] {
  const classes = classesDeclared(statement).map(({ name, node }): [string, ClassState] => {
    const base = heritageOf(node)?.expression
    return [name, { base: base && ts.isIdentifier(base) ? base.text : undefined, methods: new Map(node.members.flatMap((member) => methodOf(member))) }]
  })
  const literals = ts.isVariableStatement(statement) ? statement.declarationList.declarations.map(({ name, initializer }) => ({ name: name.getText(), initializer }))
    : ts.isExportAssignment(statement) ? [{ name: DEFAULT_NAME, initializer: statement.expression }] : []
  for (const { name, initializer } of literals) {
    const value = initializer && bareExpression(initializer)
    if (value && ts.isObjectLiteralExpression(value)) classes.push([name, { base: undefined, methods: methodsOfLiteral(value) }])
  }
  return classes
}

function methodsOfLiteral(literal: ts.ObjectLiteralExpression): Map<string, MethodState> {
  return new Map(literal.properties.flatMap((property) => methodOf(property)))
}

function methodOf(member: ts.ClassElement | ts.ObjectLiteralElementLike): [string, MethodState][] {
  if (!member.name || hasModifier(member, ts.SyntaxKind.StaticKeyword)) return []
  const value = ts.isPropertyDeclaration(member) || ts.isPropertyAssignment(member) ? member.initializer && bareExpression(member.initializer) : undefined
  const code = value && ts.isFunctionLike(value) ? value : ts.isMethodDeclaration(member) || ts.isAccessor(member) ? member.body : undefined
  if (!code) return []
  const changes = new Map<string, Stretch>()
  const reads = new Set<string>()
  const calls = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (node !== code && ((ts.isFunctionLike(node) && !ts.isArrowFunction(node)) || ts.isClassLike(node))) return
    if (node.kind === ts.SyntaxKind.ThisKeyword || node.kind === ts.SyntaxKind.SuperKeyword) {
      const use = useOf(node as ts.Expression)
      const [key = '*', next] = use.keys
      if ((use.how === 'called' || use.how === 'mutated') && next === undefined) calls.add(key)
      else if (use.how && use.how !== 'called' && !changes.has(key)) changes.set(key, at(use.node))
      if (use.isRead) reads.add(key)
    }
    ts.forEachChild(node, visit)
  }
  visit(code)
  return [[member.name.getText(), { changes, reads: [...reads], calls: [...calls] }]]
}

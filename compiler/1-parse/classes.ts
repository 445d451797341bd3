// In: a parsed project. Out: which expression names Brain, and which class a name means, through aliases, namespaces and re-exports.
// Must not read class bodies.

import { ts } from 'ts-morph'
import { bareExpression, outerExpression } from './expressions.ts'
import { DOORS } from '../../src/contract/names.ts'
import { DEFAULT_NAME } from '../names.ts'
import type { ClassNode } from './declarations.ts'
import { isConstant, isPlainFunction, type PlainFunction, localDeclaration, type LocalDeclaration, resultOf } from './functions.ts'
import type { SourceProject, SourceUnit } from './project.ts'

/** A class of the project, Brain itself, what a mixin makes of one, or `unknown` (a package, a global, any other expression). */
export type ClassMeaning =
  | { readonly kind: 'brain' }
  | NamedMeaning
  | MixedClass
  | { readonly kind: 'unknown' }

interface NamedMeaning {
  readonly kind: 'class'
  readonly unit: SourceUnit
  readonly name: string
  readonly node: ClassNode
  /** Constants that stand for it. */
  readonly way?: readonly Declared[]
}

/** What a mixin of the project makes of a class: `name` is that of the function. */
export interface MixedClass {
  readonly kind: 'mixed'
  readonly unit: SourceUnit
  readonly name: string
  readonly node: ClassNode
  readonly base: ExpressionMeaning
  /** The functions and constants that it comes from. */
  readonly way: readonly Declared[]
}

/** A name at the top level of a file. */
export interface Declared {
  readonly file: string
  readonly name: string
}

interface FunctionMeaning {
  readonly kind: 'function'
  readonly unit: SourceUnit
  readonly name: string
  readonly node: PlainFunction
  readonly way: readonly Declared[]
  /** The call that gives it back. */
  readonly call: Call | undefined
}

export type ExpressionMeaning = ClassMeaning | FunctionMeaning | { readonly kind: 'namespace'; readonly unit: SourceUnit | 'taskbrain' }

/** What the parameters of a function stand for while its result is read. */
interface Call {
  readonly name: string
  readonly values: ReadonlyMap<ts.Node, ExpressionMeaning>
}

const UNKNOWN = { kind: 'unknown' } as const
const BRAIN = { kind: 'brain' } as const

/** What class an expression names. */
export function meaningOf(expression: ts.Expression, unit: SourceUnit, project: SourceProject, seen = new Set<string>(), call?: Call): ExpressionMeaning {
  const bare = bareExpression(expression)
  if (ts.isIdentifier(bare)) {
    const local = localDeclaration(bare)
    return local ? meaningOfLocal(local, unit, project, seen, call) : meaningOfName(bare.text, unit, project, seen)
  }
  if (ts.isClassExpression(bare)) return call ? mixed(bare, unit, project, seen, call) : { kind: 'class', unit, name: bare.name?.text ?? DEFAULT_NAME, node: bare }
  if (ts.isExpressionWithTypeArguments(bare)) return meaningOf(bare.expression, unit, project, seen, call)
  if (isPlainFunction(bare)) return meaningOfFunction(bare, unit, call)
  if (ts.isCallExpression(bare)) return meaningOfCall(bare, unit, project, seen, call)
  if (!ts.isPropertyAccessExpression(bare)) return UNKNOWN
  const owner = meaningOf(bare.expression, unit, project, seen, call)
  return owner.kind === 'namespace' ? meaningOfExport(bare.name.text, owner.unit, project, seen) : UNKNOWN
}

/** Whether a class extends Brain, at whatever distance. */
export function extendsBrain(node: ClassNode, unit: SourceUnit, project: SourceProject): boolean {
  // Classes that extend each other in a circle extend nothing.
  return project.remember(project.brainClasses, node, false, () => leadsToBrain(baseOf(node, unit, project), project))
}

/** Whether it is Brain, or something that extends it. */
export function leadsToBrain(meaning: ExpressionMeaning, project: SourceProject): boolean {
  if (meaning.kind === 'mixed') return leadsToBrain(meaning.base, project)
  return meaning.kind === 'brain' || (meaning.kind === 'class' && extendsBrain(meaning.node, meaning.unit, project))
}

/** What a class extends. */
export function baseOf(node: ClassNode, unit: SourceUnit, project: SourceProject): ExpressionMeaning {
  const heritage = heritageOf(node)
  return heritage ? meaningOf(heritage.expression, unit, project) : UNKNOWN
}

/** The classes of the project that a class extends, at whatever distance, the nearest first. */
export function basesOf(node: ClassNode, unit: SourceUnit, project: SourceProject): (MixedClass | NamedMeaning)[] {
  const bases: (MixedClass | NamedMeaning)[] = []
  for (let base = baseOf(node, unit, project); base.kind === 'class' || base.kind === 'mixed';) {
    const known = bases.some((each) => each.node === (base as MixedClass).node)
    if (known && base.kind === 'class') break
    // Of a mixin that is applied twice the nearer one counts.
    if (!known) bases.push(base)
    base = base.kind === 'mixed' ? base.base : baseOf(base.node, base.unit, project)
  }
  return bases
}

/** `lib.Timed`, where the module that `lib` stands for takes it from another one: to have it, a worker would load that module. */
export function isHandedOn(expression: ts.Expression, unit: SourceUnit, project: SourceProject): boolean {
  const bare = bareExpression(expression)
  if (!ts.isPropertyAccessExpression(bare)) return false
  const [owner, meaning] = [meaningOf(bare.expression, unit, project), meaningOf(bare, unit, project)]
  const isDirect = ts.isIdentifier(bare.expression) && owner.kind === 'namespace' && 'unit' in meaning && owner.unit === meaning.unit
  return (meaning.kind === 'function' || meaning.kind === 'class' || meaning.kind === 'mixed') && !isDirect
}

export function heritageOf(node: ClassNode): ts.ExpressionWithTypeArguments | undefined {
  return node.heritageClauses?.find((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword)?.types[0]
}

// --- internal ---

function meaningOfName(name: string, unit: SourceUnit, project: SourceProject, seen: Set<string>): ExpressionMeaning {
  const key = `${unit.path}\n${name}`
  if (seen.has(key)) return UNKNOWN
  seen.add(key)
  for (const declaration of unit.imports)
    for (const binding of declaration.names)
      if (binding.local === name) return meaningOfImport(binding.imported, declaration.specifier, unit, project, seen)
  const node = unit.classByName.get(name)
  if (node) return { kind: 'class', unit, name, node }
  const alias = unit.constants.get(name)
  if (alias) return by([{ file: unit.path, name }], meaningOf(alias, unit, project, seen))
  const declared = unit.functions.get(name)
  return declared ? { kind: 'function', unit, name, node: declared, way: [{ file: unit.path, name }], call: undefined } : UNKNOWN
}

/** A parameter has a meaning in a call alone, and so has what is made of it. */
function meaningOfLocal(declaration: LocalDeclaration, unit: SourceUnit, project: SourceProject, seen: Set<string>, call: Call | undefined): ExpressionMeaning {
  const key = `${unit.path}\n${declaration.pos}`
  if (!call || seen.has(key)) return UNKNOWN
  seen.add(key)
  if (ts.isParameter(declaration)) return call.values.get(declaration) ?? UNKNOWN
  if (ts.isClassDeclaration(declaration)) return mixed(declaration, unit, project, seen, call)
  return isConstant(declaration) && declaration.initializer ? meaningOf(declaration.initializer, unit, project, seen, call) : UNKNOWN
}

/** One that is declared at the top level, or that a call of such a one gives back. */
function meaningOfFunction(node: PlainFunction, unit: SourceUnit, call: Call | undefined): ExpressionMeaning {
  const { parent } = outerExpression(node)
  const isDeclared = ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) && ts.isSourceFile(parent.parent.parent.parent)
  const name = call?.name ?? (isDeclared ? (parent.name as ts.Identifier).text : ts.isExportAssignment(parent) ? DEFAULT_NAME : undefined)
  return name === undefined ? UNKNOWN : { kind: 'function', unit, name, node, way: [{ file: unit.path, name }], call }
}

function meaningOfCall(node: ts.CallExpression, unit: SourceUnit, project: SourceProject, seen: Set<string>, call: Call | undefined): ExpressionMeaning {
  const callee = meaningOf(node.expression, unit, project, new Set(seen), call)
  if (callee.kind !== 'function' || [node.expression, ...node.arguments].some((each) => ts.isSpreadElement(each) || isHandedOn(each, unit, project))) return UNKNOWN
  const key = `${callee.unit.path}\n${callee.node.pos}()`
  const result = resultOf(callee.node)
  if (!result || seen.has(key)) return UNKNOWN
  const values = new Map(callee.call?.values)
  callee.node.parameters.forEach((parameter, index) => {
    const value = node.arguments[index]
    if (value && !parameter.dotDotDotToken) values.set(parameter, meaningOf(value, unit, project, new Set(seen), call))
    if (!value && parameter.initializer) values.set(parameter, meaningOf(parameter.initializer, callee.unit, project, new Set(seen).add(key), { name: callee.name, values }))
  })
  const made = by(callee.way, meaningOf(result, callee.unit, project, new Set(seen).add(key), { name: callee.name, values }))
  const isOwn = made.kind === 'mixed' && made.unit === callee.unit && callee.node.pos <= made.node.pos && made.node.end <= callee.node.end
  return isOwn ? { ...made, name: callee.name } : made
}

/** A class inside of a function, which is no brain by itself. */
function mixed(node: ClassNode, unit: SourceUnit, project: SourceProject, seen: Set<string>, call: Call): ExpressionMeaning {
  const heritage = heritageOf(node)
  if (!heritage || extendsBrain(node, unit, project)) return UNKNOWN
  const base = meaningOf(heritage.expression, unit, project, seen, call)
  return { kind: 'mixed', unit, name: `${call.name}.${node.name?.text ?? ''}`, node, base, way: 'way' in base && base.way ? base.way : [] }
}

/** The same, with more on its way. */
function by(way: readonly Declared[], meaning: ExpressionMeaning): ExpressionMeaning {
  return meaning.kind === 'mixed' || meaning.kind === 'function' || meaning.kind === 'class' ? { ...meaning, way: [...way, ...meaning.way ?? []] } : meaning
}

function meaningOfImport(imported: string, specifier: string, unit: SourceUnit, project: SourceProject, seen: Set<string>): ExpressionMeaning {
  if (specifier === DOORS.user) {
    if (imported === '*') return { kind: 'namespace', unit: 'taskbrain' }
    return imported === 'Brain' ? BRAIN : UNKNOWN
  }
  const target = project.target(specifier, unit)
  if (!target) return UNKNOWN
  return imported === '*' ? { kind: 'namespace', unit: target } : meaningOfExport(imported, target, project, seen)
}

function meaningOfExport(name: string, unit: SourceUnit | 'taskbrain', project: SourceProject, seen: Set<string>): ExpressionMeaning {
  if (unit === 'taskbrain') return name === 'Brain' ? BRAIN : UNKNOWN
  const key = `${unit.path}\nexport ${name}`
  if (seen.has(key)) return UNKNOWN
  seen.add(key)
  const target = unit.exports.get(name)
  if (target?.kind === 'local') return meaningOfName(target.name, unit, project, seen)
  if (target?.kind === 'from') return meaningOfImport(target.name, target.specifier, unit, project, seen)
  for (const specifier of unit.stars) {
    const meaning = meaningOfImport(name, specifier, unit, project, seen)
    if (meaning.kind !== 'unknown') return meaning
  }
  return UNKNOWN
}

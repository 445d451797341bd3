// In: a file with brains. Out: the attributes that code may step which has such a brain by another name than `this`, with `pose.x` the parts of those
// that lie inline, and the files with brains that it has others of. Must not ask the type checker: an attribute too many does no harm.

import { ts } from 'ts-morph'
import { basesOf, heritageOf } from '../1-parse/classes.ts'
import type { ClassNode } from '../1-parse/declarations.ts'
import { outerExpression } from '../1-parse/expressions.ts'
import { hasModifier } from '../1-parse/imports.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'
import { holdsFunction, memberName } from './attributes.ts'
import type { InlineFields } from './inline-shape.ts'
import { writtenKey } from './leaf-accesses.ts'
import { isAccess } from './may-be-brain.ts'
import { isInPattern, readScope } from './scope.ts'
import { typeOfAnnotation, typeOfInitializer } from './types.ts'
import { isBrainFile } from './ways-back.ts'

export interface KnownAttributes {
  /** Of brains that hand `this` on as a whole, or that their own file names. */
  readonly handedOn: readonly string[]
  /** Of all of its brains. */
  readonly all: readonly string[]
  /** Of what its brains may hand on of what they hold: `pose.x`, where a member has `this.pose` as a whole. */
  readonly parts: readonly string[]
}

export function knownAttributes(brains: readonly ClassNode[], unit: SourceUnit, project: SourceProject): KnownAttributes {
  const named = namesIn(unit, brains)
  const known = brains.map((node) => {
    const chain = [{ node, unit }, ...basesOf(node, unit, project)]
    const parts = chain.flatMap((each) => partNames(each.node, each.unit, project))
    const whole = new Set(parts.length > 0 ? chain.flatMap((each) => hadWhole(each.node)) : [])
    return {
      names: [...chain.flatMap((each) => attributeNames(each.node)), ...parts],
      parts: parts.filter((name) => name.split('.').slice(0, -1).some((key) => whole.has(key))),
      isHandedOn: chain.some((each) => handsItselfOn(each.node)) || (node.name !== undefined && named.has(node.name.text)),
    }
  })
  const namesOf = (those: typeof known): string[] => [...new Set(those.flatMap(({ names }) => names))]
  return { handedOn: namesOf(known.filter(({ isHandedOn }) => isHandedOn)), all: namesOf(known), parts: [...new Set(known.flatMap(({ parts }) => parts))] }
}

/** Files with brains that a file, or an ordinary module that it leads to, imports to have one of them, also as a type. */
export function filesOfKnown(brains: readonly ClassNode[], unit: SourceUnit, project: SourceProject): string[] {
  const { graph, facts, host } = project
  const named = namesIn(unit, brains)
  const isBrain = (path: string): boolean => isBrainFile(path, project)
  const taken = unit.tree.statements.filter(ts.isImportDeclaration).filter((statement) => localNames(statement).some((name) => named.has(name)))
  const own = taken.flatMap(({ moduleSpecifier }) => host.resolve((moduleSpecifier as ts.StringLiteral).text, unit.path) ?? [])
  // One that imports nothing only hands on what others have.
  const modules = [...graph.from([unit.path], (path) => path !== unit.path && isBrain(path))].filter((path) => path !== unit.path && facts.textWith(path, /\bimport\b/) !== undefined)
  const known = new Set<string>()
  for (const path of graph.from([...own, ...modules], (at) => isBrain(at) && known.add(at).has(at))) void path
  return [...known].sort()
}

/** Whether a member hands `this` on as a whole. */
export function handsItselfOn(node: ClassNode): boolean {
  const known = handing.get(node)
  if (known !== undefined) return known
  const hands = node.members.some((member) => readScope(member, { isMember: true }).selfEscapes)
  handing.set(node, hands)
  return hands
}

// --- internal ---

const handing = new WeakMap<ClassNode, boolean>()

/** Names that a file uses for more than to import, to declare, to extend or to export it. */
function namesIn({ tree }: SourceUnit, brains: readonly ClassNode[]): Set<string> {
  const bases = new Set<ts.Node>(brains.flatMap((node) => heritageOf(node) ?? []))
  const found = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (bases.has(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || (ts.isExportAssignment(node) && ts.isIdentifier(node.expression))) return
    if (ts.isIdentifier(node) && !(ts.isClassLike(node.parent) && node.parent.name === node)) found.add(node.text)
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

function localNames({ importClause }: ts.ImportDeclaration): string[] {
  const bindings = importClause?.namedBindings
  const named = bindings && ts.isNamedImports(bindings) ? bindings.elements.map(({ name }) => name.text) : bindings ? [bindings.name.text] : []
  return importClause?.name ? [importClause.name.text, ...named] : named
}

/** Those with an initial value; which of them are shared their types would say. */
const attributeNames = (node: ClassNode): string[] => attributesOf(node).map(({ name }) => name)

interface Declared {
  readonly name: string
  readonly node: ts.PropertyDeclaration | ts.ParameterDeclaration
}

function attributesOf({ members }: ClassNode): Declared[] {
  return members.flatMap((member): Declared[] => {
    if (ts.isConstructorDeclaration(member)) return member.parameters.filter((each) => ts.isParameterPropertyDeclaration(each, member)).map((node) => ({ name: node.name.getText(), node })).filter(isShared)
    if (!ts.isPropertyDeclaration(member) || !member.initializer || hasModifier(member, ts.SyntaxKind.StaticKeyword) || holdsFunction(member) || ts.getDecorators(member)) return []
    const name = memberName(member.name)
    return name === undefined ? [] : [{ name, node: member }].filter(isShared)
  })
}

const isShared = ({ name }: Declared): boolean => !/^[#_]/.test(name)

/** `pose.x` and its like. */
function partNames(node: ClassNode, unit: SourceUnit, project: SourceProject): string[] {
  return attributesOf(node).flatMap(({ name, node: { type, initializer } }) => {
    const known = type ? typeOfAnnotation(type, unit, project) : initializer && typeOfInitializer(initializer, unit, project)
    return known?.fields ? partsOf(known.fields, name) : []
  })
}

/** Keys that members read, but on the way to another one: with `this.pose.x` nobody has the pose. */
function hadWhole(node: ts.Node): string[] {
  const outer = outerExpression(node)
  const { parent } = outer
  const isOnTheWay = isAccess(parent) && parent.expression === outer && writtenKey(parent) !== undefined
  const isSet = ts.isBinaryExpression(parent) && parent.left === outer && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
  const key = isAccess(node) ? writtenKey(node) : keyInPattern(node)
  const found = key !== undefined && !isOnTheWay && !isSet ? [key] : []
  ts.forEachChild(node, (child) => void found.push(...hadWhole(child)))
  return found
}

/** `pose` in `const { pose: p } = this` and `({ pose: p } = this)`. */
function keyInPattern(node: ts.Node): string | undefined {
  if (ts.isBindingElement(node)) {
    const key = node.propertyName ?? node.name
    return ts.isPropertyName(key) ? memberName(key) : undefined
  }
  const isProperty = ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node)
  return isProperty && isInPattern(node.parent) ? memberName(node.name) : undefined
}

function partsOf(fields: InlineFields, path: string): string[] {
  return fields.flatMap((field) => {
    const name = `${path}.${field.name}`
    return field.kind === 'object' ? [name, ...partsOf(field.fields, name)] : [name]
  })
}

// In: the class of a brain, or of a mixin. Out: the attributes that it uses and other classes declare: those it extends, and those
// that extend it. Must not look at what is done with them.

import { ts } from 'ts-morph'
import { BRAIN_MEMBERS } from '../../src/contract/names.ts'
import { basesOf, extendsBrain, meaningOf } from '../1-parse/classes.ts'
import type { ClassNode } from '../1-parse/declarations.ts'
import { hasModifier } from '../1-parse/imports.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'
import type { Attribute, Shared } from '../model.ts'
import { withOverridden } from '../overridden-attributes.ts'
import { memberName, readAttributes } from './attributes.ts'
import { callOf, readScope } from './scope.ts'
import { brainDecorator } from './tasks.ts'
import type { AskType } from './type-oracle.ts'
import { type AttributeType, typeOfAnnotation } from './types.ts'

export interface Context {
  readonly unit: SourceUnit
  readonly project: SourceProject
  readonly askType: AskType
  readonly prefix: string
}

export interface FoundClass {
  readonly node: ClassNode
  readonly unit: SourceUnit
}

/** Shared attributes of base classes: an update of one is atomic in a subclass too. `bases` has the nearest first. */
export function inheritedAttributes(bases: readonly FoundClass[], context: Context): Attribute[] {
  return bases.toReversed().reduce<Attribute[]>((inherited, base) => [...inherited, ...withOverridden(attributesOf(base, context), inherited)], [])
}

/** What a class declares, for one that extends it. */
export function attributesOf({ node, unit }: FoundClass, { unit: home, project, askType, prefix }: Context): Attribute[] {
  const isLocal = (decorator: ts.Decorator): boolean => brainDecorator(decorator, unit, project)?.name === 'local'
  return readAttributes(node, { home, unit, project, askType, prefix, isLocal }).attributes
}

/**
 * What a mixin uses of the brains that apply it. It has one text for all of them, so what it does not declare itself counts as
 * shared, in no particular form: a step on it is a step where it is shared, and what JavaScript does where it isn't.
 */
export function foreignAttributes(node: ClassNode, context: Context): Attribute[] {
  const known = new Map([...attributesOfConstraint(node, context), ...promisedAttributes(node, context)].map((attribute) => [attribute.name, attribute]))
  return usedNames(node).flatMap((name) => known.get(name) ?? foreign(name, node))
}

/** `abstract speed: number`, `declare speed: number`: another class gives it a value, and says in which form it is kept. */
export function promisedAttributes(node: ClassNode, { unit, project }: Context): Attribute[] {
  return node.members.flatMap((member): Attribute[] => {
    const name = memberName(member.name)
    if (!ts.isPropertyDeclaration(member) || name === undefined || !member.type || !isPromised(member)) return []
    const type = typeOfAnnotation(member.type, unit, project)
    const at = { start: member.name.getStart(), end: member.name.getEnd() }
    if (type.unserialisable) return [{ name, at, origin: 'field', classes: [], share: { kind: 'unshared', why: type.unserialisable } }]
    return [{ name, at, origin: 'field', classes: [], share: inAnyForm(type) }]
  })
}

/** How an attribute is shared of which another class says in which form it is kept. */
export function inAnyForm(type: AttributeType | undefined): Shared {
  const category = type && type.category !== 'instance' ? type.category : 'unknown'
  return { kind: 'shared', category, typeText: type?.text, field: 'value' }
}

// --- internal ---

function isPromised(field: ts.PropertyDeclaration): boolean {
  return hasModifier(field, ts.SyntaxKind.AbstractKeyword) || hasModifier(field, ts.SyntaxKind.DeclareKeyword)
}

const NEVER_SHARED = new Set<string>([...BRAIN_MEMBERS, 'constructor'])

/** Names that are read or assigned on `this`, and are no members of the class itself. */
function usedNames(node: ClassNode): string[] {
  const own = new Set(node.members.filter((member) => !(ts.isPropertyDeclaration(member) && isPromised(member))).map((member) => memberName(member.name)))
  const accesses = node.members.flatMap((member) => readScope(member, { isMember: true }).accesses.filter(({ via }) => via === 'this'))
  const called = new Set(accesses.filter(callOf).map(({ name }) => name))
  const isForeign = (name: string): boolean => !own.has(name) && !called.has(name) && !NEVER_SHARED.has(name) && !/^[#_]/.test(name)
  return [...new Set(accesses.map(({ name }) => name).filter(isForeign))]
}

/** Attributes of the brains that the type of the base class names: `Base: BrainClass<Vehicle>`. */
function attributesOfConstraint(node: ClassNode, context: Context): Attribute[] {
  const { unit, project } = context
  const found: Attribute[] = []
  const visit = (type: ts.Node): void => {
    const named = ts.isTypeReferenceNode(type) ? type.typeName : ts.isTypeQueryNode(type) ? type.exprName : undefined
    const meaning = named && ts.isIdentifier(named) ? meaningOf(named, unit, project) : undefined
    if (meaning?.kind === 'class' && extendsBrain(meaning.node, meaning.unit, project))
      found.push(...inheritedAttributes([meaning, ...basesOf(meaning.node, meaning.unit, project)], context).map(general))
    ts.forEachChild(type, visit)
  }
  for (let at: ts.Node = node.parent; !ts.isSourceFile(at); at = at.parent)
    if (ts.isFunctionLike(at)) for (const { constraint } of at.typeParameters ?? []) if (constraint) visit(constraint)
  return found
}

function foreign(name: string, node: ClassNode): Attribute {
  return { name, at: { start: node.getStart(), end: node.getStart() }, origin: 'field', classes: [], share: inAnyForm(undefined) }
}

/** As far as it holds for every attribute of the type: another class may keep it in another form. */
function general(attribute: Attribute): Attribute {
  const { share } = attribute
  if (share.kind !== 'shared' || share.field === 'typed-array') return attribute
  const category = share.category === 'instance' && !attribute.methods ? 'unknown' : share.category
  return { ...attribute, share: { kind: 'shared', category, typeText: share.typeText, field: 'value' } }
}

// In: a brain with the classes that it extends. Out: the attributes that one of them keeps in the main process alone and a nearer one shares;
// and such an attribute as the code of the farther class has to take it. Must not ask for types where no class has a field of another's name.

import { ts } from 'ts-morph'
import { basesOf } from '../1-parse/classes.ts'
import type { ClassNode } from '../1-parse/declarations.ts'
import type { Attribute } from '../model.ts'
import { memberName } from './attributes.ts'
import { attributesOf, type Context, type FoundClass, inAnyForm } from './inherited-attributes.ts'
import { typeOfAnnotation } from './types.ts'

/** An attribute that a class need not share by what it says itself, and that is shared in a class which extends it. */
export interface GivenAttribute {
  readonly file: string
  /** Where the class begins. */
  readonly at: number
  readonly name: string
}

export function givenAttributes(node: ClassNode, context: Context): GivenAttribute[] {
  const { unit, project } = context
  const chain: readonly FoundClass[] = [{ node, unit }, ...basesOf(node, unit, project)]
  const names = chain.map((each) => fieldNames(each.node))
  const overridden = new Set(names.flatMap((own, depth) => own.filter((name) => names.slice(depth + 1).some((others) => others.includes(name)))))
  const shares = chain.map((each, depth) => new Map(names[depth]!.some((name) => overridden.has(name)) ? attributesOf(each, context).map(({ name, share }) => [name, share.kind]) : []))
  return [...overridden].flatMap((name) => {
    const nearest = shares.findIndex((known) => known.get(name) === 'shared')
    const farthest = shares.findLastIndex((known) => known.has(name) && known.get(name) !== 'shared')
    // Those between the two have it from the farther one.
    return nearest === -1 ? [] : chain.slice(nearest + 1, farthest + 1).map((each) => ({ file: each.unit.path, at: each.node.pos, name }))
  })
}

/** The attributes that a class knows, with those in their place that a class which extends it shares. */
export function withGiven(attributes: readonly Attribute[], given: ReadonlySet<string>, node: ClassNode, { unit, project }: Context): Attribute[] {
  return attributes.map((attribute) => {
    const { name, share } = attribute
    if (share.kind === 'shared' || !given.has(name)) return attribute
    const field = node.members.find((member): member is ts.PropertyDeclaration => ts.isPropertyDeclaration(member) && memberName(member.name) === name)
    const type = field?.type && typeOfAnnotation(field.type, unit, project)
    return { ...attribute, share: inAnyForm(type?.unserialisable ? undefined : type) }
  })
}

// --- internal ---

function fieldNames({ members }: ClassNode): string[] {
  return members.flatMap((member) => {
    if (ts.isPropertyDeclaration(member)) return memberName(member.name) ?? []
    return ts.isConstructorDeclaration(member) ? member.parameters.filter((parameter) => ts.isParameterPropertyDeclaration(parameter, member)).map(({ name }) => name.getText()) : []
  })
}

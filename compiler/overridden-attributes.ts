// In: the attributes of a class, and those of the classes that it extends. Out: how each is kept where it overrides one of those.
// Must not report what can't be kept at all.

import type { PartSchema } from '../src/contract/schema.ts'
import type { Attribute } from './model.ts'

/** The initial value of a base class is set first: where one overrides another of a different kind, both are kept as values. */
export function withOverridden(attributes: readonly Attribute[], inherited: readonly Attribute[]): Attribute[] {
  return attributes.map((attribute) => {
    const base = inherited.findLast(({ name }) => name === attribute.name)
    return base && attribute.share.kind === 'shared' && base.share.kind === 'shared' && !isKeptAlike(attribute, base) ? asValue(attribute) : attribute
  })
}

/** A base class goes straight to the parts of what lies inline: to another attribute it would do nothing, or something else. */
export function isReshaped({ share, ...attribute }: Attribute, base: Attribute): boolean {
  if (base.share.kind !== 'shared' || (base.share.field !== 'object' && base.share.field !== 'typed-array')) return false
  if (share.kind !== 'shared') return base.share.field === 'object'
  return !isKeptAlike({ share, ...attribute }, base)
}

// --- internal ---

function isKeptAlike({ share: one }: Attribute, { share: other }: Attribute): boolean {
  return keyOf(one) === keyOf(other)
}

function keyOf(share: Attribute['share']): string {
  if (share.kind !== 'shared') return share.kind
  if (share.field === 'typed-array') return share.array
  return share.field === 'object' ? keysOf(share.fields) : share.field
}

/** They may come in any order. */
function keysOf(fields: readonly PartSchema[]): string {
  return JSON.stringify(fields.map((field) => [field.name, field.kind === 'object' ? keysOf(field.fields) : field.kind].join(' ')).toSorted())
}

function asValue(attribute: Attribute): Attribute {
  const { category, typeText } = attribute.share as Extract<Attribute['share'], { kind: 'shared' }>
  return { ...attribute, share: { kind: 'shared', field: 'value', category, typeText } }
}

import type { FieldKind, StateSchema } from '../../src/contract/schema.ts'
import { invariant } from '../errors.ts'

const KINDS: readonly FieldKind[] = ['number', 'boolean', 'value']

/** A frozen copy of what the compiler wrote. It is trusted but for what would put two attributes in one place. */
export function defineState(schema: StateSchema): StateSchema {
  const names = new Set<string>()
  for (const { name, kind } of schema.fields) {
    invariant(KINDS.includes(kind), `the kind of ${schema.brain}.${name} is one of ${KINDS.join(', ')}`)
    invariant(!names.has(name), `${schema.brain}.${name} is declared once in its schema`)
    names.add(name)
  }
  return Object.freeze({
    brain: schema.brain,
    fields: Object.freeze(schema.fields.map(({ name, kind }) => Object.freeze({ name, kind }))),
  })
}

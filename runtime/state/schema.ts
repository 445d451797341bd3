import { type FieldKind, type FieldSchema, type ObjectSchema, isTuple, type StateSchema, TYPED_ARRAY_NAMES } from '../../src/contract/schema.ts'
import { invariant } from '../errors.ts'

const KINDS: readonly FieldKind[] = ['number', 'boolean', 'value', 'object', 'typed-array']
const PART_KINDS: readonly FieldKind[] = ['number', 'boolean', 'object']

/** A frozen copy of what the compiler wrote. It is trusted but for what would put two attributes in one place. */
export function defineState(schema: StateSchema): StateSchema {
  const names = new Set<string>()
  const copyOf = (field: FieldSchema, path: string, kinds: readonly FieldKind[]): FieldSchema => {
    const { name, kind } = field
    invariant(kinds.includes(kind), `the kind of ${schema.brain}.${path} is one of ${kinds.join(', ')}`)
    invariant(!names.has(path), `${schema.brain}.${path} is declared once in its schema`)
    names.add(path)
    if (field.kind === 'typed-array') {
      const { array } = field
      invariant(TYPED_ARRAY_NAMES.includes(array), `${schema.brain}.${path} is one of ${TYPED_ARRAY_NAMES.join(', ')}`)
      return Object.freeze({ name, kind: 'typed-array', array })
    }
    if (field.kind !== 'object') return Object.freeze({ name, kind: field.kind })
    const { fields } = field
    invariant(fields.length > 0, `the object ${schema.brain}.${path} has a key`)
    const hasIndices = isTuple(fields)
    const parts = fields.map((part, index) => {
      invariant(hasIndices ? part.name === String(index) : !/^\d/.test(part.name), `the keys of ${schema.brain}.${path} are those of an object, or of a tuple in their order`)
      invariant(!part.name.includes('.') && part.name !== '__proto__', `${part.name}, a key of ${schema.brain}.${path}, can be part of a path`)
      return copyOf(part, `${path}.${part.name}`, PART_KINDS)
    })
    return Object.freeze({ name, kind: 'object', fields: Object.freeze(parts) as ObjectSchema['fields'] })
  }
  const withOwnership = (field: FieldSchema): FieldSchema => {
    const copy = copyOf(field, field.name, KINDS)
    return field.accessor ? Object.freeze({ ...copy, accessor: true }) : copy
  }
  return Object.freeze({ brain: schema.brain, fields: Object.freeze(schema.fields.map(withOwnership)) })
}

import { isTuple, type ObjectSchema, type ScalarKind } from '../../src/contract/schema.ts'

/**
 * The shape of an object that lies inline: its leaves, in the order in which a walk through its keys meets them, are
 * slots of their own. A part that is itself an object has a stretch of them. A tuple is an object whose keys are indices.
 *
 *   pose = { x: 0, at: { row: 0, column: 0 }, ok: true }
 *
 *   slots   pose │ pose.x │ pose.at.row │ pose.at.column │ pose.ok
 *   leaves         0        1             2                3          pose: 0 to 4, pose.at: 1 to 3
 */
export interface InlineShape {
  /** `pose.at`, `box.0`: what the names of its leaves begin with. */
  readonly path: string
  readonly isTuple: boolean
  readonly parts: readonly InlinePart[]
  /** Its leaves among those of the whole attribute. */
  readonly start: number
  readonly end: number
}

export interface InlinePart {
  readonly key: string
  /** The leaf, or the first of the part's leaves. */
  readonly start: number
  /** Undefined for a leaf. */
  readonly shape: InlineShape | undefined
}

export interface InlineLeaf {
  /** `pose.at.row`: the name of its slot. */
  readonly name: string
  readonly kind: ScalarKind
  /** Keys from the attribute to the leaf: `['at', 'row']`. */
  readonly keys: readonly string[]
}

/** Its leaves go to `leaves`. */
export function shapeOfObject({ fields }: ObjectSchema, path: string, leaves: InlineLeaf[], keys: readonly string[] = []): InlineShape {
  const start = leaves.length
  const parts = fields.map((field): InlinePart => {
    const first = leaves.length
    const name = `${path}.${field.name}`
    const ownKeys = [...keys, field.name]
    if (field.kind === 'object') return { key: field.name, start: first, shape: shapeOfObject(field, name, leaves, ownKeys) }
    leaves.push({ name, kind: field.kind, keys: ownKeys })
    return { key: field.name, start: first, shape: undefined }
  })
  return { path, isTuple: isTuple(fields), parts, start, end: leaves.length }
}

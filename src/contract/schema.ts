/**
 * What a shared attribute is in memory. `number` and `boolean` live in a slot of their own; `object` is an object of
 * known shape, each of whose leaves does; `typed-array` is one whose elements all threads share; `value` is anything else
 * that can be serialised, kept as a versioned copy.
 */
export type FieldKind = ScalarKind | 'value' | 'object' | 'typed-array'
export type ScalarKind = 'number' | 'boolean'

/** One shared attribute. */
export type FieldSchema = ({ readonly name: string; readonly kind: ScalarKind | 'value' } | ObjectSchema | TypedArraySchema) & {
  /** Declared as `accessor name = …`: no property of the brain itself. */
  readonly accessor?: true
}

export interface TypedArraySchema {
  readonly name: string
  readonly kind: 'typed-array'
  readonly array: TypedArrayName
}

export type TypedArrayName = (typeof TYPED_ARRAY_NAMES)[number]
export const TYPED_ARRAY_NAMES = [
  'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array',
  'BigInt64Array', 'BigUint64Array',
] as const

/** An object that has these keys, all of them and no others. A tuple is one whose keys are `0`, `1`, …, which no other has. */
export interface ObjectSchema {
  readonly name: string
  readonly kind: 'object'
  /** In the order in which they are listed. No name has a dot in it: the leaf `y` of `pose` is the slot `pose.y`. */
  readonly fields: readonly PartSchema[]
}

export type PartSchema = { readonly name: string; readonly kind: ScalarKind } | ObjectSchema

export const isTuple = (fields: readonly PartSchema[]): boolean => fields[0]?.name === '0'

/** The slot `box.0.x` as a user would write it after `this.`: `box[0].x`. */
export const writtenPath = (name: string): string => name.replace(/\.(\d+)(?=\.|$)/g, '[$1]')

/** The shared attributes of one brain class, in the order of their declaration, inherited ones first. */
export interface StateSchema {
  /** `<path below the source root without its extension>#<Class>`, POSIX, for example `main.brain#MainBrain`. */
  readonly brain: string
  readonly fields: readonly FieldSchema[]
}

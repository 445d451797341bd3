/**
 * What a shared attribute is in memory. `number` and `boolean` live in a slot of their own;
 * `value` is anything else that can be serialised, kept as a versioned copy.
 */
export type FieldKind = 'number' | 'boolean' | 'value'

/** One shared attribute. */
export interface FieldSchema {
  readonly name: string
  readonly kind: FieldKind
}

/** The shared attributes of one brain class, in the order of their declaration, inherited ones first. */
export interface StateSchema {
  /** `<path below the source root without its extension>#<Class>`, POSIX, for example `main.brain#MainBrain`. */
  readonly brain: string
  readonly fields: readonly FieldSchema[]
}

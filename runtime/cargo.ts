import { notCloned } from './errors.ts'
import { fromPortable, toPortable } from './serializable/index.ts'

/** A value on its way between threads, or not: packed only where it has to cross, and only once. */
export type Cargo =
  | { readonly form: 'plain'; readonly value: unknown }
  | { readonly form: 'portable'; readonly value: unknown }

export const plain = (value: unknown): Cargo => ({ form: 'plain', value })

/**
 * The arguments of a call. Throws `not-serializable` with the path of what can't cross: `args[0].onDone`.
 * A copy: what the caller changes while the run waits for its thread is not part of the call.
 */
export const portableArgs = (args: readonly unknown[]): Cargo =>
  ({ form: 'portable', value: args.map((argument, index) => copied(argument, `args[${index}]`)) })

function copied(value: unknown, path: string): unknown {
  const portable = toPortable(value, path)
  if (typeof portable !== 'object' || portable === null) return portable
  try {
    return structuredClone(portable)
  } catch (error) {
    throw notCloned(path, error)
  }
}

/** Throws `not-serializable`, with a path that begins with `path`, where this thread can't rebuild it. */
export function unpack(cargo: Cargo, path: string): unknown {
  return cargo.form === 'plain' ? cargo.value : fromPortable(cargo.value, path)
}

/** What may be posted to another thread. */
export function packed(cargo: Cargo, path: string): unknown {
  return cargo.form === 'portable' ? cargo.value : toPortable(cargo.value, path)
}

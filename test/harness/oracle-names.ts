// Where something is printed, and which names are seen from there.
import type { Flavour } from './oracle.ts'

export type Known =
  | { readonly is: 'data'; readonly writable: boolean; readonly isVar: boolean; readonly owner: number }
  | { readonly is: 'callable'; readonly flavour: Flavour | 'class' }

export interface Scope {
  readonly names: Map<string, Known>
  /** Names that a `var` of a block further in has claimed up to its function. */
  readonly taken: Set<string>
  /** Names of an outer scope that something in here assigns: a constant of that name would make it an error. */
  readonly assigned: Set<string>
  readonly parent: Scope | undefined
  /** A function's own scope, by number. */
  readonly owner: number
  /** The top of a method: the setup, and the loop in it, share their declarations. */
  readonly top: boolean
}

export interface Place {
  readonly scope: Scope
  readonly awaits: boolean
  readonly yields: boolean
  readonly part: 'setup' | 'loop' | 'function'
  /** `this`, `super` and `arguments` are those of the method. */
  readonly method: boolean
  /** Functions may be called: not where they would change what an attribute's operator has yet to read. */
  readonly calls: boolean
  /** Inside of a `try`, where a generator waits for a promise that it returns and an async function does not. */
  readonly tries: boolean
  /** What `break` and `continue` may leave, from the innermost out. */
  readonly exits: readonly { readonly label: string | undefined; readonly repeats: boolean }[]
}

export function innerScope(parent: Scope | undefined): Scope {
  return { names: new Map(), taken: new Set(), assigned: new Set(), parent, owner: parent?.owner ?? 0, top: false }
}

/** Each name once, from the innermost scope out. */
export function visible(scope: Scope): [string, Known][] {
  const seen = new Map<string, Known>()
  for (let at: Scope | undefined = scope; at; at = at.parent) for (const [name, known] of at.names) if (!seen.has(name)) seen.set(name, known)
  return [...seen]
}

export function lookup(name: string, scope: Scope): Known | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) if (at.names.has(name)) return at.names.get(name)
  return undefined
}

export function data(writable: boolean, owner: number, isVar = false): Known {
  return { is: 'data', writable, isVar, owner }
}

/** Tells every scope up to the name's own that something in it assigns the name. */
export function assigns(scope: Scope, name: string): void {
  for (let at: Scope | undefined = scope; at && !at.names.has(name); at = at.parent) at.assigned.add(name)
}

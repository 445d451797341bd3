// What a function does with an argument, or with its `this`, as effects.ts finds it. Must not say how that is found.

import type { ts } from 'ts-morph'
import type { KnownFunction } from './declared.ts'

export interface Effect {
  readonly changes: boolean
  /** It may: that is known of what may be the argument, or another value. */
  readonly mayChange: boolean
  /** Only after it has waited, or in a function that runs later. */
  readonly changesLater: boolean
  /** The least level of what it returns of the argument. */
  readonly returns: number | undefined
  /** The least level of what its `this` holds of the argument from then on. */
  readonly keeps: number | undefined
  /** The same where that may not be the part which is meant later. */
  readonly mayKeep: number | undefined
  /** Functions that it was handed, by their place among its arguments, are called with parts of it. */
  readonly gives: readonly { readonly to: number; readonly argument: number; readonly level: number }[]
  /** Other arguments that hold parts of it from then on. */
  readonly fills: readonly { readonly to: number; readonly level: number }[]
}

/** What is followed. A function is changed where it is called. */
export type Subject = 'value' | 'function'

export interface TraceOptions {
  readonly subject?: Subject
  /** The function that is followed, where it is one. */
  readonly followed?: ts.Node
  /** The function in which it is followed. */
  readonly home?: ts.Node
}

export type EffectOf = (fn: KnownFunction, parameter: number | 'this', level: number, subject: Subject) => Effect

export const NONE: Effect = { changes: false, mayChange: false, changesLater: false, returns: undefined, keeps: undefined, mayKeep: undefined, gives: [], fills: [] }

export function doesNothing({ changes, mayChange, changesLater, returns, keeps, mayKeep, gives, fills }: Effect): boolean {
  return !changes && !mayChange && !changesLater && returns === undefined && keeps === undefined && mayKeep === undefined && gives.length === 0 && fills.length === 0
}

/** Where it may be another function that is called, or another value that it is given: no reason to refuse anything. */
export function guessOf({ changes, mayChange, returns }: Effect): Effect {
  return { ...NONE, mayChange: changes || mayChange, returns }
}

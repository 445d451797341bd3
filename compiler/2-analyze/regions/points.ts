// Places on the way of a value that is followed.
//
// A value has a level: 0 is the value, or a part of it; 1 is something new that holds such, as `[...list]` does; 2 holds those.
// Only a change of level 0 is a change of what is followed.

import type { ts } from 'ts-morph'
import type { TypeCategory } from '../../model.ts'
import type { Binding } from './bindings.ts'

/** A place on the way of a value. */
export interface Point {
  readonly kind: 'value' | 'name' | 'change'
  readonly node: ts.Node
  readonly level: number
  readonly category: TypeCategory | undefined
  readonly binding?: Binding
  /** Of a change: an async function of the project makes it, after it has waited. */
  readonly changesLater?: boolean
  /** Of a change: known from the code, rather than from the looks of a method. */
  readonly isCertain?: boolean
  /** It may be the value, and may be another: what is changed there is not certain. */
  readonly isGuess?: boolean | undefined
  /** Of a function: a part of what holds it, by a name under which another may stand. One that is called is taken for it. */
  readonly isPart?: boolean | undefined
  readonly from: { readonly point: Point; readonly through: ts.Node | undefined }[]
}

export const MAX_LEVEL = 3

export const elementOf = (level: number): number => Math.max(0, level - 1)
export const containerOf = (level: number): number => Math.max(1, level)

/** What a method of a list makes of what its callback returns. */
export function madeOf(level: number, returns: 'itself' | 'element' | 'container'): number {
  if (returns === 'itself') return level
  return returns === 'container' ? level + 1 : containerOf(level)
}

// Places on the way of a value that is followed.
//
// A value has a level: 0 is the value, or a part of it; 1 is something new that holds such, as `[...list]` does; 2 holds those.
// Only a change of level 0 is a change of what is followed.

import { ts } from 'ts-morph'
import type { TypeCategory } from '../../model.ts'
import { memberName } from '../attributes.ts'
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
  /** Under which names the innermost of what holds it does. */
  readonly under?: Under | undefined
  readonly from: { readonly point: Point; readonly through: ts.Node | undefined }[]
}

/** Under this name alone, as in `{ item: value, parts: [] }`, or under any but these, as in `{ ...value, parts: [] }`. */
export type Under = { readonly only: string } | { readonly but: readonly string[] }

/** How a value comes from one place to the next. */
export interface Way extends Pick<Point, 'isGuess' | 'isPart'> {
  /** `'unknown'`: code that is not followed here may hold it in another way. Otherwise what was known stays, as long as nothing is taken from what holds it. */
  readonly under?: Under | 'unknown' | undefined
  /** The loop by whose next turn it arrives. */
  readonly through?: ts.Node | undefined
}

export const MAX_LEVEL = 3

/** Operators that give one of their operands. */
export const UNCHANGING = new Set<ts.SyntaxKind>([ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.BarBarToken, ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.CommaToken])

export const elementOf = (level: number): number => Math.max(0, level - 1)
export const containerOf = (level: number): number => Math.max(1, level)

/** Of what is made of pairs: `new Map(list.map((item) => [item.id, item]))`. */
export const ofPairs = (level: number): number => Math.max(1, level - 1)

/** What a method of a list makes of what its callback returns. */
export function madeOf(level: number, returns: 'itself' | 'element' | 'container'): number {
  if (returns === 'itself') return level
  return returns === 'container' ? level + 1 : containerOf(level)
}

/** Under which names a literal holds a value. */
export function nameWithin(property: ts.PropertyAssignment | ts.ShorthandPropertyAssignment | ts.SpreadAssignment, level: number): Way['under'] {
  const { properties } = property.parent
  if (hasGetters(property.parent)) return 'unknown'
  if (level > 0) return undefined
  if (ts.isSpreadAssignment(property)) return { but: properties.slice(properties.indexOf(property)).flatMap(({ name }) => memberName(name) ?? []) }
  const name = memberName(property.name)
  return name === undefined ? undefined : { only: name }
}

/** Whether what a literal holds may be given by another name. */
export function hasGetters(literal: ts.ObjectLiteralExpression): boolean {
  return literal.properties.some(ts.isGetAccessor)
}

/** What is known of a value that was made of `from`: a list of such, or an element of a list of such, says nothing new. */
export function underFrom(level: number, under: Way['under'], from: Point | undefined): Under | undefined {
  if (under !== undefined) return under === 'unknown' ? undefined : under
  return from && level > 0 && (from.level > 1 || level > from.level) ? from.under : undefined
}

/** Whether a name is that of another part than those that hold the value. */
export function isOther(name: string | undefined, { level, under }: Pick<Point, 'level' | 'under'>): boolean {
  if (level !== 1 || under === undefined || name === undefined) return false
  return 'only' in under ? name !== under.only : under.but.includes(name)
}

export function isOtherElement({ name, propertyName, dotDotDotToken, parent }: ts.BindingElement, holder: Pick<Point, 'level' | 'under'>): boolean {
  return !dotDotDotToken && ts.isObjectBindingPattern(parent) && isOther(propertyName ? memberName(propertyName) : name.getText(), holder)
}

export function listOf<T>(each: T | undefined): readonly T[] {
  return each === undefined ? [] : [each]
}

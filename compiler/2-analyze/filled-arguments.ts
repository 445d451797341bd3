// In: a call that is given a value. Out: whether the function that is called does nothing with that but change it: `fill(seen)`.
// Must not take one for such that looks something up in it too: that may be a cache.

import { ts } from 'ts-morph'
import { outerExpression } from '../1-parse/expressions.ts'
import { useOf } from './place-uses.ts'
import { isRead } from './regions/bindings.ts'
import type { Callees } from './regions/callees.ts'

/** So many functions may hand a value on to one another. */
const MAX_DEPTH = 8

/** Outer names that a stretch of code gives to such functions, each at the call. */
export function filledNames(node: ts.Node, names: ReadonlySet<string>, callees: Callees, without: readonly ts.Node[] = []): { readonly name: string; readonly node: ts.Node }[] {
  const found: { readonly name: string; readonly node: ts.Node }[] = []
  const visit = (at: ts.Node): void => {
    if (without.includes(at)) return
    if (ts.isCallExpression(at))
      for (const argument of at.arguments)
        if (ts.isIdentifier(argument) && names.has(argument.text) && !callees.bindingOf(argument) && isOnlyFilled(argument, callees)) found.push({ name: argument.text, node: at })
    ts.forEachChild(at, visit)
  }
  visit(node)
  return found
}

export function isOnlyFilled(value: ts.Node, callees: Callees, depth = 0): boolean {
  const outer = outerExpression(value)
  const { parent } = outer
  if (depth > MAX_DEPTH || !ts.isCallExpression(parent)) return false
  const index = parent.arguments.indexOf(outer as ts.Expression)
  return index !== -1 && callees.functionsOf(parent.expression).some(({ parameters }) => {
    const parameter = parameters[index]
    if (!parameter || parameter.dotDotDotToken || !ts.isIdentifier(parameter.name)) return false
    const places = callees.bindingOf(parameter.name)?.places.filter(isRead) ?? []
    return places.length > 0 && places.every((place) => {
      const { how, isRead: isTaken, node } = useOf(place)
      return (how !== undefined && how !== 'called' && !isTaken) || isOnlyFilled(node, callees, depth + 1)
    })
  })
}

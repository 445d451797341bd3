// In: classes and interfaces that a value may hold. Out: the classes of the project that extend or implement one of them, in the
// modules that the file with the brain leads to. A module is parsed only where its text tells of one.

import { ts } from 'ts-morph'
import { meaningOf } from '../1-parse/classes.ts'
import type { ClassNode } from '../1-parse/declarations.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'
import { declarationOf } from './types.ts'
import { isSliced } from './ways-back.ts'

interface FoundClass {
  readonly node: ClassNode
  readonly unit: SourceUnit
}

export function derivedClasses(bases: ReadonlyMap<ts.Node, SourceUnit>, home: SourceUnit, project: SourceProject): FoundClass[] {
  const names = [...bases.keys()].flatMap((base) => ((ts.isClassLike(base) || ts.isInterfaceDeclaration(base)) && base.name ? [base.name.text] : []))
  if (names.length === 0) return []
  const found: FoundClass[] = []
  for (const { path, text } of derivingTexts(home, project)) {
    const unit = names.some((name) => text.includes(name)) ? project.unit(path) : undefined
    for (const { node } of unit?.classes ?? []) if (!bases.has(node) && derives(node, unit!, bases, project)) found.push({ node, unit: unit! })
  }
  return found
}

// --- internal ---

/** Modules in which a class may extend or implement something. Every attribute asks for them. */
function derivingTexts(home: SourceUnit, project: SourceProject): readonly { readonly path: string; readonly text: string }[] {
  const known = project.derivingTexts.get(home.path)
  if (known) return known
  const isClosed = (path: string): boolean => path !== home.path && isSliced(path, project)
  const deriving = [...project.graph.from([home.path], isClosed)].flatMap((path) => {
    const text = project.facts.textWith(path, /\b(?:extends|implements)\b/)
    return text === undefined ? [] : [{ path, text }]
  })
  project.derivingTexts.set(home.path, deriving)
  return deriving
}

function derives(node: ClassNode, unit: SourceUnit, bases: ReadonlyMap<ts.Node, SourceUnit>, project: SourceProject): boolean {
  return node.heritageClauses?.some(({ types }) => types.some(({ expression }) => {
    const meaning = meaningOf(expression, unit, project)
    if (meaning.kind === 'class') return bases.has(meaning.node)
    const declared = ts.isIdentifier(expression) ? declarationOf(expression.text, unit, project) : undefined
    return declared !== undefined && bases.has(declared.node)
  })) ?? false
}

// In: a file with a brain. Out: which modules that it leads to register serialisable types, and the names of the classes that are
// registered there. Read from their texts: a name too many does no harm.

import type { SourceProject, SourceUnit } from '../1-parse/project.ts'
import { REGISTRATION } from './class-names.ts'
import { isSliced } from './ways-back.ts'

const REGISTERS = new RegExp(REGISTRATION)

/** Modules of the project that this file imports and that, at whatever distance, call `addSerializableType`: every process needs them. */
export function registrationsOf(unit: SourceUnit, project: SourceProject): string[] {
  const registers = (path: string): boolean => project.facts.textWith(path, REGISTERS) !== undefined
  return unit.imports.flatMap(({ specifier, names, bare }) => {
    const target = names.length > 0 || bare ? project.host.resolve(specifier, unit.path) : undefined
    return target !== undefined && project.graph.reaches(target, registers, (path) => isSliced(path, project)) ? [specifier] : []
  })
}

const FIRST_ARGUMENT = new RegExp(`\\b${REGISTRATION}\\s*(?:<[^()]*>)?\\(\\s*(?:[\\w$]+\\.)*([\\w$]*)\\s*[,)]?`, 'g')

/** Names of the classes that the user registers, in this file or where it leads; `unknown` where one is registered by an expression. */
export function registeredClasses(unit: SourceUnit, project: SourceProject): ReadonlySet<string> | 'unknown' {
  const known = project.registeredClasses.get(unit.path)
  if (known) return known
  const names = new Set<string>()
  for (const path of project.graph.from([unit.path])) {
    const text = project.facts.textWith(path, REGISTERS) ?? ''
    for (const [whole, name] of text.matchAll(FIRST_ARGUMENT)) names.add(/[,)]$/.test(whole) && /^[A-Z]/.test(name!) ? name! : '')
  }
  const found = names.has('') ? 'unknown' : names
  project.registeredClasses.set(unit.path, found)
  return found
}

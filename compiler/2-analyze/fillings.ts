// In: a file with brains. Out: decorators of others in it that put something into module state, of this module or another one, as their
// class is made; with the names by which that state is read. Must not judge which worker lacks what.

import { ts } from 'ts-morph'
import { originOf, type Origin } from '../1-parse/exports.ts'
import { bareExpression } from '../1-parse/expressions.ts'
import { localDeclaration } from '../1-parse/functions.ts'
import { declaredNames } from '../1-parse/imports.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'
import type { Filling } from '../model.ts'
import { readScope } from './scope.ts'
import { brainDecorator } from './tasks.ts'

export function fillingsIn(unit: SourceUnit, project: SourceProject): Filling[] {
  const found: Filling[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isClassLike(node)) for (const each of [node, ...node.members]) found.push(...fillingsOf(each, unit, project))
    ts.forEachChild(node, visit)
  }
  if (unit.source.text.includes('@')) visit(unit.tree)
  return found
}

/** Decorators that are none of ours. */
export function foreignDecorators(node: ts.Node, unit: SourceUnit, project: SourceProject): ts.Decorator[] {
  return ((ts.canHaveDecorators(node) && ts.getDecorators(node)) || []).filter((decorator) => !brainDecorator(decorator, unit, project))
}

// --- internal ---

interface Declaration {
  readonly unit: SourceUnit
  readonly name: string
  readonly statement: ts.Statement
}

function fillingsOf(node: ts.ClassElement | ts.ClassLikeDeclaration, unit: SourceUnit, project: SourceProject): Filling[] {
  return foreignDecorators(node, unit, project).flatMap((decorator) => {
    const root = rootOf(decorator.expression)
    const made = root && !localDeclaration(root) ? declarationOf(root.text, unit, project) : undefined
    const filled = made ? filledBy(made, callsOf(decorator.expression) + 1, project) : undefined
    if (!root || !filled) return []
    const owner = ts.isClassLike(node) ? `the class ${node.name?.text ?? 'default'}` : node.name?.getText() ?? ''
    const at = { start: decorator.getStart(), end: decorator.getEnd() }
    return filled.states.map((state) => ({
      ...at, of: owner, decorator: decorator.getText().split('(', 1)[0]!, state: keyOf(state), fillers: filled.fillers, readers: readersOf(state, filled.fillers, unit, project),
    }))
  })
}

/** `app` of `@app.routes.get('/a')`. */
function rootOf(expression: ts.Expression): ts.Identifier | undefined {
  let at = bareExpression(expression)
  while (ts.isPropertyAccessExpression(at) || ts.isCallExpression(at)) at = bareExpression(at.expression)
  return ts.isIdentifier(at) ? at : undefined
}

/** `@route('/a')` calls what it gets once more. */
function callsOf(expression: ts.Expression): number {
  const bare = bareExpression(expression)
  if (ts.isCallExpression(bare)) return 1 + callsOf(bare.expression)
  return ts.isPropertyAccessExpression(bare) ? callsOf(bare.expression) : 0
}

/** The state that so many calls in a row of a declaration change, and calls of what it uses: whatever of the project that is. */
function filledBy(made: Declaration, calls: number, project: SourceProject): { readonly states: Declaration[]; readonly fillers: Origin[] } | undefined {
  const known = [made]
  const states: Declaration[] = []
  for (const one of known) {
    const { unit, statement } = one
    // Within a class its name is one of its own, and it may be the state.
    const scopes = (ts.isClassDeclaration(statement) ? statement.members : [statement]).map((each) => readScope(each, { without: functionsBelow(each, isSame(keyOf(made), keyOf(one)) ? calls : 1) }))
    const changed = scopes.flatMap(({ changed: places, assigned }) => [...places.map(({ name }) => name), ...assigned.filter((target) => !localDeclaration(target)).map((target) => target.text)])
    for (const name of new Set([...changed, ...scopes.flatMap(({ names }) => [...names])])) {
      const declared = declarationOf(name, unit, project)
      if (!declared) continue
      if (changed.includes(name)) addTo(states, declared)
      else if (holdsCode(declared.statement)) addTo(known, declared)
    }
  }
  return states.length > 0 ? { states, fillers: known.map(keyOf) } : undefined
}

/** What the file declares and imports that leads to a state, by whatever modules, but not by what fills it. */
function readersOf(state: Declaration, fillers: readonly Origin[], unit: SourceUnit, project: SourceProject): Origin[] {
  const names = [...unit.tree.statements.flatMap(declaredNames), ...unit.imports.flatMap((each) => each.names.map(({ local }) => local))]
  const candidates = names.flatMap((name) => declarationOf(name, unit, project) ?? [])
  return [keyOf(state), ...candidates.filter((each) => leadsTo(each, state, fillers, project)).map(keyOf)]
}

function leadsTo(from: Declaration, state: Declaration, fillers: readonly Origin[], project: SourceProject): boolean {
  const known: Declaration[] = []
  const add = (one: Declaration): void => void (fillers.some((each) => isSame(each, keyOf(one))) || addTo(known, one))
  add(from)
  for (const { unit, statement } of known)
    for (const name of readScope(statement).names) {
      const declared = declarationOf(name, unit, project)
      if (declared && isSame(keyOf(declared), keyOf(state))) return true
      if (declared) add(declared)
    }
  return false
}

/** Those within so many others: they are handed on, and run when the class is made already. */
function functionsBelow(node: ts.Node, depth: number): ReadonlySet<ts.Node> {
  const found = new Set<ts.Node>()
  const visit = (at: ts.Node, left: number): void => {
    if (!ts.isFunctionLike(at)) ts.forEachChild(at, (child) => visit(child, left))
    else if (left === 0) found.add(at)
    else ts.forEachChild(at, (child) => visit(child, left - 1))
  }
  visit(node, depth)
  return found
}

function declarationOf(name: string, unit: SourceUnit, project: SourceProject): Declaration | undefined {
  const statement = unit.tree.statements.find((each) => !ts.isImportDeclaration(each) && declaredNames(each).includes(name))
  if (statement) return { unit, name, statement }
  for (const { specifier, names } of unit.imports) {
    const binding = names.find(({ local }) => local === name)
    const origin = binding && originOf(binding.imported, specifier, unit, project)
    const target = origin && origin.file !== unit.path ? project.unit(origin.file) : undefined
    const declared = target?.tree.statements.find((each) => declaredNames(each).includes(origin!.name))
    if (declared) return { unit: target!, name: origin!.name, statement: declared }
  }
  return undefined
}

function holdsCode(statement: ts.Statement): boolean {
  if (!ts.isVariableStatement(statement)) return ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)
  return statement.declarationList.declarations.some(({ initializer }) => initializer && ts.isFunctionLike(bareExpression(initializer)))
}

function addTo(list: Declaration[], one: Declaration): void {
  if (!list.some((each) => isSame(keyOf(each), keyOf(one)))) list.push(one)
}

const keyOf = ({ unit, name }: Declaration): Origin => ({ file: unit.path, name })
const isSame = (one: Origin, other: Origin): boolean => one.file === other.file && one.name === other.name

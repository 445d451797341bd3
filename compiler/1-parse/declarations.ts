// In: a syntax tree. Out: the classes, functions and constants that it declares at its top level. Must not look into them.

import { ts } from 'ts-morph'
import { DEFAULT_NAME } from '../names.ts'
import { bareExpression } from './expressions.ts'

export type ClassNode = ts.ClassDeclaration | ts.ClassExpression

/** A class with the name by which the module knows it. */
export interface NamedClass {
  readonly name: string
  readonly node: ClassNode
}

export function topLevelClasses(tree: ts.SourceFile): NamedClass[] {
  return tree.statements.flatMap(classesDeclared)
}

export function classesDeclared(statement: ts.Statement): NamedClass[] {
  if (ts.isClassDeclaration(statement)) return [{ name: statement.name?.text ?? DEFAULT_NAME, node: statement }]
  if (ts.isExportAssignment(statement) && !statement.isExportEquals) {
    const value = bareExpression(statement.expression)
    return ts.isClassExpression(value) ? [{ name: DEFAULT_NAME, node: value }] : []
  }
  if (!ts.isVariableStatement(statement)) return []
  return statement.declarationList.declarations.flatMap(({ name, initializer }) => {
    const value = initializer && bareExpression(initializer)
    return value && ts.isClassExpression(value) && ts.isIdentifier(name) ? [{ name: name.text, node: value }] : []
  })
}

/** Functions by name: those that have a body. */
export function topLevelFunctions(tree: ts.SourceFile): Map<string, ts.FunctionDeclaration> {
  return new Map(tree.statements.flatMap((statement) => (ts.isFunctionDeclaration(statement) && statement.body ? [[statement.name?.text ?? DEFAULT_NAME, statement] as const] : [])))
}

/** What a constant is taken from: `const { task: routine } = Brain`. */
export interface TakenConstant {
  readonly from: ts.Expression
  readonly name: string
}

export function topLevelTaken(tree: ts.SourceFile): Map<string, TakenConstant> {
  const found = new Map<string, TakenConstant>()
  for (const statement of tree.statements) {
    if (!ts.isVariableStatement(statement) || !(statement.declarationList.flags & ts.NodeFlags.Const)) continue
    for (const { name: pattern, initializer } of statement.declarationList.declarations) {
      if (!initializer || !ts.isObjectBindingPattern(pattern)) continue
      for (const { name, propertyName, initializer: otherwise } of pattern.elements)
        if (ts.isIdentifier(name) && !otherwise && (!propertyName || ts.isIdentifier(propertyName))) found.set(name.text, { from: initializer, name: (propertyName ?? name).text })
    }
  }
  return found
}

/** Constants by name: their initial values. */
export function topLevelConstants(tree: ts.SourceFile): Map<string, ts.Expression> {
  const found = new Map<string, ts.Expression>()
  for (const statement of tree.statements) {
    if (ts.isExportAssignment(statement) && !statement.isExportEquals) found.set(DEFAULT_NAME, statement.expression)
    if (ts.isVariableStatement(statement) && statement.declarationList.flags & ts.NodeFlags.Const)
      for (const { name, initializer } of statement.declarationList.declarations) if (ts.isIdentifier(name) && initializer) found.set(name.text, initializer)
  }
  return found
}

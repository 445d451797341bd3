// In: a syntax tree. Out: what its import and export declarations bind, as data. Must not resolve a path.

import { ts } from 'ts-morph'
import type { ImportSpecifier } from '../model.ts'
import { DEFAULT_NAME } from '../names.ts'

export interface ImportDeclaration {
  readonly specifier: string
  /** Value specifiers only. */
  readonly names: readonly ImportSpecifier[]
  /** `import './x'`. */
  readonly bare: boolean
  readonly attributes: string
}

/** Where an exported name comes from: a name of this module, or a name of another one. */
export type ExportTarget =
  | { readonly kind: 'local'; readonly name: string }
  | { readonly kind: 'from'; readonly specifier: string; readonly name: string }

export function importOf(node: ts.ImportDeclaration): ImportDeclaration {
  const specifier = (node.moduleSpecifier as ts.StringLiteral).text
  const attributes = node.attributes?.getText() ?? ''
  const clause = node.importClause
  if (!clause) return { specifier, names: [], bare: true, attributes }
  if (clause.isTypeOnly) return { specifier, names: [], bare: false, attributes }
  const names: ImportSpecifier[] = []
  if (clause.name) names.push({ imported: 'default', local: clause.name.text })
  const bindings = clause.namedBindings
  if (bindings && ts.isNamespaceImport(bindings)) names.push({ imported: '*', local: bindings.name.text })
  if (bindings && ts.isNamedImports(bindings))
    for (const element of bindings.elements)
      if (!element.isTypeOnly) names.push({ imported: (element.propertyName ?? element.name).text, local: element.name.text })
  return { specifier, names, bare: false, attributes }
}

export function namesOfExports(tree: ts.SourceFile): { exports: Map<string, ExportTarget>; stars: string[] } {
  const exports = new Map<string, ExportTarget>()
  const stars: string[] = []
  for (const statement of tree.statements) {
    if (ts.isExportDeclaration(statement)) readExportDeclaration(statement, exports, stars)
    else if (ts.isExportAssignment(statement)) {
      if (!statement.isExportEquals) exports.set('default', { kind: 'local', name: ts.isIdentifier(statement.expression) ? statement.expression.text : DEFAULT_NAME })
    } else if (hasModifier(statement, ts.SyntaxKind.ExportKeyword)) readExportedStatement(statement, exports)
  }
  return { exports, stars }
}

export function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) ?? false)
}

/** The names that a declaration statement binds as values, destructured ones too. */
export function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.flatMap((declaration) => bindingNames(declaration.name))
  if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name) return [statement.name.text]
  if (ts.isEnumDeclaration(statement)) return [statement.name.text]
  if (ts.isModuleDeclaration(statement) && ts.isIdentifier(statement.name)) return [statement.name.text]
  if (ts.isImportEqualsDeclaration(statement) && !statement.isTypeOnly) return [statement.name.text]
  return []
}

export function bindingNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text]
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : bindingNames(element.name)))
}

// --- internal ---

function readExportDeclaration(statement: ts.ExportDeclaration, exports: Map<string, ExportTarget>, stars: string[]): void {
  if (statement.isTypeOnly) return
  const specifier = statement.moduleSpecifier && ts.isStringLiteral(statement.moduleSpecifier) ? statement.moduleSpecifier.text : undefined
  const clause = statement.exportClause
  if (!clause) {
    if (specifier !== undefined) stars.push(specifier)
    return
  }
  if (ts.isNamespaceExport(clause)) {
    if (specifier !== undefined) exports.set(clause.name.text, { kind: 'from', specifier, name: '*' })
    return
  }
  for (const element of clause.elements) {
    const name = (element.propertyName ?? element.name).text
    exports.set(element.name.text, specifier === undefined ? { kind: 'local', name } : { kind: 'from', specifier, name })
  }
}

function readExportedStatement(statement: ts.Statement, exports: Map<string, ExportTarget>): void {
  const isDefault = hasModifier(statement, ts.SyntaxKind.DefaultKeyword)
  const names = declaredNames(statement)
  if (isDefault) exports.set('default', { kind: 'local', name: names[0] ?? DEFAULT_NAME })
  else for (const name of names) exports.set(name, { kind: 'local', name })
}

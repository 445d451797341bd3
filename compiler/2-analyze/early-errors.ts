// In: a parsed module. Out: what no engine loads it with, as far as neither its parser nor the bundler says so. Must not look into other files.

import { ts } from 'ts-morph'
import { declaredNames } from '../1-parse/imports.ts'
import { awaitInField, exportUndeclared, regexInvalid } from '../diagnostics.ts'
import type { Finding, PlacedFinding } from '../log.ts'
import { hoistedVars } from './scope.ts'

/** A slash that is no division, nor a step of a path. */
const REGULAR_EXPRESSION = /(?:^|[-+*%=<>(,:;!&|?{}[\]~^]|\b(?:return|typeof|case|in|of|await|yield))\s*\/(?![/*])/

/** Whether a text is worth parsing for it: a field may wait, there may be a regular expression, or a list of exports. Must be linear. */
export function mayHoldEarlyErrors(text: string): boolean {
  return (/\bclass\b/.test(text) && /\bawait\b/.test(text)) || REGULAR_EXPRESSION.test(text) || /\bexport\s*\{/.test(text)
}

export function earlyErrors(tree: ts.SourceFile): PlacedFinding[] {
  const found: PlacedFinding[] = []
  const add = (finding: Finding, node: ts.Node): void => void found.push({ finding, start: node.getStart(tree), end: node.getEnd() })
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const why = whyInvalid(node.text)
      if (why !== undefined) add(regexInvalid(node.text, why), node)
    }
    if (ts.isPropertyDeclaration(node) && node.initializer) for (const wait of waitsOf(node.initializer)) add(awaitInField(node.name.getText(tree)), wait)
    ts.forEachChild(node, visit)
  }
  visit(tree)
  for (const name of undeclaredExports(tree)) add(exportUndeclared(name.text), name)
  return found
}

// --- internal ---

function whyInvalid(literal: string): string | undefined {
  const end = literal.lastIndexOf('/')
  try {
    return void RegExp(literal.slice(1, end), literal.slice(end + 1))
  } catch (error) {
    return (error as Error).message.replace(/^Invalid regular expression: \/[^]*\/\w*: /, '')
  }
}

/** Where code waits that no function of its own is around. */
function waitsOf(node: ts.Node): ts.Node[] {
  if (ts.isFunctionLike(node) || ts.isClassLike(node)) return []
  const found: ts.Node[] = ts.isAwaitExpression(node) ? [node] : []
  ts.forEachChild(node, (child) => void found.push(...waitsOf(child)))
  return found
}

function undeclaredExports(tree: ts.SourceFile): ts.Identifier[] {
  const lists = tree.statements.flatMap((each) => (ts.isExportDeclaration(each) && !each.moduleSpecifier && !each.isTypeOnly && each.exportClause && ts.isNamedExports(each.exportClause) ? [each.exportClause] : []))
  const names = lists.flatMap(({ elements }) => elements.filter(({ isTypeOnly }) => !isTypeOnly).map(({ name, propertyName }) => propertyName ?? name)).filter(ts.isIdentifier)
  if (names.length === 0) return []
  const declared = new Set([...hoistedVars(tree), ...tree.statements.flatMap((each) => [...declaredNames(each), ...typeNames(each)])])
  return names.filter(({ text }) => !declared.has(text))
}

/** Names of types, and all that an import brings: it may be either. */
function typeNames(statement: ts.Statement): string[] {
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) || ts.isImportEqualsDeclaration(statement)) return [statement.name.text]
  const clause = ts.isImportDeclaration(statement) ? statement.importClause : undefined
  const bindings = clause?.namedBindings
  const named = !bindings ? [] : ts.isNamespaceImport(bindings) ? [bindings.name] : bindings.elements.map(({ name }) => name)
  return [...(clause?.name ? [clause.name] : []), ...named].map(({ text }) => text)
}

// In: a parsed module. Out: what of it is CommonJS, which the ES module that it is built to can't have. Must not look into other files.

import { ts } from 'ts-morph'
import { bareExpression } from '../1-parse/expressions.ts'
import { isUse, localDeclaration } from '../1-parse/functions.ts'
import { declaredNames, hasModifier } from '../1-parse/imports.ts'
import type { SourceUnit } from '../1-parse/project.ts'
import { commonjsName, defaultInCts, exportEquals } from '../diagnostics.ts'
import type { DiagnosticLog, PlacedFinding, Span } from '../log.ts'

export function reportCommonjs(unit: SourceUnit, log: DiagnosticLog): void {
  const own = new Set(unit.tree.statements.flatMap(declaredNames))
  const at = (node: ts.Node): Span => ({ file: unit.source, start: node.getStart(), end: node.getEnd() })
  for (const statement of unit.tree.statements) {
    const exported = exportedBy(statement)
    if (exported && !own.has(exported.target)) log.add(exportEquals(exported.target, firstLine(exported.value)), at(statement))
    if (unit.path.endsWith('.cts') && isDefault(statement)) log.add(defaultInCts(), at(statement))
  }
}

/** Names that CommonJS has and an ES module doesn't, in any module that goes into one. */
export function missingNames(tree: ts.SourceFile): PlacedFinding[] {
  if (!mayMissNames(tree.text)) return []
  const own = new Set(tree.statements.flatMap(declaredNames))
  const places = placesIn(tree).filter(({ text }) => !own.has(text))
  // Who asks whether there is one can do without.
  const asked = new Set(places.filter(({ parent }) => ts.isTypeOfExpression(parent)).map(({ text }) => text))
  return places.filter(({ text }) => !asked.has(text)).map((place) => ({ finding: commonjsName(place.text), start: place.getStart(), end: place.getEnd() }))
}

/** Whether a text is worth parsing for it. */
export const mayMissNames = (text: string): boolean => /__(dir|file)name/.test(text)

// --- internal ---

/** `export = Robot`, `module.exports = { Robot }`, `exports.Robot = Robot`. */
function exportedBy(statement: ts.Statement): { readonly target: string; readonly value: ts.Expression } | undefined {
  if (ts.isExportAssignment(statement)) return statement.isExportEquals ? { target: 'export', value: statement.expression } : undefined
  const assignment = ts.isExpressionStatement(statement) ? bareExpression(statement.expression) : undefined
  if (!assignment || !ts.isBinaryExpression(assignment) || assignment.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return undefined
  const target = bareExpression(assignment.left).getText()
  return /^(module\.exports|exports)(\.|$)/.test(target) ? { target, value: assignment.right } : undefined
}

const firstLine = (node: ts.Node): string => node.getText().split('\n', 1)[0]!

function isDefault(statement: ts.Statement): boolean {
  return hasModifier(statement, ts.SyntaxKind.DefaultKeyword) || (ts.isExportAssignment(statement) && !statement.isExportEquals)
}

const PLACE = /^__(dir|file)name$/

function placesIn(tree: ts.SourceFile): ts.Identifier[] {
  const found: ts.Identifier[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return
    if (ts.isIdentifier(node) && PLACE.test(node.text) && isUse(node) && !localDeclaration(node)) found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

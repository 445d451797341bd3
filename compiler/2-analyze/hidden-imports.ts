// In: a parsed module. Out: imports of modules whose names can't be told as it is built, and that may lie beside the source. Must not resolve a path.

import { ts } from 'ts-morph'
import { bareExpression } from '../1-parse/expressions.ts'
import { isConstant, localDeclaration } from '../1-parse/functions.ts'
import type { SourceUnit } from '../1-parse/project.ts'
import { importHidden } from '../diagnostics.ts'
import type { PlacedFinding } from '../log.ts'

/** What of a parsed module is needed for it. */
export type Module = Pick<SourceUnit, 'tree' | 'constants'>

/** Whether a text is worth parsing for it. */
export const mayImportLater = (text: string): boolean => /\bimport\s*\(/.test(text)

export function hiddenImports(module: Module): PlacedFinding[] {
  const found: PlacedFinding[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && node.arguments[0] && !isMeant(node)) {
      const [specifier] = node.arguments
      if (branchesOf(specifier).some((each) => !isTold(each) && mayBeRelative(each, module))) {
        found.push({ finding: importHidden(specifier.getText().split('\n', 1)[0]!), start: specifier.getStart(), end: specifier.getEnd() })
      }
    }
    ts.forEachChild(node, visit)
  }
  if (mayImportLater(module.tree.text)) visit(module.tree)
  return found
}

// --- internal ---

/** A comment tells other tools already that it is left to the program. */
const isMeant = (call: ts.CallExpression): boolean => /@vite-ignore|webpackIgnore/.test(call.arguments[0]!.getFullText())

function branchesOf(expression: ts.Expression): ts.Expression[] {
  const bare = bareExpression(expression)
  return ts.isConditionalExpression(bare) ? [...branchesOf(bare.whenTrue), ...branchesOf(bare.whenFalse)] : [bare]
}

/** The bundler takes in what a text names, and all that a path with a gap in it may name. */
const isTold = (expression: ts.Expression): boolean => ts.isStringLiteralLike(expression) || /^\.\.?\//.test(beginningOf(expression))

/** The text that an expression surely begins with. */
function beginningOf(expression: ts.Expression): string {
  const bare = bareExpression(expression)
  if (ts.isStringLiteralLike(bare)) return bare.text
  if (ts.isTemplateExpression(bare)) return bare.head.text
  return ts.isBinaryExpression(bare) && bare.operatorToken.kind === ts.SyntaxKind.PlusToken ? beginningOf(bare.left) : ''
}

const GIVES_PLACE = /(?:^|\.)(?:resolve|pathToFileURL|URL|createObjectURL)$/
const IS_FOLDER = /^(?:import\.meta\.dirname|__dirname|process\.cwd\(\))$/

/** Not a URL, an absolute path or the name of a package, as far as the text tells. */
function mayBeRelative(expression: ts.Expression, module: Module, seen: ReadonlySet<ts.Node> = new Set()): boolean {
  const bare = bareExpression(expression)
  if (seen.has(bare)) return true
  const follow = (each: ts.Expression): boolean => mayBeRelative(each, module, new Set([...seen, bare]))
  const beginning = beginningOf(bare)
  if (beginning !== '') return beginning.startsWith('.')
  if (ts.isConditionalExpression(bare)) return branchesOf(bare).some(follow)
  if (ts.isIdentifier(bare)) {
    const value = constantOf(bare, module)
    return value === undefined || follow(value)
  }
  if (ts.isTemplateExpression(bare)) return follow(bare.templateSpans[0]!.expression)
  if (ts.isBinaryExpression(bare) && bare.operatorToken.kind === ts.SyntaxKind.PlusToken) return follow(bare.left)
  if (ts.isPropertyAccessExpression(bare)) return bare.name.text !== 'href' && !IS_FOLDER.test(bare.getText())
  if (ts.isNewExpression(bare)) return !GIVES_PLACE.test(bare.expression.getText())
  if (!ts.isCallExpression(bare)) return true
  const callee = bare.expression.getText()
  if (GIVES_PLACE.test(callee) || IS_FOLDER.test(bare.getText())) return false
  if (ts.isPropertyAccessExpression(bare.expression) && bare.expression.name.text === 'toString') return follow(bare.expression.expression)
  return !/(?:^|\.)join$/.test(callee) || !bare.arguments[0] || follow(bare.arguments[0])
}

function constantOf(name: ts.Identifier, { constants }: Module): ts.Expression | undefined {
  const local = localDeclaration(name)
  if (local) return isConstant(local) ? local.initializer : undefined
  return constants.get(name.text)
}

/** Ordinary modules of a project: their awaits are cancel points of the task that reaches them, and their classes keep their names. */
import { ts } from 'ts-morph'
import { cancelPoints } from './2-analyze/cancel-points.ts'
import { classNameEdits } from './2-analyze/class-names.ts'
import { constEnumEdits, DECLARED_CONST_ENUM } from './2-analyze/const-enums.ts'
import { unnamedStepEdits } from './2-analyze/unnamed-steps.ts'
import { missingNames, mayMissNames } from './2-analyze/commonjs.ts'
import { earlyErrors, mayHoldEarlyErrors } from './2-analyze/early-errors.ts'
import { hiddenImports, mayImportLater } from './2-analyze/hidden-imports.ts'
import { readSuppressions } from './2-analyze/suppressions.ts'
import { topLevelConstants } from './1-parse/declarations.ts'
import { mayStep } from './1-parse/prefilter.ts'
import { scriptKindOf } from './1-parse/script-kind.ts'
import { applyEdits } from './4-emit/edits.ts'
import { relativeName } from './file-names.ts'
import { type PlacedFinding, placeOf } from './log.ts'
import type { Edit } from './model.ts'
import { freePrefix } from './names.ts'
import { DOORS } from '../src/contract/names.ts'

/** A use of `import.meta.url` and its kin. */
export interface OwnPlace {
  readonly start: number
  readonly end: number
  readonly what: 'url' | 'dirname' | 'filename'
}

const OWN_PLACES = ['url', 'dirname', 'filename'] as const
const IMPORT_META = /\bimport\s*\.\s*meta\b/

/**
 * Where a module asks where its source is, to find what lies beside it. `text` may be compiled. Not so in a file that looks at
 * `process.argv`: it may ask whether it is the program that was started, and that is the output.
 */
export function ownPlaces(path: string, text: string): readonly OwnPlace[] {
  if (!IMPORT_META.test(text) || !IMPORT_META.test(text.replace(/new URL\('taskbrain:[^']*', import\.meta\.url\)/g, ''))) return []
  const asksWhoStarted = /\bargv\b/.test(text)
  const found: OwnPlace[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && ts.isMetaProperty(node.expression) && !isOurs(node)) {
      const what = OWN_PLACES.find((name) => name === node.name.text)
      if (what && !(asksWhoStarted && what !== 'dirname' && !isBase(node))) found.push({ start: node.getStart(), end: node.getEnd(), what })
    }
    ts.forEachChild(node, visit)
  }
  visit(treeOf(path, text))
  return found
}

/** `new URL('./x', import.meta.url)`. */
function isBase(node: ts.Node): boolean {
  return ts.isNewExpression(node.parent) && node.parent.arguments?.[1] === node
}

function isOurs({ parent }: ts.Node): boolean {
  const specifier = ts.isNewExpression(parent) ? parent.arguments?.[0] : undefined
  return specifier !== undefined && ts.isStringLiteral(specifier) && specifier.text.startsWith('taskbrain:')
}

/**
 * What is wrong with a module of the project, as far as a bundler doesn't say so: no engine loads it, or it asks for what the output
 * does not have. Warnings against which there is a comment are left out.
 */
export function moduleFindings(path: string, text: string): readonly PlacedFinding[] {
  if (!mayHoldEarlyErrors(text) && !mayImportLater(text) && !mayMissNames(text)) return []
  const tree = treeOf(path, text)
  // Where the syntax is wrong the bundler says so, and what stands behind that may be anything.
  if ((tree as unknown as { parseDiagnostics: readonly unknown[] }).parseDiagnostics.length > 0) return []
  const found = [...earlyErrors(tree), ...missingNames(tree), ...hiddenImports({ tree, constants: topLevelConstants(tree) })]
  return found.filter(({ finding, start }) => finding.severity === 'error' || !isAgainst(finding.code, start, tree))
}

/** Whether a comment of a module is against the warnings of a code at a place. */
export const isSuppressed = (path: string, text: string, code: string, at: number): boolean => isAgainst(code, at, treeOf(path, text))

function isAgainst(code: string, at: number, tree: ts.SourceFile): boolean {
  return readSuppressions(tree).some((comment) => comment.code === code && comment.line === placeOf(tree.text, at).line)
}

const treeOf = (path: string, text: string): ts.SourceFile => ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true, scriptKindOf(path))

/**
 * The module with cancel points and an inline source map; `undefined` where nothing is to be changed. Outside of a task a cancel point does nothing.
 * Paths are absolute and POSIX; `root` is the project's folder. Instances of its classes are known by `knownAs`; `handedOn` is what `compile` gives.
 */
export function transformModule(path: string, text: string, root: string, knownAs = relativeName(root, path), handedOn: readonly string[] = []): { readonly code: string } | undefined {
  const names = handedOn.length > 0 ? new Set(handedOn) : undefined
  const mayChange = (names && mayStep(text)) || /\bawait\b|\bclass\b/.test(text) || DECLARED_CONST_ENUM.test(text)
  if (!mayChange || path.endsWith('.cjs')) return undefined
  const tree = treeOf(path, text)
  if (!ts.isExternalModule(tree)) return undefined
  const prefix = freePrefix(text)
  const edits = [...tree.statements.flatMap((statement) => [...constEnumEdits(statement), ...classNameEdits(statement, prefix, knownAs)]), ...unnamedStepEdits(tree, { names, prefix }), ...cancelPoints(tree, prefix)]
  return edited(path, text, edits, prefix)
}

/** The same of a module that no task reaches, but which may have a brain: `attributes` is what `compile` gives. */
export function transformProgram(path: string, text: string, attributes: readonly string[]): { readonly code: string } | undefined {
  if (attributes.length === 0 || !mayStep(text) || path.endsWith('.cjs')) return undefined
  const tree = treeOf(path, text)
  const prefix = freePrefix(text)
  return ts.isExternalModule(tree) ? edited(path, text, unnamedStepEdits(tree, { names: new Set(attributes), prefix }), prefix) : undefined
}

function edited(path: string, text: string, edits: readonly Edit[], prefix: string): { readonly code: string } | undefined {
  return edits.length === 0 ? undefined : { code: applyEdits(text, path.split('/').at(-1)!, edits, { before: `import * as ${prefix} from '${DOORS.internal}'; ` }) }
}

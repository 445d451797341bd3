/** Ordinary modules of a project: their awaits are cancel points of the task that reaches them, and their classes keep their names. */
import { ts } from 'ts-morph'
import { cancelPoints } from './2-analyze/cancel-points.ts'
import { classNameEdits } from './2-analyze/class-names.ts'
import { relativeName } from './1-parse/project.ts'
import { applyEdits } from './4-emit/edits.ts'
import { freePrefix } from './names.ts'
import { DOORS } from '../src/contract/names.ts'

/**
 * The module with cancel points and an inline source map; `undefined` where nothing is to be changed. Outside of a task a cancel point does nothing.
 * Paths are absolute and POSIX; `root` is the project's folder.
 */
export function transformModule(path: string, text: string, root: string): { readonly code: string } | undefined {
  if (!/\bawait\b|\bclass\b/.test(text) || path.endsWith('.cjs') || path.endsWith('.cts')) return undefined
  const kind = /\.[cm]?tsx?$/.test(path) ? (path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS) : ts.ScriptKind.JSX
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true, kind)
  if (!ts.isExternalModule(tree)) return undefined
  const prefix = freePrefix(text)
  const edits = [...tree.statements.flatMap((statement) => classNameEdits(statement, prefix, relativeName(root, path))), ...cancelPoints(tree, prefix)]
  if (edits.length === 0) return undefined
  return { code: applyEdits(text, path.split('/').at(-1)!, edits, { before: `import * as ${prefix} from '${DOORS.internal}'; ` }) }
}

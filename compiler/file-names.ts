// How sources and their outputs are called. All paths are absolute and POSIX. Knows no disk and no syntax.
import { SCRIPT } from './1-parse/prefilter.ts'

/** POSIX path relative to the project's folder; a file outside of it keeps its `../` steps. */
export function relativeName(root: string, path: string): string {
  const from = root.split('/').filter(Boolean)
  const to = path.split('/').filter(Boolean)
  let common = 0
  while (common < from.length && common < to.length - 1 && from[common] === to[common]) common++
  return [...from.slice(common).map(() => '..'), ...to.slice(common)].join('/')
}

/** Below the out dir, without `.js`: it mirrors the path below the source root, where the file lies in it, else below the project's folder. */
export function outputName(path: string, root: string, sourceRoot: string): string {
  const base = path.startsWith(`${sourceRoot}/`) ? sourceRoot : root
  // The name stands in quotes where modules name each other, and in URLs, where a backslash would part it.
  return relativeName(base, path).replace(SCRIPT, '').replaceAll('../', '_/').replace(/["'`\\\n\r\u2028\u2029]/g, '_')
}

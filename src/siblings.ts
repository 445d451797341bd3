// Compiled modules name each other by id: `taskbrain:state/<id>` and `taskbrain:worker/<id>`. Once it is known which
// output file a module landed in, each becomes the relative URL from there.
import { posix as posixPath } from 'node:path'
import { type Mapped, replaceInLines } from './line-edits.ts'

const SIBLING = /(["'`])taskbrain:(?:state|worker)\/([^"'`\n]+)\1/g

/** `path` is the output file's own, below the out dir. */
export const linkSiblings = (path: string, output: Mapped): Mapped =>
  replaceInLines(output, SIBLING, ([, , id]) => `"${relativeUrl(path, `${id}.js`)}"`)

/** A folder or a file may be called `100% #1`: in a URL these are written otherwise. */
function relativeUrl(from: string, to: string): string {
  const path = posixPath.relative(posixPath.dirname(from), to)
  const url = path.split('/').map((step) => (step === '..' ? step : encodeURIComponent(step))).join('/')
  return url.startsWith('..') ? url : `./${url}`
}

// Compiled modules name each other by id: `taskbrain:state/<id>` and `taskbrain:worker/<id>`. Once it is known which
// output file a module landed in, each becomes the relative URL from there.
import { type Mapped, replaceInLines } from './line-edits.ts'
import { relativeUrl } from './relative.ts'

const SIBLING = /(["'`])taskbrain:(?:state|worker)\/([^"'`\n]+)\1/g

/** `path` is the output file's own, below the out dir. */
export const linkSiblings = (path: string, output: Mapped): Mapped =>
  replaceInLines(output, SIBLING, ([, , id]) => `"${relativeUrl(path, `${id}.js`)}"`)

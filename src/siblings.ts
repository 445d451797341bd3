// Compiled modules name each other by id: `taskbrain:state/<id>` and `taskbrain:worker/<id>`, and files of packages that only a package
// finds by their way from the out dir: `taskbrain:package/<path>`. Once it is known which output file a module landed in, each becomes the
// relative URL from there.
import { posix } from 'node:path'
import { type Mapped, replaceInLines } from './line-edits.ts'
import { relativeUrl } from './relative.ts'

const SIBLING = /(["'`])taskbrain:(?:state|worker)\/([^"'`\n]+)\1/g
const PACKAGE_FILE = /(["'`])taskbrain:package\/([^"'`\n]+)\1/g

/** `path` is the output file's own, below the out dir. */
export const linkSiblings = (path: string, output: Mapped): Mapped =>
  replaceInLines(output, SIBLING, ([, , id]) => `"${relativeUrl(path, `${id}.js`)}"`)

/** How a module names a file of a package until its own place is known. Both absolute and POSIX. */
export const packageFile = (outDir: string, file: string): string => `taskbrain:package/${posix.relative(outDir, file)}`

/** `path` is the output file's own, below the out dir. */
export const linkPackageFiles = (outDir: string, path: string, output: Mapped): Mapped =>
  replaceInLines(output, PACKAGE_FILE, ([, , file]) => `"${relativeUrl(posix.join(outDir, path), posix.join(outDir, file!))}"`)

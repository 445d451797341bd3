// esbuild writes a class that mentions itself as `var Pose = class _Pose`, and one whose name is taken in its chunk as
// `var Pose2 = class`. Its `name`, which logs and errors show, must stay the one that the user wrote.
import { type Mapped, replaceInLines } from './line-edits.ts'

const MODULE = /^\/\/ (.+)$/
const CLASS = /^var ([\w$]+) = class(?: ([\w$]+))?(?= extends .*\{$| \{$)/
const OWN_NAME = /\bstatic\s+(?:async\s+|get\s+|accessor\s+)?\*?\s*name\b/

/** `textOf`: a module's text by the path that stands above it in the output. */
export function restoreClassNames(output: Mapped, textOf: (path: string) => string | undefined): Mapped {
  const lines = output.code.split('\n')
  const renamedBack = new Map<string, string>()
  const namedAgain = new Map<number, string>()
  let text = ''
  for (const [line, code] of lines.entries()) {
    text = textOf(MODULE.exec(code)?.[1] ?? '') ?? text
    const [, outer, inner] = CLASS.exec(code) ?? []
    if (outer === undefined) continue
    const written = writtenName(outer, inner, text)
    if (written === undefined) continue
    if (inner === `_${written}` && outer === written) renamedBack.set(inner, written)
    else if (!OWN_NAME.test(bodyFrom(lines, line))) namedAgain.set(line, written)
  }
  return nameAgain(renameBack(output, renamedBack), namedAgain)
}

/** The name in the source, where the output has another one. */
function writtenName(outer: string, inner: string | undefined, text: string): string | undefined {
  if (inner === undefined) return withoutNumber(outer, text)
  return inner.startsWith('_') && !hasWord(text, inner) ? withoutNumber(inner.slice(1), text) ?? inner.slice(1) : undefined
}

/** `Point32` is the `Point3` of the text, with a 2 that tells it from another. `undefined` where it needs no change. */
function withoutNumber(name: string, text: string): string | undefined {
  if (hasWord(text, name)) return undefined
  const digits = /\d*$/.exec(name)?.[0].length ?? 0
  return Array.from({ length: digits }, (_, cut) => name.slice(0, name.length - cut - 1)).find((shorter) => hasWord(text, shorter))
}

/** A class at the top level ends at the next line that begins with its brace. */
function bodyFrom(lines: readonly string[], line: number): string {
  const end = lines.findIndex((code, index) => index > line && code.startsWith('}'))
  return lines.slice(line + 1, end).join('\n')
}

/** The inner name is esbuild's own: wherever it stands in this file it means this class. */
function renameBack(output: Mapped, names: ReadonlyMap<string, string>): Mapped {
  if (names.size === 0) return output
  return replaceInLines(output, /(?<![\w$#.])_[\w$]+/g, ([name]) => names.get(name))
}

function nameAgain(output: Mapped, names: ReadonlyMap<number, string>): Mapped {
  if (names.size === 0) return output
  return replaceInLines(output, /\{$/g, (_, line) => {
    const name = names.get(line)
    return name && `{ static { Object.defineProperty(this, "name", { value: "${name}", configurable: true }); }`
  })
}

function hasWord(text: string, word: string): boolean {
  return new RegExp(`(?<![\\w$])${word.replaceAll('$', '\\$')}(?![\\w$])`).test(text)
}

// The project's files as the compiler sees them, and a record of all that it was told: as long as the answers would be the
// same, so is what was compiled from them.
import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, relative } from 'node:path'
import type { CompilerHost } from '../../compiler/model.ts'
import { isFile, posix } from '../config.ts'
import { createResolver, type Resolve } from '../resolve.ts'

/** What the bundler was told to take for an import: `find` is a whole specifier, the folder it starts with, or a pattern. */
export interface Alias {
  readonly find: string | RegExp
  readonly replacement: string
}

export interface RecordedFiles extends CompilerHost {
  /** Whether the disk would give the same answers now. */
  isCurrent(): boolean
}

export function recordFiles(aliases: readonly Alias[]): RecordedFiles {
  const texts = new Map<string, string | undefined>()
  const answers: { readonly specifier: string; readonly from: string; readonly file: string | undefined }[] = []
  const known = new Map<string, string | undefined>()
  const resolve = withAliases(createResolver(), aliases)

  return {
    readFile(path) {
      if (!texts.has(path)) texts.set(path, textOf(path))
      return texts.get(path)
    },
    fileExists: isFile,
    resolve(specifier, from) {
      const key = `${dirname(from)}\n${specifier}`
      if (known.has(key)) return known.get(key)
      const file = resolve(specifier, from)
      known.set(key, file)
      answers.push({ specifier, from, file })
      return file
    },
    isCurrent() {
      const resolveNow = withAliases(createResolver(), aliases)
      return [...texts].every(([path, text]) => textOf(path) === text)
        && answers.every(({ specifier, from, file }) => resolveNow(specifier, from) === file)
    },
  }
}

const textOf = (path: string): string | undefined => (isFile(path) ? readFileSync(path, 'utf8') : undefined)

function withAliases(resolve: Resolve, aliases: readonly Alias[]): Resolve {
  return (specifier, from) => {
    const meant = replaced(specifier, aliases)
    return resolve(isAbsolute(meant) ? relativeTo(dirname(from), meant) : meant, from)
  }
}

function replaced(specifier: string, aliases: readonly Alias[]): string {
  const alias = aliases.find(({ find }) =>
    typeof find === 'string' ? specifier === find || specifier.startsWith(find.endsWith('/') ? find : `${find}/`) : find.test(specifier))
  return alias ? specifier.replace(alias.find, () => alias.replacement) : specifier
}

function relativeTo(folder: string, path: string): string {
  const steps = posix(relative(folder, path))
  return steps.startsWith('.') ? steps : `./${steps}`
}

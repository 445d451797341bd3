// The project's files as the compiler sees them, and a record of all that it was told: as long as the answers would be the
// same, so is what was compiled from them.
import { dirname, isAbsolute } from 'node:path'
import { posix } from '../config.ts'
import { isSeenStill, openProjectFiles, type ProjectFiles } from '../project-files.ts'
import { createPackages } from '../packages.ts'
import { relativeSpecifier } from '../relative.ts'
import { createResolver, type Resolve } from '../resolve.ts'

/** What the bundler was told to take for an import: `find` is a whole specifier, the folder it starts with, or a pattern. */
export interface Alias {
  readonly find: string | RegExp
  readonly replacement: string
}

export interface RecordedFiles extends ProjectFiles {
  /** Whether the disk would give the same answers now. */
  isCurrent(): boolean
}

export function recordFiles(aliases: readonly Alias[]): RecordedFiles {
  const packages = createPackages()
  const files = openProjectFiles(packages, withAliases(createResolver(packages), aliases))
  return { ...files, isCurrent: () => isSeenStill(files.seen(), withAliases(createResolver(), aliases)) }
}

function withAliases(resolve: Resolve, aliases: readonly Alias[]): Resolve {
  return (specifier, from) => {
    const meant = replaced(specifier, aliases)
    return resolve(isAbsolute(meant) ? relativeSpecifier(dirname(from), posix(meant)) : meant, from)
  }
}

function replaced(specifier: string, aliases: readonly Alias[]): string {
  const alias = aliases.find(({ find }) =>
    typeof find === 'string' ? specifier === find || specifier.startsWith(find.endsWith('/') ? find : `${find}/`) : find.test(specifier))
  return alias ? specifier.replace(alias.find, () => alias.replacement) : specifier
}

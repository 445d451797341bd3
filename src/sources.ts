// Which files of a project are looked at. Reads the disk, knows nothing of syntax.
import { type Dirent, readdirSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { mayHoldBrain } from '../compiler/1-parse/prefilter.ts'
import { type BuildConfig, isFile, isFolder, isTypeScript, isWithin, posix, UsageError } from './config.ts'
import { readText } from './source-text.ts'

export interface Sources {
  /** How many files were looked at. */
  readonly lookedAt: number
  /** Those that may hold a brain, absolute, sorted. */
  readonly candidates: readonly string[]
}

/** Throws UsageError for a pattern that matches no TypeScript file. */
export async function findSources(config: BuildConfig): Promise<Sources> {
  const files = config.patterns.length === 0 ? filesOfProject(config) : await filesOfPatterns(config)
  return {
    lookedAt: files.length,
    candidates: files.filter((file) => mayHoldBrain(readText(file))),
  }
}

function filesOfProject(config: BuildConfig): readonly string[] {
  const files = new Set(typeScriptBelow(config, config.projectDir, 'project'))
  // `--root` may name a folder elsewhere, or one that is passed over by default.
  if (!isWithin(config.projectDir, config.sourceRoot)) {
    for (const file of typeScriptBelow(config, config.sourceRoot, 'project')) files.add(file)
  }
  return [...files].sort()
}

async function filesOfPatterns(config: BuildConfig): Promise<readonly string[]> {
  const files = new Set<string>()
  for (const pattern of config.patterns) {
    // A variable of a script that is not set: all of the project is not what it asks for.
    if (pattern === '') throw new UsageError('"" names nothing. Leave it out to look at the whole project, or name a file, a folder or a glob.')
    const matched = await filesOfPattern(config, pattern)
    if (matched.length === 0) {
      throw new UsageError(`"${pattern}" matches no TypeScript file (looked from ${config.cwd}).`)
    }
    for (const file of matched) files.add(insideProject(config, file))
  }
  return [...files].sort()
}

function insideProject(config: BuildConfig, file: string): string {
  if (isWithin(config.projectDir, file) || isWithin(config.sourceRoot, file)) return file
  throw new UsageError(`${file} lies outside of the project ${config.projectDir}. Build it from its own folder, or name its folder with --root.`)
}

async function filesOfPattern(config: BuildConfig, pattern: string): Promise<readonly string[]> {
  const path = posix(resolve(config.cwd, pattern))
  if (isFile(path)) return isTypeScript(path) ? [path] : []
  return isFolder(path) ? typeScriptBelow(config, path, 'named') : filesOfGlob(config, pattern)
}

/** A walk of our own: it is done before a library for patterns is loaded. A link to a folder above would give every file twice. */
function typeScriptBelow(config: BuildConfig, folder: string, asked: 'project' | 'named'): readonly string[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isFile()) return isTypeScript(path) && !entry.name.startsWith('.') ? [path] : []
    const isPassedOver = entry.name.startsWith('.') || entry.name === 'node_modules' || (asked === 'project' && entry.name === 'dist')
    return entry.isDirectory() && !isPassedOver && path !== config.outDir ? typeScriptBelow(config, path, asked) : []
  })
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    // Not for us to see, or gone meanwhile.
    return []
  }
}

async function filesOfGlob(config: BuildConfig, pattern: string): Promise<readonly string[]> {
  const { escapePath, glob } = await import('tinyglobby')
  const outDir = posix(relative(config.cwd, config.outDir))
  const files = await glob([pattern], {
    cwd: config.cwd,
    ignore: ['**/node_modules/**', `${escapePath(outDir)}/**`],
    absolute: true,
    onlyFiles: true,
    followSymbolicLinks: false,
  })
  return files.map(posix).filter((file) => isTypeScript(file) && !isWithin(config.outDir, file))
}

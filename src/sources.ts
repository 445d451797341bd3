// Which files of a project are looked at. Reads the disk, knows nothing of syntax.
import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { escapePath, glob } from 'tinyglobby'
import { mayHoldBrain } from '../compiler/1-parse/prefilter.ts'
import { type BuildConfig, isFile, isFolder, isTypeScript, isWithin, posix, UsageError } from './config.ts'

export interface Sources {
  /** How many files were looked at. */
  readonly lookedAt: number
  /** Those that may hold a brain, absolute, sorted. */
  readonly candidates: readonly string[]
}

const ALL = '**/*.{ts,tsx,mts}'
const NEVER = ['**/node_modules/**', '**/*.d.ts', '**/*.d.mts', '**/*.d.*.ts']

/** Throws UsageError for a pattern that matches no TypeScript file. */
export async function findSources(config: BuildConfig): Promise<Sources> {
  const files = config.patterns.length === 0 ? await filesOfProject(config) : await filesOfPatterns(config)
  return {
    lookedAt: files.length,
    candidates: files.filter((file) => mayHoldBrain(readSource(file))),
  }
}

function readSource(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${file} can't be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`)
  }
}

async function filesOfProject(config: BuildConfig): Promise<readonly string[]> {
  const ignore = [...NEVER, '**/dist/**']
  const files = new Set(await typeScriptBelow(config, config.projectDir, ignore))
  // `--root` may name a folder elsewhere, or one that is passed over by default.
  if (!isWithin(config.projectDir, config.sourceRoot)) {
    for (const file of await typeScriptBelow(config, config.sourceRoot, ignore)) files.add(file)
  }
  return [...files].sort()
}

async function filesOfPatterns(config: BuildConfig): Promise<readonly string[]> {
  const files = new Set<string>()
  for (const pattern of config.patterns) {
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
  if (isFolder(path)) return typeScriptBelow(config, path, NEVER)
  return below(config, config.cwd, pattern, NEVER)
}

const typeScriptBelow = (config: BuildConfig, folder: string, ignore: readonly string[]): Promise<readonly string[]> =>
  below(config, folder, ALL, ignore)

async function below(
  config: BuildConfig,
  cwd: string,
  pattern: string,
  ignore: readonly string[],
): Promise<readonly string[]> {
  const outDir = posix(relative(cwd, config.outDir))
  const files = await glob([pattern], {
    cwd,
    ignore: [...ignore, `${escapePath(outDir)}/**`],
    absolute: true,
    onlyFiles: true,
    // A link to a folder above would give every file twice.
    followSymbolicLinks: false,
  })
  return files.map(posix).filter((file) => isTypeScript(file) && !isWithin(config.outDir, file))
}

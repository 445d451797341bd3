import { existsSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, relative, resolve, sep } from 'node:path'
import { SCRIPT } from '../compiler/1-parse/prefilter.ts'
import { outputName } from '../compiler/file-names.ts'

/** The call is wrong, not the input: a person gets the message and exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What a person or a script asked for. Paths as given, relative to `cwd`. */
export interface BuildOptions {
  readonly cwd: string
  readonly patterns: readonly string[]
  readonly root?: string | undefined
  readonly outDir?: string | undefined
}

/** Where everything lies. All paths absolute and POSIX. */
export interface BuildConfig {
  readonly cwd: string
  /** Folder of the nearest package.json upward, else `cwd`. */
  readonly projectDir: string
  /** Output names mirror the path below it. */
  readonly sourceRoot: string
  readonly outDir: string
  /** Empty: all of the project. */
  readonly patterns: readonly string[]
  /** A script that is built with the brains, so that it may import their sources. */
  readonly program?: string | undefined
}

export type ProgramConfig = BuildConfig & { readonly program: string }

const DEFAULT_OUT_DIR = '.taskbrain'

/** Elsewhere than on Windows a backslash is part of a name. */
export const posix = (path: string): string => (sep === '\\' ? path.replaceAll('\\', '/') : path)

/** Whether `path` is `folder` or lies in it. Both absolute and POSIX. */
export const isWithin = (folder: string, path: string): boolean =>
  path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)

/** The id of what a script becomes: its path below the out dir, without `.js`. */
export const outputOf = ({ projectDir, sourceRoot }: BuildConfig, path: string): string => outputName(path, projectDir, sourceRoot)

/** How a person reads a path: relative to where they stand, POSIX. */
export const shownPath = (config: BuildConfig, path: string): string => posix(relative(config.cwd, path)) || '.'

/** Throws UsageError for a folder that does not exist and for an out dir that would bury the sources. */
export function resolveConfig(options: BuildOptions): BuildConfig {
  const cwd = posix(resolve(options.cwd))
  const projectDir = projectFolder(cwd)
  const sourceRoot = options.root === undefined ? defaultSourceRoot(projectDir) : givenSourceRoot(cwd, options.root)
  const outDir = options.outDir === undefined
    ? `${projectDir}/${DEFAULT_OUT_DIR}`
    : posix(resolve(cwd, nonEmpty('--out-dir', options.outDir)))
  if (isWithin(outDir, projectDir) || isWithin(outDir, sourceRoot)) {
    throw new UsageError(`--out-dir "${options.outDir}" holds the sources. Name a folder of its own, such as ${DEFAULT_OUT_DIR}.`)
  }
  return { cwd, projectDir, sourceRoot, outDir, patterns: options.patterns }
}

/** The same with a program. Throws UsageError also where that is no script of the project. */
export function programConfig(options: BuildOptions, program: string): ProgramConfig {
  const config = resolveConfig(options)
  return { ...config, program: programFile(config, program) }
}

function projectFolder(cwd: string): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(`${folder}/package.json`)) return folder
    if (dirname(folder) === folder) return cwd
  }
}

function defaultSourceRoot(projectDir: string): string {
  return isFolder(`${projectDir}/src`) ? `${projectDir}/src` : projectDir
}

function givenSourceRoot(cwd: string, given: string): string {
  const folder = posix(resolve(cwd, nonEmpty('--root', given)))
  if (isFolder(folder)) return folder
  const problem = existsSync(folder) ? 'is not a folder' : 'does not exist'
  throw new UsageError(`--root "${given}" ${problem}. It names the folder that output paths mirror, such as src.`)
}

function programFile({ cwd, projectDir, outDir }: BuildConfig, given: string): string {
  const asked = posix(resolve(cwd, given))
  if (!isFile(asked)) throw new UsageError(`"${given}" is no file that can be run.`)
  // A working folder has no links in its path, while a path that a person or a tool makes may have some.
  const file = isWithin(projectDir, asked) ? asked : posix(realpathSync(asked))
  if (!SCRIPT.test(file)) throw new UsageError(`"${given}" is no script: its name does not end in .ts, .js or the like.`)
  if (!isWithin(projectDir, file)) throw new UsageError(`${file} lies outside of the project ${projectDir}. Run it from its own folder.`)
  if (isWithin(outDir, file)) throw new UsageError(`"${given}" is what a build wrote. Name the source that it was made from, or start it with node.`)
  return file
}

function nonEmpty(flag: string, given: string): string {
  if (given.trim() === '') throw new UsageError(`${flag} needs a folder.`)
  return given
}

export const isFolder = (path: string): boolean => kindOf(path) === 'folder'
export const isFile = (path: string): boolean => kindOf(path) === 'file'

function kindOf(path: string): 'file' | 'folder' | undefined {
  try {
    const stats = statSync(path)
    return stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : undefined
  } catch {
    // Missing, below a file, or not for us to see.
    return undefined
  }
}

/** TypeScript that can hold a brain: not a declaration file. */
export const isTypeScript = (path: string): boolean => /\.(?:tsx?|[cm]ts)$/.test(path) && !/\.d\.[^/]*ts$/.test(basename(path))

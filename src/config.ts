import { existsSync, statSync } from 'node:fs'
import { basename, dirname, relative, resolve, sep } from 'node:path'

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
}

const DEFAULT_OUT_DIR = '.taskbrain'

/** Elsewhere than on Windows a backslash is part of a name. */
export const posix = (path: string): string => (sep === '\\' ? path.replaceAll('\\', '/') : path)

/** Whether `path` is `folder` or lies in it. Both absolute and POSIX. */
export const isWithin = (folder: string, path: string): boolean =>
  path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)

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

// Which file of the project an import means. Follows TypeScript: a relative path, `paths` of the tsconfig, `imports` of
// the package.json; `./x.js` is `./x.ts` where that exists. A package is `undefined`, but for one that ships brains.
import { isBuiltin } from 'node:module'
import { dirname, isAbsolute, resolve } from 'node:path'
import { type Alias, aliasOf, byPrefix, conditionTargets, followAlias, matches } from './aliases.ts'
import { isFile, isFolder, posix } from './config.ts'
import { list, readJson, record } from './json-file.ts'
import { nearest, nearestFile } from './nearest.ts'
import { createPackages, packageFolderOf, type Packages } from './packages.ts'

export type Resolve = (specifier: string, fromFile: string) => string | undefined

const TYPESCRIPT_TWINS: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.js', '.jsx'],
  '.jsx': ['.tsx', '.jsx'],
  '.mjs': ['.mts', '.mjs'],
  '.cjs': ['.cts', '.cjs'],
}
const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']

/** Reads each tsconfig and package.json once: make a new one for each build. */
export function createResolver(packages: Packages = createPackages()): Resolve {
  const importsAt = nearestAliases(readPackageImports)
  const pathsAt = nearestAliases(readTsconfigPaths)
  return (specifier, fromFile) => {
    const folder = dirname(fromFile)
    if (/^\.{1,2}(?:\/|$)/.test(specifier)) {
      const file = fileAt(posix(resolve(folder, specifier)))
      return file && packages.sourceOf(file)
    }
    if (isBuiltin(specifier)) return undefined
    for (const alias of [...importsAt(folder), ...pathsAt(folder)]) {
      const file = followAlias(alias, specifier, fileAt)
      // An alias such as `"*": ["node_modules/*"]` still means a package, and one of the project is none of a package's.
      if (file !== undefined && packageFolderOf(file) === packageFolderOf(fromFile)) return file
    }
    return packages.resolve(specifier, fromFile)
  }
}

/** Whether an import that is no file can be no package either: it is written as an alias of the project. */
export function createAliasTest(): (specifier: string, fromFile: string) => boolean {
  const pathsAt = nearestAliases(readTsconfigPaths)
  return (specifier, fromFile) => {
    if (/^[@~]\//.test(specifier)) return true
    const folder = dirname(fromFile)
    return pathsAt(folder).some((alias) => alias.prefix !== '' && matches(alias, specifier)) && !isInstalled(packageName(specifier), folder)
  }
}

const packageName = (specifier: string): string => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')

const isInstalled = (name: string, folder: string): boolean => nearest((at) => isFolder(`${at}/node_modules/${name}`) || undefined)(folder) ?? false

function nearestAliases(read: (folder: string) => readonly Alias[]): (folder: string) => readonly Alias[] {
  const at = nearest((folder) => {
    const found = read(folder)
    return found.length > 0 ? found : undefined
  })
  return (folder) => at(folder) ?? []
}

/** `path` is absolute and POSIX. */
function fileAt(path: string): string | undefined {
  const extension = /\.[cm]?jsx?$/.exec(path)?.[0] ?? ''
  const stem = path.slice(0, path.length - extension.length)
  for (const twin of TYPESCRIPT_TWINS[extension] ?? []) if (isFile(stem + twin)) return stem + twin
  if (isFile(path)) return path
  for (const added of EXTENSIONS) if (isFile(path + added)) return path + added
  if (!isFolder(path)) return undefined
  return EXTENSIONS.map((added) => `${path}/index${added}`).find(isFile)
}

function readTsconfigPaths(folder: string): readonly Alias[] {
  const { baseUrl, paths } = pathOptionsOf(`${folder}/tsconfig.json`, folder, new Set())
  const aliases = Object.entries(paths?.patterns ?? {}).map(([pattern, targets]) =>
    aliasOf(pattern, list(targets).map((target) => absolutePath(target, baseUrl ?? paths!.folder, folder))))
  // Whatever no pattern means may be a file below the base.
  return [...aliases.toSorted(byPrefix), ...(baseUrl === undefined ? [] : [aliasOf('*', [`${baseUrl}/*`])])]
}

interface PathOptions {
  /** Absolute. */
  readonly baseUrl?: string
  readonly paths?: { readonly patterns: Record<string, unknown>; readonly folder: string }
}

/** Of a tsconfig with those that it extends. `home` is the folder of the one that extends them all. */
function pathOptionsOf(file: string, home: string, seen: Set<string>): PathOptions {
  if (seen.has(file) || !isFile(file)) return {}
  seen.add(file)
  const config = readJson(file)
  const { baseUrl, paths } = record(config['compilerOptions'])
  const folder = dirname(file)
  return Object.assign(
    {}, ...parentsOf(file, config).map((parent) => pathOptionsOf(parent, home, seen)),
    typeof baseUrl === 'string' && { baseUrl: absolutePath(baseUrl, folder, home) },
    paths !== undefined && { paths: { patterns: record(paths), folder } },
  )
}

const absolutePath = (path: string, folder: string, home: string): string => posix(resolve(folder, path.replace(/^\$\{configDir\}/, () => home)))

function parentConfig(extended: string, file: string): string {
  const path = posix(resolve(dirname(file), extended))
  return path.endsWith('.json') || isFile(path) ? path : `${path}.json`
}

function readPackageImports(folder: string): readonly Alias[] {
  const file = `${folder}/package.json`
  if (!isFile(file)) return []
  return Object.entries(record(readJson(file)['imports']))
    .map(([pattern, target]) => aliasOf(pattern, conditionTargets(target).map((path) => posix(resolve(folder, path)))))
    .toSorted(byPrefix)
}

// --- which of them are consulted ---

/** The nearest package.json and tsconfig.json upward of these files, with what the latter extends; sorted. */
export function configsOf(files: Iterable<string>): readonly string[] {
  const configs = new Set<string>()
  const folders = new Set<string>()
  for (const file of files) if (!file.includes('/node_modules/')) folders.add(dirname(file))
  for (const name of ['package.json', 'tsconfig.json']) {
    const config = nearestFile(name)
    for (const folder of folders) addWithParents(config(folder), configs)
  }
  return [...configs].sort()
}

/** `compilerOptions` of the nearest tsconfig.json upward of a folder, with those of what it extends. */
export function compilerOptionsOf(folder: string): Readonly<Record<string, unknown>> {
  const file = nearestFile('tsconfig.json')(folder)
  return file === undefined ? {} : optionsOf(file, new Set())
}

function optionsOf(file: string, seen: Set<string>): Record<string, unknown> {
  if (seen.has(file) || !isFile(file)) return {}
  seen.add(file)
  const config = readJson(file)
  const inherited = parentsOf(file, config).map((parent) => optionsOf(parent, seen))
  return Object.assign({}, ...inherited, record(config['compilerOptions']))
}

const parentsOf = (file: string, config: Record<string, unknown>): readonly string[] =>
  parentsNamed(file, config).flatMap(({ path }) => path ?? [])

/** What `extends` says, and the file that it means. */
interface Parent {
  readonly specifier: string
  /** `undefined`: of a package, and not where it is looked for. */
  readonly path: string | undefined
}

function parentsNamed(file: string, config: Record<string, unknown>): readonly Parent[] {
  return list(config['extends']).map((specifier) => {
    const isPath = specifier.startsWith('.') || isAbsolute(specifier)
    return { specifier, path: isPath ? parentConfig(specifier, file) : packageConfig(specifier, dirname(file)) }
  })
}

/** What a tsconfig extends that is nowhere, or that extends it in turn: each with the rest of the sentence that says so. */
export function lostParents(file: string): readonly { readonly specifier: string; readonly why: string }[] {
  return parentsNamed(file, readJson(file)).flatMap(({ specifier, path }) => {
    if (path === undefined ? !isPackageThere(specifier, dirname(file)) : !isFile(path)) return [{ specifier, why: 'leads to no file' }]
    return path !== undefined && leadsTo(path, file, new Set()) ? [{ specifier, why: 'extends this file in turn' }] : []
  })
}

function leadsTo(from: string, file: string, seen: Set<string>): boolean {
  if (from === file) return true
  if (seen.has(from) || !isFile(from)) return false
  seen.add(from)
  return parentsOf(from, readJson(from)).some((parent) => leadsTo(parent, file, seen))
}

/** What a package calls its tsconfig is up to the package. */
function isPackageThere(specifier: string, folder: string): boolean {
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  return nearestFile(`node_modules/${name}/package.json`)(folder) !== undefined
}

function addWithParents(config: string | undefined, configs: Set<string>): void {
  if (config === undefined || configs.has(config)) return
  configs.add(config)
  if (config.endsWith('/package.json')) return
  for (const parent of parentsOf(config, readJson(config))) if (isFile(parent)) addWithParents(parent, configs)
}

/** `@company/tsconfig`, `@company/tsconfig/base.json`. */
function packageConfig(extended: string, folder: string): string | undefined {
  for (const end of ['', '.json', '/tsconfig.json']) {
    const found = nearestFile(`node_modules/${extended}${end}`)(folder)
    if (found !== undefined) return found
  }
  return undefined
}

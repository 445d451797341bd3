// Which file of the project an import means. Follows TypeScript: a relative path, `paths` of the tsconfig, `imports` of
// the package.json; `./x.js` is `./x.ts` where that exists. A package is `undefined`, but for one that ships brains.
import { dirname, resolve } from 'node:path'
import { type Alias, aliasOf, byPrefix, conditionTargets, followAlias } from './aliases.ts'
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
    for (const alias of [...importsAt(folder), ...pathsAt(folder)]) {
      const file = followAlias(alias, specifier, fileAt)
      // An alias such as `"*": ["node_modules/*"]` still means a package, and one of the project is none of a package's.
      if (file !== undefined && packageFolderOf(file) === packageFolderOf(fromFile)) return file
    }
    return packages.resolve(specifier, fromFile)
  }
}

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
  return pathsOf(`${folder}/tsconfig.json`, new Set()).toSorted(byPrefix)
}

function pathsOf(file: string, seen: Set<string>): readonly Alias[] {
  if (seen.has(file) || !isFile(file)) return []
  seen.add(file)
  const config = readJson(file)
  const options = record(config['compilerOptions'])
  const base = posix(resolve(dirname(file), typeof options['baseUrl'] === 'string' ? options['baseUrl'] : '.'))
  if (options['paths'] !== undefined) {
    return Object.entries(record(options['paths'])).map(([pattern, targets]) =>
      aliasOf(pattern, list(targets).map((target) => posix(resolve(base, target)))))
  }
  for (const parent of parentsOf(file, config).toReversed()) {
    const found = pathsOf(parent, seen)
    if (found.length > 0) return found
  }
  return []
}

const parentConfig = (extended: string, file: string): string =>
  posix(resolve(dirname(file), extended.endsWith('.json') ? extended : `${extended}.json`))

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

function parentsOf(file: string, config: Record<string, unknown>): readonly string[] {
  return list(config['extends']).flatMap((extended) =>
    (extended.startsWith('.') ? parentConfig(extended, file) : packageConfig(extended, dirname(file))) ?? [])
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

// Packages that ship brains. In: an import of a package, as Node follows it. Out: the source of the compiled module that it leads to, which
// the manifest of its build names: others build upon that. Only what has taskbrain among its peerDependencies is looked into.
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, posix as posixPath } from 'node:path'
import { aliasOf, byPrefix, conditionTargets, followAlias } from './aliases.ts'
import { isFile, isFolder, isTypeScript, isWithin, posix } from './config.ts'
import { MANIFEST_FORMAT } from './contract/manifest.ts'
import { DOORS } from './contract/names.ts'
import { hashOfFile } from './hash.ts'
import { readJson, record } from './json-file.ts'
import { nearest } from './nearest.ts'

export interface Packages {
  /** The file that an import of a package means; `undefined` where nobody can build upon it. */
  resolve(specifier: string, fromFile: string): string | undefined
  /** The source of a compiled module of a package; any other file is its own. */
  sourceOf(file: string): string | undefined
  /** Whether a package may ship brains that `taskbrain build` has compiled: their workers lie beside them, so no bundler moves it. */
  isCompiled(specifier: string, fromFile: string): boolean
  /** Why the brains of a package can't be built upon, as far as they were asked for: the end of a sentence about it. */
  whyUnread(specifier: string, fromFile: string): string | undefined
  /** A file by its package, the same wherever that is compiled: `machines/src/pose.ts`. */
  nameOf(file: string): string | undefined
  /** The file of a package that a module imports and that one in `folder` would not find by that name, or would find as another. */
  fileUnseenFrom(folder: string, specifier: string, fromFile: string): string | undefined
  /** Whether there is a package of that name for a module. */
  isInstalled(specifier: string, fromFile: string): boolean
  /** Where Node looks for the package.json of what is imported, up to the first that is there. */
  placesOf(specifier: string, fromFile: string): readonly string[]
}

/** The folder of the package that a file belongs to, by its path alone: `…/node_modules/@scope/name`. */
export const packageFolderOf = (file: string): string | undefined => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0]

/** Reads each package.json and manifest.json once: make a new one for each build. */
export function createPackages(): Packages {
  const folders = new Map<string, (folder: string) => string | undefined>()
  const withPackages = new Map<string, boolean>()
  const configs = new Map<string, Record<string, unknown>>()
  const refusals = new Map<string, string>()
  const manifestAt = nearest((folder) => readManifest(folder) ?? (packageFolderOf(`${folder}/`) === folder ? NO_MANIFEST : undefined))
  const namedFolder = nearest((folder) => (isFile(`${folder}/package.json`) && configOf(folder)['name'] !== undefined ? folder : undefined))

  return { resolve, sourceOf, isCompiled, whyUnread, nameOf, fileUnseenFrom, isInstalled, placesOf }

  function resolve(specifier: string, fromFile: string): string | undefined {
    const folder = folderOf(specifier, fromFile)
    if (folder === undefined || !needsTaskbrain(configOf(folder))) return undefined
    const file = entryOf(folder, configOf(folder), `.${partsOf(specifier)!.below}`)
    if (file === undefined) return undefined
    if (isTypeScript(file)) return ownSource(folder, file)
    if (!hasPeer(configOf(folder))) return refuse(folder, 'has taskbrain among its dependencies and not among its peerDependencies, so that it may bring another one')
    return sourceOf(file)
  }

  /** A package of the same workspace that is not built is compiled with the project. */
  function ownSource(folder: string, file: string): string | undefined {
    const real = realPath(file)
    return packageFolderOf(real) === undefined ? real : refuse(folder, 'ships TypeScript that `taskbrain build` has not compiled')
  }

  function sourceOf(file: string): string | undefined {
    const folder = packageFolderOf(file)
    const manifest = folder === undefined || !isFile(file) ? undefined : manifestAt(dirname(file))
    if (folder === undefined || !manifest) return file
    if (manifest !== NO_MANIFEST && manifest.format !== MANIFEST_FORMAT) return refuse(folder, `was built by another version of taskbrain (format ${String(manifest.format)}, here ${MANIFEST_FORMAT})`)
    const source = manifest.sources.get(file)
    if (source === undefined) return isMainModule(file) ? refuse(folder, 'ships brains without the manifest.json that `taskbrain build` makes') : file
    const path = posixPath.join(folder, source.name)
    if (!isWithin(folder, path) || !isFile(path)) return refuse(folder, `does not ship \`${source.name}\`, the source of its brain`)
    return hashOfFile(path) === source.hash ? path : refuse(folder, `was built from another \`${source.name}\` than it ships`)
  }

  function isCompiled(specifier: string, fromFile: string): boolean {
    const folder = folderOf(specifier, fromFile)
    if (folder === undefined || !needsTaskbrain(configOf(folder))) return false
    const file = entryOf(folder, configOf(folder), `.${partsOf(specifier)!.below}`)
    return file !== undefined && !isTypeScript(file)
  }

  function whyUnread(specifier: string, fromFile: string): string | undefined {
    return refusals.get(folderOf(specifier, fromFile) ?? '')
  }

  function nameOf(file: string): string | undefined {
    const folder = namedFolder(dirname(file))
    if (folder === undefined || !hasPeer(configOf(folder))) return undefined
    return `${String(configOf(folder)['name'])}/${posixPath.relative(folder, file)}`
  }

  function fileUnseenFrom(folder: string, specifier: string, fromFile: string): string | undefined {
    const own = folderOf(specifier, fromFile)
    const seen = folderOf(specifier, `${folder}/any.js`)
    if (own === undefined || (seen !== undefined && realPath(seen) === realPath(own))) return undefined
    return entryOf(own, configOf(own), `.${partsOf(specifier)!.below}`)
  }

  function isInstalled(specifier: string, fromFile: string): boolean {
    return folderOf(specifier, fromFile) !== undefined
  }

  function refuse(folder: string, why: string): undefined {
    refusals.set(folder, why)
    return undefined
  }

  function folderOf(specifier: string, fromFile: string): string | undefined {
    const name = partsOf(specifier)?.name
    if (name === undefined || name === DOORS.user) return undefined
    const find = folders.get(name) ?? nearest((folder) => (hasPackages(folder) && isFile(`${folder}/node_modules/${name}/package.json`) ? posixPath.join(folder, 'node_modules', name) : undefined))
    folders.set(name, find)
    const shown = find(dirname(fromFile))
    if (packageFolderOf(fromFile) === undefined) return shown
    // Node looks from where a linked package really is; what the project has too goes by the project's path.
    const real = find(realPath(dirname(fromFile)))
    return real === undefined || (shown !== undefined && realPath(shown) === realPath(real)) ? shown : keptInPackages(real)
  }

  /** Few folders do, and each is asked for every name. */
  function hasPackages(folder: string): boolean {
    const known = withPackages.get(folder) ?? isFolder(`${folder}/node_modules`)
    withPackages.set(folder, known)
    return known
  }

  function configOf(folder: string): Record<string, unknown> {
    const config = configs.get(folder) ?? readJson(`${folder}/package.json`)
    configs.set(folder, config)
    return config
  }
}

function placesOf(specifier: string, fromFile: string): readonly string[] {
  const { name } = partsOf(specifier) ?? {}
  const places: string[] = []
  for (let folder = realPath(dirname(fromFile)); name !== undefined && !places.some(isFile); folder = dirname(folder)) {
    places.push(posixPath.join(folder, 'node_modules', name, 'package.json'))
    if (dirname(folder) === folder) break
  }
  return places
}

/** Two packages may link to one. */
function keptInPackages(folder: string): string {
  const real = realPath(folder)
  return packageFolderOf(`${real}/`) === undefined ? folder : real
}

const realPath = (path: string): string => (existsSync(path) ? posix(realpathSync(path)) : path)

/** `@scope/name/below` */
function partsOf(specifier: string): { readonly name: string; readonly below: string } | undefined {
  const [, name, below = ''] = /^((?:@[^/:]+\/)?[^./@#:][^/:]*)(\/.*)?$/.exec(specifier) ?? []
  return name === undefined ? undefined : { name, below }
}

const lists = (config: Record<string, unknown>, kind: string): boolean => DOORS.user in record(config[kind])
const hasPeer = (config: Record<string, unknown>): boolean => lists(config, 'peerDependencies')
const needsTaskbrain = (config: Record<string, unknown>): boolean => hasPeer(config) || lists(config, 'dependencies') || lists(config, 'devDependencies')

/** The file that Node loads for `.` or `./below`. */
function entryOf(folder: string, { exports, main }: Record<string, unknown>, subpath: string): string | undefined {
  const fileAt = (path: string): string | undefined => (isFile(path) ? path : undefined)
  if (exports === undefined) {
    const below = subpath !== '.' ? [subpath] : typeof main === 'string' ? [main, `${main}.js`, `${main}/index.js`, 'index.js'] : ['index.js']
    return below.map((path) => posixPath.join(folder, path)).find(isFile)
  }
  const isMap = Object.keys(record(exports)).some((key) => key.startsWith('.'))
  const aliases = Object.entries(isMap ? record(exports) : { '.': exports })
    .map(([pattern, target]) => aliasOf(pattern, conditionTargets(target).map((path) => posixPath.join(folder, path))))
  for (const alias of aliases.toSorted(byPrefix)) {
    const file = followAlias(alias, subpath, fileAt)
    if (file !== undefined) return file
  }
  return undefined
}

// --- the manifest of its build ---

interface PackageManifest {
  readonly format: unknown
  /** By the path of a compiled module. */
  readonly sources: ReadonlyMap<string, { readonly name: string; readonly hash: unknown }>
}

const NO_MANIFEST: PackageManifest = { format: undefined, sources: new Map() }

function readManifest(folder: string): PackageManifest | undefined {
  const file = `${folder}/manifest.json`
  const { format, brains, sources } = isFile(file) ? readJson(file) : {}
  if (typeof format !== 'number' || !Array.isArray(brains)) return undefined
  return {
    format,
    sources: new Map(brains.map(record).map(({ module, source }) =>
      [posixPath.join(folder, String(module)), { name: String(source), hash: record(sources)[String(source)] }])),
  }
}

const isMainModule = (file: string): boolean => readFileSync(file, 'utf8').includes(DOORS.engine)

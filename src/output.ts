// The only place that writes to the disk, and only below the out dir.
import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, posix as posixPath } from 'node:path'
import { type Manifest, MANIFEST_FORMAT } from './contract/manifest.ts'
import { isFile, isFolder, isWithin, UsageError } from './config.ts'

export interface Written {
  /** Paths below the out dir, sorted. */
  readonly written: readonly string[]
  readonly unchanged: readonly string[]
  readonly deleted: readonly string[]
}

export interface WrittenOutput extends Written {
  /** All that this build made, path below the out dir → text. */
  readonly outputs: ReadonlyMap<string, string>
}

const MANIFEST = 'manifest.json'
const PACKAGE = 'package.json'
const CACHE = 'cache.json'
const PACKAGE_TEXT = '{\n  "type": "module"\n}\n'

/** What the last build left, or `undefined` where there was none that can be read. */
export function readManifest(outDir: string): Manifest | undefined {
  try {
    const manifest = JSON.parse(readFileSync(`${outDir}/${MANIFEST}`, 'utf8')) as Manifest
    return manifest.format === MANIFEST_FORMAT && Array.isArray(manifest.files) && Array.isArray(manifest.brains) ? manifest : undefined
  } catch {
    return undefined
  }
}

/** Throws UsageError where the out dir can't be written, or holds a package.json of somebody else. Leaves nothing behind. */
export function checkOutDir(outDir: string, shown: string): void {
  for (let folder = outDir; ; folder = dirname(folder)) {
    if (isFolder(folder)) {
      checkWritable(folder, shown)
      break
    }
    if (existsSync(folder)) throw new UsageError(`The out dir ${shown} can't be made: ${folder === outDir ? 'it' : folder} is a file.`)
  }
  const packageFile = `${outDir}/${PACKAGE}`
  if (isFile(packageFile) && !holds(packageFile, PACKAGE_TEXT) && !readManifest(outDir)) {
    throw new UsageError(`The out dir ${shown} has a package.json that no build made. Name a folder of its own.`)
  }
}

function checkWritable(folder: string, shown: string): void {
  const probe = `${folder}/.taskbrain-${process.pid}.tmp`
  try {
    writeFileSync(probe, '')
    rmSync(probe)
  } catch (error) {
    throw new UsageError(`The out dir ${shown} can't be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`)
  }
}

/** What a build leaves in the out dir. With `keepLast`, what the last one left and this one does not make stays. */
export interface Output {
  readonly outDir: string
  readonly texts: ReadonlyMap<string, string>
  readonly brains: Manifest['brains']
  readonly sources: Manifest['sources']
  readonly last: Manifest | undefined
  readonly keepLast: boolean
}

/** Writes what changed, each file whole or not at all, and deletes what the last build made and this one does not. */
export function writeOutput({ outDir, texts, brains, sources, last, keepLast }: Output): WrittenOutput {
  const files = new Map([...texts, [PACKAGE, PACKAGE_TEXT]])
  const names = [...new Set([...files.keys(), ...(keepLast ? last?.files ?? [] : [])])].sort()
  const manifest: Manifest = keepLast
    ? { format: MANIFEST_FORMAT, brains: mergedBrains(brains, last), sources: { ...last?.sources, ...sources }, files: names }
    : { format: MANIFEST_FORMAT, brains, sources, files: names }
  files.set(MANIFEST, `${JSON.stringify(manifest, null, 2)}\n`)

  const written: string[] = []
  const unchanged: string[] = []
  for (const [path, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    ;(writeFile(outDir, path, text) ? written : unchanged).push(path)
  }
  const stale = keepLast ? [] : (last?.files ?? []).filter((path) => !files.has(path))
  return { written, unchanged, deleted: stale.filter((path) => deleteFile(outDir, path)), outputs: files }
}

/** A build that can't be remembered is a good build all the same. */
export function writeCache(outDir: string, text: string): void {
  try {
    writeFile(outDir, CACHE, text)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
  }
}

export function readCache(outDir: string): string | undefined {
  try {
    return readFileSync(`${outDir}/${CACHE}`, 'utf8')
  } catch {
    return undefined
  }
}

function mergedBrains(brains: Manifest['brains'], last: Manifest | undefined): Manifest['brains'] {
  const made = new Set(brains.map((brain) => brain.source))
  const kept = (last?.brains ?? []).filter((brain) => !made.has(brain.source))
  return [...kept, ...brains].sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** False where it stands there already. */
function writeFile(outDir: string, path: string, text: string): boolean {
  const file = placeBelow(outDir, path)
  if (file === undefined) throw new Error(`taskbrain internal error: "${path}" lies outside of the out dir`)
  if (holds(file, text)) return false
  const draft = `${file}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(draft, text)
    renameSync(draft, file)
  } catch (error) {
    if (isFile(draft)) rmSync(draft)
    throw new UsageError(`${file} can't be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`)
  }
  return true
}

/** One that can't be read is another: what is written takes its place. */
function holds(file: string, text: string): boolean {
  try {
    return isFile(file) && readFileSync(file, 'utf8') === text
  } catch {
    return false
  }
}

function deleteFile(outDir: string, path: string): boolean {
  // A manifest may have been changed by hand: what it names outside of the out dir is left alone.
  const file = placeBelow(outDir, path)
  if (file === undefined || !isFile(file)) return false
  rmSync(file)
  for (let folder = dirname(file); folder !== outDir && isWithin(outDir, folder); folder = dirname(folder)) {
    try {
      rmdirSync(folder)
    } catch {
      break
    }
  }
  return true
}

function placeBelow(outDir: string, path: unknown): string | undefined {
  if (typeof path !== 'string') return undefined
  const file = posixPath.normalize(posixPath.join(outDir, path))
  return isWithin(outDir, file) && file !== outDir ? file : undefined
}

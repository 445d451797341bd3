// What the last good build depended on, kept beside its output: where nothing of it changed the result stands, and no
// compiler is loaded. Contents decide, never times. Paths in the cache are relative to the project's folder.
import { existsSync } from 'node:fs'
import { dirname, posix as posixPath, relative } from 'node:path'
import { constants, gunzipSync, gzipSync } from 'node:zlib'
import type { Diagnostic } from '../compiler/log.ts'
import { type BuildConfig, isWithin, posix } from './config.ts'
import type { BrainManifest } from './contract/manifest.ts'
import { readCache } from './output.ts'
import { hashOf, hashOfFile } from './hash.ts'
import { isSeenStill, type Seen } from './project-files.ts'
import { configsOf, createResolver } from './resolve.ts'
import { ownIdentity } from './version.ts'

/** A build that is good, and what it was made from. */
export interface GoodBuild {
  readonly candidates: readonly string[]
  readonly seen: Seen
  /** Path below the out dir → text. */
  readonly outputs: ReadonlyMap<string, string>
  /** Warnings: they are shown again. */
  readonly diagnostics: readonly Diagnostic[]
  readonly brains: readonly BrainManifest[]
  /** What the compiler understood of its sources. */
  readonly saved: string | undefined
}

/** The same of a build that still stands. */
export interface StandingBuild extends Pick<GoodBuild, 'diagnostics' | 'brains'> {
  /** Every file of the build below the out dir, sorted. */
  readonly files: readonly string[]
  /** Absolute. */
  readonly read: readonly string[]
}

export function cacheText(config: BuildConfig, build: GoodBuild): string {
  const nameOf = namesIn(config)
  const { files, imports } = build.seen
  const inside = [...files].filter(([path, hash]) => hash !== null || isInside(config, path))
  const kept: Kept = {
    call: callOf(config, build.candidates),
    files: sortedRecord(inside.map(([path, hash]) => [nameOf(path), hash])),
    configs: hashesOf(config, configsOf(inside.map(([path]) => path))),
    nowhereAbove: nowhereAbove(config, [...files].filter(([, hash]) => hash === null).map(([path]) => path)),
    imports: sortedRecord([...imports].map(([folder, meanings]) =>
      [nameOf(folder), sortedRecord([...meanings].map(([specifier, file]) => [specifier, file === undefined ? null : nameOf(file)]))])),
    outputs: sortedRecord([...build.outputs].map(([path, text]) => [path, hashOf(text)])),
    diagnostics: build.diagnostics,
    brains: build.brains,
  }
  const readings = build.saved === undefined ? '' : gzipSync(build.saved, { level: constants.Z_BEST_SPEED }).toString('base64')
  return `${JSON.stringify({ checksum: checksumOf(kept, readings), build: kept, readings }, null, 2)}\n`
}

/** What the compiler of the last good build understood, if it was this one. */
export function savedReadings({ outDir }: BuildConfig): string | undefined {
  const cache = readWhole(outDir)
  try {
    return cache?.build.call.taskbrain === ownIdentity() ? gunzipSync(Buffer.from(cache.readings, 'base64')).toString() : undefined
  } catch {
    return undefined
  }
}

/** The last good build, if the same call would make the same again; `undefined` where that is not sure. */
export function standingBuild(config: BuildConfig, candidates: readonly string[]): StandingBuild | undefined {
  const kept = readWhole(config.outDir)?.build
  if (!kept || JSON.stringify(kept.call) !== JSON.stringify(callOf(config, candidates))) return undefined
  const seen = seenIn(config, kept)
  if (!outputsStand(config, kept) || !inputsStand(config, kept, seen)) return undefined
  return { diagnostics: kept.diagnostics, brains: kept.brains, files: Object.keys(kept.outputs), read: filesToWatch(seen.files) }
}

// --- the file ---

interface Kept {
  readonly call: Call
  /** Hash of the content; `null` where nothing was, and something would change the build. */
  readonly files: Readonly<Record<string, string | null>>
  readonly configs: Readonly<Record<string, string>>
  /** Looked for in every folder above the project, and in none of them. */
  readonly nowhereAbove: readonly string[]
  /** Folder → specifier → file; `null` for a package. */
  readonly imports: Readonly<Record<string, Readonly<Record<string, string | null>>>>
  readonly outputs: Readonly<Record<string, string>>
  readonly diagnostics: readonly Diagnostic[]
  readonly brains: readonly BrainManifest[]
}

interface Cache {
  readonly checksum: string
  readonly build: Kept
  /** Empty where there are none. */
  readonly readings: string
}

interface Call {
  readonly taskbrain: string
  readonly root: string
  readonly outDir: string
  /** Patterns were given: what they did not match is kept. Which they were tells `candidates`. */
  readonly partial: boolean
  readonly candidates: readonly string[]
  readonly program?: string
}

function callOf(config: BuildConfig, candidates: readonly string[]): Call {
  const nameOf = namesIn(config)
  return {
    taskbrain: ownIdentity(),
    root: nameOf(config.sourceRoot),
    outDir: nameOf(config.outDir),
    partial: config.patterns.length > 0,
    candidates: candidates.map(nameOf),
    ...(config.program !== undefined && { program: nameOf(config.program) }),
  }
}

/** `undefined` for whatever no build of ours has written. */
function readWhole(outDir: string): Cache | undefined {
  try {
    const cache = JSON.parse(readCache(outDir) ?? '') as Cache
    return cache.checksum === checksumOf(cache.build, cache.readings) ? cache : undefined
  } catch {
    return undefined
  }
}

const checksumOf = (kept: Kept, readings: string): string => hashOf(`${JSON.stringify(kept)}\n${readings}`)

const sortedRecord = <Value>(entries: readonly (readonly [string, Value])[]): Record<string, Value> =>
  Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))

// --- what must still hold ---

function outputsStand(config: BuildConfig, { outputs }: Kept): boolean {
  return Object.entries(outputs).every(([path, hash]) => hashOfFile(`${config.outDir}/${path}`) === hash)
}

function inputsStand(config: BuildConfig, { configs, nowhereAbove: missing }: Kept, seen: Seen): boolean {
  if (!isSeenStill(seen, createResolver()) || missing.some((path) => isAbove(config, path))) return false
  return JSON.stringify(hashesOf(config, configsOf(seen.files.keys()))) === JSON.stringify(configs)
}

function seenIn(config: BuildConfig, { files, imports }: Kept): Seen {
  const placed = <Value, Placed>(record: Readonly<Record<string, Value>>, place: (value: Value) => Placed): ReadonlyMap<string, Placed> =>
    new Map(Object.entries(record).map(([name, value]) => [placeOf(config, name), place(value)]))
  return {
    files: placed(files, (hash) => hash),
    imports: placed(imports, (meanings) =>
      new Map(Object.entries(meanings).map(([specifier, name]) => [specifier, name === null ? undefined : placeOf(config, name)]))),
  }
}

const hashesOf = (config: BuildConfig, paths: readonly string[]): Record<string, string> =>
  sortedRecord(paths.map((path) => [namesIn(config)(path), hashOfFile(path) ?? '']))

/** What was there and may be edited, sorted. */
export const filesToWatch = (files: Iterable<readonly [path: string, hash: string | null]>): readonly string[] =>
  [...files].filter(([path, hash]) => hash !== null && !path.includes('/node_modules/')).map(([path]) => path).sort()

// --- paths ---

const namesIn = (config: BuildConfig) => (path: string): string => posix(relative(config.projectDir, path)) || '.'
const placeOf = (config: BuildConfig, name: string): string => posixPath.join(config.projectDir, name)
const isInside = (config: BuildConfig, path: string): boolean => isWithin(config.projectDir, path) || isWithin(config.sourceRoot, path)

/**
 * The type checker looks for `node_modules` in every folder up to the root of the disk. How many there are is no matter of
 * the project's, so only what was missed is kept, below whichever folder.
 */
function nowhereAbove(config: BuildConfig, missing: readonly string[]): readonly string[] {
  const outside = missing.filter((path) => !isInside(config, path)).map((path) => belowCommonFolder(config, path))
  return [...new Set(outside)].filter((path) => !isAbove(config, path)).sort()
}

function belowCommonFolder({ projectDir }: BuildConfig, path: string): string {
  let folder = dirname(projectDir)
  while (!isWithin(folder, path) && dirname(folder) !== folder) folder = dirname(folder)
  return posix(relative(folder, path))
}

function isAbove({ projectDir }: BuildConfig, path: string): boolean {
  for (let folder = dirname(projectDir); ; folder = dirname(folder)) {
    if (existsSync(posixPath.join(folder, path))) return true
    if (dirname(folder) === folder) return false
  }
}

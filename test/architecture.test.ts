import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { describe } from './harness/suite.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const MAX_LINES = 500

interface Import {
  /** Path from the root, or the name of a package. */
  readonly target: string
  readonly typeOnly: boolean
}

interface Source {
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
}

const SKIPPED = new Set(['node_modules', 'dist', '.git', '.test', 'coverage'])
/** What a build writes, also while it does. */
const isOutput = (name: string): boolean => name.startsWith('.taskbrain')

function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (SKIPPED.has(entry.name) || isOutput(entry.name)) return []
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

const IMPORT = /^(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]|\b(?:import)\(\s*['"]([^'"]+)['"]\s*\)/gm

function importsOf(path: string, text: string): readonly Import[] {
  return [...text.matchAll(IMPORT)].map(([, type, named, dynamic]) => {
    const specifier = named ?? dynamic ?? ''
    const target = specifier.startsWith('.') ? posix.join(dirname(path), specifier) : specifier
    return { target, typeOnly: type !== undefined }
  })
}

const FILES = filesBelow('')
const SOURCES: readonly Source[] = FILES
  .filter((path) => /^(?:src|compiler|runtime)\/.*\.ts$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
  .map(({ path, text }) => ({ path, text, imports: importsOf(path, text) }))
const BY_PATH = new Map(SOURCES.map((source) => [source.path, source]))

const isPackage = (target: string): boolean => !/^(?:src|compiler|runtime)\//.test(target)
const edges = SOURCES.flatMap(({ path, imports }) => imports.map(({ target }) => ({ path, target })))
const shown = ({ path, target }: { path: string; target: string }): string => `${path} → ${target}`

/** Imports of files under `from` that are not in the list of what they may import. */
function strays(from: RegExp, may: readonly RegExp[]): readonly string[] {
  return edges
    .filter(({ path, target }) => from.test(path) && !isPackage(target) && !may.some((allowed) => allowed.test(target)))
    .map(shown)
}

/** Files that import a package, but for those that may. */
function importersOf(packageName: RegExp, may: RegExp): readonly string[] {
  return edges.filter(({ path, target }) => packageName.test(target) && !may.test(path)).map(shown)
}

/** Everything that is loaded with a file: all that it imports but types, and so on. */
function loadedWith(path: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const { target, typeOnly } of BY_PATH.get(path)?.imports ?? []) {
    if (typeOnly || seen.has(target)) continue
    seen.add(target)
    loadedWith(target, seen)
  }
  return seen
}

const CONTRACT = /^src\/contract\//

describe('the import table', (it) => {
  it('is read from files that are there', () => {
    assert.ok(SOURCES.length > 50)
    assert.ok(edges.length > 100)
    assert.equal(edges.filter(({ target }) => !isPackage(target) && !BY_PATH.has(target)).map(shown), [])
  })
  it('lets the contract import nothing', () => assert.equal(
    edges.filter(({ path, target }) => CONTRACT.test(path) && !CONTRACT.test(target)).map(shown), []))
  it('keeps the two halves apart: only the contract is common', () => {
    assert.equal(strays(/^compiler\//, [/^compiler\//, CONTRACT]), [])
    assert.equal(strays(/^runtime\//, [/^runtime\//, CONTRACT]), [])
  })
  it('lets a phase of the compiler rest on those before it, and planning and emitting on no syntax tree', () => {
    const SHARED = [/^compiler\/[a-z-]+\.ts$/, CONTRACT]
    assert.equal(strays(/^compiler\/1-parse\//, [/^compiler\/1-parse\//, ...SHARED]), [])
    assert.equal(strays(/^compiler\/2-analyze\//, [/^compiler\/(?:1-parse|2-analyze)\//, ...SHARED]), [])
    assert.equal(strays(/^compiler\/3-plan\//, [/^compiler\/3-plan\//, ...SHARED]), [])
    assert.equal(strays(/^compiler\/4-emit\//, [/^compiler\/4-emit\//, ...SHARED]), [])
  })
  it('keeps the compiler off the disk and the console', () => {
    assert.equal(importersOf(/^node:(?:fs|process|child_process)/, /^(?:src|runtime)\//), [])
  })
  it('lets the state know bytes, the scheduler time and the hosts threads', () => {
    const SERIALIZABLE = /^runtime\/serializable\/index\.ts$/
    const COMMON = [/^runtime\/[a-z-]+\.ts$/, SERIALIZABLE, CONTRACT]
    assert.equal(strays(/^runtime\/state\//, [/^runtime\/state\//, /^runtime\/errors\.ts$/, SERIALIZABLE, CONTRACT]), [])
    assert.equal(strays(/^runtime\/scheduler\//, [/^runtime\/scheduler\//, /^runtime\/host\/host\.ts$/, ...COMMON]), [])
    assert.equal(strays(/^runtime\/host\//, [/^runtime\/host\//, /^runtime\/scheduler\/clock\.ts$/, /^runtime\/state\//, ...COMMON]), [])
    assert.equal(strays(/^runtime\/worker\//, [/^runtime\/worker\//, /^runtime\/scheduler\/clock\.ts$/, /^runtime\/state\//, ...COMMON]), [])
    assert.equal(edges.filter(({ path, target }) => /^runtime\/(?:scheduler|state)\//.test(path) && target === 'node:worker_threads').map(shown), [])
  })
  it('gives each door one half: what a program loads has no compiler, and building has no runtime', () => {
    assert.equal(strays(/^src\/(?:index|internal|engine|worker|thread)\.ts$/, [/^runtime\//, CONTRACT]), [])
    // A build reads these parts of the compiler itself, for they load no parser; all else comes through its index.
    const WITHOUT_PARSER = /^compiler\/(?:index|log|model|diagnostics|file-names|1-parse\/(?:module-graph|prefilter))\.ts$/
    assert.equal(strays(/^src\/(?!(?:index|internal|engine|worker|thread)\.ts$)/, [/^src\//, WITHOUT_PARSER]), [])
  })
})

describe('packages', (it) => {
  it('are each imported in their own place', () => {
    assert.equal(importersOf(/^(?:ts-morph|typescript)$/, /^compiler\/(?:1-parse\/|2-analyze\/|transform\.ts$)/), [])
    assert.equal(importersOf(/^magic-string$/, /^compiler\/4-emit\//), [])
    assert.equal(importersOf(/^tinypool/, /^runtime\/host\//), [])
    assert.equal(importersOf(/^consola/, /^(?:runtime\/(?:worker\/)?logger\.ts|runtime\/types\.ts|src\/report\.ts)$/), [])
    assert.equal(importersOf(/^(?:esbuild|vite|unplugin)$/, /^src\/(?:bundle(?:-errors)?\.ts$|plugin\/)/), [])
    assert.equal(importersOf(/^chokidar$/, /^src\/watch\.ts$/), [])
    assert.equal(importersOf(/^tinyglobby$/, /^src\/sources\.ts$/), [])
  })
  it('are few, and of the runtime there are two', () => {
    const outside = (path: string): readonly string[] => [...loadedWith(path)].filter((target) => isPackage(target) && !target.startsWith('node:')).sort()
    assert.equal(outside('src/index.ts').filter((name) => !name.startsWith('consola')), [])
    assert.equal(outside('src/internal.ts').filter((name) => !name.startsWith('consola')), [])
    assert.equal(outside('src/worker.ts').filter((name) => !name.startsWith('consola')), [])
    assert.equal(outside('src/thread.ts').filter((name) => !name.startsWith('consola')), [])
    assert.equal(outside('src/engine.ts').filter((name) => !/^(?:consola|tinypool)/.test(name)), [])
  })
  it('of the pool and the scheduler are loaded by the engine alone', () => {
    for (const door of ['index', 'internal', 'worker', 'thread']) {
      assert.equal([...loadedWith(`src/${door}.ts`)].filter((target) => target === 'tinypool' || target === 'runtime/scheduler/scheduler.ts'), [], door)
    }
    assert.ok(loadedWith('src/engine.ts').has('tinypool'))
    assert.ok(loadedWith('src/engine.ts').has('runtime/scheduler/scheduler.ts'))
  })
  it('that bundle are types to the plugin, which is loaded by one of them', () => {
    const loaded = SOURCES.filter(({ path }) => path.startsWith('src/plugin/'))
      .flatMap(({ path, imports }) => imports.filter(({ target, typeOnly }) => !typeOnly && /^(?:esbuild|vite)$/.test(target)).map(({ target }) => shown({ path, target })))
    assert.equal(loaded, [])
  })
  it('that parse are not loaded by the command line or the plugin before there is something to compile', () => {
    const eager = (path: string, seen = new Set<string>()): Set<string> => {
      const text = BY_PATH.get(path)?.text.replace(/\bimport\([^)]*\)/g, '') ?? ''
      for (const { target, typeOnly } of importsOf(path, text)) {
        if (typeOnly || seen.has(target)) continue
        seen.add(target)
        eager(target, seen)
      }
      return seen
    }
    for (const door of ['cli', 'vite', 'esbuild']) {
      assert.equal([...eager(`src/${door}.ts`)].filter((target) => /^(?:ts-morph|esbuild|chokidar|magic-string)$/.test(target)), [], door)
    }
  })
})

describe('the files', (it) => {
  it(`have at most ${MAX_LINES} lines`, () => {
    const long = FILES
      .filter((path) => /^(?:src|compiler|runtime|test|scripts|bench|examples)\/.*\.(?:ts|mjs)$/.test(path))
      .map((path) => ({ path, lines: readFileSync(join(ROOT, path), 'utf8').split('\n').length - 1 }))
    assert.equal(long.filter(({ lines }) => lines > MAX_LINES).map(({ path, lines }) => `${path}: ${lines}`), [])
  })
  it('are named by their one subject: there are no drawers', () => {
    const drawers = /(?:^|\/)(?:utils?|helpers?|common|misc|shared|types|constants|lib)(?:\/|\.ts$)/
    // The public types of the runtime are one subject.
    const allowed = new Set(['runtime/types.ts', 'compiler/2-analyze/types.ts'])
    const own = FILES.filter((path) => /^(?:src|compiler|runtime|scripts)\//.test(path))
    assert.equal(own.filter((path) => drawers.test(path) && !allowed.has(path)), [])
  })
  it('export by name, but for what a pool of threads asks for', () => {
    const byDefault = SOURCES.filter(({ text }) => /^export (?:default\b|\{ default\b)/m.test(text)).map(({ path }) => path)
    assert.equal(byDefault, ['runtime/worker/thread.ts', 'src/thread.ts'])
  })
  it('import with the `node:` prefix, and each other with the extension', () => {
    const bare = /^(?:assert|async_hooks|buffer|child_process|crypto|events|fs|module|os|path|perf_hooks|process|stream|url|util|v8|vm|worker_threads)(?:\/|$)/
    assert.equal(edges.filter(({ target }) => bare.test(target)).map(shown), [])
    assert.equal(edges.filter(({ target }) => !isPackage(target) && !target.endsWith('.ts')).map(shown), [])
  })
  it('of the tests come to uvu through the harness, so that none forgets to run', () => {
    const tests = FILES.filter((path) => /^test\/.*\.test\.ts$/.test(path))
    assert.ok(tests.length > 5)
    const direct = tests.filter((path) => importsOf(path, readFileSync(join(ROOT, path), 'utf8')).some(({ target }) => target === 'uvu'))
    assert.equal(direct, [])
  })
  it('name no registry and no place of one machine', () => {
    const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8')
    assert.not.match(lock, /"resolved":/)
    const HOME = /(?:^|[\s"'`(=])\/(?:home|root|Users|work)\/\w/m
    const text = FILES.filter((path) => !/\.(?:png|tgz|ico)$/.test(path))
    assert.equal(text.filter((path) => HOME.test(readFileSync(join(ROOT, path), 'utf8'))), [])
  })
  it('of a release are those that run and those that are read', () => {
    const { files, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[]; exports: Record<string, unknown> }
    assert.equal(files.filter((name) => !/^(?:dist|README\.fr\.md)$/.test(name)), [])
    const doors = SOURCES.map(({ path }) => /^src\/(\w+)\.ts$/.exec(path)?.[1]).filter((name) => name !== undefined)
    for (const door of Object.keys(exports).filter((name) => name !== '.' && name !== './package.json')) {
      assert.ok(doors.includes(door.slice(2)), door)
    }
  })
})

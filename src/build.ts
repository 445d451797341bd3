// The order of a build. Read this first.
import { posix as posixPath } from 'node:path'
import type { OwnPlace, PlacedFinding } from '../compiler/index.ts'
import type { Diagnostic } from '../compiler/log.ts'
import type { CompileInput, CompileResult, CompilerHost } from '../compiler/model.ts'
import { cacheText, filesToWatch, savedReadings, standingBuild } from './cache.ts'
import { type BuildConfig, shownPath } from './config.ts'
import type { BrainManifest, Manifest } from './contract/manifest.ts'
import { checkOutDir, readManifest, writeCache, type Written, writeOutput } from './output.ts'
import { type ConfigReader, inputDiagnostics } from './input-errors.ts'
import { openProjectFiles, type ProjectFiles } from './project-files.ts'
import { findSources } from './sources.ts'

/** The compiler as a build calls it: text in, text out. */
export interface Compiler extends ConfigReader {
  compile(input: CompileInput): CompileResult
  /** What it understood, for one that is loaded with it. */
  save?(): string
  transformModule(path: string, text: string, root: string, knownAs?: string, handedOn?: readonly string[]): { readonly code: string } | undefined
  transformProgram(path: string, text: string, attributes: readonly string[]): { readonly code: string } | undefined
  reachedFiles(paths: readonly string[], host: CompilerHost): ReadonlySet<string>
  ownPlaces(path: string, text: string): readonly OwnPlace[]
  moduleFindings(path: string, text: string): readonly PlacedFinding[]
  isSuppressed(path: string, text: string, code: string, at: number): boolean
  deepestPlace(path: string, text: string): { readonly at: number }
}

export interface BuildContext {
  /** Told as each phase begins. */
  readonly onPhase?: (phase: string) => void
  /** Called only where a file may hold a brain: loading the compiler costs half a second. `saved`: what the one of the last good build understood. */
  readonly loadCompiler?: (saved: string | undefined) => Promise<Compiler>
  /** Is given what need not be done before the result is told. */
  readonly later?: (work: () => void) => void
}

export interface CheckResult {
  /** Sorted, errors and warnings. */
  readonly diagnostics: readonly Diagnostic[]
  readonly brains: readonly BrainManifest[]
  /** How many TypeScript files were looked at for a brain. */
  readonly lookedAt: number
  /** Every file that was read, absolute and sorted: what to watch. */
  readonly read: readonly string[]
}

export interface BuildResult extends CheckResult, Written {
  /** Every file of the build below the out dir, sorted. */
  readonly files: readonly string[]
}

/**
 * Compiles, bundles and writes; where nothing changed since the last good build, what that one said holds and nothing is loaded.
 * Throws UsageError where the call is wrong; what is wrong with the input is in `diagnostics`.
 */
export async function build(config: BuildConfig, context: BuildContext = {}): Promise<BuildResult> {
  context.onPhase?.('Looking for brains')
  const { lookedAt, candidates } = await findSources(config)
  const standing = standingBuild(config, candidates)
  if (standing) return { ...standing, lookedAt, written: [], unchanged: standing.files, deleted: [] }

  // Not before: what stands may lie where nobody can write, as a program that was installed for others does.
  checkOutDir(config.outDir, shownPath(config, config.outDir))
  const files = openProjectFiles()
  const { texts, compiler, ...compiled } = await compileAndBundle(config, context, candidates, files)
  const checked = { ...compiled, lookedAt, read: filesToWatch(files.seen().files) }
  const last = readManifest(config.outDir)
  if (texts.size === 0) return { ...checked, files: last?.files ?? [], written: [], unchanged: last?.files ?? [], deleted: [] }

  context.onPhase?.('Writing')
  const isBroken = hasErrors(checked.diagnostics)
  // What a build of some files did not look at is not gone, and another program may be running.
  const keepLast = isBroken || config.patterns.length > 0 || config.program !== undefined
  const { outputs, ...written } = writeOutput({ outDir: config.outDir, texts, brains: checked.brains, sources: sourceHashes(config, checked.brains, files), last, keepLast })
  if (!isBroken && checked.brains.length > 0) {
    const remember = (): void => writeCache(config.outDir, cacheText(config, { ...checked, candidates, outputs, seen: files.seen(), saved: compiler?.save?.() }))
    ;(context.later ?? ((work) => work()))(remember)
  }
  return { ...checked, ...written, files: [...written.written, ...written.unchanged].sort() }
}

function sourceHashes({ projectDir }: BuildConfig, brains: readonly BrainManifest[], host: ProjectFiles): Manifest['sources'] {
  const { files } = host.seen()
  return Object.fromEntries(brains.map(({ source }) => [source, files.get(posixPath.join(projectDir, source)) ?? '']))
}

/** Diagnoses as a build does and writes nothing. */
export async function check(config: BuildConfig, context: BuildContext = {}): Promise<CheckResult> {
  context.onPhase?.('Looking for brains')
  const { lookedAt, candidates } = await findSources(config)
  const files = openProjectFiles()
  const { diagnostics, brains } = await compileAndBundle(config, context, candidates, files)
  return { diagnostics, brains, lookedAt, read: filesToWatch(files.seen().files) }
}

export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some((diagnostic) => diagnostic.severity === 'error')

/** There are brains, and none of them has an error. */
export const isGood = ({ brains, diagnostics }: { readonly brains: readonly unknown[]; readonly diagnostics: readonly Diagnostic[] }): boolean => brains.length > 0 && !hasErrors(diagnostics)

interface Compiled extends Pick<CheckResult, 'diagnostics' | 'brains'> {
  /** Path below the out dir → text. Empty where nothing may be written. */
  readonly texts: ReadonlyMap<string, string>
  /** Where one was needed. */
  readonly compiler?: Compiler
}

export async function loadOwnCompiler(saved?: string): Promise<Compiler> {
  const compiler = await import('./compiler.ts')
  return { ...compiler, ...compiler.createCompiler(saved) }
}

/** One that keeps, from one compilation to the next, what it understood of each file. */
export function keepCompiler(): (saved?: string) => Promise<Compiler> {
  let kept: Promise<Compiler> | undefined
  return (saved) => (kept ??= loadOwnCompiler(saved))
}

export const compileInput = ({ projectDir, sourceRoot, outDir }: BuildConfig, files: readonly string[], host: CompilerHost): CompileInput =>
  ({ root: projectDir, sourceRoot, outDir, files, host })

async function compileAndBundle(
  config: BuildConfig,
  context: BuildContext,
  candidates: readonly string[],
  host: ProjectFiles,
): Promise<Compiled> {
  if (candidates.length === 0) return { texts: new Map(), diagnostics: [], brains: [] }

  context.onPhase?.(`Compiling ${candidates.length} ${candidates.length === 1 ? 'file' : 'files'}`)
  const compiler = await (context.loadCompiler ?? loadOwnCompiler)(savedReadings(config))
  const { texts, diagnostics, brains } = await compileWith(compiler, config, context, candidates, host)
  const ofInput = inputDiagnostics(config.projectDir, host, compiler)
  const all = [...diagnostics, ...ofInput].sort(byPlace)
  return hasErrors(ofInput) ? { texts: new Map(), diagnostics: all, brains: [] } : { texts, diagnostics: all, brains, compiler }
}

async function compileWith(
  compiler: Compiler,
  config: BuildConfig,
  context: BuildContext,
  candidates: readonly string[],
  host: ProjectFiles,
): Promise<Compiled> {
  const compiled = compiler.compile(compileInput(config, candidates, host))
  const { diagnostics, brains } = compiled
  const failed = failedFiles(config, diagnostics)
  const modules = compiled.modules.filter((module) => !failed.has(module.source))
  if (modules.length === 0) return { texts: new Map(), diagnostics, brains }

  context.onPhase?.('Bundling')
  // Bundling loads esbuild, which a project without brains never needs.
  const { bundle } = await import('./bundle.ts')
  const bundled = await bundle({ config, modules, failed, handedOn: compiled.handedOn, attributes: compiled.attributes, host, compiler })
  const isBundled = bundled.outputs.size > 0
  return {
    texts: isBundled ? new Map([...fileTexts(compiled), ...bundled.outputs]) : bundled.outputs,
    diagnostics: [...diagnostics, ...bundled.diagnostics],
    brains: isBundled ? brains : [],
  }
}

const fileTexts = (compiled: CompileResult): readonly (readonly [string, string])[] =>
  compiled.files.map(({ path, text }) => [path, text] as const)

/** Files with an error, absolute: nothing is built for them. */
function failedFiles(config: BuildConfig, diagnostics: readonly Diagnostic[]): ReadonlySet<string> {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error')
  return new Set(errors.map((diagnostic) => posixPath.join(config.projectDir, diagnostic.file)))
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : 1)
}

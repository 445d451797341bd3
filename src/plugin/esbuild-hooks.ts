// The hooks of esbuild, also inside of tsup. It takes no entry once a build has begun: when the build ends, the workers are
// built by a second one with the same options, and the files that refer to them get their URLs.
import { readFileSync, realpathSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, extname, isAbsolute, resolve } from 'node:path'
import type { BuildOptions, Loader, OnLoadResult, PartialMessage, Plugin, PluginBuild } from 'esbuild'
import { SCRIPT } from '../../compiler/1-parse/prefilter.ts'
import type { Diagnostic } from '../../compiler/log.ts'
import { isFile, posix, resolveConfig } from '../config.ts'
import { loaderOf, MADE_PATH, RUNTIME } from '../compiled-graph.ts'
import { addWorkers } from './esbuild-workers.ts'
import { withInlineMap } from '../inline-map.ts'
import { linkModule } from './linked-module.ts'
import { esbuildMessage } from './messages.ts'
import type { TaskbrainOptions } from './options.ts'
import { type LoadedFile, ProjectBrains } from './project-brains.ts'
import type { Alias } from './recorded-files.ts'
import { referenceTo } from './worker-references.ts'

/** What one build came upon. */
interface Seen {
  /** Files that we were asked for. */
  readonly asked: Set<string>
  /** What the brains depend on. */
  readonly watched: Set<string>
  /** Ordinary modules of which all was said, by this build or that of the workers. */
  readonly said: Set<string>
}

export function esbuildSetup(build: PluginBuild, { root }: TaskbrainOptions): void {
  const { initialOptions } = build
  const cwd = posix(realpathSync(initialOptions.absWorkingDir ?? process.cwd()))
  const brains = new ProjectBrains(resolveConfig({ cwd, patterns: [], root }), aliasesOf(initialOptions, cwd))
  const seen: Seen = { asked: new Set(), watched: new Set(), said: new Set() }
  // It tells what became of which file.
  initialOptions.metafile = true

  build.onStart(() => {
    brains.begin()
    seen.asked.clear()
    seen.watched.clear()
    seen.said.clear()
  })
  const messageOf = (diagnostic: Diagnostic): PartialMessage => esbuildMessage(diagnostic, brains.config.projectDir, cwd)
  const given = namesGiven(initialOptions, cwd)
  const told = (diagnostics: readonly Diagnostic[]): Messages => messagesOf(diagnostics.filter((each) => !isOfName(each, given)), messageOf)
  const ofModules = async (path: string): Promise<Messages> => {
    if (seen.said.has(path)) return NOTHING
    seen.said.add(path)
    return told(await brains.findings(path))
  }
  addModules(build, brains, ofModules, { seen, refusal: refusalOf(initialOptions), told })
  build.onEnd(async (result) => {
    if (result.errors.length > 0) return undefined
    const missed = await missedBrains(brains, Object.keys(result.metafile!.inputs).map((file) => posix(resolve(cwd, file))), seen)
    if (missed.length > 0) return { errors: missed.map((file) => ({ text: `Another plugin has loaded ${file} before taskbrain could compile its brain. List taskbrain first; with tsup, turn \`emitDecoratorMetadata\` off.` })) }
    const warnings: PartialMessage[] = []
    // What the build of the workers warns of nobody is told.
    const modules = modulesPlugin(brains, async (path) => {
      const said = await ofModules(path)
      warnings.push(...said.warnings)
      return { ...said, warnings: [] }
    })
    return { ...await addWorkers({ build, result, brains, cwd, watched: seen.watched, modules }), warnings }
  })
}

interface ModuleContext {
  readonly seen: Seen
  /** Why no brain can be built, for a person. */
  readonly refusal: string | undefined
  readonly told: (diagnostics: readonly Diagnostic[]) => Messages
}

/** The same modules for the build of the workers, in which there is nothing left to report of brains. */
const modulesPlugin = (brains: ProjectBrains, ofModules: OfModules): Plugin => ({
  name: 'taskbrain',
  setup: (build) => addModules(build, brains, ofModules, undefined),
})

type Messages = Required<Pick<OnLoadResult, 'errors' | 'warnings'>>
const NOTHING: Messages = { errors: [], warnings: [] }

/** What there is to say of an ordinary module. */
type OfModules = (path: string) => Promise<Messages>

function messagesOf(diagnostics: readonly Diagnostic[], messageOf: (diagnostic: Diagnostic) => PartialMessage): Messages {
  const [errors, warnings] = (['error', 'warning'] as const).map((severity) => diagnostics.filter((each) => each.severity === severity).map(messageOf)) as [PartialMessage[], PartialMessage[]]
  return { errors, warnings }
}

const RESOLVED_HERE = {}

function addModules(build: PluginBuild, brains: ProjectBrains, ofModules: OfModules, context: ModuleContext | undefined): void {
  const { loader: loaders } = build.initialOptions
  const loaderFor = (path: string): Loader => loaders?.[extname(path)] ?? loaderOf(path)

  // A brain and its workers must meet one runtime, the one that is installed.
  build.onResolve({ filter: RUNTIME }, ({ path }) => ({ path, external: true }))
  build.onResolve({ filter: MADE_PATH }, async ({ path, resolveDir }) => {
    const file = posix(resolve(resolveDir, path))
    return (await brains.isMade(file)) ? { path: file } : undefined
  })
  // The workers of a package lie beside what it was built to. And a module that is loaded for the instances of its classes is used, though
  // nothing is taken from it by name.
  build.onResolve({ filter: /^[.#@~\w]/ }, async ({ path, importer, kind, resolveDir, with: attributes, pluginData }) => {
    if (brains.isCompiledPackage(path, posix(importer))) return { path, external: true }
    if (kind !== 'import-statement' || pluginData === RESOLVED_HERE || !(await brains.isCompiled(posix(importer)))) return undefined
    const found = await build.resolve(path, { kind, importer, resolveDir, with: attributes, pluginData: RESOLVED_HERE })
    return found.errors.length > 0 || found.external || found.sideEffects || !brains.isSource(posix(found.path)) ? undefined : { path: found.path, namespace: found.namespace, suffix: found.suffix, sideEffects: true }
  })
  build.onLoad({ filter: SCRIPT, namespace: 'file' }, async (args) => {
    const path = posix(args.path)
    context?.seen.asked.add(path)
    const file = await brains.load(path)
    const brain = file && loadResult(file, path)
    if (brain) return brain
    if (!brains.isSource(path) || !isFile(path)) return undefined
    const said = await ofModules(path)
    if (said.errors.length > 0) return { ...said, watchFiles: [args.path] }
    const changed = await brains.transform(path, await readFile(path, 'utf8'))
    // Without contents it is esbuild's to load, or another plugin's.
    return { ...said, ...(changed && { contents: withInlineMap(changed), loader: loaderFor(path), resolveDir: dirname(path) }), watchFiles: [args.path] }
  })

  function loadResult(file: LoadedFile, path: string): OnLoadResult | undefined {
    for (const watched of file.watched) context?.seen.watched.add(watched)
    const isBroken = file.diagnostics.some(({ severity }) => severity === 'error')
    const { errors, warnings } = context?.told(file.diagnostics) ?? NOTHING
    const watchFiles = [path, ...file.watched]
    if (isBroken) return { errors, warnings, watchFiles }
    if (!file.module) return undefined
    if (file.module.kind === 'main' && context?.refusal !== undefined) return { errors: [{ text: context.refusal }] }
    const linked = linkModule(file.module, file.graph, (worker) => referenceTo(worker.id))
    return {
      contents: withInlineMap(linked),
      loader: loaderFor(path),
      resolveDir: dirname(path),
      warnings,
      watchFiles,
    }
  }
}

function refusalOf({ bundle, format, outdir, outfile }: BuildOptions): string | undefined {
  if (!bundle) return 'A brain needs `bundle: true`: its workers are made of the files that it imports.'
  if (format !== 'esm') return "A brain needs the output format `esm`: its workers are ES modules. Set `format: 'esm'`."
  if (outdir === undefined && outfile === undefined) return 'A brain needs `outdir`, for its workers are files of their own.'
  return undefined
}

/** Names of CommonJS that the options give each module, as `shims` of tsup does. */
function namesGiven({ define, inject, banner }: BuildOptions, cwd: string): readonly string[] {
  const texts = [banner?.['js'] ?? '', ...(inject ?? []).map((file) => resolve(cwd, file)).filter(isFile).map((file) => readFileSync(file, 'utf8'))]
  return ['__dirname', '__filename'].filter((name) => define?.[name] !== undefined || texts.some((text) => text.includes(name)))
}

const isOfName = ({ code, message }: Diagnostic, names: readonly string[]): boolean => code === 'commonjs-name' && names.some((name) => message.includes(name))

function aliasesOf({ alias }: BuildOptions, cwd: string): readonly Alias[] {
  return Object.entries(alias ?? {}).map(([find, path]) => ({ find, replacement: isAbsolute(path) || !path.startsWith('.') ? posix(path) : posix(resolve(cwd, path)) }))
}

/** Brains that were bundled as they stand, their decorators and all. */
async function missedBrains(brains: ProjectBrains, inputs: readonly string[], { asked }: Seen): Promise<readonly string[]> {
  const files = await Promise.all(inputs.filter((path) => !asked.has(path)).map((path) => brains.load(path)))
  return files.flatMap((file) => (file?.module?.kind === 'main' || file?.module?.kind === 'mixin' ? [file.module.source] : []))
}

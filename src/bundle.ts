// In: compiled modules. Out: the text of every output file, made from one graph, so that a module of the project exists
// once per process. Writes nothing.
import { dirname, relative } from 'node:path'
import { build, type Message, type OutputFile, type Plugin } from 'esbuild'
import { SCRIPT } from '../compiler/1-parse/prefilter.ts'
import { bundleFailed, importUnresolved } from '../compiler/diagnostics.ts'
import { type Diagnostic, DiagnosticLog } from '../compiler/log.ts'
import type { CompiledModule } from '../compiler/model.ts'
import { CompiledGraph, loaderOf, pathOf } from './compiled-graph.ts'
import type { Compiler } from './build.ts'
import { type BuildConfig, posix } from './config.ts'
import { OwnPlaces } from './own-places.ts'
import type { ProjectFiles } from './project-files.ts'
import { compilerOptionsOf } from './resolve.ts'
import { linkSiblings } from './siblings.ts'

export interface BundleInput {
  readonly config: BuildConfig
  readonly modules: readonly CompiledModule[]
  /** Sources with a brain that could not be compiled: nothing may be bundled from their text. */
  readonly failed: ReadonlySet<string>
  readonly host: ProjectFiles
  readonly compiler: Pick<Compiler, 'transformModule' | 'ownPlaces'>
}

export interface Bundle {
  /** Path below the out dir → text. Empty where something could not be bundled. */
  readonly outputs: ReadonlyMap<string, string>
  readonly diagnostics: readonly Diagnostic[]
}

const DEPENDS_ON_FAILED = 'depends on a file with errors'

export async function bundle(input: BundleInput): Promise<Bundle> {
  const { config, modules } = input
  const graph = new CompiledGraph(modules)
  const places = new OwnPlaces()
  const entries = modules.filter((module) => module.kind !== 'slice' && module.kind !== 'mixin')
  try {
    const { outputFiles } = await build({
      absWorkingDir: config.projectDir,
      entryPoints: entries.map((module) => ({ in: pathOf(module), out: module.id })),
      outdir: config.outDir,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      sourcemap: true,
      sourcesContent: true,
      charset: 'utf8',
      tsconfigRaw: { compilerOptions: syntaxOptions(config) },
      write: false,
      logLevel: 'silent',
      plugins: [compiledModules(input, graph, places)],
    })
    return { outputs: outputTexts(input, outputFiles, places), diagnostics: [] }
  } catch (error) {
    const messages = (error as { errors?: readonly Message[] }).errors
    if (!messages) throw error
    return { outputs: new Map(), diagnostics: diagnosticsOf(messages, input, graph) }
  }
}

const SYNTAX_OPTIONS = [
  'experimentalDecorators', 'jsx', 'jsxFactory', 'jsxFragmentFactory', 'jsxImportSource', 'useDefineForClassFields', 'verbatimModuleSyntax',
]

/** What the project's tsconfig says of syntax: esbuild reads none for files that a plugin resolves. */
function syntaxOptions({ projectDir }: BuildConfig): Record<string, unknown> {
  return Object.fromEntries(Object.entries(compilerOptionsOf(projectDir)).filter(([name]) => SYNTAX_OPTIONS.includes(name)))
}

function compiledModules({ config, host, failed, compiler }: BundleInput, graph: CompiledGraph, places: OwnPlaces): Plugin {
  const placed = (path: string, source: string, text: string): string => places.named(text, source, compiler.ownPlaces(path, text))
  return {
    name: 'taskbrain',
    setup(esbuild) {
      esbuild.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
        if (kind === 'entry-point') return { path }
        if (path.startsWith('taskbrain:state/')) return { path, external: true }
        if (path.startsWith('taskbrain:slice/')) {
          const slice = graph.named(path.slice('taskbrain:slice/'.length))
          return slice ? { path: pathOf(slice) } : undefined
        }
        const file = host.resolve(path, posix(importer))
        return file === undefined ? undefined : { path: file }
      })

      esbuild.onLoad({ filter: /.*/ }, ({ path: loaded }) => {
        const path = posix(loaded)
        const compiled = graph.at(path)
        if (compiled) return { contents: placed(path, compiled.source, compiled.code), loader: loaderOf(path), resolveDir: dirname(compiled.source) }
        if (failed.has(path)) return { errors: [{ text: DEPENDS_ON_FAILED, detail: DEPENDS_ON_FAILED }] }
        const text = SCRIPT.test(path) && !path.includes('/node_modules/') ? host.readFile(path) : undefined
        if (text === undefined) {
          host.lookedUp(path)
          return undefined
        }
        return { contents: placed(path, path, compiler.transformModule(path, text, config.projectDir)?.code ?? text), loader: loaderOf(path), resolveDir: dirname(path) }
      })
    },
  }
}

// --- output ---

function outputTexts({ config, modules }: BundleInput, files: readonly OutputFile[], places: OwnPlaces): Map<string, string> {
  const raw = new Map(files.map((file) => [posix(relative(config.outDir, file.path)), file.text]))
  // A state module is a list of fields, all of it made: there is nothing that a source map could lead to.
  const withoutMap = new Set(modules.filter((module) => module.kind === 'state').map((module) => `${module.id}.js`))
  const texts = new Map<string, string>()
  for (const path of [...raw.keys()].filter((name) => name.endsWith('.js')).sort()) {
    const linked = linkSiblings(path, { code: raw.get(path) ?? '', map: raw.get(`${path}.map`) })
    const { code, map } = places.resolved(`${posix(config.outDir)}/${path}`, linked)
    texts.set(path, withoutMap.has(path) ? code.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n') : code)
    if (map !== undefined && !withoutMap.has(path)) texts.set(`${path}.map`, map)
  }
  // What no script is made from, such as a style sheet, goes along as it is.
  for (const [path, text] of raw) if (!/\.js(?:\.map)?$/.test(path)) texts.set(path, text)
  return texts
}

// --- errors ---

function diagnosticsOf(messages: readonly Message[], input: BundleInput, graph: CompiledGraph): readonly Diagnostic[] {
  const log = new DiagnosticLog()
  for (const message of messages) {
    if (message.detail === DEPENDS_ON_FAILED) continue
    const path = posix(`${input.config.projectDir}/${message.location?.file ?? ''}`)
    const source = graph.at(path)?.source ?? path
    const text = input.host.readFile(source) ?? ''
    const file = { name: posix(relative(input.config.projectDir, source)), text }
    const specifier = /^Could not resolve "(.+?)"/.exec(message.text)?.[1]
    const { start, length } = specifier === undefined ? placeOfLine(text, message) : placeOfImport(text, specifier)
    log.add(specifier === undefined ? bundleFailed(message.text) : importUnresolved(specifier), { file, start, end: start + length })
  }
  return log.sorted()
}

/** Compiled text may stand on other lines than its source: an import is looked for by its specifier. */
function placeOfImport(text: string, specifier: string): { start: number; length: number } {
  const found = ["'", '"', '`'].map((quote) => text.indexOf(`${quote}${specifier}${quote}`)).filter((at) => at !== -1)
  return found.length === 0 ? { start: 0, length: 0 } : { start: Math.min(...found), length: specifier.length + 2 }
}

function placeOfLine(text: string, { location }: Message): { start: number; length: number } {
  if (!location) return { start: 0, length: 0 }
  const lines = text.split('\n')
  const own = location.line - 1
  const line = lines[own]?.replace(/\r$/, '') === location.lineText
    ? own
    : lines.findIndex((candidate) => candidate.trim() !== '' && candidate.trim() === location.lineText.trim())
  if (line === -1) return placeOfImport(text, /\bfrom\s*["'](.+?)["']/.exec(location.lineText)?.[1] ?? location.lineText)
  const before = lines.slice(0, line).reduce((sum, { length }) => sum + length + 1, 0)
  // esbuild counts bytes.
  const column = Buffer.from(location.lineText).subarray(0, location.column).toString().length
  return { start: before + column, length: location.length }
}

// In: compiled modules. Out: the text of every output file, made from one graph, so that a module of the project exists
// once per process. Writes nothing.
import { dirname, relative } from 'node:path'
import { build, type Message, type OutputFile, type Plugin } from 'esbuild'
import { SCRIPT } from '../compiler/1-parse/prefilter.ts'
import type { Diagnostic } from '../compiler/log.ts'
import type { CompiledModule } from '../compiler/model.ts'
import { type BundledTexts, bundleDiagnostics } from './bundle-errors.ts'
import { CompiledGraph, loaderOf, pathOf } from './compiled-graph.ts'
import type { Compiler } from './build.ts'
import { type BuildConfig, posix } from './config.ts'
import { OwnPlaces } from './own-places.ts'
import type { ProjectFiles } from './project-files.ts'
import { compilerOptionsOf, createAliasTest } from './resolve.ts'
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
  const entries = modules.filter((module) => module.kind !== 'slice')
  try {
    const { outputFiles } = await build({
      absWorkingDir: config.projectDir,
      // By number: a path with a `*` would be a pattern.
      entryPoints: entries.map((module, index) => ({ in: `taskbrain:entry/${index}`, out: module.id })),
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
      plugins: [compiledModules(input, graph, places, entries.map(pathOf))],
    })
    return { outputs: outputTexts(input, outputFiles, places), diagnostics: [] }
  } catch (error) {
    const messages = (error as { errors?: readonly Message[] }).errors
    if (!messages) throw error
    const own = messages.filter(({ detail }) => detail !== DEPENDS_ON_FAILED)
    return { outputs: new Map(), diagnostics: bundleDiagnostics(own, bundledTexts(input, graph)) }
  }
}

const SYNTAX_OPTIONS = [
  'experimentalDecorators', 'jsx', 'jsxFactory', 'jsxFragmentFactory', 'jsxImportSource', 'useDefineForClassFields', 'verbatimModuleSyntax',
]

/** What the project's tsconfig says of syntax: esbuild reads none for files that a plugin resolves. */
function syntaxOptions({ projectDir }: BuildConfig): Record<string, unknown> {
  return Object.fromEntries(Object.entries(compilerOptionsOf(projectDir)).filter(([name]) => SYNTAX_OPTIONS.includes(name)))
}

function compiledModules({ config, host, failed, compiler }: BundleInput, graph: CompiledGraph, places: OwnPlaces, entryPaths: readonly string[]): Plugin {
  const placed = (path: string, source: string, text: string): string => places.named(text, source, compiler.ownPlaces(path, text))
  const isAlias = createAliasTest()
  return {
    name: 'taskbrain',
    setup(esbuild) {
      esbuild.onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
        if (kind === 'entry-point') return { path: entryPaths[Number(path.slice('taskbrain:entry/'.length))]! }
        if (path.startsWith('taskbrain:state/')) return { path, external: true }
        if (path.startsWith('taskbrain:slice/')) {
          const slice = graph.named(path.slice('taskbrain:slice/'.length))
          return slice ? { path: pathOf(slice) } : undefined
        }
        const file = host.resolve(path, posix(importer))
        if (file !== undefined) return { path: file }
        return isAlias(path, posix(importer)) ? { errors: [{ text: `Could not resolve "${path}"` }] } : undefined
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
        return { contents: placed(path, path, textOf(path, text, config, compiler)), loader: loaderOf(path), resolveDir: dirname(path) }
      })
    },
  }
}

/** An ordinary module as it goes into the bundle. */
function textOf(path: string, text: string, { projectDir }: BuildConfig, compiler: BundleInput['compiler']): string {
  return compiler.transformModule(path, text, projectDir)?.code ?? text
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

/** What stood where when it was refused. It is made again rather than kept: most builds never ask. */
function bundledTexts({ config, host, compiler }: BundleInput, graph: CompiledGraph): BundledTexts {
  return {
    projectDir: config.projectDir,
    at(path) {
      const compiled = graph.at(path)
      const source = compiled?.source ?? path
      const text = (host.readFile(source) ?? '').replace(/^\uFEFF/, '')
      return { source, text, given: compiled?.code ?? textOf(path, text, config, compiler) }
    },
  }
}

// In: compiled modules. Out: the text of every output file, made from one graph, so that a module of the project exists
// once per process. Writes nothing.
import { isBuiltin } from 'node:module'
import { dirname, relative } from 'node:path'
import { build, type BuildResult, type ImportKind, type Message, type OnLoadResult, type OnResolveResult, type PartialMessage, type Plugin, stop } from 'esbuild'
import { SCRIPT } from '../compiler/1-parse/prefilter.ts'
import type { Diagnostic, PlacedFinding } from '../compiler/log.ts'
import type { CompiledModule } from '../compiler/model.ts'
import { type BundledTexts, bundleErrors, bundleWarnings, TooDeep, Unloadable } from './bundle-errors.ts'
import { CompiledGraph, loaderOf, pathOf, RUNTIME } from './compiled-graph.ts'
import type { Compiler } from './build.ts'
import { type BuildConfig, isWithin, outputOf, posix } from './config.ts'
import { inLoadOrder } from './load-order.ts'
import { OwnPlaces } from './own-places.ts'
import { withRequire } from './own-require.ts'
import { packageFolderOf } from './packages.ts'
import type { ProjectFiles } from './project-files.ts'
import { compilerOptionsOf, createAliasTest } from './resolve.ts'
import { linkPackageFiles, linkSiblings, packageFile } from './siblings.ts'

export interface BundleInput {
  readonly config: BuildConfig
  readonly modules: readonly CompiledModule[]
  /** Sources with a brain that could not be compiled: nothing may be bundled from their text. */
  readonly failed: ReadonlySet<string>
  readonly handedOn: readonly string[]
  /** Of all brains: for what belongs to the program around them. */
  readonly attributes: readonly string[]
  readonly host: ProjectFiles
  readonly compiler: Pick<Compiler, 'transformModule' | 'transformProgram' | 'reachedFiles' | 'ownPlaces' | 'moduleFindings' | 'isSuppressed' | 'deepestPlace'>
}

export interface Bundle {
  /** Path below the out dir → text. Empty where something could not be bundled. */
  readonly outputs: ReadonlyMap<string, string>
  readonly diagnostics: readonly Diagnostic[]
}

type Bundled = Pick<BuildResult<{ write: false; metafile: true }>, 'outputFiles' | 'metafile'>

const DEPENDS_ON_FAILED = 'depends on a file with errors'

export async function bundle(input: BundleInput): Promise<Bundle> {
  const { config, modules } = input
  const graph = new CompiledGraph(modules)
  const places = new OwnPlaces()
  const found = new Map<string, readonly PlacedFinding[]>()
  const textOf = moduleTexts(input)
  const texts = bundledTexts(input, graph, textOf)
  const entries = entriesOf(input, graph)
  try {
    const { outputFiles, metafile, warnings } = await build({
      absWorkingDir: config.projectDir,
      // By number: a path with a `*` would be a pattern.
      entryPoints: entries.map(({ id }, index) => ({ in: `taskbrain:entry/${index}`, out: id })),
      outdir: config.outDir,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      packages: 'external',
      sourcemap: true,
      sourcesContent: false,
      charset: 'utf8',
      tsconfigRaw: { compilerOptions: syntaxOptions(config) },
      write: false,
      metafile: true,
      logLevel: 'silent',
      plugins: [compiledModules({ input, graph, places, found, textOf, entryPaths: entries.map(({ path }) => path) })],
    })
    return { outputs: outputTexts(input, { outputFiles, metafile }, places), diagnostics: bundleWarnings(warnings, found, texts) }
  } catch (error) {
    const messages = (error as { errors?: readonly Message[] }).errors
    if (!messages) throw error
    // Of its own, esbuild would say where in the plugin it was thrown.
    for (const { detail } of messages) if (detail instanceof Error) throw detail
    const own = messages.filter(({ detail }) => detail !== DEPENDS_ON_FAILED)
    return { outputs: new Map(), diagnostics: [...bundleErrors(own, texts), ...bundleWarnings([], found, texts)] }
  } finally {
    // The process of esbuild would stay beside the program as long as that runs.
    if (config.program !== undefined) await stop()
  }
}

interface Entry {
  /** Path of the output below the out dir, without `.js`. */
  readonly id: string
  readonly path: string
}

function entriesOf({ config, modules }: BundleInput, graph: CompiledGraph): readonly Entry[] {
  const { program } = config
  const compiled = modules.filter((module) => module.kind !== 'slice' && module.kind !== 'mixin').map((module) => ({ id: module.id, path: pathOf(module) }))
  // One that has a brain itself is among them.
  return program === undefined || graph.at(program)?.kind === 'main' ? compiled : [...compiled, { id: outputOf(config, program), path: program }]
}

const SYNTAX_OPTIONS = [
  'experimentalDecorators', 'jsx', 'jsxFactory', 'jsxFragmentFactory', 'jsxImportSource', 'target', 'useDefineForClassFields', 'verbatimModuleSyntax',
]

/** What the project's tsconfig says of syntax: esbuild reads none for files that a plugin resolves. */
function syntaxOptions({ projectDir }: BuildConfig): Record<string, unknown> {
  return Object.fromEntries(Object.entries(compilerOptionsOf(projectDir)).filter(([name]) => SYNTAX_OPTIONS.includes(name)))
}

interface ModulesContext {
  readonly input: BundleInput
  readonly graph: CompiledGraph
  readonly places: OwnPlaces
  /** What there is to say of each module but that it can't be built. */
  readonly found: Map<string, readonly PlacedFinding[]>
  readonly textOf: TextOf
  readonly entryPaths: readonly string[]
}

function compiledModules({ input, graph, places, found, textOf, entryPaths }: ModulesContext): Plugin {
  const { config, host, failed, compiler } = input
  const placed = (path: string, source: string, text: string): string => places.named(text, source, compiler.ownPlaces(path, text))
  const isAlias = createAliasTest()
  const isOfProject = (path: string): boolean => packageFolderOf(path) === undefined && isWithin(config.projectDir, posix(path))

  /** A module of the out dir may not find what one of a package does. */
  function importOfPackage(path: string, importer: string, kind: ImportKind): OnResolveResult | undefined {
    const own = host.fileUnseenFrom(config.outDir, path, posix(importer))
    if (own !== undefined) return { path: packageFile(config.outDir, own), external: true }
    // What a program asks for only as it runs may be missing on purpose.
    const mustBeThere = kind === 'import-statement' && !isBuiltin(path) && !RUNTIME.test(path)
    return mustBeThere && !host.isInstalled(path, posix(importer)) ? { errors: [{ text: `Could not resolve "${path}"` }] } : undefined
  }

  function unreadable(path: string): PartialMessage {
    const file = posix(relative(config.projectDir, path))
    // Nothing imports a program: it is its own place.
    return { text: `\`${file}\` is no file that can be read`, location: path === config.program ? { file } : null }
  }

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
        // What a build wrote is there already.
        if (file !== undefined && isWithin(config.outDir, file)) return { path: packageFile(config.outDir, file), external: true }
        const folder = file && packageFolderOf(file)
        // Who names another package means it as it was built.
        if (file !== undefined && (folder === undefined || folder === packageFolderOf(importer) || path.startsWith('.'))) return { path: file }
        if (!isOfProject(importer)) return importOfPackage(path, importer, kind)
        return file === undefined && isAlias(path, posix(importer)) ? { errors: [{ text: `Could not resolve "${path}"` }] } : undefined
      })

      esbuild.onLoad({ filter: /.*/ }, ({ path: loaded }) => unlessTooDeep(posix(loaded), load))

      function load(path: string): OnLoadResult | undefined {
        const compiled = graph.at(path)
        if (compiled) return { contents: placed(path, compiled.source, compiled.code), loader: loaderOf(path), resolveDir: dirname(compiled.source) }
        if (failed.has(path)) return { errors: [{ text: DEPENDS_ON_FAILED, detail: DEPENDS_ON_FAILED }] }
        const isSource = packageFolderOf(path) === undefined || host.nameOf(path) !== undefined
        const text = SCRIPT.test(path) && isSource ? host.readFile(path) : undefined
        if (text === undefined) {
          // A pipe would be waited for.
          if (!host.fileExists(path)) return { errors: [unreadable(path)] }
          host.lookedUp(path)
          return undefined
        }
        const findings = packageFolderOf(path) === undefined ? compiler.moduleFindings(path, text.replace(/^\uFEFF/, '')) : []
        const errors = findings.filter(({ finding }) => finding.severity === 'error')
        found.set(path, findings.filter((each) => !errors.includes(each)))
        if (errors.length > 0) return { errors: [{ text: 'early errors', detail: new Unloadable(path, errors) }] }
        return { contents: placed(path, path, textOf(path, text)), loader: loaderOf(path), resolveDir: dirname(path) }
      }
    },
  }
}

/** Syntax trees are walked by recursion: the stack is what bounds their depth. */
function unlessTooDeep(path: string, load: (path: string) => OnLoadResult | undefined): OnLoadResult | undefined {
  try {
    return load(path)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { errors: [{ text: 'too deep', detail: new TooDeep(path) }] }
  }
}

/** An ordinary module as it goes into the bundle. */
type TextOf = (path: string, text: string) => string

function moduleTexts({ config, modules, handedOn, attributes, host, compiler }: BundleInput): TextOf {
  // Without a program there is nothing that no task reaches.
  const reached = config.program === undefined ? undefined : compiler.reachedFiles(modules.map(({ source }) => source), host)
  const changed: (path: string, text: string) => { readonly code: string } | undefined = (path, text) => (!reached || reached.has(path)
    ? compiler.transformModule(path, text, config.projectDir, host.nameOf(path), handedOn)
    : compiler.transformProgram(path, text, attributes))
  return (path, text) => changed(path, text)?.code ?? text
}

// --- output ---

function outputTexts({ config, modules }: BundleInput, { outputFiles, metafile }: Bundled, places: OwnPlaces): Map<string, string> {
  const raw = new Map(outputFiles.map((file) => [posix(relative(config.outDir, file.path)), file.text]))
  // A state module is a list of fields, all of it made: there is nothing that a source map could lead to.
  const withoutMap = new Set(modules.filter((module) => module.kind === 'state').map((module) => `${module.id}.js`))
  const texts = new Map<string, string>()
  for (const path of [...raw.keys()].filter((name) => name.endsWith('.js')).sort()) {
    const code = inLoadOrder(raw.get(path) ?? '', posix(relative(config.projectDir, `${config.outDir}/${path}`)), metafile)
    const linked = linkSiblings(path, withRequire({ code, map: raw.get(`${path}.map`) }))
    const placed = places.resolved(`${posix(config.outDir)}/${path}`, linkPackageFiles(config.outDir, path, linked))
    texts.set(path, withoutMap.has(path) ? placed.code.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n') : placed.code)
    if (placed.map !== undefined && !withoutMap.has(path)) texts.set(`${path}.map`, placed.map)
  }
  // What no script is made from, such as a style sheet, goes along as it is.
  for (const [path, text] of raw) if (!/\.js(?:\.map)?$/.test(path)) texts.set(path, text)
  return texts
}

// --- errors ---

/** What stood where when it was refused. It is made again rather than kept: most builds never ask. */
function bundledTexts({ config, host, compiler }: BundleInput, graph: CompiledGraph, textOf: TextOf): BundledTexts {
  return {
    projectDir: config.projectDir,
    deepest: (path, text) => compiler.deepestPlace(path, text).at,
    isSuppressed: compiler.isSuppressed,
    at(path) {
      const compiled = graph.at(path)
      const source = compiled?.source ?? path
      const text = (host.readFile(source) ?? '').replace(/^\uFEFF/, '')
      return { source, text, given: () => compiled?.code ?? textOf(path, text) }
    },
  }
}

// The brains of a project as a bundler asks for them, file by file. All are compiled at the first question, as by a build
// of the command line, and again only where something changed. Loads the compiler only where a file may hold a brain.
import { posix as posixPath } from 'node:path'
import { mayHoldBrain, mayHoldMixin, mayStep, SCRIPT } from '../../compiler/1-parse/prefilter.ts'
import { type Diagnostic, DiagnosticLog, invariant } from '../../compiler/log.ts'
import type { CompiledModule } from '../../compiler/model.ts'
import { type Compiler, compileInput, keepCompiler } from '../build.ts'
import { type BuildConfig, isFile, isTypeScript } from '../config.ts'
import { inputDiagnostics } from '../input-errors.ts'
import type { Mapped } from '../line-edits.ts'
import { readText } from '../source-text.ts'
import { createPackages, packageFolderOf } from '../packages.ts'
import { findSources } from '../sources.ts'
import { CompiledGraph, MADE_PATH } from '../compiled-graph.ts'
import { separateMap } from '../inline-map.ts'
import { type Alias, type RecordedFiles, recordFiles } from './recorded-files.ts'

/** What a bundler gets for a file that may hold a brain. */
export interface LoadedFile {
  /** `undefined`: there is none, or it has errors. */
  readonly module: CompiledModule | undefined
  readonly graph: CompiledGraph
  /** Of this very file; with the first one of a build also those of files that no bundler asks for here, such as a tsconfig. */
  readonly diagnostics: readonly Diagnostic[]
  /** Every file that the brains depend on, absolute. */
  readonly watched: readonly string[]
}

interface CompiledProject {
  readonly candidates: readonly string[]
  readonly compiler: Compiler
  readonly files: RecordedFiles
  readonly graph: CompiledGraph
  readonly handedOn: readonly string[]
  readonly attributes: readonly string[]
  readonly diagnostics: ReadonlyMap<string, readonly Diagnostic[]>
  /** Of files that are loaded elsewhere, or by nobody. */
  readonly otherDiagnostics: readonly Diagnostic[]
  readonly watched: readonly string[]
  /** What runs in a task may be in any of these. */
  readonly reached: ReadonlySet<string>
}

/** What a module has that is compiled as part of a task, beside steps on something's property: a wait, or a class. */
const MAY_CHANGE = /\bawait\b|\bclass\b/

export class ProjectBrains {
  readonly config: BuildConfig
  readonly #aliases: readonly Alias[]
  readonly #loadCompiler: () => Promise<Compiler>
  /** Files outside of the project that a bundler came upon. */
  readonly #asked = new Set<string>()
  #last: Promise<CompiledProject | undefined> = Promise.resolve(undefined)
  #mayBeOld = true
  /** Whether this build has told what is wrong in files that are not asked for. */
  #hasToldOthers = false
  #packages = createPackages()
  /** For modules that no task reaches, in this build. */
  #reaches: ((path: string, isWanted: (path: string) => boolean) => boolean) | undefined

  constructor(config: BuildConfig, aliases: readonly Alias[] = [], loadCompiler = keepCompiler()) {
    this.config = config
    this.#aliases = aliases
    this.#loadCompiler = loadCompiler
  }

  /** A build begins: what was compiled for the last one is used again where nothing changed. */
  begin(): void {
    this.#mayBeOld = true
    this.#hasToldOthers = false
    this.#reaches = undefined
    this.#packages = createPackages()
  }

  /** `undefined`: the file can't hold a brain, and is the bundler's own to load. */
  async load(path: string): Promise<LoadedFile | undefined> {
    if (MADE_PATH.test(path)) {
      const last = await this.#last
      if (last && last.graph.at(path)) return this.#loaded(last, path)
    }
    if (packageFolderOf(path) !== undefined || !isTypeScript(path) || !isFile(path)) return undefined
    const text = readText(path)
    if (!mayHoldBrain(text)) return mayHoldMixin(text) ? this.#loadMixin(path) : undefined
    const project = await this.#project(path)
    return project && this.#loaded(project, path)
  }

  async #loadMixin(path: string): Promise<LoadedFile | undefined> {
    const project = await this.#project()
    return project && isCompiled(project, path) ? this.#loaded(project, path) : undefined
  }

  #loaded(project: CompiledProject, path: string): LoadedFile {
    const { graph, watched } = project
    const own = project.diagnostics.get(path) ?? []
    const others = this.#hasToldOthers ? [] : project.otherDiagnostics
    this.#hasToldOthers = true
    return { module: graph.at(path), graph, diagnostics: [...own, ...others], watched }
  }

  /** Whether a path that is on no disk is that of a compiled module. */
  async isMade(path: string): Promise<boolean> {
    const module = MADE_PATH.test(path) ? (await this.#last)?.graph.at(path) : undefined
    return module !== undefined && module.kind !== 'main' && module.kind !== 'mixin'
  }

  /** Whether the module at a path was made from a source with a brain. */
  async isCompiled(path: string): Promise<boolean> {
    return (await this.#last)?.graph.at(path) !== undefined
  }

  /** Whether an import means a package that ships compiled brains. */
  isCompiledPackage(specifier: string, importer: string): boolean {
    return this.#packages.isCompiled(specifier, importer)
  }

  /** Whether a file is of the project, or of a package whose sources workers are made of. */
  isSource(path: string): boolean {
    return packageFolderOf(path) === undefined || this.#packages.nameOf(path) !== undefined
  }

  /** An ordinary module of the project, or one of the program around it; `undefined` where it stays as it is. */
  async transform(path: string, text: string): Promise<Mapped | undefined> {
    if (!this.isSource(path) || !(MAY_CHANGE.test(text) || mayStep(text))) return undefined
    const project = await this.#project()
    if (!project || project.graph.at(path)) return undefined
    const changed = project.reached.has(path)
      ? project.compiler.transformModule(path, text, this.config.projectDir, project.files.nameOf(path), project.handedOn)
      : await this.#transformProgram(path, text, project)
    return changed && separateMap(changed.code)
  }

  /** A module that no task reaches, where it imports one with a brain, at whatever distance. No brain depends on that, so what is read for it is not recorded. */
  async #transformProgram(path: string, text: string, { graph, attributes }: CompiledProject): Promise<{ readonly code: string } | undefined> {
    const { createReachTest, transformProgram } = await import('../compiler.ts')
    this.#reaches ??= createReachTest(recordFiles(this.#aliases))
    return this.#reaches(path, (at) => graph.at(at)?.kind === 'main') ? transformProgram(path, text, attributes) : undefined
  }

  /** What there is to say of an ordinary module of the project that a task may reach, when a bundler loads it. */
  async findings(path: string): Promise<readonly Diagnostic[]> {
    if (packageFolderOf(path) !== undefined || !SCRIPT.test(path) || !isFile(path)) return []
    const project = await this.#project()
    if (!project?.reached.has(path) || isCompiled(project, path)) return []
    const text = readText(path)
    const log = new DiagnosticLog()
    log.addPlaced(project.compiler.moduleFindings(path, text), { name: posixPath.relative(this.config.projectDir, path), text })
    return log.sorted()
  }

  /** A compiled module by its id. */
  async named(id: string): Promise<CompiledModule> {
    const module = (await this.#last)?.graph.named(id)
    invariant(module, `the worker "${id}" was compiled`)
    return module
  }

  /** The file of the project that a module at this path was made from. */
  async sourceOf(path: string): Promise<string | undefined> {
    return (await this.#last)?.graph.at(path)?.source
  }

  /** One after the other: files that ask at once are answered from one compilation. */
  #project(asked?: string): Promise<CompiledProject | undefined> {
    const next = this.#last.then((last) => this.#current(last, asked))
    this.#last = next.catch(() => undefined)
    return next
  }

  async #current(last: CompiledProject | undefined, asked: string | undefined): Promise<CompiledProject | undefined> {
    const isKnown = asked === undefined || last?.candidates.includes(asked) === true
    if (!this.#mayBeOld && isKnown) return last
    if (!isKnown) this.#asked.add(asked)
    this.#mayBeOld = false
    const candidates = await this.#candidates()
    if (candidates.length === 0) return undefined
    if (last && candidates.join('\n') === last.candidates.join('\n') && last.files.isCurrent()) return last
    return this.#compile(candidates)
  }

  async #candidates(): Promise<readonly string[]> {
    const { candidates } = await findSources(this.config)
    return [...new Set([...candidates, ...[...this.#asked].filter(isFile)])].sort()
  }

  async #compile(candidates: readonly string[]): Promise<CompiledProject> {
    const { projectDir } = this.config
    const compiler = await this.#loadCompiler()
    const files = recordFiles(this.#aliases)
    const compiled = compiler.compile(compileInput(this.config, candidates, files))
    const { reachedFiles } = await import('../compiler.ts')
    const reached = reachedFiles(compiled.modules.map((module) => module.source), files)
    // They say what an import means and what a type is.
    const configs = ['tsconfig.json', 'package.json'].map((name) => `${projectDir}/${name}`)
    for (const config of configs) files.readFile(config)
    const graph = new CompiledGraph(compiled.modules)
    const diagnostics = byFile([...compiled.diagnostics, ...inputDiagnostics(projectDir, files, compiler)], projectDir)
    const others = [...diagnostics].filter(([path]) => !candidates.includes(path) && !graph.at(path))
    return {
      candidates,
      compiler,
      files,
      graph,
      handedOn: compiled.handedOn,
      attributes: compiled.attributes,
      diagnostics,
      otherDiagnostics: others.flatMap(([, found]) => found),
      watched: [...new Set([...compiled.sources, ...reached, ...configs.filter(isFile)])].sort(),
      reached,
    }
  }
}

/** Whether a module is made of a file, or would be but for its errors: the compiler has said all there is to say of it. */
function isCompiled({ graph, diagnostics }: CompiledProject, path: string): boolean {
  return graph.at(path) !== undefined || (diagnostics.get(path) ?? []).some(({ severity }) => severity === 'error')
}

function byFile(diagnostics: readonly Diagnostic[], projectDir: string): ReadonlyMap<string, readonly Diagnostic[]> {
  const found = new Map<string, Diagnostic[]>()
  for (const diagnostic of diagnostics) {
    const path = posixPath.join(projectDir, diagnostic.file)
    found.set(path, [...(found.get(path) ?? []), diagnostic])
  }
  return found
}

/**
 * text ─parse→ project ─analyze→ FileModel[] ─plan→ Plan ─emit→ modules and declarations. Text in, text out: no disk, no console.
 */
import { deepestPlace } from './1-parse/deepest.ts'
import { mayHoldBrain, SCRIPT } from './1-parse/prefilter.ts'
import { relativeName, SourceProject } from './1-parse/project.ts'
import { findBrains, type FoundFile, type Look, lookOf, originsOf, readFile } from './2-analyze/file.ts'
import { createTypeOracle } from './2-analyze/type-oracle.ts'
import { type BrainExplanation, explainBrain } from './3-plan/explain.ts'
import { reportPackages } from './3-plan/package-errors.ts'
import { plan, type Plan, plansByFile } from './3-plan/plan.ts'
import { emitModule } from './4-emit/module.ts'
import { emitMainTypes, emitState, emitStateTypes } from './4-emit/state.ts'
import { DIAGNOSTIC_CODES, sourceTooDeep, suppressionUnused } from './diagnostics.ts'
import { type Diagnostic, DiagnosticLog, renameFix } from './log.ts'
import type { BrainPlan, CompiledModule, CompileInput, CompileResult, EmittedFile, FileModel } from './model.ts'
import { closest } from './names.ts'
import { DOORS } from '../src/contract/names.ts'
import type { BrainManifest } from '../src/contract/manifest.ts'

export function compile(input: CompileInput): CompileResult {
  const log = new DiagnosticLog()
  const project = new SourceProject(input.root, input.host)
  const files = analyze(input, project, log)
  const planned = plan(files, log)
  suppressWarnings(files, input, log)
  reportPackages(files, log, (path) => relativeName(input.root, path))
  const good = withoutErrors(planned, log)
  return {
    modules: emit(good),
    files: declarations(good, input),
    diagnostics: log.sorted(),
    brains: good.brains.map(manifestOf),
    sources: project.read,
  }
}

export interface Explanation {
  /** The brains of the files that were asked for. */
  readonly brains: readonly BrainExplanation[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What the brains of these files become, as far as they can be read. */
export function explain(input: CompileInput): Explanation {
  const log = new DiagnosticLog()
  const files = analyze(input, new SourceProject(input.root, input.host), log)
  const planned = plan(files, log)
  suppressWarnings(files, input, log)
  reportPackages(files, log, (path) => relativeName(input.root, path))
  const asked = planned.brains.filter(({ file }) => input.files.includes(file.path))
  return { brains: asked.map((each) => explainBrain(each, planned, files)), diagnostics: log.sorted() }
}

// --- internal ---

/**
 * Every file with a brain: those asked for, and those that they take a base class, a mixin or anything else from. Each is looked at
 * first for what it leads to, since a mixin is read for all brains that apply it; no tree is held between two files.
 */
function analyze({ root, sourceRoot, files, host }: CompileInput, project: SourceProject, log: DiagnosticLog): Map<string, FileModel> {
  const oracle = createTypeOracle(root, host)
  const looks = new Map<string, Look | undefined>()
  const taken = new Set<string>()
  /** By file: where the classes of its mixins begin that some brain applies. */
  const mixins = new Map<string, Map<number, string>>()
  const queue: string[] = []
  for (const asked of files) {
    if (mayHoldBrain(host.readFile(asked) ?? '')) queue.push(asked)
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) follow(path)
  }
  for (const path of project.tooDeep) reportTooDeep([path])
  const models = [...taken].sort().flatMap((path) => read(path) ?? [])
  return new Map(models.map((model) => [model.path, model]))

  function follow(path: string): void {
    if (!looks.has(path)) looks.set(path, startFile(path, () => lookAt(path)))
    const look = looks.get(path)
    // A file without a brain counts where a base class comes from a function or a constant of it.
    if (!look || taken.has(path) || !(look.hasBrain || project.mixinFiles.has(path))) return
    taken.add(path)
    for (const { file, at, name, way } of look.mixins) {
      mixins.set(file, (mixins.get(file) ?? new Map<number, string>()).set(at, name))
      for (const each of way) project.mixinFiles.add(each)
    }
    const origins = unlessTooDeep(path, () => originsOf(find(path, new DiagnosticLog())!)) ?? []
    queue.push(...look.bases, ...origins.filter((file) => mayHoldBrain(host.readFile(file) ?? '')))
  }

  function lookAt(path: string): Look | undefined {
    const found = find(path, log)
    return found && lookOf(found)
  }

  function read(path: string): FileModel | undefined {
    return startFile(path, () => {
      // What there is to say of it was said at the first look.
      const found = find(path, new DiagnosticLog())!
      return readFile({ ...found, context: { ...found.context, log } }, mixins.get(path) ?? new Map())
    })
  }

  function find(path: string, to: DiagnosticLog): FoundFile | undefined {
    const unit = project.unit(path)
    return unit && findBrains(unit, { project, oracle, log: to, output: outputName(path, root, sourceRoot) })
  }

  function startFile<T>(path: string, work: () => T): T | undefined {
    project.startFile()
    return unlessTooDeep(path, work)
  }

  /** Syntax trees are walked by recursion: the stack is what bounds their depth. */
  function unlessTooDeep<T>(path: string, read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      // It may have been walking a module that the file imports.
      if (namesTaskbrain(path)) reportTooDeep(project.read)
      return undefined
    }
  }

  function reportTooDeep(paths: readonly string[]): void {
    const depths = paths.map((path) => ({ path, ...deepestPlace(path, textOf(path)) }))
    const { path, at } = depths.reduce((deepest, each) => (each.depth > deepest.depth ? each : deepest))
    const file = { name: relativeName(root, path), text: textOf(path) }
    // What no brain names is read in vain; where one reaches it, the bundle says so.
    if (paths.length > 1 || namesTaskbrain(path)) log.add(sourceTooDeep(file.name), { file, start: at, end: at + 1 })
  }

  function textOf(path: string): string {
    return (host.readFile(path) ?? '').replace(/^\uFEFF/, '')
  }

  function namesTaskbrain(path: string): boolean {
    return textOf(path).includes(DOORS.user)
  }
}

/** Whether one is of use is not known for a file with errors, nor for one that was read for the sake of another. */
function suppressWarnings(files: ReadonlyMap<string, FileModel>, input: CompileInput, log: DiagnosticLog): void {
  for (const { path, source, suppressions } of files.values()) {
    const isJudged = input.files.includes(path) && !log.hasErrors(source.name)
    for (const { code, line, start, end } of suppressions) {
      if (log.suppress(source.name, line, code) || !isJudged) continue
      const meant = DIAGNOSTIC_CODES.includes(code) ? '' : closest(code, DIAGNOSTIC_CODES)
      const span = { file: source, start, end }
      log.add(suppressionUnused(code, meant), span, [], renameFix(span, code, meant))
    }
  }
}

function outputName(path: string, root: string, sourceRoot: string): string {
  const base = path.startsWith(`${sourceRoot}/`) ? sourceRoot : root
  // The name stands in quotes where modules name each other, and in URLs, where a backslash would part it.
  return relativeName(base, path).replace(SCRIPT, '').replaceAll('../', '_/').replace(/["'`\\\n\r\u2028\u2029]/g, '_')
}

/** Nothing is emitted for a file with an error, nor for one that is built upon it. */
function withoutErrors({ brains, slices }: Plan, log: DiagnosticLog): Plan {
  const isBad = (file: FileModel): boolean => log.hasErrors(file.source.name)
  const badIds = new Set(slices.filter((slice) => isBad(slice.file)).map((slice) => slice.id))
  for (let size = -1; size !== badIds.size; ) {
    size = badIds.size
    for (const slice of slices) if (slice.sliceImports.some((taken) => badIds.has(taken.slice))) badIds.add(slice.id)
  }
  const badFiles = new Set(slices.filter((slice) => badIds.has(slice.id)).map((slice) => slice.entry?.plan.file ?? slice.file))
  return {
    brains: brains.filter((each) => !badFiles.has(each.file) && !isBad(each.file)),
    slices: slices.filter((slice) => !badIds.has(slice.id) && !badFiles.has(slice.file)),
  }
}

function emit({ brains, slices }: Plan): CompiledModule[] {
  const plans = plansByFile(brains)
  return [...slices.map((slice) => emitModule(slice, plans.get(slice.file) ?? [])), ...brains.map(emitState)]
}

function declarations({ brains }: Plan, input: CompileInput): EmittedFile[] {
  const files = [...new Set(brains.map((each) => each.file))]
  const moduleOf = (file: FileModel): string => sourceModule(file, input)
  return [...files.map((file) => emitMainTypes(file, moduleOf(file))), ...brains.map((each) => emitStateTypes(each, moduleOf(each.file)))]
}

/** The source file as its declarations import it: relative, with the extension that TypeScript maps back to the source. */
function sourceModule(file: FileModel, { outDir }: CompileInput): string {
  const folder = `${outDir}/${file.output}`.split('/').slice(0, -1).join('/')
  const path = relativeName(folder, file.path).replace(/\.([cm]?)[jt]sx?$/, '.$1js')
  return path.startsWith('.') ? path : `./${path}`
}

function manifestOf({ brain, file, stateId, tasks }: BrainPlan): BrainManifest {
  return {
    id: brain.id,
    name: brain.name,
    source: file.source.name,
    module: `${file.output}.js`,
    state: `${stateId}.js`,
    tasks: tasks.map(({ task, worker }) => ({ name: task.name, process: task.process, ...task.optionTexts, ...(worker !== undefined && { worker: `${worker}.js` }) })),
  }
}

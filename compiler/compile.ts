/**
 * text ─parse→ project ─analyze→ FileModel[] ─plan→ Plan ─emit→ modules and declarations. Text in, text out: no disk, no console.
 */
import type { MixedClass } from './1-parse/classes.ts'
import { mayHoldBrain, SCRIPT } from './1-parse/prefilter.ts'
import { relativeName, SourceProject } from './1-parse/project.ts'
import { findBrains, type FoundFile, type ImportedNames, importedNames, readFile } from './2-analyze/file.ts'
import { createTypeOracle } from './2-analyze/type-oracle.ts'
import { type BrainExplanation, explainBrain } from './3-plan/explain.ts'
import { plan, type Plan } from './3-plan/plan.ts'
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
  const asked = planned.brains.filter(({ file }) => input.files.includes(file.path))
  return { brains: asked.map((each) => explainBrain(each, planned, files)), diagnostics: log.sorted() }
}

// --- internal ---

/** Every file with a brain: those asked for, and those that they take a base class, a mixin or anything else from. */
function analyze(input: CompileInput, project: SourceProject, log: DiagnosticLog): Map<string, FileModel> {
  const { root, sourceRoot, files, host } = input
  const oracle = createTypeOracle(root, host)
  const found = new Map<string, FoundFile | undefined>()
  const imported = new Map<string, ImportedNames>()
  const mixins = new Map<string, MixedClass[]>()
  /** Files with a function or a constant that a base class comes from. */
  const onTheWay = project.mixinFiles
  const queue = files.filter((path) => mayHoldBrain(host.readFile(path) ?? ''))
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    if (!found.has(path)) found.set(path, unlessTooDeep(path, () => find(path!)))
    const file = found.get(path)
    if (!file || imported.has(path) || (file.brains.length === 0 && !onTheWay.has(path))) continue
    const names = importedNames(file)
    imported.set(path, names)
    for (const base of file.bases) {
      if (base.kind === 'mixed') applied(base)
      queue.push(base.unit.path, ...(base.way ?? []).map((declared) => declared.file))
    }
    // What a worker takes from a file with a brain comes from a slice of that file.
    for (const { origin } of [...names.values()].flat()) if (origin && mayHoldBrain(host.readFile(origin.file) ?? '')) queue.push(origin.file)
  }
  const models = [...imported].flatMap(([path, names]) => unlessTooDeep(path, () => readFile(found.get(path)!, names, mixins.get(path) ?? [])) ?? [])
  return new Map(models.sort((a, b) => (a.path < b.path ? -1 : 1)).map((model) => [model.path, model]))

  function find(path: string): FoundFile | undefined {
    const unit = project.unit(path)
    return unit && findBrains(unit, { project, oracle, log, output: outputName(path, root, sourceRoot) })
  }

  function applied(mixin: MixedClass): void {
    for (const declared of mixin.way) onTheWay.add(declared.file)
    const known = mixins.get(mixin.unit.path) ?? []
    if (!known.some(({ node }) => node === mixin.node)) mixins.set(mixin.unit.path, [...known, mixin])
  }

  /** Syntax trees are walked by recursion: the stack is what bounds their depth. */
  function unlessTooDeep<T>(path: string, read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      const source = { name: relativeName(root, path), text: host.readFile(path) ?? '' }
      if (source.text.includes(DOORS.user)) log.add(sourceTooDeep(source.name), { file: source, start: 0, end: 0 })
      return undefined
    }
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
  // The name stands in quotes where modules name each other.
  return relativeName(base, path).replace(SCRIPT, '').replaceAll('../', '_/').replace(/["'`\n\r]/g, '_')
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
  return [...slices.map((slice) => emitModule(slice, brains)), ...brains.map(emitState)]
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

/**
 * text ─parse→ project ─analyze→ FileModel[] ─plan→ Plan ─emit→ modules and declarations. Text in, text out: no disk, no console.
 */
import { type BrainExplanation, explainBrain } from './3-plan/explain.ts'
import { reportPackages } from './3-plan/package-errors.ts'
import { plan, type Plan, plansByFile } from './3-plan/plan.ts'
import { emitModule } from './4-emit/module.ts'
import { emitMainTypes, emitState, emitStateTypes } from './4-emit/state.ts'
import { type Analysis, analyze, Memory } from './analysis.ts'
import { DIAGNOSTIC_CODES, importUnmatched, suppressionUnused } from './diagnostics.ts'
import { relativeName } from './file-names.ts'
import { type Diagnostic, type DiagnosticLog, renameFix } from './log.ts'
import type { BrainPlan, CompiledModule, CompileInput, CompileResult, EmittedFile, FileModel } from './model.ts'
import { closest } from './names.ts'
import type { BrainManifest } from '../src/contract/manifest.ts'

export function compile(input: CompileInput): CompileResult {
  return compileAnalysed(input, analyze(input))
}

/** A compiler that keeps what it understood of each file. */
export interface IncrementalCompiler {
  /**
   * What `compile` gives. Only files are read to which something has happened: `changed` says which ones, absolute, that came, went or have another
   * text since the last call; without it every file that mattered is compared by its content.
   */
  compile(input: CompileInput, changed?: readonly string[]): CompileResult
  /** What it understood, for one of the same version that begins where this one ends. Holds no path but those below the project's folder, as from there. */
  save(): string
}

/** `saved`: what `save` gave. What it can't use it does without. */
export function createCompiler(saved?: string): IncrementalCompiler {
  const memory = new Memory(saved)
  return { compile: (input, changed) => compileAnalysed(input, memory.analyze(input, changed)), save: () => memory.save() }
}

export interface Explanation {
  /** The brains of the files that were asked for. */
  readonly brains: readonly BrainExplanation[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What the brains of these files become, as far as they can be read. */
export function explain(input: CompileInput): Explanation {
  const analysis = analyze(input)
  const { files, log } = analysis
  const planned = plan(files, log, analysis.moduleOf)
  suppressWarnings(analysis, input)
  reportPackages(files, log, (path) => relativeName(input.root, path))
  const asked = planned.brains.filter(({ file }) => input.files.includes(file.path))
  return { brains: asked.map((each) => explainBrain(each, planned, files)), diagnostics: log.sorted() }
}

// --- internal ---

/** What only the bundle tells. */
const UNMATCHED = importUnmatched('').code

function compileAnalysed(input: CompileInput, analysis: Analysis): CompileResult {
  const { files, log, handedOn, attributes } = analysis
  const planned = plan(files, log, analysis.moduleOf)
  suppressWarnings(analysis, input)
  reportPackages(files, log, (path) => relativeName(input.root, path))
  const good = withoutErrors(planned, log)
  return {
    modules: emit(good),
    files: declarations(good, input),
    diagnostics: log.sorted(),
    brains: good.brains.map(manifestOf),
    sources: analysis.sources(),
    handedOn,
    attributes,
  }
}

/** Whether one is of use is not known for a file with errors, nor for one that was read for the sake of another. */
function suppressWarnings({ files, modules, log }: Analysis, input: CompileInput): void {
  for (const { path, source, suppressions } of files.values()) {
    const isJudged = input.files.includes(path) && !log.hasErrors(source.name)
    for (const { code, line, start, end } of suppressions) {
      if (log.suppress(source.name, line, code) || !isJudged || code === UNMATCHED) continue
      const meant = DIAGNOSTIC_CODES.includes(code) ? '' : closest(code, DIAGNOSTIC_CODES)
      const span = { file: source, start, end }
      log.add(suppressionUnused(code, meant), span, [], renameFix(span, code, meant))
    }
  }
  // What else there is to say of a module is told where it is bundled.
  for (const { path, source, suppressions } of modules())
    if (!files.has(path)) for (const { code, line } of suppressions) log.suppress(source.name, line, code)
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

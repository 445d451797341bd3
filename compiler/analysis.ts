/**
 * text ─parse→ project ─analyze→ FileModel[]: every file with a brain, those asked for and those that they take a base class, a mixin or
 * anything else from. Each is looked at first for what it leads to, since a mixin is read for all brains that apply it; no tree is held between two files.
 */
import { deepestPlace } from './1-parse/deepest.ts'
import { Facts } from './1-parse/facts.ts'
import { SourceProject } from './1-parse/project.ts'
import { findBrains, type FoundFile, knownBrainsOf, type Look, lookOf, originsOf, readFile } from './2-analyze/file.ts'
import { readModule } from './2-analyze/module-state.ts'
import { namedIn } from './2-analyze/unnamed-steps.ts'
import { type AskType, TypeOracle } from './2-analyze/type-oracle.ts'
import { DOORS } from '../src/contract/names.ts'
import { brainFromMixin, sourceTooDeep } from './diagnostics.ts'
import { outputName, relativeName } from './file-names.ts'
import { DiagnosticLog } from './log.ts'
import type { CompileInput, FileModel } from './model.ts'
import type { ModuleModel, ModuleOf } from './state-model.ts'
import { DEFAULT_NAME } from './names.ts'
import { newReadings, type Readings, type ReadingsOf, readingsOfText, textOfReadings } from './readings.ts'

export interface Analysis {
  /** By path. */
  readonly files: ReadonlyMap<string, FileModel>
  readonly log: DiagnosticLog
  /** The state of a module, which is read when somebody asks. */
  readonly moduleOf: ModuleOf
  /** Those that somebody asked for so far. */
  readonly modules: () => readonly ModuleModel[]
  /** Every file that was parsed for it so far, absolute and sorted. */
  readonly sources: () => readonly string[]
  /** Attributes of brains that code may have by another name than `this`, and parts of attributes, as `pose.x`; sorted. */
  readonly handedOn: readonly string[]
  /** Those of all brains, sorted. */
  readonly attributes: readonly string[]
}

export function analyze(input: CompileInput): Analysis {
  const oracle = new TypeOracle(input.root, input.host)
  return new Analyzer(input, { kept: newReadings(), isNoted: false, isUnchanged: () => false, oracle }).analyze()
}

/** What was understood of each file, from one analysis to the next. */
export class Memory {
  #saved: string | undefined
  #kept = newReadings()
  /** Whether what is kept is of the call before this one. */
  #isOfLastCall = false
  #root = ''
  #sourceRoot = ''
  #oracle: TypeOracle | undefined

  /** `saved`: what `save` gave. */
  constructor(saved?: string) {
    this.#saved = saved
  }

  /** What `analyze` gives. Reads again only what has changed: `changed`, or whatever has another content. */
  analyze(input: CompileInput, changed?: readonly string[]): Analysis {
    this.#enter(input)
    const meant = this.#isOfLastCall && changed ? new Set(changed) : undefined
    this.#isOfLastCall = false
    const oracle = (this.#oracle ??= new TypeOracle(input.root, input.host))
    oracle.begin(input.host)
    const analyzer = new Analyzer(input, { kept: this.#kept, isNoted: true, isUnchanged: (path) => meant?.has(path) === false, oracle })
    const analysis = analyzer.analyze()
    this.#kept = analyzer.isUncertain ? newReadings() : analyzer.readings
    this.#isOfLastCall = true
    return analyzer.isUncertain ? analyze(input) : analysis
  }

  save(): string {
    return JSON.stringify([this.#sourceRoot.slice(this.#root.length), textOfReadings(this.#kept, this.#root)])
  }

  /** Outputs are named by these folders. */
  #enter({ root, sourceRoot }: CompileInput): void {
    if (root === this.#root && sourceRoot === this.#sourceRoot) return
    this.#root = root
    this.#sourceRoot = sourceRoot
    this.#isOfLastCall = false
    this.#kept = this.#restored() ?? newReadings()
    this.#saved = undefined
    this.#oracle = undefined
  }

  /** Nothing is lost where it is none of ours. */
  #restored(): Readings | undefined {
    try {
      const [place, text] = JSON.parse(this.#saved ?? 'null') as [string, string]
      return this.#root + place === this.#sourceRoot ? readingsOfText(text, this.#root) : undefined
    } catch {
      return undefined
    }
  }
}

// --- internal ---

interface AnalyzerOptions {
  readonly kept: Readings
  readonly isNoted: boolean
  readonly isUnchanged: (path: string) => boolean
  readonly oracle: TypeOracle
}

class Analyzer {
  readonly #input: CompileInput
  readonly #facts: Facts
  readonly #project: SourceProject
  readonly #oracle: TypeOracle
  readonly #log = new DiagnosticLog()
  readonly #kept: Readings
  readonly readings = newReadings()
  readonly #taken = new Set<string>()
  /** By file: where the classes of its mixins begin that some brain applies, and what they are called. */
  readonly #mixins = new Map<string, Map<number, string>>()
  /** By file and by where a class of it begins: attributes that a class which extends it shares, and it doesn't. */
  readonly #given = new Map<string, Map<number, Set<string>>>()
  #handedOn: readonly string[] = []

  constructor(input: CompileInput, { kept, isNoted, isUnchanged, oracle }: AnalyzerOptions) {
    this.#input = input
    this.#oracle = oracle
    this.#kept = kept
    this.#facts = new Facts(input.host, { isNoted, isUnchanged, types: () => oracle.state() })
    this.#project = new SourceProject(input.root, this.#facts)
  }

  /** Whether something was met that no facts tell of: nothing may be kept. */
  get isUncertain(): boolean {
    return this.#facts.isUncertain || this.#project.tooDeep.size > 0
  }

  analyze(): Analysis {
    for (const asked of this.#input.files) if (this.#isWorthReading(asked)) this.#follow(asked)
    for (const path of this.#project.tooDeep) this.#reportTooDeep([path])
    this.#reportMade()
    this.readings.mixed = this.#mixedKey()
    const withBrains = [...this.#taken].filter((path) => this.#look(path)?.hasBrain)
    this.#handedOn = this.#attributesHandedOn(withBrains)
    const models = [...this.#taken].sort().flatMap((path) => this.#model(path) ?? [])
    return {
      files: new Map(models.map((model) => [model.path, model])),
      log: this.#log,
      moduleOf: (path) => this.#module(path),
      modules: () => [...this.readings.modules.values()].flatMap(({ value }) => value.value ?? []),
      sources: () => this.#sources(),
      handedOn: this.#handedOn,
      attributes: sortedNames(withBrains.flatMap((path) => this.#look(path)!.attributes.all)),
    }
  }

  #follow(asked: string): void {
    const queue = [asked]
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) queue.push(...this.#leadsTo(path))
  }

  /** What else is to be looked at for the sake of a file. One without a brain counts where a base class comes from a function or a constant of it. */
  #leadsTo(path: string): readonly string[] {
    const look = this.#look(path)
    if (!look || this.#taken.has(path) || !(look.hasBrain || this.#project.mixinFiles.has(path))) return []
    this.#taken.add(path)
    for (const { file, at, name, way } of look.mixins) {
      this.#mixins.set(file, (this.#mixins.get(file) ?? new Map<number, string>()).set(at, name))
      for (const each of way) this.#project.mixinFiles.add(each)
    }
    for (const { file, at, name } of look.given) {
      const classes = this.#given.get(file) ?? new Map<number, Set<string>>()
      this.#given.set(file, classes.set(at, (classes.get(at) ?? new Set()).add(name)))
    }
    const origins = this.#reading(path, this.#kept.origins, this.readings.origins, () => originsOf(this.#find(path, new DiagnosticLog())!)) ?? []
    return [...look.bases, ...origins.filter((file) => this.#isWorthReading(file))]
  }

  #isWorthReading(path: string): boolean {
    return this.#reading(path, this.#kept.worth, this.readings.worth, () => this.#facts.mayHoldBrain(path))!
  }

  #look(path: string): Look | undefined {
    const known = this.readings.looks.get(path)
    if (known) return known.value.value
    return this.#reading(path, this.#kept.looks, this.readings.looks, (log) => {
      const found = this.#find(path, log)
      return found && lookOf(found)
    })
  }

  #model(path: string): FileModel | undefined {
    const handedOn = this.#handedOn.length > 0 ? namedIn(this.#textOf(path), this.#handedOn) : undefined
    const isAlike = this.readings.mixed === this.#kept.mixed && this.#kept.models.get(path)?.value.value?.handedOn?.join() === handedOn?.join()
    return this.#reading(path, isAlike ? this.#kept.models : undefined, this.readings.models, (log) => {
      // What there is to say of it was said at the first look.
      const found = this.#find(path, new DiagnosticLog())!
      return readFile({ ...found, context: { ...found.context, log } }, { mixed: this.#mixins.get(path) ?? new Map(), given: this.#given.get(path) ?? new Map(), handedOn })
    })
  }

  /** Of a brain that its own file hands on, and of all brains in a file that other code imports to have one; of any other what it holds may be handed on. */
  #attributesHandedOn(withBrains: readonly string[]): readonly string[] {
    const known = new Set(withBrains.flatMap((path) => this.#reading(path, this.#kept.known, this.readings.known, () => knownBrainsOf(this.#find(path, new DiagnosticLog())!)) ?? []))
    return sortedNames(withBrains.flatMap((path) => {
      const { all, handedOn, parts } = this.#look(path)!.attributes
      return known.has(path) ? all : [...handedOn, ...parts]
    }))
  }

  #module(path: string): ModuleModel | undefined {
    const known = this.readings.modules.get(path)
    if (known) return known.value.value
    return this.#reading(path, this.#kept.modules, this.readings.modules, () => {
      const unit = this.#project.unit(path)
      return unit && readModule(unit, this.#project)
    })
  }

  /** As it was read before, where nothing of what it was read from has changed. */
  #reading<Value>(path: string, kept: ReadingsOf<Value> | undefined, readings: ReadingsOf<Value>, read: (log: DiagnosticLog) => Value | undefined): Value | undefined {
    const known = kept?.get(path)
    const reading = known && this.#facts.hold(known.facts) ? known : this.#facts.during(() => {
      this.#project.startFile()
      const log = new DiagnosticLog()
      return { value: this.#unlessTooDeep(path, () => read(log)), found: log.found }
    })
    readings.set(path, reading)
    this.#log.addAll(reading.value.found)
    return reading.value.value
  }

  #find(path: string, log: DiagnosticLog): FoundFile | undefined {
    const { root, sourceRoot } = this.#input
    const unit = this.#project.unit(path)
    return unit && findBrains(unit, { project: this.#project, askType: this.#askType, log, output: outputName(path, root, sourceRoot) })
  }

  readonly #askType: AskType = (unit, field) => {
    this.#facts.note('types')
    return this.#oracle.typeOf(unit, field)
  }

  #sources(): string[] {
    const parsed = new Set(this.#project.read)
    for (const readings of [this.readings.looks, this.readings.origins, this.readings.models, this.readings.modules])
      for (const { facts } of readings.values())
        for (const { about, of, answer } of facts) if (about === 'tree' && answer !== undefined) parsed.add(of)
    return [...parsed].sort()
  }

  /** Which mixins are applied, and which attributes a class shares for those that it extends: a file is read for that. */
  #mixedKey(): string {
    const nameOf = (file: string): string => relativeName(this.#input.root, file)
    const applied = [...this.#mixins].map(([file, classes]) => [nameOf(file), ...classes].join('\n'))
    const given = [...this.#given].flatMap(([file, classes]) => [...classes].map(([at, names]) => [nameOf(file), at, ...[...names].sort()].join('\n')))
    return [...applied, ...given, ...[...this.#project.mixinFiles].map(nameOf)].sort().join('\n')
  }

  /** Syntax trees are walked by recursion: the stack is what bounds their depth. */
  #unlessTooDeep<Value>(path: string, read: () => Value): Value | undefined {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.#facts.setUncertain()
      // It may have been walking a module that the file imports.
      if (this.#namesTaskbrain(path)) this.#reportTooDeep(this.#project.read)
      return undefined
    }
  }

  /** Nothing is built for what a mixin makes, as long as no class extends it. */
  #reportMade(): void {
    const looks = [...this.readings.looks.values()].flatMap(({ value }) => value.value ?? [])
    const extended = new Set(looks.flatMap((look) => look.extended.map(({ file, name }) => `${file}\n${name}`)))
    for (const path of this.#input.files.filter((asked) => this.#isWorthReading(asked)))
      for (const { name, made, start, end, isSuppressed } of this.#look(path)?.made ?? []) {
        if (isSuppressed && !this.#taken.has(path)) continue
        const file = { name: relativeName(this.#input.root, path), text: this.#textOf(path) }
        if (!extended.has(`${path}\n${name}`)) this.#log.add(brainFromMixin(name === DEFAULT_NAME ? 'default' : name, made), { file, start, end })
      }
  }

  #reportTooDeep(paths: readonly string[]): void {
    const depths = paths.map((path) => ({ path, ...deepestPlace(path, this.#textOf(path)) }))
    const { path, at } = depths.reduce((deepest, each) => (each.depth > deepest.depth ? each : deepest))
    const file = { name: relativeName(this.#input.root, path), text: this.#textOf(path) }
    // What no brain names is read in vain; where one reaches it, the bundle says so.
    if (paths.length > 1 || this.#namesTaskbrain(path)) this.#log.add(sourceTooDeep(file.name), { file, start: at, end: at + 1 })
  }

  #textOf(path: string): string {
    return (this.#input.host.readFile(path) ?? '').replace(/^\uFEFF/, '')
  }

  #namesTaskbrain(path: string): boolean {
    return this.#textOf(path).includes(DOORS.user)
  }
}

const sortedNames = (names: readonly string[]): string[] => [...new Set(names)].sort()

// In: a task that runs in a worker. Out: the parts of its file, and of the files of its base classes, that are live from it:
// a fixpoint over the names that live code uses as values. Must not make text.

import type { ArrivingClass, BrainModel, BrainPlan, ClassModel, FileModel, ImportSpecifier, Item, Member, MixinModel, PlannedTask, Slice } from '../model.ts'
import { DEFAULT_NAME, EVERYBODY, isOfPackage, REGISTRATIONS } from '../names.ts'
import { chainOf, type ChainLink, type Files } from './chain.ts'
import { classModules, relativeSpecifier } from './class-modules.ts'

/** A member that a worker keeps; not `certain` where only a `this` that was handed on may reach it. */
export interface LiveMember {
  readonly link: ChainLink
  readonly member: Member
  readonly certain: boolean
}

export interface WorkerSlices {
  readonly slices: Slice[]
  readonly live: LiveMember[]
  /** Classes of files without a brain that are loaded for their instances. */
  readonly arriving: readonly ArrivingClass[]
  /** Mixins of the brain that other code of the worker uses too. */
  readonly mixedElsewhere: readonly MixinModel[]
}

export function workerSlices(plan: BrainPlan, task: PlannedTask, files: Files): WorkerSlices {
  return new SliceBuilder(plan, task, files).build()
}

// --- internal ---

interface FoundMember {
  readonly link: ChainLink
  readonly member: Member
  /** Its place among the members of its class. */
  readonly index: number
}

interface Part {
  readonly file: FileModel
  readonly items: Set<number>
  readonly members: Map<string, Set<number>>
  readonly imports: Map<number, ImportSpecifier[]>
  readonly packageImports: { specifier: string; imported: string; local: string }[]
  readonly sliceImports: { slice: string; imported: string; local: string }[]
  /** Slices that register serialisable types. */
  readonly registrations: Set<string>
  readonly heritage: Map<string, string>
  readonly exports: Map<string, string>
}

/** What the base class of a brain comes from: functions, constants, classes. Their other users need more of them. */
type Heritage = ReadonlySet<string>

const NOT_CODE = /\.(css|scss|sass|less|styl|svg|png|jpe?g|gif|webp|ico|woff2?|ttf|html)(\?.*)?$/

class SliceBuilder {
  readonly #plan: BrainPlan
  readonly #task: PlannedTask
  readonly #files: Files
  readonly #chain: readonly ChainLink[]
  /** Members of the chain, each name with all that have it. */
  readonly #members = new Map<string, FoundMember[]>()
  readonly #tasks: ReadonlySet<string>
  /** What was found to be live and is to be looked through: a list, because a program may call deeper than a stack is. */
  readonly #pending: (() => void)[] = []
  readonly #parts = new Map<string, Part>()
  readonly #live = new Map<Member, LiveMember>()
  /** Names of no module that live code uses. */
  readonly #globals = new Set<string>()
  /** Items that are there for more than a base class. */
  readonly #whole = new Set<Item>()
  readonly #mixedElsewhere = new Set<MixinModel>()
  /** Files without a brain that hold a class whose instances arrive in the worker. */
  readonly #classFiles = new Map<string, ArrivingClass>()

  constructor(plan: BrainPlan, task: PlannedTask, files: Files) {
    this.#plan = plan
    this.#task = task
    this.#files = files
    this.#chain = chainOf({ file: plan.file, brain: plan.brain }, files)
    this.#tasks = new Set(plan.tasks.map(({ task: { name } }) => name))
    for (const link of this.#chain)
      link.brain.members.forEach((member, index) => {
        if (member.kind !== 'constructor' && member.kind !== 'type') this.#members.set(member.name, [...this.#members.get(member.name) ?? [], { link, member, index }])
      })
  }

  build(): WorkerSlices {
    this.#useBrain(this.#plan.file, this.#plan.brain)
    this.#useMember(this.#task.task.name, true)
    this.#useClasses(this.#task.task.takes)
    do {
      for (let follow = this.#pending.pop(); follow; follow = this.#pending.pop()) follow()
    } while (this.#keepEffects())
    return { slices: [...this.#parts.values()].map((part) => this.#slice(part)), live: [...this.#live.values()], arriving: [...this.#classFiles.values()], mixedElsewhere: [...this.#mixedElsewhere] }
  }

  #part(file: FileModel): Part {
    const known = this.#parts.get(file.path)
    if (known) return known
    const part: Part = { file, items: new Set(), members: new Map(), imports: new Map(), packageImports: [], sliceImports: [], registrations: new Set(), heritage: new Map(), exports: new Map() }
    this.#parts.set(file.path, part)
    file.items.forEach((item, index) => {
      if (item.import?.bare && !NOT_CODE.test(item.import.specifier)) part.items.add(index)
      for (const { origin } of item.import?.names ?? []) {
        const target = origin && this.#files.get(origin.file)
        if (target?.items.some((other) => other.touches.includes(REGISTRATIONS))) part.registrations.add(this.#id(this.#part(target).file))
      }
    })
    return part
  }

  #id(file: FileModel): string {
    return file === this.#plan.file ? this.#task.worker! : `${file.output}~${this.#task.worker!}`
  }

  /** A class of a brain is live: its name, its base class; its members come one by one. */
  #useBrain(file: FileModel, brain: BrainModel): void {
    const part = this.#part(file)
    if (part.members.has(brain.name)) return
    part.members.set(brain.name, new Set())
    part.items.add(brain.item)
    const [, base] = chainOf({ file, brain }, this.#files)
    if (!base || brain.heritageWay.length > 0) {
      const heritage = new Set([...brain.heritageWay, ...brain.bases].map(({ file: path, name }) => keyOf(path, name)))
      for (const name of brain.heritageNames) this.#useName(file, name, heritage)
      return
    }
    this.#useClass(base)
    if (base.file === file) return
    const local = `${file.prefix}${brain.name}Base`
    part.heritage.set(brain.name, local)
    this.#takeFromSlice(part, base.file, base.brain.localName, local)
  }

  #useClass({ file, brain }: ChainLink): void {
    if (brain.kind === 'brain') return this.#useBrain(file, brain)
    const { members } = this.#part(file)
    const isWhole = this.#whole.has(file.items[brain.item]!) && !this.#applies(brain)
    if (!members.has(brain.name) && !isWhole) members.set(brain.name, new Set())
  }

  /** `name` is the one it has in the file that declares it; `*` stands for all that the file exports. */
  #takeFromSlice(part: Part, from: FileModel, name: string, local: string): void {
    const imported = name === DEFAULT_NAME ? 'default' : name
    for (const [exported, declared] of name === '*' ? from.exports : [[imported, name] as const]) this.#part(from).exports.set(exported, declared)
    if (!part.sliceImports.some((known) => known.local === local)) part.sliceImports.push({ slice: this.#id(from), imported, local })
  }

  /** A member by its name, wherever in the chain of classes it stands. */
  #useMember(name: string, certain: boolean): void {
    for (const found of this.#members.get(name) ?? []) this.#keepMember(found, certain)
  }

  #keepMember({ link, member, index }: FoundMember, certain: boolean): void {
    const known = this.#live.get(member)
    if (known && (known.certain || !certain)) return
    if (!this.#isKept(link.brain, member)) return
    this.#live.set(member, { link, member, certain })
    this.#useClass(link)
    this.#part(link.file).members.get(link.brain.name)!.add(index)
    this.#pending.push(() => this.#followMember(link, member, certain))
  }

  #followMember(link: ChainLink, { needs, isStatic }: Member, certain: boolean): void {
    for (const name of needs.names) this.#useName(link.file, name)
    for (const use of needs.self) {
      this.#useMember(use.name, certain)
      this.#useAttribute(use.name)
      if (use.name === 'tasks') this.#useResults(use.next?.name)
    }
    if (needs.selfEscapes) {
      this.#useAttribute()
      this.#useResults()
    }
    if (isStatic) this.#keepStaticBlocks(link)
    if (!needs.classEscapes && !needs.selfEscapes) return
    for (const found of [...this.#members.values()].flat())
      if (found.member.isStatic ? needs.classEscapes : needs.selfEscapes && !this.#tasks.has(found.member.name)) this.#keepMember(found, false)
  }

  /** What an attribute holds arrives when it is read; without a name, that of all. */
  #useAttribute(name?: string): void {
    for (const attribute of this.#plan.shared) if (name === undefined || attribute.name === name) this.#useClasses(attribute.classes)
  }

  #useResults(name?: string): void {
    for (const { task } of this.#plan.tasks) if (name === undefined || task.name === name) this.#useClasses(task.gives)
  }

  /** Their instances arrive here: the classes have to be loaded, also where nothing names them as values. */
  #useClasses(classes: readonly ArrivingClass[]): void {
    for (const each of classes) {
      const { file: path, name } = each
      const file = this.#files.get(path)
      if (!file) this.#classFiles.set(path, each)
      else {
        this.#useName(file, name)
        if (file !== this.#plan.file) this.#part(this.#plan.file).registrations.add(this.#id(file))
      }
    }
  }

  /** Shared fields are accessors, other public fields live in the main process; what holds a function is taken along as a method is. */
  #isKept(brain: ClassModel, member: Member): boolean {
    if (member.kind !== 'field') return true
    if (member.isStatic || member.name.startsWith('#')) return true
    return member.holdsFunction && !brain.attributes.some((attribute) => attribute.name === member.name)
  }

  #keepStaticBlocks(link: ChainLink): void {
    link.brain.members.forEach((member, index) => {
      if (member.kind === 'static-block') this.#keepMember({ link, member, index }, true)
    })
  }

  #useName(file: FileModel, name: string, heritage?: Heritage): void {
    const part = this.#part(file)
    const isHeritage = heritage?.has(keyOf(file.path, name)) ?? false
    const declarations = file.declaredBy.get(name)
    if (!declarations) this.#globals.add(name)
    for (const index of declarations ?? []) {
      const item = file.items[index]!
      if (item.import) this.#useImport(part, index, name, heritage)
      else if (item.kind === 'brain') {
        const brain = file.brains.find((candidate) => candidate.item === index && candidate.localName === name)!
        if (isHeritage) this.#useBrain(file, brain)
        else this.#useOtherBrain(file, brain)
      } else this.#keepItem(part, index, isHeritage ? heritage : undefined)
    }
  }

  /** A brain class that code outside of it names: it keeps its static members. */
  #useOtherBrain(file: FileModel, brain: BrainModel): void {
    this.#useBrain(file, brain)
    brain.members.forEach((member, index) => {
      if (member.isStatic) this.#keepMember({ link: { file, brain }, member, index }, true)
    })
  }

  #keepItem(part: Part, index: number, heritage?: Heritage): void {
    const item = part.file.items[index]!
    if (part.items.has(index) && (heritage || this.#whole.has(item))) return
    part.items.add(index)
    const mixins = part.file.mixins.filter((mixin) => mixin.item === index)
    if (heritage) mixins.forEach((brain) => this.#useClass({ file: part.file, brain }))
    else {
      this.#whole.add(item)
      mixins.forEach((mixin) => this.#useWholeMixin(part, mixin))
    }
    this.#pending.push(() => {
      // What sets a global is no use of it.
      const isUse = (name: string): boolean => part.file.declaredBy.has(name) || !item.sets.some(({ root }) => root === name)
      for (const name of item.needs.names) if (isUse(name)) this.#useName(part.file, name, heritage)
    })
  }

  /** Of a class that is no brain every member is needed. */
  #useWholeMixin({ file, members }: Part, mixin: MixinModel): void {
    if (this.#applies(mixin)) return void this.#mixedElsewhere.add(mixin)
    members.delete(mixin.name)
    for (const { needs } of mixin.members) for (const name of needs.names) this.#useName(file, name)
  }

  #applies(mixin: MixinModel): boolean {
    return this.#chain.some(({ brain }) => brain === mixin)
  }

  #useImport(part: Part, index: number, local: string, heritage: Heritage | undefined): void {
    const item = part.file.items[index]!
    const specifier = item.import!.names.find((candidate) => candidate.local === local)!
    const target = specifier.origin && this.#files.get(specifier.origin.file)
    if (target) return this.#useOrigin(part, target, specifier, heritage)
    if (specifier.origin && isOfPackage(specifier.origin.file) && !(isOfPackage(part.file.path) && /^[.#]/.test(item.import!.specifier))) return this.#useOfPackage(part, specifier)
    const live = part.imports.get(index) ?? []
    if (live.includes(specifier)) return
    part.imports.set(index, [...live, specifier])
    part.items.add(index)
  }

  /** What is declared in a file with a brain comes from a slice of that file: its main module belongs to the main process. */
  #useOrigin(part: Part, target: FileModel, { local, origin }: ImportSpecifier, heritage: Heritage | undefined): void {
    for (const name of origin!.name === '*' ? target.exports.values() : [origin!.name]) this.#useName(target, name, heritage)
    this.#takeFromSlice(part, target, origin!.name, local)
  }

  /** By its name a package would be loaded as it was built, main modules and all. */
  #useOfPackage(part: Part, { local, origin }: ImportSpecifier): void {
    const { file, name } = origin!
    if (part.packageImports.some((known) => known.local === local)) return
    part.packageImports.push({ specifier: relativeSpecifier(part.file.path, file), imported: name === DEFAULT_NAME ? 'default' : name, local })
  }

  /** A statement that changes something live is kept; others, such as one that starts the program, are not. */
  #keepEffects(): boolean {
    let found = false
    for (const part of this.#parts.values())
      part.file.items.forEach((item, index) => {
        if (item.kind !== 'effect' || part.items.has(index)) return
        if (!item.touches.some((name) => name === REGISTRATIONS || this.#isLive(part, name)) && !this.#setsGlobal(part, item)) return
        this.#keepItem(part, index)
        found = true
      })
    return found
  }

  /** `globalThis.limit = 4` where live code uses `limit`. */
  #setsGlobal({ file }: Part, { sets }: Item): boolean {
    return sets.some(({ root, names }) => !file.declaredBy.has(root) && names.some((name) => name === EVERYBODY || this.#globals.has(name)))
  }

  #isLive(part: Part, name: string): boolean {
    return (part.file.declaredBy.get(name) ?? []).some((index) => {
      const item = part.file.items[index]!
      if (item.import) return part.imports.get(index)?.some((specifier) => specifier.local === name) || [...part.sliceImports, ...part.packageImports].some((taken) => taken.local === name)
      return part.items.has(index)
    })
  }

  #slice({ registrations, ...part }: Part): Slice {
    const isEntry = part.file === this.#plan.file
    const loaded = new Set([...part.imports].map(([index]) => part.file.items[index]!.import!.specifier))
    const bareImports = part.file.registrations.filter((specifier) => !loaded.has(specifier))
    const classImports = isEntry ? classModules([...this.#classFiles.keys()], part.file, [...part.imports.values()].flat()) : []
    return {
      ...part,
      id: this.#id(part.file),
      kind: isEntry ? 'worker' : 'slice',
      sliceImports: [
        ...part.sliceImports,
        ...[...registrations].filter((slice) => !part.sliceImports.some((taken) => taken.slice === slice)).map((slice) => ({ slice, imported: '', local: '' })),
      ],
      bareImports,
      classImports: classImports.filter((specifier) => !bareImports.includes(specifier)),
      ...(isEntry && { entry: { plan: this.#plan, task: this.#task } }),
    }
  }
}

const keyOf = (file: string, name: string): string => `${file}\n${name}`

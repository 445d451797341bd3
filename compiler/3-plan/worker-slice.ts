// In: a task that runs in a worker. Out: the parts of its file, and of the files of its base classes, that are live from it:
// a fixpoint over the names that live code uses as values. Must not make text.

import type { ArrivingClass, BrainModel, BrainPlan, FileModel, ImportSpecifier, Item, Member, PlannedTask, Slice } from '../model.ts'
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
    return { slices: [...this.#parts.values()].map((part) => this.#slice(part)), live: [...this.#live.values()], arriving: [...this.#classFiles.values()] }
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
    if (!base) {
      for (const name of brain.heritageNames) this.#useName(file, name)
      return
    }
    this.#useBrain(base.file, base.brain)
    if (base.file === file) return
    const local = `${file.prefix}${brain.name}Base`
    part.heritage.set(brain.name, local)
    this.#takeFromSlice(part, base.file, base.brain.localName, local)
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
    this.#useBrain(link.file, link.brain)
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
  #isKept(brain: BrainModel, member: Member): boolean {
    if (member.kind !== 'field') return true
    if (member.isStatic || member.name.startsWith('#')) return true
    return member.holdsFunction && !brain.attributes.some((attribute) => attribute.name === member.name)
  }

  #keepStaticBlocks(link: ChainLink): void {
    link.brain.members.forEach((member, index) => {
      if (member.kind === 'static-block') this.#keepMember({ link, member, index }, true)
    })
  }

  #useName(file: FileModel, name: string): void {
    const part = this.#part(file)
    const declarations = file.declaredBy.get(name)
    if (!declarations) this.#globals.add(name)
    for (const index of declarations ?? []) {
      const item = file.items[index]!
      if (item.import) this.#useImport(part, index, name)
      else if (item.kind === 'brain') this.#useOtherBrain(file, file.brains.find((candidate) => candidate.item === index && candidate.localName === name)!)
      else this.#keepItem(part, index)
    }
  }

  /** A brain class that code outside of it names: it keeps its static members. */
  #useOtherBrain(file: FileModel, brain: BrainModel): void {
    this.#useBrain(file, brain)
    brain.members.forEach((member, index) => {
      if (member.isStatic) this.#keepMember({ link: { file, brain }, member, index }, true)
    })
  }

  #keepItem(part: Part, index: number): void {
    if (part.items.has(index)) return
    part.items.add(index)
    this.#pending.push(() => {
      const { needs, sets } = part.file.items[index]!
      // What sets a global is no use of it.
      for (const name of needs.names) if (part.file.declaredBy.has(name) || !sets.some(({ root }) => root === name)) this.#useName(part.file, name)
    })
  }

  #useImport(part: Part, index: number, local: string): void {
    const item = part.file.items[index]!
    const specifier = item.import!.names.find((candidate) => candidate.local === local)!
    const target = specifier.origin && this.#files.get(specifier.origin.file)
    if (target && target.brains.length > 0) return this.#useOrigin(part, target, specifier)
    if (specifier.origin && isOfPackage(specifier.origin.file) && !(isOfPackage(part.file.path) && /^[.#]/.test(item.import!.specifier))) return this.#useOfPackage(part, specifier)
    const live = part.imports.get(index) ?? []
    if (live.includes(specifier)) return
    part.imports.set(index, [...live, specifier])
    part.items.add(index)
  }

  /** What is declared in a file with a brain comes from a slice of that file: its main module belongs to the main process. */
  #useOrigin(part: Part, target: FileModel, { local, origin }: ImportSpecifier): void {
    for (const name of origin!.name === '*' ? target.exports.values() : [origin!.name]) this.#useName(target, name)
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

// In: a task that runs in a worker. Out: the parts of its file, and of the files of its base classes, that are live from it:
// a fixpoint over the names that live code uses as values. Must not make text.

import type { BrainModel, BrainPlan, FileModel, ImportSpecifier, Member, PlannedTask, Slice } from '../model.ts'
import { chainOf, type ChainLink, type Files } from './chain.ts'

/** A member that a worker keeps; not `certain` where only a `this` that was handed on may reach it. */
export interface LiveMember {
  readonly link: ChainLink
  readonly member: Member
  readonly certain: boolean
}

export function workerSlices(plan: BrainPlan, task: PlannedTask, files: Files): { slices: Slice[]; live: LiveMember[] } {
  return new SliceBuilder(plan, task, files).build()
}

// --- internal ---

interface Part {
  readonly file: FileModel
  readonly items: Set<number>
  readonly members: Map<string, Set<number>>
  readonly imports: Map<number, ImportSpecifier[]>
  readonly sliceImports: { slice: string; imported: string; local: string }[]
  readonly heritage: Map<string, string>
  readonly exports: Map<string, string>
}

const NOT_CODE = /\.(css|scss|sass|less|styl|svg|png|jpe?g|gif|webp|ico|woff2?|ttf|html)(\?.*)?$/

class SliceBuilder {
  readonly #plan: BrainPlan
  readonly #task: PlannedTask
  readonly #files: Files
  readonly #chain: readonly ChainLink[]
  readonly #parts = new Map<string, Part>()
  readonly #live = new Map<Member, LiveMember>()

  constructor(plan: BrainPlan, task: PlannedTask, files: Files) {
    this.#plan = plan
    this.#task = task
    this.#files = files
    this.#chain = chainOf({ file: plan.file, brain: plan.brain }, files)
  }

  build(): { slices: Slice[]; live: LiveMember[] } {
    this.#useBrain(this.#plan.file, this.#plan.brain)
    this.#useMember(this.#task.task.name, true)
    while (this.#keepEffects());
    return { slices: [...this.#parts.values()].map((part) => this.#slice(part)), live: [...this.#live.values()] }
  }

  #part(file: FileModel): Part {
    const known = this.#parts.get(file.path)
    if (known) return known
    const part: Part = { file, items: new Set(), members: new Map(), imports: new Map(), sliceImports: [], heritage: new Map(), exports: new Map() }
    this.#parts.set(file.path, part)
    file.items.forEach((item, index) => {
      if (item.import?.bare && !NOT_CODE.test(item.import.specifier)) part.items.add(index)
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
    const local = `$${brain.name}Base`
    part.heritage.set(brain.name, local)
    this.#takeFromSlice(part, base.file, exportedName(base.brain), localName(base.brain), local)
  }

  #takeFromSlice(part: Part, from: FileModel, imported: string, localThere: string, local: string): void {
    this.#part(from).exports.set(imported, localThere)
    if (!part.sliceImports.some((known) => known.local === local)) part.sliceImports.push({ slice: this.#id(from), imported, local })
  }

  /** A member by its name, wherever in the chain of classes it stands. */
  #useMember(name: string, certain: boolean): void {
    for (const link of this.#chain)
      link.brain.members.forEach((member, index) => {
        if (member.name === name && member.kind !== 'constructor' && member.kind !== 'type') this.#keepMember(link, member, index, certain)
      })
  }

  #keepMember(link: ChainLink, member: Member, index: number, certain: boolean): void {
    const known = this.#live.get(member)
    if (known && (known.certain || !certain)) return
    if (!this.#isKept(link.brain, member)) return
    this.#live.set(member, { link, member, certain })
    this.#useBrain(link.file, link.brain)
    this.#part(link.file).members.get(link.brain.name)!.add(index)
    for (const name of member.needs.names) this.#useName(link.file, name)
    for (const use of member.needs.self) this.#useMember(use.name, certain)
    if (member.isStatic) this.#keepStaticBlocks(link)
    if (!member.needs.selfEscapes) return
    const tasks = new Set(this.#plan.tasks.map(({ task }) => task.name))
    for (const each of this.#chain) for (const other of each.brain.members) if (!tasks.has(other.name) && !other.isStatic) this.#useMember(other.name, false)
  }

  /** Shared fields are accessors, other public fields live in the main process; what holds a function is taken along as a method is. */
  #isKept(brain: BrainModel, member: Member): boolean {
    if (member.kind !== 'field') return true
    if (member.isStatic || member.name.startsWith('#')) return true
    return member.holdsFunction && !brain.attributes.some((attribute) => attribute.name === member.name)
  }

  #keepStaticBlocks(link: ChainLink): void {
    link.brain.members.forEach((member, index) => {
      if (member.kind === 'static-block') this.#keepMember(link, member, index, true)
    })
  }

  #useName(file: FileModel, name: string): void {
    const part = this.#part(file)
    file.items.forEach((item, index) => {
      if (!item.declares.includes(name) || item.kind === 'effect') return
      if (item.import) return this.#useImport(part, index, name)
      if (item.kind === 'brain') {
        const brain = file.brains.find((candidate) => candidate.item === index && candidate.localName === name)
        return brain && this.#useOtherBrain(file, brain)
      }
      this.#keepItem(part, index)
    })
  }

  /** A brain class that code names: those that are no part of this one's chain keep their static members. */
  #useOtherBrain(file: FileModel, brain: BrainModel): void {
    this.#useBrain(file, brain)
    if (this.#chain.some((link) => link.brain === brain)) return
    brain.members.forEach((member, index) => {
      if (member.isStatic) this.#keepMember({ file, brain }, member, index, true)
    })
  }

  #keepItem(part: Part, index: number): void {
    if (part.items.has(index)) return
    part.items.add(index)
    for (const name of part.file.items[index]!.needs.names) this.#useName(part.file, name)
  }

  #useImport(part: Part, index: number, local: string): void {
    const item = part.file.items[index]!
    const specifier = item.import!.names.find((candidate) => candidate.local === local)!
    const target = specifier.origin && this.#files.get(specifier.origin.file)
    if (target && target.brains.length > 0) return this.#useOrigin(part, target, specifier)
    const live = part.imports.get(index) ?? []
    if (live.includes(specifier)) return
    part.imports.set(index, [...live, specifier])
    part.items.add(index)
  }

  /** What is declared in a file with a brain comes from a slice of that file: its main module belongs to the main process. */
  #useOrigin(part: Part, target: FileModel, { local, origin }: ImportSpecifier): void {
    const brain = target.brains.find((candidate) => (candidate.localName ?? '*default*') === origin!.name)
    if (brain) this.#useOtherBrain(target, brain)
    else this.#useName(target, origin!.name)
    this.#takeFromSlice(part, target, brain ? exportedName(brain) : origin!.name, brain ? localName(brain) : origin!.name, local)
  }

  /** A statement that changes something live is kept; others, such as one that starts the program, are not. */
  #keepEffects(): boolean {
    let found = false
    for (const part of [...this.#parts.values()])
      part.file.items.forEach((item, index) => {
        if (item.kind !== 'effect' || part.items.has(index)) return
        if (!item.touches.some((name) => name === '*registration*' || this.#isLive(part, name))) return
        this.#keepItem(part, index)
        found = true
      })
    return found
  }

  #isLive(part: Part, name: string): boolean {
    return part.file.items.some((item, index) => {
      if (!item.declares.includes(name)) return false
      if (item.import) return part.imports.get(index)?.some((specifier) => specifier.local === name) || part.sliceImports.some((taken) => taken.local === name)
      return part.items.has(index)
    })
  }

  #slice(part: Part): Slice {
    const isEntry = part.file === this.#plan.file
    const loaded = new Set([...part.imports].map(([index]) => part.file.items[index]!.import!.specifier))
    return {
      ...part,
      id: this.#id(part.file),
      kind: isEntry ? 'worker' : 'slice',
      bareImports: part.file.registrations.filter((specifier) => !loaded.has(specifier)),
      ...(isEntry && { entry: { plan: this.#plan, task: this.#task } }),
    }
  }
}

/** `export default class extends Brain` has no name: slices give it one. */
export const DEFAULT_LOCAL = '$default'

function localName(brain: BrainModel): string {
  return brain.localName ?? DEFAULT_LOCAL
}

function exportedName(brain: BrainModel): string {
  return brain.localName ?? 'default'
}

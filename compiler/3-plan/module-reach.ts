// In: the slices of a worker, or of the main process. Out: the pieces of modules that code comes to from there, by the names it uses.
// Must not judge what they do.

import type { Slice } from '../model.ts'
import type { ForeignName, ModuleModel, ModuleOf, Piece } from '../state-model.ts'
import { isOfPackage } from '../names.ts'
import { classesOf } from './chain.ts'

/** A piece and the module it is of. */
export interface ReachedPiece {
  readonly module: ModuleModel
  readonly piece: Piece
}

/** What names mean, across modules. */
export class ModuleNames {
  readonly moduleOf: ModuleOf
  readonly #byName = new Map<ModuleModel, ReadonlyMap<string, readonly Piece[]>>()

  constructor(moduleOf: ModuleOf) {
    this.moduleOf = moduleOf
  }

  /** Where a name that a module uses is declared; `*` is all that the file exports. */
  meaningOf(module: ModuleModel, name: string, depth = 0): ForeignName | undefined {
    const from = module.imports.get(name)
    return from ? this.exported(from.file, from.name, depth) : { file: module.path, name }
  }

  exported(file: string, name: string, depth = 0): ForeignName | undefined {
    if (name === '*') return { file, name }
    const module = depth > 32 ? undefined : this.moduleOf(file)
    const target = module?.exports.get(name)
    if (typeof target === 'string') return this.meaningOf(module!, target, depth + 1)
    if (target) return this.exported(target.file, target.name, depth + 1)
    for (const star of name === 'default' ? [] : module?.stars ?? []) {
      const found = this.exported(star, name, depth + 1)
      if (found) return found
    }
    return undefined
  }

  exportsOf(file: string, depth = 0): string[] {
    const module = depth > 32 ? undefined : this.moduleOf(file)
    return module ? [...module.exports.keys(), ...module.stars.flatMap((star) => this.exportsOf(star, depth + 1))] : []
  }

  piecesNamed(module: ModuleModel, name: string): readonly Piece[] {
    const known = this.#byName.get(module) ?? byName(module)
    this.#byName.set(module, known)
    return known.get(name) ?? []
  }
}

/** Most workers lead to no module that keeps anything: of those nothing more is asked, and no file with a brain is read for it. */
export class WaysToState {
  readonly #names: ModuleNames
  /** What is known to lead to none. */
  readonly #without = new Set<string>()

  constructor(names: ModuleNames) {
    this.#names = names
  }

  leadToState(slices: readonly Slice[]): boolean {
    // Of a brain's own variables and containers `own-state.ts` tells.
    if (slices.some(({ file }) => file.keepsObjects || (slices.length > 1 && file.items.some(({ mutable, containers }) => mutable || containers.length > 0)))) return true
    const pending = slices.flatMap((slice) => [...slice.imports].flatMap(([index, names]) => {
      const target = slice.file.items[index]!.import!.target
      return target === undefined || isOfPackage(target) ? [] : names.flatMap(({ imported }) => this.#declared(target, imported))
    }))
    const seen = new Set<string>()
    for (let next = pending.pop(); next; next = pending.pop()) {
      const key = `${next.file}\n${next.name}`
      const module = seen.has(key) || this.#without.has(key) ? undefined : this.#names.moduleOf(next.file)
      if (!module) continue
      seen.add(key)
      if (module.states.size > 0) return true
      const used = new Set(this.#names.piecesNamed(module, next.name).flatMap(({ names }) => names))
      for (const name of used) {
        const from = module.imports.get(name)
        if (from) pending.push(...this.#declared(from.file, from.name))
        else pending.push({ file: module.path, name })
      }
    }
    for (const key of seen) this.#without.add(key)
    return false
  }

  #declared(file: string, name: string): ForeignName[] {
    return (name === '*' ? this.#names.exportsOf(file) : [name]).flatMap((each) => {
      const declared = this.#names.exported(file, each)
      return declared?.name === '*' ? this.#declared(declared.file, '*') : declared ?? []
    })
  }
}

export class ModuleReach {
  readonly pieces = new Map<Piece, ModuleModel>()
  readonly #names: ModuleNames
  readonly #mentions = new Set<string>()
  /** Parts of what is reached, until code mentions them. */
  readonly #waiting = new Map<string, ReachedPiece[]>()
  readonly #pending: ReachedPiece[] = []
  /** Of files that are in slices: what is not in them is not there. */
  readonly #missing = new Set<Piece>()

  constructor(slices: readonly Slice[], names: ModuleNames) {
    this.#names = names
    const roots = slices.flatMap((slice) => this.#enter(slice))
    for (const root of roots) this.#take(root)
    for (let next = this.#pending.pop(); next; next = this.#pending.pop()) this.#follow(next)
  }

  has(piece: Piece): boolean {
    return this.pieces.has(piece)
  }

  // --- internal ---

  /** Members of a brain that are there run; of what else is there code has to come to it. */
  #enter({ file, items, members }: Slice): ReachedPiece[] {
    const module = this.#names.moduleOf(file.path)
    if (!module) return []
    const roots: ReachedPiece[] = []
    for (const piece of module.pieces) {
      const index = file.items.findIndex(({ start, end }) => start <= piece.start && piece.end <= end)
      const item = file.items[index]
      const owner = classesOf(file).find((each) => each.item === index && each.body.start <= piece.start && piece.end <= each.body.end)
      const member = owner?.members.findIndex(({ start, end }) => start <= piece.start && piece.end <= end) ?? -1
      const isMember = owner !== undefined && member !== -1 && (owner.kind === 'brain' || members.has(owner.name))
      if (isMember ? members.get(owner.name)?.has(member) : item?.kind === 'effect' && items.has(index)) roots.push({ module, piece })
      else if (isMember || !items.has(index) || item?.kind === 'brain') this.#missing.add(piece)
    }
    return roots
  }

  #take(reached: ReachedPiece): void {
    if (this.pieces.has(reached.piece) || this.#missing.has(reached.piece)) return
    this.pieces.set(reached.piece, reached.module)
    this.#pending.push(reached)
  }

  #follow({ module, piece }: ReachedPiece): void {
    for (const name of piece.names) this.#use(module, name, piece)
    for (const name of piece.mentions) {
      if (this.#mentions.has(name)) continue
      this.#mentions.add(name)
      for (const waiting of this.#waiting.get(name) ?? []) this.#take(waiting)
      this.#waiting.delete(name)
    }
  }

  #use(from: ModuleModel, name: string, by: Piece): void {
    const meant = this.#names.meaningOf(from, name)
    if (!meant) return
    const module = meant.file === from.path ? from : this.#names.moduleOf(meant.file)
    if (!module) return
    if (meant.name !== '*') return this.#useIn(module, meant.name)
    // Of a namespace what the same code mentions.
    for (const mentioned of by.mentions) {
      const one = this.#names.exported(meant.file, mentioned)
      const target = one && this.#names.moduleOf(one.file)
      if (target) this.#useIn(target, one.name)
    }
  }

  #useIn(module: ModuleModel, name: string): void {
    for (const piece of this.#names.piecesNamed(module, name)) {
      if (piece.member === undefined || this.#mentions.has(piece.member)) this.#take({ module, piece })
      else {
        const waiting = this.#waiting.get(piece.member)
        if (!waiting) this.#waiting.set(piece.member, [{ module, piece }])
        else if (!waiting.some((known) => known.piece === piece)) waiting.push({ module, piece })
      }
    }
  }
}

function byName({ pieces }: ModuleModel): Map<string, Piece[]> {
  const found = new Map<string, Piece[]>()
  for (const piece of pieces)
    for (const name of piece.declares) {
      const known = found.get(name)
      if (known) known.push(piece)
      else found.set(name, [piece])
    }
  return found
}

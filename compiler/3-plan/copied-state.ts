// In: all workers, and what the main process keeps. Out: warnings of module state that a worker changes, of which it has a copy, while code that
// it lacks uses that too. Must not warn of what all that uses it has beside it, on whatever thread: a cache is no state.

import { moduleStateCopied } from '../diagnostics.ts'
import { type DiagnosticLog, spanIn } from '../log.ts'
import type { BrainPlan, PlannedTask, Slice } from '../model.ts'
import { DEFAULT_NAME, isOfPackage } from '../names.ts'
import type { ModuleModel, ModuleOf, Piece, Touch } from '../state-model.ts'
import { chainOf, type Files } from './chain.ts'
import { ModuleNames, ModuleReach, WaysToState } from './module-reach.ts'
import { effectOf, keyOf, meet, placeOf, type StateEffect, type StatePlace } from './state-places.ts'

export interface Worker {
  readonly plan: BrainPlan
  readonly task: PlannedTask
  readonly slices: readonly Slice[]
}

export interface Threads {
  readonly workers: readonly Worker[]
  readonly mains: readonly Slice[]
  readonly files: Files
}

export function reportCopiedState(threads: Threads, moduleOf: ModuleOf, log: DiagnosticLog): void {
  const copies = new CopiedState(threads, moduleOf)
  for (const worker of threads.workers) copies.report(worker, log)
}

// --- internal ---

/** A use of a state, by the code of a module. */
interface StateUse {
  readonly module: ModuleModel
  readonly piece: Piece
  readonly touch: Touch
  readonly place: StatePlace
  readonly effect: StateEffect
}

interface Shares {
  readonly uses: readonly StateUse[]
  /** By code that the worker has and that reads it. */
  readonly readers: readonly StateUse[]
  /** Code that other threads have too, and where that returns something and reads it. */
  readonly both: ReadonlySet<Piece>
  readonly givers: readonly StateUse[]
  /** By code that the worker lacks: on another thread, or where it reads it and nobody knows on which. */
  readonly elsewhere: readonly StateUse[]
  readonly unknown: readonly StateUse[]
}

/** What code that keeps something for later asks first. */
const LOOKS_UP = /^(?:get|has|at|find\w*|includes|indexOf|)$/

const looksUp = ({ place: { state, part } }: StateUse): boolean => state.holds === 'object' || LOOKS_UP.test(part ?? '-')

class CopiedState {
  readonly #threads: Threads
  readonly #names: ModuleNames
  readonly #ways: WaysToState
  readonly #reaches = new Map<Worker, ModuleReach>()
  readonly #mains = new Map<BrainPlan, ModuleReach>()
  readonly #shares = new Map<ModuleReach, Map<string, Shares>>()
  readonly #usesByReach = new Map<ModuleReach, ReadonlyMap<string, readonly StateUse[]>>()
  /** One place of each file is enough to tell of a state. */
  readonly #said = new Set<string>()
  readonly #usesByPiece = new Map<Piece, readonly StateUse[]>()

  constructor(threads: Threads, moduleOf: ModuleOf) {
    this.#threads = threads
    this.#names = new ModuleNames(moduleOf)
    this.#ways = new WaysToState(this.#names)
  }

  report(worker: Worker, log: DiagnosticLog): void {
    if (!this.#ways.leadToState(worker.slices)) return
    const here = this.#reachOf(worker)
    // What a module does for itself is no matter of a task.
    const written = [...here.pieces].flatMap(([piece, module]) => (piece.declares.length === 0 ? [] : this.#usesBy(piece, module).filter(({ effect }) => effect.changes.size > 0)))
    for (const use of written.sort((one, other) => one.touch.start - other.touch.start)) {
      const key = `${keyOf(use.place)}\n${use.touch.inner?.name ?? ''}\n${use.module.path}`
      if (this.#said.has(key) || isOfPackage(use.place.owner.path) || !this.#isUsedElsewhere(use, worker, here)) continue
      this.#said.add(key)
      this.#say(use, worker, log)
    }
  }

  #reachOf(worker: Worker): ModuleReach {
    const known = this.#reaches.get(worker) ?? new ModuleReach(worker.slices, this.#names)
    this.#reaches.set(worker, known)
    return known
  }

  /** What the program of a brain runs in other places than the worker. */
  #others({ plan, task }: Worker): ModuleReach[] {
    const files = new Set(chainOf(plan, this.#threads.files).map(({ file }) => file))
    const main = this.#mains.get(plan) ?? new ModuleReach(this.#threads.mains.filter(({ file }) => files.has(file)), this.#names)
    this.#mains.set(plan, main)
    return [main, ...this.#threads.workers.filter((other) => other.plan === plan && other.task !== task).map((other) => this.#reachOf(other))]
  }

  #isUsedElsewhere(written: StateUse, worker: Worker, here: ModuleReach): boolean {
    const { uses, readers, elsewhere, unknown, givers, both } = this.#sharesOf(written.place, worker, here)
    if (elsewhere.length === 0 && unknown.length === 0 && givers.length === 0) return false
    const changes = [...written.effect.changes.keys()]
    const isReadBy = ({ effect }: StateUse): boolean => meet(changes, effect.reads)
    const isChangedBy = ({ effect }: StateUse): boolean => meet(changes, new Set(effect.changes.keys()))
    /** Where each looks up what it needs and puts it in where it is not there, one copy is as good as another. */
    const isCacheOf = (piece: Piece): boolean => {
      const all = uses.filter((use) => use.piece === piece)
      return all.some((use) => isReadBy(use) && looksUp(use)) && all.some(isChangedBy)
    }
    const isCache = written.touch.isMemo || (!written.effect.isAssigned && isCacheOf(written.piece))
    const meeting = elsewhere.filter((use) => (isReadBy(use) || isChangedBy(use)) && !(isCache && isCacheOf(use.piece)))
    if (meeting.some(isReadBy) || (meeting.length > 0 && readers.some(isReadBy))) return true
    if (isCache) return false
    // Who calls it is not known: it may be the program that makes the brain.
    if (unknown.some(isReadBy)) return true
    // What each thread is told for itself it gives back as it was told.
    const isOwnCount = written.touch.isStep || !both.has(written.piece)
    return written.effect.isAssigned && isOwnCount && givers.some(isReadBy)
  }

  /** Who uses a state, by where that runs. */
  #sharesOf(place: StatePlace, worker: Worker, here: ModuleReach): Shares {
    const known = this.#shares.get(here) ?? new Map<string, Shares>()
    this.#shares.set(here, known)
    const found = known.get(keyOf(place))
    if (found) return found
    const others = this.#others(worker)
    const uses = this.#usesOf(place, [here, ...others])
    const isElsewhere = ({ piece }: StateUse): boolean => others.some((other) => other.has(piece))
    const own = uses.filter(({ piece }) => here.has(piece))
    const missing = uses.filter(({ piece }) => !here.has(piece))
    const isReader = ({ effect }: StateUse): boolean => effect.reads.size > 0
    const both = own.filter(isElsewhere)
    const shares: Shares = {
      uses,
      readers: own.filter(isReader),
      both: new Set(both.map(({ piece }) => piece)),
      givers: both.filter((use) => use.piece.gives && isReader(use)),
      elsewhere: missing.filter((use) => isElsewhere(use) && (isReader(use) || use.effect.changes.size > 0)),
      unknown: missing.filter((use) => !isElsewhere(use) && use.piece.declares.length > 0 && isReader(use)),
    }
    known.set(keyOf(place), shares)
    return shares
  }

  /** Of code that no thread is known to run only that which stands beside the state. */
  #usesOf(place: StatePlace, reaches: readonly ModuleReach[]): StateUse[] {
    const beside = place.owner.pieces.map((piece) => ({ piece, module: place.owner }))
    const found = [...beside.flatMap(({ piece, module }) => this.#usesBy(piece, module)), ...reaches.flatMap((reach) => this.#usesAmong(reach).get(keyOf(place)) ?? [])]
    return [...new Set(found)].filter((use) => keyOf(use.place) === keyOf(place))
  }

  #usesAmong(reach: ModuleReach): ReadonlyMap<string, readonly StateUse[]> {
    const known = this.#usesByReach.get(reach)
    if (known) return known
    const found = new Map<string, StateUse[]>()
    for (const [piece, module] of reach.pieces)
      for (const use of this.#usesBy(piece, module)) {
        const uses = found.get(keyOf(use.place))
        if (uses) uses.push(use)
        else found.set(keyOf(use.place), [use])
      }
    this.#usesByReach.set(reach, found)
    return found
  }

  #usesBy(piece: Piece, module: ModuleModel): readonly StateUse[] {
    const known = this.#usesByPiece.get(piece)
    if (known) return known
    const uses = piece.touches.flatMap((touch) => {
      const place = placeOf(module, touch, this.#names)
      return place ? [{ module, piece, touch, place, effect: effectOf(place, touch, this.#names) }] : []
    })
    this.#usesByPiece.set(piece, uses)
    return uses
  }

  #say({ module, touch, effect, place: { owner, name, state } }: StateUse, { task }: Worker, log: DiagnosticLog): void {
    const declared = touch.inner ? { file: module, at: touch.inner } : { file: owner, at: state }
    const [by] = [...effect.changes.values()].filter((each) => each !== undefined)
    const said = touch.inner?.name ?? (name === DEFAULT_NAME ? touch.name : name)
    log.add(moduleStateCopied(said, effect.isAssigned ? 'assigned' : 'changed', task.task.name), spanIn(module, touch), [
      ...(by ? [{ message: 'changed here', span: spanIn(by.module, by) }] : []),
      { message: 'declared here', span: spanIn(declared.file, declared.at) },
    ])
  }
}

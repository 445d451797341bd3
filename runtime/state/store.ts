import { invariant, TaskbrainError } from '../errors.ts'
import { copyViewsOf } from '../serializable/index.ts'
import type { Arena, ArenaMemory } from './arena.ts'
import { type ChangeInPlace, commitAfter } from './change-in-place.ts'
import { guardPacked, incoming, pack, packed, unpack } from './codec/index.ts'
import { notShared, stateFull } from './errors.ts'
import { BLOCK_HEADER_BYTES, Heap } from './heap.ts'
import { InlineObject } from './inline-object.ts'
import { copyOf, LiveArray, type LiveArrayMemory, type TypedArray } from './live-array.ts'
import { type Layout, REGION, type Slot } from './layout.ts'
import { Lock } from './lock.ts'
import { Scalars, type Step, UNCHANGED } from './scalars.ts'
import { type Guards, guardsFor } from './snapshot.ts'

export interface StoreOptions {
  /** Size of the memory in bytes. It is reserved, and only taken where it is written. Default 64 MiB. */
  readonly bytes?: number
  readonly memoryOrder?: MemoryOrder
}

/**
 * 'total': plain loads and stores are seen in program order, as x64 has it. 'weak': order costs an atomic access each.
 */
export type MemoryOrder = 'total' | 'weak'

/** All that another thread needs to see the same state. Goes there in a message as it is. */
export interface SharedState {
  readonly arena: ArenaMemory
  /** Where the slots lie in the arena, in bytes. */
  readonly start: number
  readonly values: SharedArrayBuffer
}

export type UnshareableListener = (attribute: string, error: TaskbrainError) => void

/** The owner number of the main thread. */
export const MAIN = 0
const NO_REFERENCE = 0
/** The lowest bit of a reference: the attribute is main's alone, and the block says why. */
const MAIN_ONLY = 1
/** The reference of no slot, for a snapshot that must not be handed out. */
const NOT_CACHED = -1
/** Copies that may turn out torn before a reader asks for the lock: enough for one writer that is passing by. */
const UNLOCKED_READS = 3

/** What was last decoded here, and the version and reference that its slot had. */
export interface Snapshot {
  /** Where the version lies in the arena, in words. */
  readonly at: number
  version: number
  reference: number
  value: unknown
}

/**
 * One brain's shared attributes, seen from one thread.
 *
 * Scalars are read and written in place, without the lock. Whatever runs a function once between reading and writing
 * (`??=`, a change in place) takes the lock, and so do writes of values; reads of values do not.
 */
export class Store {
  readonly layout: Layout
  readonly arena: Arena
  readonly shared: SharedState
  readonly owner: number
  readonly scalars: Scalars
  /** By position in the schema. */
  readonly snapshots: readonly Snapshot[]
  /** By position in the layout. */
  readonly objects: readonly (InlineObject | undefined)[]
  readonly arrays: readonly (LiveArray | undefined)[]

  readonly #words: Int32Array
  readonly #lock: Lock
  readonly #heap: Heap
  readonly #isTotalOrder: boolean
  readonly #guards: (Guards | undefined)[]
  /** Changes in place that are under way in this thread. */
  readonly #changes: (ChangeInPlace | undefined)[]
  /** Main thread: the attributes that can't be shared. */
  readonly #mainOnly = new Map<number, unknown>()
  #unshareableListener: UnshareableListener | undefined

  constructor(layout: Layout, arena: Arena, shared: SharedState, owner: number, memoryOrder: MemoryOrder = defaultMemoryOrder()) {
    const heapWords = new Int32Array(shared.values, 0, shared.values.byteLength >>> 2)
    this.layout = layout
    this.arena = arena
    this.shared = shared
    this.owner = owner
    this.#isTotalOrder = memoryOrder === 'total'
    this.scalars = new Scalars(arena, shared.start, this.#isTotalOrder)
    this.#words = arena.words
    this.#lock = new Lock(arena.words, (shared.start >>> 2) + REGION.lock, heapWords, owner, () => this.#completeStep())
    this.#heap = new Heap(heapWords)
    this.snapshots = layout.slots.map((slot) => ({ at: this.#wordOf(slot), version: 0, reference: NOT_CACHED, value: undefined }))
    const memory = { arena, scalars: this.scalars, lock: this.#lock, isTotalOrder: this.#isTotalOrder }
    this.objects = layout.slots.map((slot) => (slot.inline ? new InlineObject(slot, layout, shared.start, memory) : undefined))
    const arrayMemory: LiveArrayMemory = {
      words: arena.words,
      values: shared.values,
      lock: this.#lock,
      marks: this.scalars.marks,
      reserve: (slot, byteLength) => this.#findRoom(() => this.#heap.reserve(byteLength)) || this.#refuse(slot, byteLength),
      free: (block) => this.#heap.free(block),
      payloadLength: (block) => this.#heap.payloadLength(block),
    }
    this.arrays = layout.slots.map((slot) => (slot.kind === 'typed-array' ? new LiveArray(slot, shared.start, arrayMemory) : undefined))
    copyViewsOf(shared.values, (view) => copyOf(view as TypedArray))
    this.#guards = layout.slots.map(() => undefined)
    this.#changes = layout.slots.map(() => undefined)
  }

  read(slot: Slot): unknown {
    switch (slot.kind) {
      case 'number':
        return this.scalars.readNumber(slot)
      case 'boolean':
        return this.scalars.readBoolean(slot)
      case 'value':
        return this.readValue(slot)
      case 'object':
        return this.#objectAt(slot).read()
      case 'typed-array':
        return this.#arrayAt(slot).read()
    }
  }

  /**
   * Throws `state-type` or `not-serializable` where the attribute can't hold the value, RangeError where the memory is
   * full; the old value stays.
   */
  write(slot: Slot, value: unknown): void {
    switch (slot.kind) {
      case 'number':
        return this.scalars.writeNumber(slot, value)
      case 'boolean':
        return this.scalars.writeBoolean(slot, value)
      case 'value':
        return this.writeValue(slot, value)
      case 'object':
        return this.#objectAt(slot).writeWhole(value)
      case 'typed-array':
        return this.#arrayAt(slot).write(value)
    }
  }

  /** A snapshot; the same one until the attribute is written, except for a value with typed arrays, copied each time. */
  readValue(slot: Slot): unknown {
    const snapshot = this.snapshots[slot.index]!
    const word = this.#wordOf(slot)
    const version = this.#isTotalOrder ? this.#words[word] : Atomics.load(this.#words, word)
    const reference = this.#isTotalOrder ? this.#words[word + 1] : Atomics.load(this.#words, word + 1)
    if (version === snapshot.version && reference === snapshot.reference) return snapshot.value
    return this.#readChanged(slot)
  }

  writeValue(slot: Slot, value: unknown): void {
    if (this.#isMainOnly(slot)) {
      this.#writeMainOnly(slot, value)
      return
    }
    let byteLength: number
    try {
      byteLength = pack(value, slot.name)
    } catch (error) {
      const isFirst = this.owner === MAIN && this.#referenceOf(slot) === NO_REFERENCE
      if (!isFirst || !(error instanceof TaskbrainError) || error.code !== 'not-serializable') throw error
      this.#keepInMain(slot, value, error)
      return
    }
    this.#publish(slot, byteLength)
    this.#abandonChange(slot)
  }

  /**
   * Sets the attribute to what `change` makes of it, in one step for every other step that reads and writes. `change`
   * runs once, under the lock. It may use any attribute, this one too: it then sees its own step alone.
   */
  update(slot: Slot, change: (old: unknown) => unknown): Step {
    this.#lock.enter()
    try {
      if (slot.kind === 'object') return this.#objectAt(slot).update(change)
      return slot.kind === 'value' || slot.kind === 'typed-array' ? this.#updateValue(slot, change) : this.scalars.update(slot, change)
    } finally {
      this.#lock.leave()
    }
  }

  /** As `update`, in a fraction of the time for numbers, for an operation that may run more than once. */
  apply(slot: Slot, operation: (old: unknown) => unknown): Step {
    return this.scalars.tryApply(slot, operation) ?? this.update(slot, operation)
  }

  /**
   * Runs `change` once, under the lock, on a copy of the newest value that may be changed, and writes the copy back at
   * the end, also where `change` throws. Returns what `change` returns. Until the end this thread reads the copy.
   */
  change<T>(slot: Slot, change: (value: any) => T): T {
    this.#lock.enter()
    try {
      if (slot.kind === 'object') return this.#objectAt(slot).change(change)
      if (slot.kind === 'typed-array') return this.#arrayAt(slot).change(change)
      const outer = this.#changes[slot.index]
      // The outermost change writes what all have changed.
      if (outer) return change(this.#workingCopy(slot, outer))
      if (slot.kind !== 'value' || (this.owner === MAIN && this.#isMainOnly(slot))) return change(this.read(slot))
      return this.#changeValue(slot, change)
    } finally {
      this.#lock.leave()
    }
  }

  /**
   * Takes the lock and begins a change in place that `close` ends: until then this thread reads a copy of the newest
   * value that may be changed, made when it is first read. Within another change of the attribute only the lock is taken.
   */
  open(slot: Slot): ChangeInPlace | undefined {
    this.#lock.enter()
    const { index } = slot
    if (slot.kind === 'object') this.#objectAt(slot).open()
    if (slot.kind !== 'value' || this.#changes[index] || (this.owner === MAIN && this.#isMainOnly(slot))) return undefined
    this.snapshots[index]!.reference = NOT_CACHED
    return this.#changes[index] = { held: undefined, goesOn: true }
  }

  /** Writes back what was changed since `open`, whose result it takes, and gives the lock back. Throws what `write` throws. */
  close(slot: Slot, opened: ChangeInPlace | undefined): void {
    try {
      if (slot.kind === 'object') this.#objectAt(slot).close()
      else if (opened) this.#commit(slot, opened)
    } finally {
      this.#lock.leave()
    }
  }

  /** Frees what a thread held that runs no more. */
  release(owner: number): void {
    this.#lock.release(owner)
  }

  /** Says that this thread is about to be terminated: who waits for a lock of it may then take the lock over. */
  doom(owner: number): void {
    this.#lock.doom(owner)
  }

  /**
   * Called once for each attribute whose first value, set in main, can't be shared: from then on the attribute is
   * main's alone, and other threads that touch it get `attribute-not-shared`.
   */
  onUnshareable(listener: UnshareableListener): void {
    this.#unshareableListener = listener
  }

  #objectAt({ index, name }: Slot): InlineObject {
    const object = this.objects[index]
    invariant(object, `${name} lies inline`)
    return object
  }

  #arrayAt({ index, name }: Slot): LiveArray {
    const array = this.arrays[index]
    invariant(array, `${name} is a typed array`)
    return array
  }

  /** First thing under the lock: the owner before may have been killed in a step on several leaves. */
  #completeStep(): void {
    const committing = this.#words[(this.shared.start >>> 2) + REGION.committing]!
    if (committing !== 0) (this.objects[committing - 1] ?? this.arrays[committing - 1])?.complete()
  }

  // --- values ---

  #updateValue(slot: Slot, change: (old: unknown) => unknown): Step {
    const before = this.read(slot)
    const after = change(before)
    if (after === UNCHANGED) return { before, after: before }
    this.write(slot, after)
    return { before, after }
  }

  #readChanged(slot: Slot): unknown {
    const change = this.#changes[slot.index]
    if (change) return this.#workingCopy(slot, change)
    const published = this.#copyOut(slot)
    const { version, reference, byteLength } = published
    if (reference === NO_REFERENCE) return undefined
    if (reference & MAIN_ONLY) return this.#readMainOnly(slot, published)
    const { value, hasBytes } = unpack(byteLength, slot.name, this.#guardsOf(slot))
    if (!hasBytes) this.#cache(slot, version, reference, value)
    return value
  }

  /**
   * The newest bytes, copied to memory of this thread: text must never be decoded where another thread can write.
   *
   * Without the lock, first: a reader shall not wait for a long change in place. The copy is good if version and
   * reference were the same before and after it, for a block is only freed after both have moved on. They are compared
   * in the order opposite to the one in which they are written: with the version unchanged at the end, the reference
   * can have moved at most once, so the same reference means the same block all the time.
   */
  #copyOut(slot: Slot): Published {
    const words = this.#words
    const word = this.#wordOf(slot)
    // Where loads may overtake each other the last comparison proves nothing.
    for (let attempt = 0; this.#isTotalOrder && attempt < UNLOCKED_READS; attempt++) {
      // In this order plain loads are seen; whether they were of one moment, those below tell.
      const version = words[word]!
      const reference = words[word + 1]!
      const byteLength = reference >>> 1 === 0 ? 0 : this.#heap.load(reference >>> 1, incoming)
      const isWhole = Atomics.load(words, word + 1) === reference && Atomics.load(words, word) === version
      if (isWhole && byteLength >= 0) return { version, reference, byteLength }
    }
    this.#lock.enter()
    try {
      const version = words[word]!
      const reference = words[word + 1]!
      const byteLength = reference >>> 1 === 0 ? 0 : this.#heap.load(reference >>> 1, incoming)
      invariant(byteLength >= 0, `the block of ${slot.name} lies within the memory`)
      return { version, reference, byteLength }
    } finally {
      this.#lock.leave()
    }
  }

  /**
   * The block is complete before its reference is stored, and that one store is the step from the old to the new value.
   * The version goes first: killed between the two stores, a writer leaves the old value under a new version, which
   * costs the readers a copy. The other way round they would keep the old value while the memory has the new one.
   */
  #publish(slot: Slot, byteLength: number, flag = 0): void {
    this.#lock.enter()
    try {
      const words = this.#words
      const word = this.#wordOf(slot)
      const old = words[word + 1]!
      if (old & MAIN_ONLY) throw this.#notSharedError(slot, this.#copyOut(slot))
      this.#assertHeld()
      const block = this.#allocate(slot, byteLength, flag)
      this.#store(word, (words[word]! + 1) | 0)
      this.#store(word + 1, (block << 1) | flag)
      if (old !== NO_REFERENCE) this.#heap.free(old >>> 1)
    } finally {
      this.#lock.leave()
    }
  }

  #store(word: number, value: number): void {
    if (this.#isTotalOrder) this.#words[word] = value
    else Atomics.store(this.#words, word, value)
  }

  #allocate(slot: Slot, byteLength: number, flag: number): number {
    const block = this.#findRoom(() => this.#heap.store(packed(), byteLength))
    // An attribute that stays in main needs no block: only its reason is lost.
    return block !== 0 || flag === MAIN_ONLY ? block : this.#refuse(slot, byteLength)
  }

  /** Takes the room, or sweeps and tries again. */
  #findRoom(take: () => number): number {
    const block = take()
    if (block !== 0) return block
    const used = this.layout.slots
      .filter(({ kind }) => kind === 'value')
      .map((used) => this.#words[this.#wordOf(used) + 1]! >>> 1)
      .filter((block) => block !== 0)
    this.#heap.sweep([...used, ...this.arrays.flatMap((array) => array?.blocks() ?? [])])
    return take()
  }

  #refuse(slot: Slot, byteLength: number): never {
    throw stateFull(slot.name, byteLength + BLOCK_HEADER_BYTES, this.shared.values.byteLength)
  }

  #changeValue<T>(slot: Slot, change: (value: any) => T): T {
    const { index } = slot
    const published = this.#copyOut(slot)
    const { reference } = published
    if (reference & MAIN_ONLY) throw this.#notSharedError(slot, published)
    const value = reference === NO_REFERENCE ? undefined : unpack(published.byteLength, slot.name).value
    if (typeof value !== 'object' || value === null) return change(value)
    const inPlace: ChangeInPlace = { held: { value, reference }, goesOn: false }
    this.#changes[index] = inPlace
    this.snapshots[index]!.reference = NOT_CACHED
    const commit = (): void => this.#commit(slot, inPlace)
    let result: T
    try {
      result = change(value)
    } catch (error) {
      commitAfter(error, commit)
      throw error
    }
    commit()
    return result
  }

  #commit(slot: Slot, inPlace: ChangeInPlace): void {
    // Whoever assigned the attribute meanwhile has ended this change: what the name pointed at is no longer the attribute.
    if (this.#changes[slot.index] !== inPlace) return
    this.#changes[slot.index] = undefined
    const { held } = inPlace
    if (!held || typeof held.value !== 'object' || held.value === null) return
    const byteLength = pack(held.value, slot.name, true)
    // Nothing changed: no reader needs a new copy. (The general serialiser writes an array that it made in another form, once.)
    if (!this.#heap.holds(held.reference >>> 1, packed(), byteLength)) this.#publish(slot, byteLength)
    // What was given away of the copy is a snapshot from now on: `this.list.sort()` returns the list.
    guardPacked(held.value, this.#guardsOf(slot))
  }

  #workingCopy(slot: Slot, inPlace: ChangeInPlace): unknown {
    if (inPlace.held) return inPlace.held.value
    const published = this.#copyOut(slot)
    const { reference, byteLength } = published
    if (reference & MAIN_ONLY) return this.#readMainOnly(slot, published)
    const value = reference === NO_REFERENCE ? undefined : unpack(byteLength, slot.name).value
    inPlace.held = { value, reference }
    return value
  }

  #guardsOf(slot: Slot): Guards {
    return this.#guards[slot.index] ??= guardsFor(slot.name)
  }

  #abandonChange({ index }: Slot): void {
    const change = this.#changes[index]
    if (!change?.goesOn) this.#changes[index] = undefined
    else change.held = undefined
  }

  #assertHeld(): void {
    invariant(this.#lock.isHeld, 'a thread that was told to end, and lost its lock, writes no more')
  }

  #cache({ index }: Slot, version: number, reference: number, value: unknown): void {
    const snapshot = this.snapshots[index]!
    snapshot.version = version
    snapshot.reference = reference
    snapshot.value = value
  }

  #wordOf({ offset }: Slot): number {
    return (this.shared.start + offset) >>> 2
  }

  #referenceOf(slot: Slot): number {
    return Atomics.load(this.#words, this.#wordOf(slot) + 1)
  }

  // --- attributes that can't be shared ---

  /** Main knows it of itself. Another thread may be late to see it, and then meets it under the lock. */
  #isMainOnly(slot: Slot): boolean {
    return (this.#words[this.#wordOf(slot) + 1]! & MAIN_ONLY) !== 0
  }

  #keepInMain(slot: Slot, value: unknown, error: TaskbrainError): void {
    this.#publish(slot, pack(error.message, slot.name), MAIN_ONLY)
    this.#mainOnly.set(slot.index, value)
    this.#unshareableListener?.(slot.name, error)
  }

  #readMainOnly(slot: Slot, published: Published): unknown {
    if (this.owner !== MAIN) throw this.#notSharedError(slot, published)
    const value = this.#mainOnly.get(slot.index)
    this.#cache(slot, published.version, published.reference, value)
    return value
  }

  #writeMainOnly(slot: Slot, value: unknown): void {
    if (this.owner !== MAIN) throw this.#notSharedError(slot, this.#copyOut(slot))
    this.#mainOnly.set(slot.index, value)
    this.snapshots[slot.index]!.reference = NOT_CACHED
  }

  #notSharedError(slot: Slot, { byteLength }: Published): TaskbrainError {
    return notShared(slot.name, byteLength === 0 ? 'Its first value can\'t be serialised.' : String(unpack(byteLength, slot.name).value))
  }
}

/** What a slot said at one moment. The bytes are where the codec reads the next value from. */
interface Published {
  readonly version: number
  readonly reference: number
  readonly byteLength: number
}

const defaultMemoryOrder = (): MemoryOrder => (process.arch === 'x64' || process.arch === 'ia32' ? 'total' : 'weak')

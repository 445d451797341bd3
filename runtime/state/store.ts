import { invariant, TaskbrainError } from '../errors.ts'
import { decode, encode } from '../serializable/index.ts'
import type { Arena, ArenaMemory } from './arena.ts'
import { notShared, stateFull, writtenByCondition } from './errors.ts'
import { Group, type HeldValue } from './group.ts'
import { BLOCK_HEADER_BYTES, Heap } from './heap.ts'
import { type Layout, REGION, type Slot, WAITERS_BYTES } from './layout.ts'
import { Lock } from './lock.ts'
import { Redo } from './redo.ts'
import { Scalars, type Step, UNCHANGED } from './scalars.ts'
import { guardFor } from './snapshot.ts'
import type { Guard } from './snapshot.ts'
import type { AttributePlace } from './tracking.ts'

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
 * (`??=`, a change in place, `atomic`) takes the lock, and so do writes of values; reads of values do not.
 */
export class Store {
  readonly layout: Layout
  readonly arena: Arena
  readonly shared: SharedState
  readonly owner: number
  readonly scalars: Scalars
  /** By position in the schema. */
  readonly snapshots: readonly Snapshot[]

  readonly #words: Int32Array
  readonly #lock: Lock
  readonly #heap: Heap
  readonly #redo: Redo
  readonly #isTotalOrder: boolean
  readonly #guards: (Guard | undefined)[]
  /** Changes in place that are under way in this thread. */
  readonly #changes: (ChangeInPlace | undefined)[]
  /** The step under the lock that is under way in this thread. */
  #group: Group | undefined
  readonly #places: readonly AttributePlace[]
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
    this.#lock = new Lock(arena.words, (shared.start >>> 2) + REGION.lock, heapWords, owner)
    this.#heap = new Heap(heapWords)
    this.#redo = new Redo(arena, shared.start, layout.slots)
    this.snapshots = layout.slots.map((slot) => ({ at: this.#wordOf(slot), version: 0, reference: NOT_CACHED, value: undefined }))
    this.#guards = layout.slots.map(() => undefined)
    this.#changes = layout.slots.map(() => undefined)
    this.#places = layout.slots.map(({ name, kind, offset }) => (
      { name, waiters: (shared.start + offset + WAITERS_BYTES) >>> 2, bits: (shared.start + offset) >>> 3, isValue: kind === 'value' }
    ))
  }

  /** `shared` under the type by which the hosts pass it on: they look at nothing in it. */
  get buffer(): SharedArrayBuffer {
    return this.shared as unknown as SharedArrayBuffer
  }

  read(slot: Slot): unknown {
    const { listener } = this.arena.tracking
    return listener ? listener.note(this.#places[slot.index]!, () => this.#read(slot)) : this.#read(slot)
  }

  #read(slot: Slot): unknown {
    switch (slot.kind) {
      case 'number':
        return this.scalars.readNumber(slot)
      case 'boolean':
        return this.scalars.readBoolean(slot)
      case 'value':
        return this.readValue(slot)
    }
  }

  /**
   * Throws `state-type` or `not-serializable` where the attribute can't hold the value, RangeError where the memory is
   * full; the old value stays.
   */
  write(slot: Slot, value: unknown): void {
    this.#assertMayWrite(slot)
    switch (slot.kind) {
      case 'number':
        return this.scalars.writeNumber(slot, value)
      case 'boolean':
        return this.scalars.writeBoolean(slot, value)
      case 'value':
        return this.writeValue(slot, value)
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
    let payload: Uint8Array
    try {
      payload = encode(value, slot.name)
    } catch (error) {
      const isFirst = this.owner === MAIN && this.#referenceOf(slot) === NO_REFERENCE
      if (!isFirst || !(error instanceof TaskbrainError) || error.code !== 'not-serializable') throw error
      this.#keepInMain(slot, value, error)
      return
    }
    this.#publish(slot, payload)
    this.#changes[slot.index] = undefined
  }

  /**
   * Sets the attribute to what `change` makes of it, in one step for every other step that reads and writes. `change`
   * runs once, under the lock. It may use any attribute, this one too: it then sees its own step alone.
   */
  update(slot: Slot, change: (old: unknown) => unknown): Step {
    this.#assertMayWrite(slot)
    return this.atomic(() => (slot.kind === 'value' ? this.#updateValue(slot, change) : this.scalars.update(slot, change)))
  }

  /** Whether this thread is within a step under the lock. */
  get isInStep(): boolean {
    return this.#group !== undefined
  }

  /**
   * Runs `work` once, under the lock. For every other step all that it reads and writes is one step; its writes are seen at
   * the end, also where it throws. Returns what it returns. Within another step it is part of that.
   */
  atomic<T>(work: () => T): T {
    if (this.#group) return work()
    this.#enter()
    try {
      const group = new Group(() => (Atomics.add(this.#words, (this.shared.start >>> 2) + REGION.lastStep, 1) + 1) | 0 || 1)
      this.#group = group
      this.scalars.begin(group)
      try {
        return work()
      } finally {
        this.#group = undefined
        this.scalars.end()
        group.commit(this.#redo, () => this.#assertHeld())
      }
    } finally {
      this.#lock.leave()
    }
  }

  /** As `update`, in a fraction of the time for numbers, for an operation that may run more than once. */
  apply(slot: Slot, operation: (old: unknown) => unknown): Step {
    this.#assertMayWrite(slot)
    return this.scalars.tryApply(slot, operation) ?? this.update(slot, operation)
  }

  /**
   * Runs `change` once, under the lock, on a copy of the newest value that may be changed, and writes the copy back at
   * the end, also where `change` throws. Returns what `change` returns. Until the end this thread reads the copy.
   */
  change<T>(slot: Slot, change: (value: any) => T): T {
    this.#assertMayWrite(slot)
    return this.atomic(() => {
      const outer = this.#changes[slot.index]
      // The outermost change writes what all have changed.
      if (outer) return change(outer.value)
      if (slot.kind !== 'value' || (this.owner === MAIN && this.#isMainOnly(slot))) return change(this.read(slot))
      return this.#changeValue(slot, change)
    })
  }

  /** Frees what a thread held that runs no more. It may not have come to the end of its step, or to ring who waits for a write. */
  release(owner: number): void {
    this.#lock.release(owner)
    if (this.#redo.isUnfinished) this.atomic(() => {})
    this.wakeAll()
  }

  /** All that wait look again. */
  wakeAll(): void {
    this.arena.bells.ringAll()
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

  // --- values ---

  #updateValue(slot: Slot, change: (old: unknown) => unknown): Step {
    const before = this.readValue(slot)
    const after = change(before)
    if (after === UNCHANGED) return { before, after: before }
    this.writeValue(slot, after)
    return { before, after }
  }

  #readChanged(slot: Slot): unknown {
    const change = this.#changes[slot.index]
    if (change) return change.value
    const held = this.#heldValue(slot)
    if (held) return this.#readHeld(slot, held)
    const published = this.#copyOut(slot)
    const { version, reference, payload } = published
    if (reference === NO_REFERENCE) return undefined
    if (reference & MAIN_ONLY) return this.#readMainOnly(slot, published)
    const value = decode(payload, slot.name)
    if (this.#guardOf(slot)(value)) return value
    this.#cache(slot, version, reference, value)
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
    const held = this.#heldValue(slot)
    if (held) return { version: 0, reference: held.block << 1, payload: held.payload }
    const words = this.#words
    const word = this.#wordOf(slot)
    // Where loads may overtake each other the last comparison proves nothing.
    for (let attempt = 0; this.#isTotalOrder && attempt < UNLOCKED_READS; attempt++) {
      const version = Atomics.load(words, word)
      const reference = Atomics.load(words, word + 1)
      const payload = reference >>> 1 === 0 ? NO_BYTES : this.#heap.load(reference >>> 1)
      const isWhole = Atomics.load(words, word + 1) === reference && Atomics.load(words, word) === version
      if (isWhole && payload) return { version, reference, payload }
    }
    this.#enter()
    try {
      const version = words[word]!
      const reference = words[word + 1]!
      const payload = reference >>> 1 === 0 ? NO_BYTES : this.#heap.load(reference >>> 1)
      invariant(payload, `the block of ${slot.name} lies within the memory`)
      return { version, reference, payload }
    } finally {
      this.#lock.leave()
    }
  }

  /**
   * The block is complete before its reference is stored, and that one store is the step from the old to the new value.
   * The version goes first: killed between the two stores, a writer leaves the old value under a new version, which
   * costs the readers a copy. The other way round they would keep the old value while the memory has the new one.
   */
  #publish(slot: Slot, payload: Uint8Array, flag = 0): void {
    this.#enter()
    try {
      if (this.#isMainOnly(slot)) throw this.#notSharedError(slot, this.#copyOut(slot))
      this.#assertHeld()
      const block = this.#allocate(slot, payload, flag)
      if (this.#group && flag === 0) this.#hold(this.#group, slot, block, payload)
      else this.#place(slot, block, flag)
    } finally {
      this.#lock.leave()
    }
  }

  #place(slot: Slot, block: number, flag = 0): void {
    const words = this.#words
    const word = this.#wordOf(slot)
    const old = words[word + 1]!
    Atomics.store(words, word, (words[word]! + 1) | 0)
    Atomics.store(words, word + 1, (block << 1) | flag)
    if (old !== NO_REFERENCE) this.#heap.free(old >>> 1)
    this.scalars.wake(slot)
  }

  /** What a thread that was killed had decided comes first. */
  #enter(): void {
    this.#lock.enter()
    if (this.#redo.isUnfinished) this.#redo.finishOther((slot, block) => this.#place(slot, block), (slot) => this.scalars.wake(slot))
  }

  // --- values that a group has written and nobody else sees yet ---

  #heldValue({ index, kind }: Slot): HeldValue | undefined {
    return kind === 'value' ? (this.#group?.part(index) as HeldValue | undefined) : undefined
  }

  #hold(group: Group, slot: Slot, block: number, payload: Uint8Array): void {
    const earlier = this.#heldValue(slot)
    const commit = (): void => {
      this.#assertHeld()
      this.#place(slot, block)
      this.#redo.settle(slot)
    }
    group.put(slot.index, { block, payload, isWritten: true, prepare: (redo, step) => redo.prepareValue(slot, step, block), commit } as HeldValue)
    this.snapshots[slot.index]!.reference = NOT_CACHED
    if (earlier) this.#heap.free(earlier.block)
  }

  #readHeld(slot: Slot, held: HeldValue): unknown {
    if (held.snapshot) return held.snapshot.value
    const value = decode(held.payload, slot.name)
    if (!this.#guardOf(slot)(value)) held.snapshot = { value }
    return value
  }

  #allocate(slot: Slot, payload: Uint8Array, flag: number): number {
    const block = this.#heap.store(payload)
    if (block !== 0) return block
    const used = this.layout.slots
      .filter(({ kind }) => kind === 'value')
      .map((used) => this.#words[this.#wordOf(used) + 1]! >>> 1)
      .filter((block) => block !== 0)
    const held = this.layout.slots.flatMap((slot) => this.#heldValue(slot)?.block ?? [])
    this.#heap.sweep([...used, ...held])
    const swept = this.#heap.store(payload)
    // An attribute that stays in main needs no block: only its reason is lost.
    if (swept === 0 && flag !== MAIN_ONLY) {
      throw stateFull(slot.name, payload.length + BLOCK_HEADER_BYTES, this.shared.values.byteLength)
    }
    return swept
  }

  #changeValue<T>(slot: Slot, change: (value: any) => T): T {
    const { index } = slot
    const { reference, payload } = this.#copyOut(slot)
    if (reference & MAIN_ONLY) throw this.#notSharedError(slot, { payload })
    const value = reference === NO_REFERENCE ? undefined : decode(payload, slot.name)
    if (typeof value !== 'object' || value === null) return change(value)
    const inPlace: ChangeInPlace = { value }
    this.#changes[index] = inPlace
    this.snapshots[index]!.reference = NOT_CACHED
    // Whoever assigned the attribute meanwhile has ended this change: what the name pointed at is no longer the attribute.
    const commit = (): void => {
      if (this.#changes[index] !== inPlace) return
      this.#changes[index] = undefined
      const changed = encode(value, slot.name)
      // Nothing changed: no reader needs a new copy. (The serializer writes an array that it made in another form, once.)
      if (Buffer.compare(changed, payload) !== 0) this.#publish(slot, changed)
      // What `change` gave away of the copy is a snapshot from now on: `this.list.sort()` returns the list.
      this.#guardOf(slot)(value)
    }
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

  #guardOf(slot: Slot): Guard {
    return this.#guards[slot.index] ??= guardFor(slot.name)
  }

  #assertMayWrite({ name }: Slot): void {
    if (this.arena.tracking.isOn) throw writtenByCondition(name)
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

  #isMainOnly(slot: Slot): boolean {
    return (this.#referenceOf(slot) & MAIN_ONLY) !== 0
  }

  #keepInMain(slot: Slot, value: unknown, error: TaskbrainError): void {
    this.#publish(slot, encode(error.message, slot.name), MAIN_ONLY)
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
    // The slot says nothing of it: a new version makes those look who wait for it.
    Atomics.add(this.#words, this.#wordOf(slot), 1)
    this.scalars.wake(slot)
  }

  #notSharedError(slot: Slot, { payload }: { readonly payload: Uint8Array }): TaskbrainError {
    return notShared(slot.name, payload.length === 0 ? 'Its first value can\'t be serialised.' : String(decode(payload)))
  }
}

/** What a slot said at one moment, with a copy of the bytes. */
interface Published {
  readonly version: number
  readonly reference: number
  readonly payload: Uint8Array
}

interface ChangeInPlace {
  readonly value: object
}
const NO_BYTES = new Uint8Array(0)

/** The error of the change itself is the one to tell; if the write fails too, neither may be lost. */
function commitAfter(error: unknown, commit: () => void): void {
  try {
    commit()
  } catch (commitError) {
    const message = `A change threw (${String(error)}), and what it had changed could not be kept (${String(commitError)})`
    throw new AggregateError([error, commitError], message, { cause: commitError })
  }
}

const defaultMemoryOrder = (): MemoryOrder => (process.arch === 'x64' || process.arch === 'ia32' ? 'total' : 'weak')

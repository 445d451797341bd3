import { TaskbrainError, invariant } from '../errors.ts'
import { type ChangeInPlace, commitAfter } from './change-in-place.ts'
import { guardPacked, incoming, isLongText, longTextBytes, pack, packed, unpack } from './codec/index.ts'
import { notShared, stateFull } from './errors.ts'
import type { Group, HeldValue } from './group.ts'
import { type Block, BLOCK_HEADER_BYTES, type Heap } from './heap.ts'
import type { Layout, Slot } from './layout.ts'
import type { Lock } from './lock.ts'
import type { Redo } from './redo.ts'
import type { Scalars } from './scalars.ts'
import { type Guards, guardsFor } from './snapshot.ts'

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

export interface ValueMemory {
  /** Of the arena. */
  readonly words: Int32Array
  /** Where the region begins, in bytes. */
  readonly start: number
  /** Size of the memory that the heap has. */
  readonly byteLength: number
  readonly owner: number
  readonly isTotalOrder: boolean
  readonly lock: Lock
  readonly heap: Heap
  readonly redo: Redo
  readonly scalars: Scalars
  /** Blocks that a sweep has to leave alone. */
  readonly blocksOfArrays: () => readonly Block[]
}

/**
 * The attributes of one state that are kept as versioned values, seen from one thread: read without the lock and from a
 * cache, written under the lock. Within a group a new value is held back until the group ends.
 */
export class Values {
  /** By position in the layout. */
  readonly snapshots: readonly Snapshot[]
  readonly #layout: Layout
  readonly #words: Int32Array
  readonly #start: number
  readonly #byteLength: number
  readonly #owner: number
  readonly #isTotalOrder: boolean
  readonly #lock: Lock
  readonly #heap: Heap
  readonly #redo: Redo
  readonly #scalars: Scalars
  readonly #blocksOfArrays: () => readonly Block[]
  readonly #guards: (Guards | undefined)[]
  /** Changes in place that are under way in this thread. */
  readonly #changes: (ChangeInPlace | undefined)[]
  /** Main thread: the attributes that can't be shared. */
  readonly #mainOnly = new Map<number, unknown>()
  #unshareableListener: UnshareableListener | undefined

  constructor(layout: Layout, memory: ValueMemory) {
    this.#layout = layout
    this.#words = memory.words
    this.#start = memory.start
    this.#byteLength = memory.byteLength
    this.#owner = memory.owner
    this.#isTotalOrder = memory.isTotalOrder
    this.#lock = memory.lock
    this.#heap = memory.heap
    this.#redo = memory.redo
    this.#scalars = memory.scalars
    this.#blocksOfArrays = memory.blocksOfArrays
    this.snapshots = layout.slots.map((slot) => ({ at: this.#wordOf(slot), version: 0, reference: NOT_CACHED, value: undefined }))
    this.#guards = layout.slots.map(() => undefined)
    this.#changes = layout.slots.map(() => undefined)
  }

  /** A snapshot; the same one until the attribute is written, except for a value with typed arrays, copied each time. */
  read(slot: Slot): unknown {
    const snapshot = this.snapshots[slot.index]!
    const word = this.#wordOf(slot)
    const version = this.#isTotalOrder ? this.#words[word] : Atomics.load(this.#words, word)
    const reference = this.#isTotalOrder ? this.#words[word + 1] : Atomics.load(this.#words, word + 1)
    if (version === snapshot.version && reference === snapshot.reference) return snapshot.value
    return this.#readChanged(slot)
  }

  write(slot: Slot, value: unknown): void {
    if (this.#isMainOnly(slot)) {
      this.#writeMainOnly(slot, value)
      return
    }
    if (isLongText(value)) {
      this.#publish(slot, longTextBytes(value), 0, this.#groupOf(slot), value)
      this.#dropCopy(slot)
      return
    }
    let byteLength: number
    try {
      byteLength = pack(value, slot.name)
    } catch (error) {
      const isFirst = this.#owner === MAIN && this.#referenceOf(slot) === NO_REFERENCE
      if (!isFirst || !(error instanceof TaskbrainError) || error.code !== 'not-serializable') throw error
      this.#keepInMain(slot, value, error)
      return
    }
    this.#publish(slot, byteLength)
    this.#dropCopy(slot)
  }

  /** Within a group. */
  change<T>(slot: Slot, change: (value: any) => T): T {
    const outer = this.#changes[slot.index]
    // The outermost change writes what all have changed.
    if (outer) return change(this.#workingCopy(slot, outer))
    return this.#isMains(slot) ? change(this.read(slot)) : this.#changeValue(slot, change)
  }

  /** Under the lock, until `commit` takes what is returned. */
  open(slot: Slot): ChangeInPlace | undefined {
    const { index } = slot
    if (this.#changes[index] || this.#isMains(slot)) return undefined
    this.snapshots[index]!.reference = NOT_CACHED
    return this.#changes[index] = { held: undefined }
  }

  #readChanged(slot: Slot): unknown {
    const change = this.#changes[slot.index]
    if (change) return this.#workingCopy(slot, change)
    const held = this.#heldValue(slot)
    if (held) return this.#readHeld(slot, held)
    const text = this.#readText(slot)
    if (text !== undefined) return text
    const published = this.#copyOut(slot)
    const { version, reference, byteLength } = published
    if (reference === NO_REFERENCE) return undefined
    if (reference & MAIN_ONLY) return this.#readMainOnly(slot, published)
    const { value, hasBytes } = unpack(byteLength, slot.name, this.#guardsOf(slot))
    if (!hasBytes) this.#cache(slot, version, reference, value)
    return value
  }

  /** Of a text, as it lies in shared memory: whether it is of one moment is found as `#copyOut` does. */
  #readText(slot: Slot): string | undefined {
    if (!this.#isTotalOrder) return undefined
    const words = this.#words
    const word = this.#wordOf(slot)
    const version = words[word]!
    const reference = words[word + 1]!
    if (reference === NO_REFERENCE || reference & MAIN_ONLY) return undefined
    const text = this.#heap.loadText(reference >>> 1)
    if (text === undefined || Atomics.load(words, word + 1) !== reference || Atomics.load(words, word) !== version) return undefined
    this.#cache(slot, version, reference, text)
    return text
  }

  /**
   * The newest bytes, copied to memory of this thread: nothing but a text may be decoded where another thread can write.
   *
   * Without the lock, first: a reader shall not wait for a long change in place. The copy is good if version and
   * reference were the same before and after it, for a block is only freed after both have moved on. They are compared
   * in the order opposite to the one in which they are written: with the version unchanged at the end, the reference
   * can have moved at most once, so the same reference means the same block all the time.
   */
  #copyOut(slot: Slot): Published {
    const held = this.#heldValue(slot)
    if (held) return { version: 0, reference: held.block << 1, byteLength: this.#heap.load(held.block, incoming) }
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
  #publish(slot: Slot, byteLength: number, flag = 0, group = this.#groupOf(slot), longText?: string): void {
    this.#lock.enter()
    try {
      if (this.#isMainOnly(slot)) throw this.#notSharedError(slot, this.#copyOut(slot))
      this.#lock.assertHeld()
      const block = this.#allocate(slot, byteLength, flag, longText)
      if (group && flag === 0) this.#hold(group, slot, block)
      else this.place(slot, block, flag)
    } finally {
      this.#lock.leave()
    }
  }

  place(slot: Slot, block: number, flag = 0): void {
    const words = this.#words
    const word = this.#wordOf(slot)
    const old = words[word + 1]!
    this.#store(word, (words[word]! + 1) | 0)
    this.#store(word + 1, (block << 1) | flag)
    if (old !== NO_REFERENCE) this.#heap.free(old >>> 1)
    this.#scalars.wake(slot)
  }

  #store(word: number, value: number): void {
    if (this.#isTotalOrder) this.#words[word] = value
    else Atomics.store(this.#words, word, value)
  }

  // --- values that a group has written and nobody else sees yet ---

  #heldValue({ index, kind }: Slot): HeldValue | undefined {
    if (kind !== 'value') return undefined
    const { region, step } = this.#scalars
    return (region?.part(index) ?? step?.part(index)) as HeldValue | undefined
  }

  /** What a new value belongs to: of a region only what one within it has changed is its own. */
  #groupOf({ index }: Slot): Group | undefined {
    const { region, step } = this.#scalars
    return region?.part(index) ? region : step
  }

  #hold(group: Group, slot: Slot, block: number): void {
    const earlier = this.#heldValue(slot)
    const commit = (): void => {
      this.#lock.assertHeld()
      this.place(slot, block)
      this.#redo.settle(slot)
    }
    group.put(slot.index, { block, isWritten: true, prepare: (redo, step) => redo.prepareValue(slot, step, block), commit } as HeldValue)
    this.snapshots[slot.index]!.reference = NOT_CACHED
    if (earlier) this.#heap.free(earlier.block)
  }

  #readHeld(slot: Slot, held: HeldValue): unknown {
    if (held.snapshot) return held.snapshot.value
    const { value, hasBytes } = unpack(this.#heap.load(held.block, incoming), slot.name, this.#guardsOf(slot))
    if (!hasBytes) held.snapshot = { value }
    return value
  }

  #allocate(slot: Slot, byteLength: number, flag: number, longText: string | undefined): number {
    const block = this.#findRoom(() => longText === undefined ? this.#heap.store(packed(), byteLength) : this.#heap.storeText(longText, byteLength))
    // An attribute that stays in main needs no block: only its reason is lost.
    return block !== 0 || flag === MAIN_ONLY ? block : this.#refuse(slot, byteLength)
  }

  /** Takes the room, or sweeps and tries again. */
  #findRoom(take: () => number): number {
    const block = take()
    if (block !== 0) return block
    const used = this.#layout.slots
      .filter(({ kind }) => kind === 'value')
      .map((used) => this.#words[this.#wordOf(used) + 1]! >>> 1)
      .filter((block) => block !== 0)
    const held = this.#layout.slots.flatMap((slot) => this.#heldValue(slot)?.block ?? [])
    this.#heap.sweep([...used, ...held, ...this.#blocksOfArrays()])
    return take()
  }

  /** A block with nothing in it. Throws RangeError. */
  reserve(slot: Slot, byteLength: number): number {
    return this.#findRoom(() => this.#heap.reserve(byteLength)) || this.#refuse(slot, byteLength)
  }

  #refuse(slot: Slot, byteLength: number): never {
    throw stateFull(slot.name, byteLength + BLOCK_HEADER_BYTES, this.#byteLength)
  }

  #changeValue<T>(slot: Slot, change: (value: any) => T): T {
    const { index } = slot
    const published = this.#copyOut(slot)
    const { reference } = published
    if (reference & MAIN_ONLY) throw this.#notSharedError(slot, published)
    const value = reference === NO_REFERENCE ? undefined : unpack(published.byteLength, slot.name).value
    const inPlace: ChangeInPlace = { held: { value, reference } }
    this.#changes[index] = inPlace
    this.snapshots[index]!.reference = NOT_CACHED
    const commit = (): void => this.commit(slot, inPlace)
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

  commit(slot: Slot, inPlace: ChangeInPlace): void {
    this.#changes[slot.index] = undefined
    const { held } = inPlace
    if (!held || typeof held.value !== 'object' || held.value === null) return
    const byteLength = pack(held.value, slot.name, true)
    // Nothing changed: no reader needs a new copy. (The general serialiser writes an array that it made in another form, once.)
    if (!this.#heap.holds(held.reference >>> 1, packed(), byteLength)) this.#publish(slot, byteLength, 0, this.#groupOf(slot) ?? this.#scalars.group)
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

  #dropCopy({ index }: Slot): void {
    const change = this.#changes[index]
    if (change) change.held = undefined
  }

  #cache({ index }: Slot, version: number, reference: number, value: unknown): void {
    const snapshot = this.snapshots[index]!
    snapshot.version = version
    snapshot.reference = reference
    snapshot.value = value
  }

  #wordOf({ offset }: Slot): number {
    return (this.#start + offset) >>> 2
  }

  #referenceOf(slot: Slot): number {
    return Atomics.load(this.#words, this.#wordOf(slot) + 1)
  }

  // --- attributes that can't be shared ---

  /**
   * Called once for each attribute whose first value, set in main, can't be shared: from then on the attribute is
   * main's alone, and other threads that touch it get `attribute-not-shared`.
   */
  onUnshareable(listener: UnshareableListener): void {
    this.#unshareableListener = listener
  }

  /** Main may do with them as with a field of its own. */
  #isMains(slot: Slot): boolean {
    return this.#owner === MAIN && this.#isMainOnly(slot)
  }

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
    if (this.#owner !== MAIN) throw this.#notSharedError(slot, published)
    const value = this.#mainOnly.get(slot.index)
    this.#cache(slot, published.version, published.reference, value)
    return value
  }

  #writeMainOnly(slot: Slot, value: unknown): void {
    if (this.#owner !== MAIN) throw this.#notSharedError(slot, this.#copyOut(slot))
    this.#mainOnly.set(slot.index, value)
    this.snapshots[slot.index]!.reference = NOT_CACHED
    // The slot says nothing of it: a new version makes those look who wait for it.
    Atomics.add(this.#words, this.#wordOf(slot), 1)
    this.#scalars.wake(slot)
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

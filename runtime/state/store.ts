import { invariant } from '../errors.ts'
import { copyViewsOf } from '../serializable/index.ts'
import type { Arena, ArenaMemory } from './arena.ts'
import type { ChangeInPlace } from './change-in-place.ts'
import { writtenByCondition } from './errors.ts'
import { Group } from './group.ts'
import { Heap } from './heap.ts'
import { InlineObject } from './inline-object.ts'
import { copyOf, LiveArray, type LiveArrayMemory, type TypedArray } from './live-array.ts'
import { type Layout, REGION, type Slot, WAITERS_BYTES } from './layout.ts'
import { Lock } from './lock.ts'
import { Redo } from './redo.ts'
import { Scalars, type Step, UNCHANGED } from './scalars.ts'
import type { AttributePlace } from './tracking.ts'
import { Values } from './values.ts'

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
  readonly values: Values
  /** By position in the layout. */
  readonly objects: readonly (InlineObject | undefined)[]
  readonly arrays: readonly (LiveArray | undefined)[]

  readonly #words: Int32Array
  readonly #lock: Lock
  readonly #heap: Heap
  readonly #redo: Redo
  readonly #isTotalOrder: boolean
  /** The step under the lock that is under way in this thread. */
  #group: Group | undefined
  #groupDepth = 0
  /** Changes that were opened outside of a step and are not closed. */
  #openCount = 0
  readonly #places: readonly AttributePlace[]

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
    this.#redo = new Redo(arena, shared.start, layout.slots, this.scalars.marks)
    this.values = new Values(layout, {
      words: arena.words, start: shared.start, byteLength: shared.values.byteLength, owner, isTotalOrder: this.#isTotalOrder,
      lock: this.#lock, heap: this.#heap, redo: this.#redo, scalars: this.scalars, blocksOfArrays: () => this.arrays.flatMap((array) => array?.blocks() ?? []),
    })
    const memory = { arena, scalars: this.scalars, lock: this.#lock, isTotalOrder: this.#isTotalOrder, atomic: <T>(work: () => T) => this.atomic(work) }
    this.objects = layout.slots.map((slot) => (slot.inline ? new InlineObject(slot, layout, shared.start, memory) : undefined))
    const arrayMemory: LiveArrayMemory = {
      words: arena.words,
      values: shared.values,
      lock: this.#lock,
      marks: this.scalars.marks,
      wake: (slot) => this.scalars.wake(slot),
      reserve: (slot, byteLength) => this.values.reserve(slot, byteLength),
      free: (block) => this.#heap.free(block),
      payloadLength: (block) => this.#heap.payloadLength(block),
    }
    this.arrays = layout.slots.map((slot) => (slot.kind === 'typed-array' ? new LiveArray(slot, shared.start, arrayMemory) : undefined))
    copyViewsOf(shared.values, (view) => copyOf(view as TypedArray))
    this.#places = layout.slots.map(({ name, kind, offset }) => (
      { name, waiters: (shared.start + offset + WAITERS_BYTES) >>> 2, bits: (shared.start + offset) >>> 3, isValue: kind === 'value' }
    ))
  }

  read(slot: Slot): unknown {
    const { listener } = this.arena.tracking
    if (!listener) return this.#read(slot)
    // Who writes a leaf rings for the leaf alone.
    for (let leaf = slot.inline?.end ?? 0; leaf > 0; leaf--) listener.note(this.#places[slot.index + leaf]!, () => undefined)
    return listener.note(this.#places[slot.index]!, () => (slot.kind === 'object' ? this.#objectAt(slot).readWatched() : this.#read(slot)))
  }

  #read(slot: Slot): unknown {
    switch (slot.kind) {
      case 'number':
        return this.scalars.readNumber(slot)
      case 'boolean':
        return this.scalars.readBoolean(slot)
      case 'value':
        return this.values.read(slot)
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
    this.#assertMayWrite(slot)
    switch (slot.kind) {
      case 'number':
        return this.scalars.writeNumber(slot, value)
      case 'boolean':
        return this.scalars.writeBoolean(slot, value)
      case 'value':
        return this.values.write(slot, value)
      case 'object':
        return this.#objectAt(slot).writeWhole(value)
      case 'typed-array':
        return this.#arrayAt(slot).write(value)
    }
  }

  /**
   * Sets the attribute to what `change` makes of it, in one step for every other step that reads and writes. `change`
   * runs once, under the lock. It may use any attribute, this one too: it then sees its own step alone.
   */
  update(slot: Slot, change: (old: unknown) => unknown): Step {
    this.#assertMayWrite(slot)
    return this.atomic(() => {
      if (slot.kind === 'object') return this.#objectAt(slot).update(change)
      return slot.kind === 'value' || slot.kind === 'typed-array' ? this.#updateValue(slot, change) : this.scalars.update(slot, change)
    })
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
    this.#begin()
    try {
      return work()
    } finally {
      this.#end()
    }
  }

  #begin(): void {
    this.#lock.enter()
    if (this.#groupDepth++ > 0) return
    this.#group = new Group(() => this.scalars.marks.newStep())
    this.scalars.begin(this.#group)
  }

  #end(): void {
    try {
      if (--this.#groupDepth > 0) return
      const group = this.#group!
      this.#group = undefined
      this.scalars.end()
      group.commit(this.#redo, () => this.#lock.assertHeld())
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
      if (slot.kind === 'object') return this.#objectAt(slot).change(change)
      if (slot.kind === 'typed-array') return this.#arrayAt(slot).change(change)
      return slot.kind === 'value' ? this.values.change(slot, change) : change(this.read(slot))
    })
  }

  /**
   * Takes the lock and begins a change in place that `close` ends: until then this thread reads a copy of the newest value
   * that may be changed, made when it is first read. What else is written meanwhile is seen at once, but within a step,
   * which this then belongs to. Within another change of the attribute only the lock is taken.
   */
  open(slot: Slot): ChangeInPlace | undefined {
    this.#assertMayWrite(slot)
    this.#lock.enter()
    if (!this.#group && this.#openCount++ === 0) this.scalars.beginRegion(new Group(() => this.scalars.marks.newStep()))
    if (slot.kind === 'object') this.#objectAt(slot).open()
    return slot.kind === 'value' ? this.values.open(slot) : undefined
  }

  /** Writes back what was changed since `open`, whose result it takes, and gives the lock back. Throws what `write` throws. */
  close(slot: Slot, opened: ChangeInPlace | undefined): void {
    try {
      if (slot.kind === 'object') this.#objectAt(slot).close()
      else if (opened) this.values.commit(slot, opened)
    } finally {
      this.#endOpen()
    }
  }

  /** Also where one attribute could not be written: the others are. */
  #endOpen(): void {
    try {
      if (!this.#group && --this.#openCount === 0) this.scalars.endRegion().commit(this.#redo, () => this.#lock.assertHeld())
    } finally {
      this.#lock.leave()
    }
  }

  /** Frees what a thread held that runs no more. It may not have come to the end of its step, or to ring who waits for a write. */
  release(owner: number): void {
    this.#lock.release(owner)
    if (this.#redo.isUnfinished || this.#words[(this.shared.start >>> 2) + REGION.committing] !== 0) {
      this.#lock.enter()
      this.#lock.leave()
    }
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

  /** First thing under the lock: the owner before may have been killed in a step on several leaves or attributes. */
  #completeStep(): void {
    const committing = this.#words[(this.shared.start >>> 2) + REGION.committing]!
    if (committing !== 0) (this.objects[committing - 1] ?? this.arrays[committing - 1])?.complete()
    if (this.#redo.isUnfinished) this.#redo.finishOther((slot, block) => this.values.place(slot, block), (slot) => this.scalars.wake(slot))
  }

  #updateValue(slot: Slot, change: (old: unknown) => unknown): Step {
    const before = this.read(slot)
    const after = change(before)
    if (after === UNCHANGED) return { before, after: before }
    this.write(slot, after)
    return { before, after }
  }

  #assertMayWrite({ name }: Slot): void {
    if (this.arena.tracking.isOn) throw writtenByCondition(name)
  }
}

const defaultMemoryOrder = (): MemoryOrder => (process.arch === 'x64' || process.arch === 'ia32' ? 'total' : 'weak')

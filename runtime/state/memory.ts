import { invariant } from '../errors.ts'
import { type Arena, arenaOf, freeWith, ownArena, takeRegion } from './arena.ts'
import { badStateBytes, wrongLayout } from './errors.ts'
import { Heap } from './heap.ts'
import { DEFAULT_STATE_BYTES, MAGIC, MAXIMUM_STATE_BYTES, REGION } from './layout.ts'
import type { Layout } from './layout.ts'
import { ABSENT_NUMBER } from './scalar.ts'
import { type MemoryOrder, type SharedState, Store, type StoreOptions } from './store.ts'
import { MAIN } from './values.ts'

/**
 * The memory of a new state. Main thread. Throws RangeError where `bytes` is no integer or too small, and where the
 * brains that are alive leave no room for another.
 */
export function createStore(layout: Layout, options: StoreOptions = {}): Store {
  const { bytes = DEFAULT_STATE_BYTES, memoryOrder } = options
  if (!Number.isInteger(bytes) || bytes < layout.minimumBytes || bytes > MAXIMUM_STATE_BYTES) {
    throw badStateBytes(bytes, layout.minimumBytes, MAXIMUM_STATE_BYTES)
  }
  const values = new SharedArrayBuffer(bytes)
  const arena = ownArena()
  const region = takeRegion(arena, layout.regionBytes)
  const shared: SharedState = { arena: arena.memory, start: region.start, values }
  freeWith(shared, arena, region)
  format(arena, shared, layout)
  return new Store(layout, arena, shared, MAIN, memoryOrder)
}

/**
 * The same state on another thread. `owner` is an integer above 0 that no other live thread has.
 * Throws `state-layout` where the memory was made from another schema.
 */
export function openStore(layout: Layout, shared: SharedState, owner: number, memoryOrder?: MemoryOrder): Store {
  invariant(Number.isInteger(owner) && owner > MAIN, 'the owner of an opened state is an integer above 0')
  const arena = arenaOf(shared.arena)
  const start = shared.start >>> 2
  const isSameLayout = arena.words[start + REGION.magic] === MAGIC && arena.words[start + REGION.fingerprint] === layout.fingerprint
  if (!isSameLayout) throw wrongLayout(layout.schema.brain)
  return new Store(layout, arena, shared, owner, memoryOrder)
}

function format({ words, floatBits }: Arena, { start, values }: SharedState, layout: Layout): void {
  for (const { kind, offset } of layout.slots) {
    if (kind === 'number') floatBits[(start + offset) >>> 3] = ABSENT_NUMBER
  }
  new Heap(new Int32Array(values, 0, values.byteLength >>> 2)).format()
  words[(start >>> 2) + REGION.fingerprint] = layout.fingerprint
  words[(start >>> 2) + REGION.magic] = MAGIC
}

import { invariant } from '../errors.ts'
import { badStateBytes, wrongLayout } from './errors.ts'
import { Heap } from './heap.ts'
import { DEFAULT_STATE_BYTES, MAGIC, MAXIMUM_STATE_BYTES, WORD } from './layout.ts'
import type { Layout } from './layout.ts'
import { ABSENT_NUMBER } from './scalar.ts'
import { MAIN, Store } from './store.ts'
import type { MemoryOrder, StoreOptions } from './store.ts'

/** The memory of a new state. Main thread. Throws RangeError where `bytes` is no integer or too small. */
export function createStore(layout: Layout, options: StoreOptions = {}): Store {
  const { bytes = DEFAULT_STATE_BYTES, memoryOrder } = options
  if (!Number.isInteger(bytes) || bytes < layout.minimumBytes || bytes > MAXIMUM_STATE_BYTES) {
    throw badStateBytes(bytes, layout.minimumBytes, MAXIMUM_STATE_BYTES)
  }
  const buffer = new SharedArrayBuffer(bytes)
  format(buffer, layout)
  return new Store(layout, buffer, MAIN, memoryOrder)
}

/**
 * The same state on another thread. `owner` is an integer above 0 that no other live thread has.
 * Throws `state-layout` where the memory was made from another schema.
 */
export function openStore(layout: Layout, buffer: SharedArrayBuffer, owner: number, memoryOrder?: MemoryOrder): Store {
  invariant(Number.isInteger(owner) && owner > MAIN, 'the owner of an opened state is an integer above 0')
  const words = new Int32Array(buffer, 0, WORD.lock)
  if (words[WORD.magic] !== MAGIC || words[WORD.fingerprint] !== layout.fingerprint) throw wrongLayout(layout.schema.brain)
  return new Store(layout, buffer, owner, memoryOrder)
}

function format(buffer: SharedArrayBuffer, layout: Layout): void {
  const words = new Int32Array(buffer, 0, layout.heapStart >>> 2)
  const floatBits = new BigInt64Array(buffer, 0, layout.heapStart >>> 3)
  for (const { kind, offset } of layout.slots) {
    if (kind === 'number') floatBits[offset >>> 3] = ABSENT_NUMBER
  }
  new Heap(words, new Uint8Array(0), layout.heapStart).format()
  words[WORD.fingerprint] = layout.fingerprint
  words[WORD.magic] = MAGIC
}

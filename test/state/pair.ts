import { createStore, defineState, layoutOf, openStore } from '../../runtime/state/index.ts'
import type { MemoryOrder, Slot, Store } from '../../runtime/state/index.ts'
import type { StateSchema } from '../../src/contract/schema.ts'

export const schema: StateSchema = defineState({
  brain: 'test#Robot',
  fields: [
    { name: 'frames', kind: 'number' },
    { name: 'armed', kind: 'boolean' },
    { name: 'pose', kind: 'value' },
    { name: 'list', kind: 'value' },
  ],
})
export const layout = layoutOf(schema)
export const [FRAMES, ARMED, POSE, LIST] = layout.slots as unknown as readonly [Slot, Slot, Slot, Slot]

/** One memory as two threads see it, although both are here. */
export function pair(bytes = 1 << 20, memoryOrder?: MemoryOrder): readonly [main: Store, other: Store] {
  const main = createStore(layout, { bytes, ...(memoryOrder && { memoryOrder }) })
  return [main, openStore(layout, main.shared, 1, memoryOrder)]
}

export function thrown(work: () => unknown): any {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

export const codeOf = (work: () => unknown): string => thrown(work).code

import type { Store } from '../../../runtime/state/index.ts'
import { ARMED, FRAMES, LIST, POSE, TEXT, wholeOf } from './schema.ts'

/** One of each way to write, for threads that are killed within. */
export const OPERATIONS = {
  'a first value': (store: Store) => store.write(TEXT, 'first'),
  'another value': (store: Store) => store.write(POSE, wholeOf(8)),
  'a number in a step that runs once': (store: Store) => store.update(FRAMES, (frames: any) => frames + 1),
  'a boolean in a step that runs once': (store: Store) => store.update(ARMED, (armed: any) => !armed),
  'a value in a step that runs once': (store: Store) => store.update(POSE, () => wholeOf(9)),
  'a change in place': (store: Store) => store.change(LIST, (list: number[]) => list.push(3, 4)),
  'a change of several attributes in one': (store: Store) => store.change(LIST, (list: number[]) => {
    list.push(3, 4)
    store.write(POSE, wholeOf(10))
    store.update(FRAMES, (frames: any) => frames + 1)
  }),
} as const

export type OperationName = keyof typeof OPERATIONS

import { defineState, layoutOf } from '../../../runtime/state/index.ts'
import type { Slot } from '../../../runtime/state/index.ts'

export const layout = layoutOf(defineState({
  brain: 'test#Robot',
  fields: [
    { name: 'frames', kind: 'number' },
    { name: 'armed', kind: 'boolean' },
    { name: 'pose', kind: 'value' },
    { name: 'list', kind: 'value' },
    { name: 'text', kind: 'value' },
  ],
}))
export const [FRAMES, ARMED, POSE, LIST, TEXT] = layout.slots as unknown as readonly [Slot, Slot, Slot, Slot, Slot]

/** A value that shows whether it is whole: every part follows from `n`. */
export interface Whole {
  readonly n: number
  readonly text: string
  readonly list: readonly number[]
}

export function wholeOf(n: number): Whole {
  const size = (n * 7919) % 600
  return { n, text: 'é\u0416x'.repeat(size), list: Array.from({ length: size % 50 }, () => n) }
}

export function isWhole({ n, text, list }: Whole): boolean {
  const expected = wholeOf(n)
  return text === expected.text && list.length === expected.list.length && list.every((item) => item === n)
}

import { attachStore, defineAccessors, defineState, layoutOf } from '../../../runtime/state/index.ts'
import type { Store } from '../../../runtime/state/index.ts'

export const layout = layoutOf(defineState({
  brain: 'test#Frames',
  fields: [{ name: 'text', kind: 'value' }, { name: 'frame', kind: 'typed-array', array: 'Uint32Array' }],
}))

export class Robot {
  declare text: string
  declare frame: Uint32Array

  constructor(store: Store) {
    attachStore(this, store)
  }
}
defineAccessors(Robot.prototype, layout)

export const LENGTH = 5000
export const frameOf = (n: number, length = LENGTH): Uint32Array => new Uint32Array(length).fill(n)
export const isWhole = (frame: Uint32Array): boolean => frame.every((element) => element === frame[0])

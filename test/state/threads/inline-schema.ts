import { attachStore, defineAccessors, defineState, layoutOf } from '../../../runtime/state/index.ts'
import type { Slot, Store } from '../../../runtime/state/index.ts'

export interface Pose {
  x: number
  y: number
  at: { z: number, odd: boolean }
}

export const layout = layoutOf(defineState({
  brain: 'test#Inline',
  fields: [
    { name: 'n', kind: 'number' },
    {
      name: 'pose',
      kind: 'object',
      fields: [
        { name: 'x', kind: 'number' },
        { name: 'y', kind: 'number' },
        { name: 'at', kind: 'object', fields: [{ name: 'z', kind: 'number' }, { name: 'odd', kind: 'boolean' }] },
      ],
    },
    { name: 'list', kind: 'value' },
  ],
}))
export const [N, POSE, X, Y, Z, ODD, LIST] = layout.slots as unknown as readonly [Slot, Slot, Slot, Slot, Slot, Slot, Slot]

/** A brain as emitted code has it. */
export class Robot {
  declare n: number
  declare pose: Pose
  declare list: number[]
  declare 'pose.x': number
  declare 'pose.y': number
  declare 'pose.at.z': number
  declare 'pose.at.odd': boolean

  constructor(store: Store) {
    attachStore(this, store)
  }
}
defineAccessors(Robot.prototype, layout)

export const poseOf = (n: number): Pose => ({ x: n, y: n, at: { z: n, odd: n % 2 === 1 } })
export const isWhole = ({ x, y, at: { z, odd } }: Pose): boolean => x === y && y === z && odd === (x % 2 === 1)

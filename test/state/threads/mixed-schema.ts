import { assign, attachStore, change, defineAccessors, defineState, layoutOf, logical } from '../../../runtime/state/index.ts'
import type { Store } from '../../../runtime/state/index.ts'
import { inRegion } from './in-region.ts'

export interface Pose {
  x: number
  y: number
  at: { z: number }
}

/** One attribute of each kind. */
export const layout = layoutOf(defineState({
  brain: 'test#Mixed',
  fields: [
    { name: 'n', kind: 'number' },
    { name: 'ok', kind: 'boolean' },
    {
      name: 'pose',
      kind: 'object',
      fields: [{ name: 'x', kind: 'number' }, { name: 'y', kind: 'number' }, { name: 'at', kind: 'object', fields: [{ name: 'z', kind: 'number' }] }],
    },
    { name: 'list', kind: 'value' },
    { name: 'tally', kind: 'value' },
    { name: 'frame', kind: 'typed-array', array: 'Int32Array' },
    { name: 'late', kind: 'value' },
  ],
}))
export const POSE = layout.slotsByName.get('pose')!

/** A brain as emitted code has it. */
export class Robot {
  declare n: number
  declare ok: boolean
  declare pose: Pose
  declare list: any[]
  declare tally: Map<string, number>
  declare frame: Int32Array
  declare late: unknown
  declare 'pose.x': number
  declare 'pose.y': number
  declare 'pose.at.z': number

  constructor(store: Store) {
    attachStore(this, store)
  }
}
defineAccessors(Robot.prototype, layout)

export function fill(robot: Robot): void {
  robot.n = 0
  robot.ok = false
  robot.pose = { x: 0, y: 0, at: { z: 0 } }
  robot.list = [0]
  robot.tally = new Map([['a', 0]])
  robot.frame = new Int32Array(40)
}

/** Ways to write that are one step: all that each does is seen after a kill, or nothing. */
export const STEPS = {
  'a whole object': ({ robot }) => robot.pose = { x: 1, y: 1, at: { z: 1 } },
  'a change in place of an object': ({ robot }) => change(robot, 'pose', (pose) => {
    pose.x++
    pose.y++
    pose.at.z++
  }),
  'an addition to a leaf': ({ robot }) => assign(robot, 'pose.x', '+=', 1),
  'a leaf that an assignment makes': ({ robot }) => assign(robot, 'pose.x', '+=', { valueOf: () => 1 }),
  'a group over all kinds': ({ robot, store }) => store.atomic(() => {
    assign(robot, 'n', '+=', 1)
    robot['pose.x'] = 1
    assign(robot, 'pose.y', '+=', 1)
    change(robot, 'list', (list) => list.push(1))
    change(robot, 'tally', (tally) => tally.set('a', 1))
    robot.ok = true
  }),
  'a group that ends with an object': ({ robot, store }) => store.atomic(() => {
    robot.ok = true
    change(robot, 'pose', (pose) => pose.y = pose.x = 1)
    robot.pose = { x: 2, y: 2, at: { z: 2 } }
  }),
  'a region over an object and values': ({ robot }) => inRegion(robot, ['pose', 'list', 'tally'], () => {
    const { pose, list, tally } = robot
    pose.x = pose.y = 1
    list.push(1)
    tally.set('a', 1)
  }),
  'an array of equal length': ({ robot }) => robot.frame = new Int32Array(40).fill(1),
  'an array of another length': ({ robot }) => robot.frame = new Int32Array(20).fill(1),
  'a first value': ({ robot }) => logical(robot, 'late', '??=', () => 'late'),
} as const satisfies Record<string, (made: { readonly robot: Robot, readonly store: Store }) => unknown>

export type StepName = keyof typeof STEPS

/** All that can be seen, as text. */
export const seenOf = (robot: Robot): string => JSON.stringify([
  robot.n, robot.ok, robot.pose, robot.list, [...robot.tally], [...robot.frame], robot.late ?? null,
])

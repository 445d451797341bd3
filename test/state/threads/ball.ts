import { assign, attachStore, blockUntil, change, Condition, defineAccessors, defineState, increment, layoutOf, logical, TIMED_OUT, update } from '../../../runtime/state/index.ts'
import type { Store } from '../../../runtime/state/index.ts'
import { inRegion } from './in-region.ts'

export const layout = layoutOf(defineState({
  brain: 'test#Ball',
  fields: [
    { name: 'n', kind: 'number' },
    { name: 'isOdd', kind: 'boolean' },
    { name: 'pose', kind: 'object', fields: [{ name: 'x', kind: 'number' }, { name: 'at', kind: 'object', fields: [{ name: 'y', kind: 'number' }] }] },
    { name: 'text', kind: 'value' },
    { name: 'list', kind: 'value' },
    { name: 'map', kind: 'value' },
    { name: 'late', kind: 'value' },
    { name: 'frame', kind: 'typed-array', array: 'Float64Array' },
  ],
}))

/** A brain as emitted code has it. */
export class Robot {
  declare n: number
  declare isOdd: boolean
  declare pose: { x: number, at: { y: number } }
  declare text: string
  declare list: number[]
  declare map: Map<string, number>
  declare late: number | undefined
  declare frame: Float64Array
  declare 'pose.x': number
  declare 'pose.at.y': number

  constructor(store: Store) {
    attachStore(this, store)
  }
}
defineAccessors(Robot.prototype, layout)

export function fill(robot: Robot): void {
  robot.n = 0
  robot.isOdd = false
  robot.pose = { x: 0, at: { y: 0 } }
  robot.text = '0'
  robot.list = [0]
  robot.map = new Map([['n', 0]])
  robot.late = undefined
  robot.frame = new Float64Array(3)
}

interface Form {
  /** Writes the round, where the last one stands. */
  readonly write: (robot: Robot, round: number, store: Store) => unknown
  /** Whether the round is there. */
  readonly isThere: (robot: Robot, round: number) => boolean
}

const isN: Form['isThere'] = (robot, round) => robot.n === round
const isX: Form['isThere'] = (robot, round) => robot['pose.x'] === round
const isPose: Form['isThere'] = ({ pose: { x, at } }, round) => x === round && at.y === round
const isText: Form['isThere'] = (robot, round) => robot.text === String(round)
const isList: Form['isThere'] = (robot, round) => robot.list[0] === round
const isFrame: Form['isThere'] = (robot, round) => robot.frame[0] === round

/** An element of a typed array is none of them: it wakes nobody. */
export const FORMS = {
  'a number': { write: (robot, round) => robot.n = round, isThere: isN },
  'a boolean': { write: (robot) => robot.isOdd = !robot.isOdd, isThere: (robot, round) => robot.isOdd === (round % 2 === 1) },
  '+=': { write: (robot) => assign(robot, 'n', '+=', 1), isThere: isN },
  '++': { write: (robot) => increment(robot, 'n', 1), isThere: isN },
  'an assignment that reads its target': { write: (robot) => update(robot, 'n', () => 1 + robot.n), isThere: isN },
  'a leaf': { write: (robot, round) => robot['pose.x'] = round, isThere: isX },
  'an addition to a leaf': { write: (robot) => assign(robot, 'pose.x', '+=', 1), isThere: isX },
  'a whole object': { write: (robot, round) => robot.pose = { x: round, at: { y: round } }, isThere: isPose },
  'an object in a region': {
    write: (robot, round) => inRegion(robot, ['pose'], () => {
      const { pose } = robot
      pose.x++
      pose.at = { y: round }
    }),
    isThere: isPose,
  },
  'a text': { write: (robot, round) => robot.text = String(round), isThere: isText },
  'a list': { write: (robot, round) => robot.list = [round], isThere: isList },
  'a list in a region': {
    write: (robot, round) => inRegion(robot, ['list'], () => {
      const { list } = robot
      list.unshift(round)
      list.length = 1
    }),
    isThere: isList,
  },
  'a Map in place': { write: (robot, round) => change(robot, 'map', (map) => map.set('n', round)), isThere: ({ map }, round) => map.get('n') === round },
  '&&= and ??=': {
    write: (robot, round) => {
      logical(robot, 'late', '&&=', () => null)
      logical(robot, 'late', '??=', () => round)
    },
    isThere: (robot, round) => robot.late === round,
  },
  'a typed array': { write: (robot, round) => robot.frame = new Float64Array(3).fill(round), isThere: isFrame },
  'a typed array of another length': { write: (robot, round) => robot.frame = new Float64Array(round % 2 + 2).fill(round), isThere: isFrame },
  'a group': {
    write: (robot, round, store) => store.atomic(() => {
      robot.pose = { x: round, at: { y: round } }
      robot.text = String(round)
      assign(robot, 'n', '+=', 1)
    }),
    isThere: (robot, round) => isN(robot, round) && isText(robot, round) && isPose(robot, round),
  },
} as const satisfies Record<string, Form>

export type FormName = keyof typeof FORMS

const conditionOf = (name: FormName, { arena }: Store, robot: Robot, round: number): Condition =>
  new Condition(arena, () => FORMS[name].isThere(robot, round))

/** Who waits longer has not been woken. */
const LOST_MS = 20_000

/** How a thread waits: as `this.until` does, or as `this.block`. */
export const WAITS = {
  until: ({ arena: { watching } }, condition) => new Promise((resolve, reject) => {
    // It keeps the process alive, too.
    const lost = setTimeout(() => reject(new Error('A wake-up was lost.')), LOST_MS)
    const changed = (): void => {
      if (!condition.evaluate()) return
      clearTimeout(lost)
      watching.delete(watcher)
      resolve(undefined)
    }
    const watcher = { condition, changed }
    if (condition.evaluate()) {
      clearTimeout(lost)
      resolve(undefined)
    } else watching.add(watcher)
  }),
  block: ({ arena: { bells } }, condition) => {
    if (blockUntil(bells, condition, LOST_MS, () => {}) === TIMED_OUT) throw new Error('A wake-up was lost.')
  },
} as const satisfies Record<string, (store: Store, condition: Condition) => unknown>

export interface Play {
  readonly form: FormName
  readonly wait: keyof typeof WAITS
  readonly rounds: number
}

/** Two threads write by turns, each once it was woken by the other's write. The one that writes the odd rounds begins. */
export async function play({ form, wait, rounds }: Play, store: Store, robot: Robot, isOdd: boolean): Promise<void> {
  for (let round = 1; round <= rounds; round++) {
    if (isOdd === (round % 2 === 1)) FORMS[form].write(robot, round, store)
    else await WAITS[wait](store, conditionOf(form, store, robot, round))
  }
}

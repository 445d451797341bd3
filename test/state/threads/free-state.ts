import * as assert from 'uvu/assert'
import { assign, attachStore, change, copyOf, defineAccessors, defineState, increment, layoutOf, logical, postIncrement, update } from '../../../runtime/state/index.ts'
import type { Store } from '../../../runtime/state/index.ts'
import { inRegion } from './in-region.ts'

export const layout = layoutOf(defineState({
  brain: 'test#Free',
  fields: [
    { name: 'n', kind: 'number' },
    { name: 'left', kind: 'number' },
    { name: 'right', kind: 'number' },
    { name: 'big', kind: 'value' },
    { name: 'text', kind: 'value' },
    { name: 'log', kind: 'value' },
    { name: 'list', kind: 'value' },
    { name: 'entries', kind: 'value' },
    { name: 'seen', kind: 'value' },
    { name: 'document', kind: 'value' },
    { name: 'copy', kind: 'value' },
    { name: 'first', kind: 'value' },
    {
      name: 'pose',
      kind: 'object',
      fields: [
        { name: 'x', kind: 'number' },
        { name: 'at', kind: 'object', fields: [{ name: 'y', kind: 'number' }, { name: 'odd', kind: 'boolean' }] },
      ],
    },
    { name: 'sums', kind: 'object', fields: [{ name: 'a', kind: 'number' }, { name: 'b', kind: 'number' }] },
    { name: 'counts', kind: 'typed-array', array: 'Float64Array' },
    { name: 'frame', kind: 'typed-array', array: 'Uint32Array' },
  ],
}))

interface Doc { readonly n: number, readonly items: readonly number[], readonly text: string }

/** A brain as emitted code has it. */
export class Robot {
  declare n: number
  declare left: number
  declare right: number
  declare big: bigint
  declare text: string
  declare log: string
  declare list: number[]
  declare entries: Map<string, number>
  declare seen: Set<number>
  declare document: Doc
  declare copy: Doc
  declare first: string | undefined
  declare pose: { x: number, at: { y: number, odd: boolean } }
  declare sums: { a: number, b: number }
  declare counts: Float64Array
  declare frame: Uint32Array
  declare 'pose.x': number
  declare 'pose.at.y': number
  declare 'pose.at.odd': boolean
  declare 'sums.a': number
  declare 'sums.b': number

  constructor(store: Store) {
    attachStore(this, store)
  }
}
defineAccessors(Robot.prototype, layout)

const FRAME_LENGTH = 3000
const poseOf = (n: number): Robot['pose'] => ({ x: n, at: { y: n, odd: n % 2 !== 0 } })
const documentOf = (n: number): Doc => ({ n, items: Array.from({ length: n % 40 }, () => n), text: `d${n}`.repeat(n % 30) })
const textOf = (owner: number, n: number): string => `<${owner}:${'é\u0416x'.repeat(n % 200)}:${owner}>`

export function fill(robot: Robot): void {
  robot.n = robot.left = robot.right = 0
  robot.big = 0n
  robot.text = textOf(0, 0)
  robot.log = ''
  robot.list = []
  robot.entries = new Map()
  robot.seen = new Set()
  robot.document = robot.copy = documentOf(0)
  robot.pose = poseOf(0)
  robot.sums = { a: 0, b: 0 }
  robot.counts = new Float64Array(8)
  robot.frame = new Uint32Array(FRAME_LENGTH)
}

interface Turn {
  readonly robot: Robot
  readonly store: Store
  /** Which of the threads this is. */
  readonly self: number
  /** A random number. */
  readonly n: number
}

const addInstance = (entries: Map<string, number>, key: string): unknown => entries.set(key, (entries.get(key) ?? 0) + 1)

/** Steps without a lock are over in a few nanoseconds: one alone seldom meets another. */
export const REPEATS = 200

const repeated = (write: (turn: Turn) => unknown) => (turn: Turn): void => {
  for (let time = 0; time < REPEATS; time++) write(turn)
}

/** Operations that come to the same in any order, or that keep what `LOOKS` looks for. What is counted is told by `totalsOf`. */
export const WRITES = {
  'n +=': repeated(({ robot }) => assign(robot, 'n', '+=', 1)),
  'n -=': repeated(({ robot }) => assign(robot, 'n', '-=', -1)),
  '++n': repeated(({ robot }) => increment(robot, 'n', 1)),
  'n++': repeated(({ robot }) => postIncrement(robot, 'n', 1)),
  'n = 1 + n': ({ robot }) => update(robot, 'n', () => 1 + robot.n),
  'big += 1n': ({ robot }) => assign(robot, 'big', '+=', 1n),
  'log +=': ({ robot, self }) => assign(robot, 'log', '+=', String(self)),
  'text =': ({ robot, self, n }) => robot.text = textOf(self, n),
  'list.push()': ({ robot, self }) => change(robot, 'list', (list) => list.push(self)),
  'list = [...list]': ({ robot, self }) => update(robot, 'list', () => [...robot.list, self]),
  'entries.set()': ({ robot, self }) => change(robot, 'entries', (entries) => addInstance(entries, `k${self}`)),
  'a region over list and entries': ({ robot, self }) => inRegion(robot, ['list', 'entries'], () => {
    robot.list.push(self)
    addInstance(robot.entries, `k${self}`)
  }),
  'seen.add()': ({ robot, n }) => change(robot, 'seen', (seen) => void seen.add(n % 50).add(-(n % 50))),
  'document =': ({ robot, n }) => robot.document = documentOf(n),
  'document and copy in a group': ({ robot, store, n }) => store.atomic(() => {
    robot.document = documentOf(n)
    robot.copy = robot.document
  }),
  'first ??=': ({ robot, self }) => logical(robot, 'first', '??=', () => textOf(self, 7)),
  'pose =': ({ robot, n }) => robot.pose = poseOf(n),
  'a region over pose': ({ robot }) => inRegion(robot, ['pose'], () => {
    const { pose } = robot
    pose.x++
    pose.at = { y: pose.x, odd: pose.x % 2 !== 0 }
  }),
  'sums.a +=': repeated(({ robot }) => assign(robot, 'sums.a', '+=', 1)),
  'sums.a and sums.b in place': ({ robot }) => change(robot, 'sums', (sums) => {
    sums.a++
    sums.b--
  }),
  'left and right in a group': ({ robot, store, n }) => store.atomic(() => {
    robot.left += n
    assign(robot, 'right', '-=', n)
  }),
  'counts[i] +=': ({ robot, n }) => change(robot, 'counts', (counts) => counts[n % 8] += 1),
  'frame =': ({ robot, n }) => robot.frame = new Uint32Array(n % 9 === 0 ? FRAME_LENGTH - 1 : FRAME_LENGTH).fill(n),
  'a group over all kinds': ({ robot, store, self, n }) => store.atomic(() => {
    assign(robot, 'n', '+=', 1)
    robot.pose = poseOf(n)
    change(robot, 'list', (list) => list.push(self))
    assign(robot, 'big', '+=', 1n)
    robot.left -= n
    robot.right += n
    assign(robot, 'sums.a', '+=', 1)
  }),
} as const satisfies Record<string, (turn: Turn) => unknown>

export type WriteName = keyof typeof WRITES
export const WRITE_NAMES = Object.keys(WRITES) as readonly WriteName[]

/** What holds at every moment, however threads write. `last` is what this thread saw when it looked before. */
const LOOKS: ReadonlyArray<(turn: Turn, last: Last) => void> = [
  ({ robot }, last) => last.n = notLess(robot.n, last.n),
  ({ robot }, last) => last.big = Number(notLess(robot.big, last.big)),
  ({ robot }, last) => last.length = notLess(robot.list.length, last.length),
  ({ robot }) => assert.match(robot.text, /^<(\d+):(éЖx)*:\1>$/),
  ({ robot }, last) => {
    assert.ok(robot.log.startsWith(last.log))
    last.log = robot.log
  },
  ({ robot: { seen } }) => assert.ok([...seen].every((item) => seen.has(-item))),
  ({ robot }) => isDocument(robot.document),
  ({ robot, store }) => store.atomic(() => {
    isDocument(robot.document)
    isDocument(robot.copy)
    assert.is(robot.left + robot.right, 0)
  }),
  ({ robot }, last) => {
    const { first } = robot
    if (last.first !== undefined) assert.is(first, last.first)
    last.first = first
  },
  ({ robot }) => {
    const { x, at: { y, odd } } = robot.pose
    assert.equal([y, odd], [x, x % 2 !== 0])
  },
  ({ robot }) => {
    const { a, b } = robot.sums
    assert.ok(a + b >= 0, `${a} and ${b}`)
  },
  ({ robot }) => {
    const frame = copyOf(robot.frame)
    assert.ok(frame.every((element) => element === frame[0]), 'a frame in pieces')
  },
]

interface Last { n: number, big: number, length: number, log: string, first: string | undefined }

function notLess<T extends number | bigint>(found: T, last: number): T {
  assert.ok(found >= last, `${found} after ${last}`)
  return found
}

function isDocument({ n, items, text }: Doc): void {
  const whole = documentOf(n)
  assert.ok(text === whole.text && items.length === whole.items.length && items.every((item) => item === n), `document ${n} in pieces`)
}

/** The same numbers for the same seed (mulberry32). */
export function numbersFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % 100_000
  }
}

export const nameAt = (n: number): WriteName => WRITE_NAMES[n % WRITE_NAMES.length]!

/** Writes `count` times, and looks after each. */
export function runFreely(store: Store, robot: Robot, self: number, seed: number, count: number): void {
  const next = numbersFrom(seed)
  const last: Last = { n: 0, big: 0, length: 0, log: '', first: undefined }
  for (let step = 0; step < count; step++) {
    const name = nameAt(next())
    const turn = { robot, store, self, n: next() }
    WRITES[name](turn)
    LOOKS[step % LOOKS.length]!(turn, last)
    LOOKS[turn.n % LOOKS.length]!(turn, last)
  }
}

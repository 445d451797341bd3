import * as assert from 'uvu/assert'
import { assign, change, Condition, createStore } from '../../runtime/state/index.ts'
import type { Store } from '../../runtime/state/index.ts'
import { REGION } from '../../runtime/state/layout.ts'
import { describe } from '../harness/suite.ts'
import { HALTED } from './threads/halting.ts'
import type { MixedJob } from './threads/mixed-halted.ts'
import { fill, layout, POSE, Robot, seenOf, type StepName, STEPS } from './threads/mixed-schema.ts'
import { awaitGate, threadsOf } from './threads/start.ts'

const start = threadsOf<MixedJob>('mixed-halted')

/** Each access is one thread: `1` tries them all, which takes minutes. */
const STRIDE = Number(process.env['KILL_STRIDE'] ?? 23)

function newRobot(): { readonly robot: Robot, readonly store: Store } {
  const store = createStore(layout, { bytes: 1 << 20 })
  const robot = new Robot(store)
  fill(robot)
  return { robot, store }
}

interface Halted {
  readonly owner: number
  readonly isHalted: boolean
  kill(): Promise<void>
}

function haltAt(store: Store, step: StepName | undefined, at: number): Halted {
  const thread = start(store, { step, at })
  awaitGate(thread)
  return {
    owner: thread.owner,
    isHalted: thread.gate[0] === HALTED,
    async kill() {
      store.doom(thread.owner)
      await thread.terminate()
      await thread.exited
      store.release(thread.owner)
    },
  }
}

function outcomeOf(step: StepName): readonly [before: string, after: string] {
  const made = newRobot()
  const before = seenOf(made.robot)
  STEPS[step](made)
  return [before, seenOf(made.robot)]
}

function checkUsable({ robot, store }: { readonly robot: Robot, readonly store: Store }): void {
  const { n, list, pose } = robot
  store.atomic(() => {
    assign(robot, 'n', '+=', 1)
    robot['pose.x'] += 1
  })
  assert.is(assign(robot, 'n', '+=', 1), n + 2)
  assert.is(assign(robot, 'pose.x', '+=', 1), pose.x + 2)
  change(robot, 'list', (changed) => changed.push(2))
  assert.equal(robot.list, [...list, 2])
  robot.pose = { x: 5, y: 6, at: { z: 7 } }
  assert.equal(robot.pose, { x: 5, y: 6, at: { z: 7 } })
  robot.frame = new Int32Array(40).fill(9)
  assert.is(robot.frame[39], 9)
}

/** False where the step has fewer atomic accesses than that. */
async function killAt(step: StepName, at: number, [before, after]: readonly [string, string]): Promise<boolean> {
  const made = newRobot()
  const { robot, store } = made
  const halted = haltAt(store, step, at)
  // A reader of wholes waits for whoever is completing one, and that is halted.
  store.doom(halted.owner)
  const condition = new Condition(store.arena, () => [robot.n, robot.ok, robot['pose.x'], robot['pose.y'], robot['pose.at.z'], robot.list, robot.tally, robot.frame, robot.late])
  const seen = JSON.stringify(condition.evaluate())
  await halted.kill()
  const found = seenOf(robot)
  assert.ok([before, after].includes(found), `before access ${at}: ${found}`)
  const isOther = JSON.stringify([robot.n, robot.ok, robot['pose.x'], robot['pose.y'], robot['pose.at.z'], robot.list, robot.tally, robot.frame, robot.late]) !== seen
  if (isOther) assert.ok(condition.isStale(), `killed before access ${at}, who waits is not told`)
  checkUsable(made)
  return halted.isHalted
}

describe('a thread that is killed before any access to the memory', (it) => {
  for (const step of Object.keys(STEPS) as StepName[]) {
    it(`of ${step} has done all of it or nothing, and those who wait get to know`, async () => {
      const outcome = outcomeOf(step)
      let at = 1
      while (await killAt(step, at, outcome)) at += STRIDE
      assert.ok(at > 1)
    })
  }

  it('at the end of a group leaves no object in pieces to those who read it while another thread completes the group', async () => {
    const step = 'a group that ends with an object'
    const wholes = outcomeOf(step).map((seen) => JSON.stringify(JSON.parse(seen)[2]))
    const isDecided = ({ arena, shared }: Store): boolean => {
      const at = (name: 'decided' | 'finished'): number => arena.words[(shared.start >>> 2) + REGION[name]]!
      const isEven = (arena.words[(shared.start + POSE.offset) >>> 2]! & 1) === 0
      return at('decided') !== at('finished') && isEven
    }
    let at = 0
    for (let made = newRobot(); !isDecided(made.store); made = newRobot()) {
      const halted = haltAt(made.store, step, ++at)
      const isThere = isDecided(made.store)
      await halted.kill()
      if (isThere) break
      assert.ok(halted.isHalted)
    }
    let rounds = 0
    for (let isHalted = true, access = 1; isHalted; access += Math.max(1, Math.floor(STRIDE / 2)), rounds++) {
      const { robot, store } = newRobot()
      const first = haltAt(store, step, at)
      store.doom(first.owner)
      const other = haltAt(store, undefined, access)
      // Where the object says that it is being completed, its reader waits for that.
      store.doom(other.owner)
      const whole = JSON.stringify(robot.pose)
      assert.ok(wholes.includes(whole), `at access ${access}: ${whole}`)
      await Promise.all([first.kill(), other.kill()])
      isHalted = other.isHalted
    }
    assert.ok(rounds > 5)
  })
})

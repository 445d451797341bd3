import * as assert from 'uvu/assert'
import { createStore } from '../../runtime/state/index.ts'
import { describe } from '../harness/suite.ts'
import type { BallJob } from './threads/ball-worker.ts'
import { fill, type FormName, FORMS, layout, play, Robot, WAITS } from './threads/ball.ts'
import { threadsOf } from './threads/start.ts'

const start = threadsOf<BallJob>('ball-worker')

/** Wake-ups of each way to write, by each way to wait: 10000 take 20 s. */
const ROUNDS = Number(process.env['WAKE_ROUNDS'] ?? 500)

describe('who waits for a write of another thread', (it) => {
  for (const wait of Object.keys(WAITS) as (keyof typeof WAITS)[]) {
    for (const form of Object.keys(FORMS) as FormName[]) {
      it(`is woken each time by ${form}, where both ${wait}`, async () => {
        const store = createStore(layout, { bytes: 1 << 20 })
        const robot = new Robot(store)
        fill(robot)
        const one = { form, wait, rounds: ROUNDS }
        const thread = start(store, one)
        await Promise.all([thread.exited, play(one, store, robot, true)])
        assert.ok(FORMS[form].isThere(robot, ROUNDS))
      })
    }
  }
})

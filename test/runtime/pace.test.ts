import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { runBody } from '../../runtime/body.ts'
import { createPacing, type Refresh } from '../../runtime/pace.ts'
import { createManualClock } from '../../runtime/scheduler/clock.ts'
import { RunScope } from '../../runtime/scope.ts'
import { describe } from '../harness/suite.ts'

/** When the iterations of a routine begin that take so long, and what is said of it. */
async function started(refresh: Refresh, durations: readonly number[]): Promise<{ readonly starts: number[]; readonly warnings: string[] }> {
  const clock = createManualClock()
  const starts: number[] = []
  const warnings: string[] = []
  const scope = new RunScope({ brain: {}, run: 1, task: 'tick', report: (error) => assert.unreachable(String(error)), warn: (what) => warnings.push(what) })
  const method = (): Promise<void> => new Promise((resolve) => {
    const durationMs = durations[starts.length] ?? 0
    if (starts.length === durations.length) scope.tell('cancelled')
    else starts.push(clock.now())
    clock.setTimer(durationMs, resolve)
  })
  const outcome = runBody({ method, brain: {}, args: [], split: false, refresh }, scope, clock)
  while (!scope.closed) await clock.advance(1)
  await outcome
  return { starts, warnings }
}

describe('the pace of a routine', (it) => {
  it('is a pause after each iteration, where nothing else is said', async () => {
    const { starts, warnings } = await started({ everyMs: 10, pace: 'delay' }, [3, 25, 0, 3])
    assert.equal(starts, [0, 13, 48, 58])
    assert.equal(warnings, [])
  })

  it('is one iteration each period however long they take, as a rate', async () => {
    const { starts, warnings } = await started({ everyMs: 10, pace: 'rate' }, [3, 9, 0, 10, 3])
    assert.equal(starts, [0, 10, 20, 30, 40])
    assert.equal(warnings, [])
  })

  it('makes up for what is late, and falls back into step', async () => {
    const { starts, warnings } = await started({ everyMs: 10, pace: 'rate' }, [14, 8, 3, 3])
    assert.equal(starts, [0, 14, 22, 30])
    assert.equal(warnings, [])
  })

  it('leaves out those whose period is over, and says how many at the first and whenever there are ten times as many', async () => {
    const { starts, warnings } = await started({ everyMs: 10, pace: 'rate' }, [25, 0, 95, 0, 0])
    assert.equal(starts, [0, 25, 30, 125, 130])
    assert.equal(warnings, [
      'missed 1 iteration so far: one, or something else on its thread, took longer than 10 ms.',
    ])
    const more = await started({ everyMs: 10, pace: 'rate' }, [25, 0, 115, 0, 0])
    assert.match(more.warnings[1]!, /^missed 11 iterations so far/)
  })

  it('is never early, never twice in a period, and every period is either begun or counted', () => {
    fc.assert(fc.property(fc.double({ min: 0.1, max: 50, noNaN: true }), fc.array(fc.double({ min: 0, max: 300, noNaN: true }), { minLength: 1, maxLength: 50 }), (everyMs, durations) => {
      let now = 0
      const pacing = createPacing({ everyMs, pace: 'rate' }, { now: () => now, setTimer: () => () => {} })
      let ticks = 0
      for (const durationMs of durations) {
        now += durationMs
        const delayMs = pacing.delay()
        assert.ok(delayMs >= 0 && delayMs <= everyMs * (1 + 1e-9), `${delayMs}`)
        now += delayMs
        ticks += 1
        const tick = ticks + pacing.missed
        // The tick that begins now: due, and the one after it not yet.
        assert.ok(now >= tick * everyMs * (1 - 1e-9) && now < (tick + 1) * everyMs * (1 + 1e-9), `${now} ${tick} ${everyMs}`)
      }
    }))
  })
})

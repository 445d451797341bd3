import * as assert from 'uvu/assert'
import { plain } from '../../runtime/cargo.ts'
import type { Death, Host, HostOutcome, RunEvents } from '../../runtime/host/host.ts'
import { createManualClock } from '../../runtime/scheduler/clock.ts'
import type { TaskPlan } from '../../runtime/scheduler/plan.ts'
import type { Run, Settlement } from '../../runtime/scheduler/run.ts'
import { Scheduler } from '../../runtime/scheduler/scheduler.ts'
import { ExecutionStates } from '../../src/contract/outcome.ts'
import { describe } from '../harness/suite.ts'

/** A host whose bodies do what the test says, at the times that it says. */
interface Stage {
  readonly scheduler: Scheduler
  readonly clock: ReturnType<typeof createManualClock>
  /** What happened, with the time: `0 start a`. */
  readonly events: string[]
  readonly bodies: Map<number, RunEvents>
  /** What main hears of a run only when it listens. */
  readonly unheard: Map<number, () => void>
  submit(plan: Partial<TaskPlan> & { name: string }, caller?: Run): Run
  ended(run: Run, outcome?: Partial<HostOutcome>): Promise<void>
}

function stage({ poolSize = 1, bootMs = 0, endsWhenTold = false } = {}): Stage {
  const clock = createManualClock()
  const events: string[] = []
  const bodies = new Map<number, RunEvents>()
  const unheard = new Map<number, () => void>()
  const plans = new Map<string, TaskPlan>()
  const say = (text: string): void => void events.push(`${clock.now()} ${text}`)
  const host: Host = {
    start(order, runEvents) {
      say(`start ${order.task}`)
      bodies.set(order.run, runEvents)
      clock.setTimer(bootMs, () => runEvents.started())
      return {
        place: 'stage',
        tell(reason) {
          say(`tell ${order.task} ${reason}`)
          if (endsWhenTold) clock.setTimer(10, () => runEvents.ended(returned({ told: true })))
        },
        hear() {
          unheard.get(order.run)?.()
        },
        async kill() {
          say(`kill ${order.task}`)
        },
      }
    },
    async close() {},
  }
  const scheduler = new Scheduler({
    clock, poolSize, startTimeoutMs: 30_000,
    observer: {
      started: () => {},
      settled: (run, settlement) => say(`${ExecutionStates[settlement.executionState]} ${run.plan.name}`),
      poolStandsStill: (run, active) => say(`${run.plan.name} waits for ${active.map(({ plan }) => plan.name).join()}`),
      threwWhileEnding: (run) => say(`threw while ending ${run.plan.name}`),
      forced: () => {},
      restarts: (run, error, pauseMs) => say(`${error.message}: ${run.plan.name} again in ${pauseMs}`),
    },
  })
  return {
    scheduler, clock, events, bodies, unheard,
    submit(plan, caller) {
      const full = plans.get(plan.name) ?? { host, pooled: true, timeoutMs: undefined, graceMs: 100, concurrency: Infinity, queueLimit: Infinity, restart: { when: 'never', attempts: 5, withinMs: 10_000, pauseMs: 100 }, ...plan }
      plans.set(plan.name, full)
      return scheduler.submit(full, plain([]), caller)
    },
    async ended(run, outcome) {
      bodies.get(run.number)!.ended(returned(outcome))
      await clock.advance(0)
    },
  }
}

function returned(outcome: Partial<HostOutcome> = {}): HostOutcome {
  return { kind: 'returned', result: plain('result'), told: false, durationMs: 0, ...outcome } as HostOutcome
}

const lost = (death: Death): HostOutcome => ({ kind: 'lost', death, error: new Error('died') })

const stateOf = async (run: Run): Promise<string> => ExecutionStates[(await run.settled).executionState]
const errorOf = async (run: Run): Promise<any> => (await run.settled as Settlement & { error: Error }).error

describe('the scheduler', (it) => {
  it('starts calls in order, as many at once as the pool has places', async () => {
    const { submit, ended, events } = stage({ poolSize: 2 })
    const [a] = ['a', 'b', 'c', 'd'].map((name) => submit({ name }))
    assert.equal(events, ['0 start a', '0 start b'])
    await ended(a!)
    assert.equal(events, ['0 start a', '0 start b', '0 CORRECTLY a', '0 start c'])
  })

  it('starts what needs no place at once', () => {
    const { submit, events } = stage()
    for (const name of ['a', 'routine', 'main']) submit({ name, pooled: name === 'a' })
    assert.equal(events, ['0 start a', '0 start routine', '0 start main'])
  })

  it('keeps to the concurrency of a task, and lets others pass', async () => {
    const { submit, ended, events } = stage({ poolSize: 4 })
    const first = submit({ name: 'one', concurrency: 1 })
    submit({ name: 'one' })
    submit({ name: 'other' })
    assert.equal(events, ['0 start one', '0 start other'])
    await ended(first)
    assert.equal(events.at(-1), '0 start one')
  })

  it('turns away at once what is one more than may wait', async () => {
    const { submit, ended, events, scheduler } = stage()
    const first = submit({ name: 'one', queueLimit: 1 })
    const second = submit({ name: 'one' })
    const third = submit({ name: 'one' })
    assert.equal(events, ['0 start one', '0 ERROR_OCCURRED one'])
    assert.is((await errorOf(third)).code, 'queue-full')
    second.tell('cancelled')
    const fourth = submit({ name: 'one' })
    assert.is(fourth.state, 'queued')
    submit({ name: 'other' })
    await ended(first)
    assert.equal(events.slice(2), ['0 CANCELLED one', '0 CORRECTLY one', '0 start one'])
    submit({ name: 'one' })
    assert.is(scheduler.runs().length, 3)
  })

  it('lets nobody wait where the limit is 0, and gives a caller its place back', async () => {
    const { submit, ended, events } = stage()
    const outer = submit({ name: 'outer' })
    const inner = submit({ name: 'inner', queueLimit: 0 }, outer)
    assert.is(inner.state, 'running')
    const refused = submit({ name: 'inner' }, outer)
    assert.match((await errorOf(refused)).message, 'Task `inner` was not started: there is no place for it, and its `queueLimit` is 0.')
    await ended(inner)
    submit({ name: 'next' })
    assert.equal(events.at(-1), '0 CORRECTLY inner')
    await ended(outer)
    assert.equal(events.at(-1), '0 start next')
  })

  it('says it once where calls that never end keep others from a place', async () => {
    const { submit, ended, clock, events } = stage({ poolSize: 2 })
    const quick = submit({ name: 'quick' })
    submit({ name: 'endless' })
    const next = submit({ name: 'next', concurrency: 1 })
    await clock.advance(9000)
    await ended(quick)
    await clock.advance(20_000)
    assert.equal(events.slice(2), ['9000 CORRECTLY quick', '9000 start next'])
    submit({ name: 'next' })
    submit({ name: 'main', pooled: false })
    submit({ name: 'last' })
    await clock.advance(20_000)
    assert.equal(events.slice(4), ['29000 start main', '39000 last waits for endless,next'])
    await ended(next)
    submit({ name: 'later' })
    await clock.advance(100_000)
    assert.equal(events.filter((event) => event.includes('waits for')).length, 1)
  })

  it('counts no run that waits for its calls, and counts it again after', async () => {
    const { submit, ended, events } = stage()
    const outer = submit({ name: 'outer' })
    submit({ name: 'next' })
    const inner = submit({ name: 'inner' }, outer)
    assert.equal(events, ['0 start outer', '0 start inner'])
    await ended(inner)
    assert.equal(events.slice(2), ['0 CORRECTLY inner'])
    await ended(outer)
    assert.equal(events.slice(3), ['0 CORRECTLY outer', '0 start next'])
  })

  it('starts calls of runs before calls from outside', async () => {
    const { submit, ended, events } = stage()
    const outer = submit({ name: 'outer' })
    const blocker = submit({ name: 'blocker' }, outer)
    submit({ name: 'outside' })
    submit({ name: 'inside' }, outer)
    assert.equal(events, ['0 start outer', '0 start blocker'])
    await ended(blocker)
    assert.equal(events.slice(2), ['0 CORRECTLY blocker', '0 start inside'])
  })

  it('counts a timeout from the start of the body', async () => {
    const { submit, clock, events } = stage({ bootMs: 500, endsWhenTold: true })
    const run = submit({ name: 'slow', timeoutMs: 300 })
    await clock.advance(1000)
    assert.equal(events, ['0 start slow', '800 tell slow timeout', '810 TIMEOUT slow'])
    assert.is((await errorOf(run)).message, 'Task `slow` exceeded its timeout of 300 ms.')
    const tiny = submit({ name: 'tiny', timeoutMs: 0.00125 })
    await clock.advance(1000)
    assert.is((await errorOf(tiny)).message, 'Task `tiny` exceeded its timeout of 0.0013 ms.')
  })

  it('ends by force what does not end within its grace', async () => {
    const { submit, clock, events } = stage()
    const run = submit({ name: 'deaf', timeoutMs: 300, graceMs: 50 })
    await clock.advance(1000)
    assert.equal(events, ['0 start deaf', '300 tell deaf timeout', '350 kill deaf', '350 TIMEOUT deaf'])
    assert.match((await errorOf(run)).message, 'by force')
  })

  it('ends nothing by force that has ended, and gives up nothing that has started, where nobody came to hear it', async () => {
    const { submit, clock, events, bodies, unheard } = stage({ poolSize: 2, bootMs: 1e9 })
    const ending = submit({ name: 'ending' })
    bodies.get(ending.number)!.started()
    ending.tell('cancelled')
    unheard.set(ending.number, () => bodies.get(ending.number)!.ended(returned({ told: true })))
    await clock.advance(1000)
    assert.equal(events, ['0 start ending', '0 tell ending cancelled', '100 CANCELLED ending'])
    assert.not.match((await errorOf(ending)).message, 'by force')
    const starting = submit({ name: 'starting', timeoutMs: 50 })
    unheard.set(starting.number, () => bodies.get(starting.number)!.started())
    await clock.advance(30_000)
    assert.is(starting.state, 'running')
    await clock.advance(50)
    assert.is(events.at(-1), '31050 tell starting timeout')
  })

  it('says by force of no run whose body never began', async () => {
    const { submit, clock, events } = stage({ bootMs: 1e9 })
    const run = submit({ name: 'loading' })
    run.tell('cancelled')
    await clock.advance(100)
    assert.equal(events, ['0 start loading', '0 tell loading cancelled', '100 kill loading', '100 CANCELLED loading'])
    assert.is((await errorOf(run)).message, 'Task `loading` was cancelled.')
  })

  it('shortens a grace that is on, and never lengthens it', async () => {
    const { submit, clock, events, scheduler } = stage()
    submit({ name: 'deaf', graceMs: 100 }).tell('cancelled')
    await clock.advance(20)
    void scheduler.stop(10_000)
    void scheduler.stop(30)
    await clock.advance(1000)
    assert.equal(events, ['0 start deaf', '0 tell deaf cancelled', '50 kill deaf', '50 CANCELLED deaf'])
  })

  it('says CORRECTLY of a body that had ended before it was told', async () => {
    const { submit, ended } = stage()
    const run = submit({ name: 'quick' })
    run.tell('cancelled')
    await ended(run, { told: false })
    assert.is(await stateOf(run), 'CORRECTLY')
  })

  it('says TIMEOUT of a body that took longer than its timeout, told or not', async () => {
    const { submit, ended, clock } = stage()
    const run = submit({ name: 'blocks', timeoutMs: 100 })
    await clock.advance(1)
    await ended(run, { durationMs: 150 })
    assert.is(await stateOf(run), 'TIMEOUT')
  })

  it('gives one outcome only where a body ends at its timeout', async () => {
    const { submit, clock, events, bodies } = stage()
    const run = submit({ name: 'edge', timeoutMs: 100 })
    await clock.advance(100)
    bodies.get(run.number)!.ended(returned({ told: true, durationMs: 100 }))
    bodies.get(run.number)!.ended(returned())
    await clock.advance(1000)
    assert.equal(events, ['0 start edge', '100 tell edge timeout', '100 TIMEOUT edge'])
  })

  it('says what ended a run first, and logs what its body threw after', async () => {
    const { submit, ended, events } = stage()
    const run = submit({ name: 'throws' })
    run.tell('cancelled')
    await ended(run, { kind: 'threw', error: new Error('in finally'), told: true })
    assert.is(await stateOf(run), 'CANCELLED')
    assert.ok(events.includes('0 threw while ending throws'))
  })

  it('ends a run that threw where nobody catches, with that error', async () => {
    const { submit, clock, bodies, events } = stage()
    const run = submit({ name: 'floats' })
    await clock.advance(1)
    bodies.get(run.number)!.failed(new Error('floating'))
    await clock.advance(1000)
    assert.is((await errorOf(run)).message, 'floating')
    assert.equal(events.slice(1), ['1 tell floats cancelled', '101 kill floats', '101 ERROR_OCCURRED floats'])
  })

  it('reports a worker that died as an error, and as what ended it where it was ending', async () => {
    const { submit, ended } = stage({ poolSize: 2 })
    const [dies, dying] = [submit({ name: 'dies' }), submit({ name: 'dying' })]
    dying.tell('cancelled')
    for (const run of [dies, dying]) await ended(run, { kind: 'lost', death: 'failed', error: new Error('died') } as HostOutcome)
    assert.equal([await stateOf(dies), await stateOf(dying)], ['ERROR_OCCURRED', 'CANCELLED'])
  })

  it('gives up a run that never starts', async () => {
    const { submit, clock, events } = stage({ bootMs: 1e9 })
    const run = submit({ name: 'stuck' })
    await clock.advance(30_000)
    assert.is((await errorOf(run)).code, 'worker-not-started')
    assert.equal(events, ['0 start stuck', '30000 kill stuck', '30000 ERROR_OCCURRED stuck'])
  })

  it('begins a run anew whose worker died, with growing pauses, as often as it may', async () => {
    const { submit, ended, clock, events } = stage()
    const restart = { when: 'on-failure', attempts: 2, withinMs: 1000, pauseMs: 100 } as const
    const run = submit({ name: 'mortal', restart })
    const dies = (): Promise<void> => ended(run, lost('failed'))
    await dies()
    await clock.advance(100)
    await dies()
    await clock.advance(200)
    // The first one is longer ago by then.
    await clock.advance(700)
    await dies()
    for (let death = 0; death < 2; death++) {
      await clock.advance(200)
      await dies()
    }
    assert.equal(events, [
      '0 start mortal', '0 died: mortal again in 100', '100 start mortal', '100 died: mortal again in 200', '300 start mortal',
      '1000 died: mortal again in 200', '1200 start mortal', '1200 died: mortal again in 200',
      '1400 start mortal', '1400 ERROR_OCCURRED mortal',
    ])
    const error = await errorOf(run)
    assert.equal([error.code, error.cause.message], ['restarted-too-often', 'died'])
    assert.match(error.message, 'died It was started again 2 times within 1 s, as often as `restart` of `mortal` allows.')
  })

  it('leaves alone what ended by itself, or could not be loaded', async () => {
    const { submit, ended, events } = stage({ poolSize: 3 })
    const restart = { when: 'on-failure', attempts: 2, withinMs: 1000, pauseMs: 100 } as const
    await ended(submit({ name: 'exits', restart }), lost('exited'))
    await ended(submit({ name: 'unloaded', restart: { ...restart, when: 'always' } }), lost('not-loaded'))
    await ended(submit({ name: 'always', restart: { ...restart, when: 'always' } }), lost('exited'))
    assert.equal(events.filter((event) => !event.includes('start')), ['0 ERROR_OCCURRED exits', '0 ERROR_OCCURRED unloaded', '0 died: always again in 100'])
  })

  it('ends at once what waits to begin anew, and counts its timeout over all its lives', async () => {
    const { submit, ended, clock, events } = stage({ poolSize: 2, endsWhenTold: true })
    const restart = { when: 'on-failure', attempts: 5, withinMs: 10_000, pauseMs: 100 } as const
    const told = submit({ name: 'told', restart })
    await ended(told, lost('failed'))
    told.tell('cancelled')
    assert.is(await stateOf(told), 'CANCELLED')
    const timed = submit({ name: 'timed', restart, timeoutMs: 250 })
    await clock.advance(0)
    await ended(timed, lost('failed'))
    await clock.advance(200)
    await ended(timed, lost('failed'))
    await clock.advance(50)
    assert.is(await stateOf(timed), 'TIMEOUT')
    assert.equal(events.slice(3), ['0 start timed', '0 died: timed again in 100', '100 start timed', '200 died: timed again in 200', '250 TIMEOUT timed'])
  })

  it('drops what is queued at stop, tells the others, and resolves when all have ended', async () => {
    const { submit, clock, scheduler, events } = stage({ endsWhenTold: true })
    submit({ name: 'a' })
    submit({ name: 'b' })
    let stopped = false
    const stop = async (): Promise<void> => {
      await scheduler.stop()
      stopped = true
    }
    void stop()
    assert.equal(events, ['0 start a', '0 tell a stopped', '0 CANCELLED b'])
    await clock.advance(9)
    assert.is(stopped, false)
    await clock.advance(1)
    assert.is(stopped, true)
  })

  it('takes 20,000 queued calls without slowing down', async () => {
    const { submit, ended } = stage()
    const runs = Array.from({ length: 20_000 }, () => submit({ name: 'many' }))
    const startedAt = performance.now()
    for (const run of runs.slice(0, 200)) await ended(run)
    runs.slice(1000).forEach((run) => run.tell('cancelled'))
    for (const run of runs.slice(200, 1000)) await ended(run)
    assert.ok(performance.now() - startedAt < 10_000)
    assert.ok(runs.every((run) => run.state === 'settled'))
  })
})

import * as assert from 'uvu/assert'
import { workerExecArgv } from '../../runtime/host/exec-argv.ts'
import { checkOptions } from '../../runtime/options.ts'
import { Brain } from '../../src/index.ts'
import { describe } from '../harness/suite.ts'
import { fixture, keptLogger, summary } from './ends.ts'

const family = (): Promise<any> => import(fixture('family/brains.mjs').href)

function refusal(options: object): string {
  try {
    checkOptions('play', { process: true, runOnStart: true, ...options } as any)
    return 'accepted'
  } catch (error) {
    return (error as Error).message
  }
}

describe('making a brain', (it) => {
  it('fails where its class was not compiled, and says how to compile it', async () => {
    const { Forgotten, Plain } = await family()
    assert.throws(() => new Plain(), /The brain `Plain` was not compiled.*npx taskbrain build.*\.taskbrain/)
    assert.throws(() => new Forgotten(undefined, 1), /`Forgotten` was not compiled/)
    assert.throws(() => new Brain(), /`Brain` was not compiled/)
  })

  it('leaves source that was not compiled as it is until then', () => {
    const task = Brain.task({ process: true, runOnStart: false }) as any
    assert.is(task(() => {}, { kind: 'method' }), undefined)
    assert.is(task({}, 'play', { value() {} }), undefined)
    assert.is((Brain.local() as any)(undefined, { kind: 'field' }), undefined)
    assert.throws(() => Brain.loop(), /`Brain\.loop\(\)` was executed/)
  })

  it('refuses options that cannot be, when it is made', async () => {
    const { Refused, Orphan, Workerless } = await family()
    assert.throws(() => new Refused(), 'Option `refreshRate` of task `bad`: it is 0; it must be more than 0.')
    assert.throws(() => new Orphan(), /`Orphan` names a task `lost` whose options are nowhere/)
    assert.throws(() => new Workerless(), /`lost` does not fit its brain: it has no worker entry/)
  })

  it('refuses what is no logger, when it is made', async () => {
    const { Base } = await family()
    for (const [given, shown] of [[5, '5'], [null, 'null'], [{ info() {} }, '{ info: [Function: info] }']]) {
      assert.throws(() => new Base(given, 3), `What \`Base\` gave to \`super(logger, …)\` is no logger: it is \`${shown}\`. Give it`)
    }
  })

  it('has its parameter properties before its fields, and a logger of its own name', async () => {
    const { Base } = await family()
    const brain = new Base(undefined, 3)
    assert.equal([brain.width, brain.name, brain.logger.identifier], [3, 'base of 3', 'Base'])
    await brain.stop()
  })

  it('inherits tasks, state and options, and shares nothing with another instance', async () => {
    const { Base, Robot } = await family()
    const { logger } = keptLogger()
    const [base, robot, other] = [new Base(logger, 1), new Robot(logger, 5, 4), new Robot(logger, 6, 1)]
    assert.is(summary(await base.tasks.whoami()), 'CORRECTLY "Base 1 base of 1 undefined"')
    assert.is(summary(await robot.tasks.whoami()), 'CORRECTLY "Robot 5 base of 5 4"')
    assert.is(summary(await other.tasks.whoami()), 'CORRECTLY "Robot 6 base of 6 1"')
    assert.equal(Object.keys(robot.tasks), ['whoami', 'inMain'])
    assert.equal(await robot.run(), { inMain: { executionState: 0, result: 'Robot 4' } })
    assert.equal(await base.run(), {})
    assert.equal(robot.getTasks().map((start: () => unknown) => start.name), ['inMain'])
    assert.is(summary(await robot.getTasks()[0]()), 'CORRECTLY "Robot 4"')
    await Promise.all([base.stop(), robot.stop(), other.stop()])
  })
})

describe('options', (it) => {
  it('are refused in words that name the task, the option and what it must be', () => {
    const refusals: [options: object, message: RegExp][] = [
      [{ process: 1 }, /`process` of task `play`: write `true`/],
      [{ runOnStart: 'yes' }, /`runOnStart` .*: write `true`, `false` or a function/],
      [{ refreshRate: 0 }, /`refreshRate` .*: it is 0; it must be more than 0/],
      [{ refreshRate: '-1s' }, /it is '-1s'; it must be more than 0/],
      [{ refreshRate: 'often' }, /it is 'often'; write seconds, or text such as '250ms'/],
      [{ timeout: 0 }, /`timeout` .* more than 0/],
      [{ timeout: Number.NaN }, /`timeout` .*: it is NaN; write seconds/],
      [{ grace: -0.1 }, /`grace` .*: it is -0\.1; it can't be less than 0/],
      [{ concurrency: 1.5 }, /`concurrency` .*: it is 1\.5; write an integer of 1 or more/],
      [{ queueLimit: -1 }, /`queueLimit` .*: it is -1; write an integer of 0 or more/],
      [{ refreshRate: 1, pace: 'often' }, /`pace` .*: it is 'often'; write 'delay' or 'rate'/],
      [{ pace: 'rate' }, /`pace` .*: it needs `refreshRate`/],
      [{ defineLoopLater: true }, /`defineLoopLater` .*: it needs `refreshRate`/],
      [{ refreshrate: 1 }, /`refreshrate` .*: there is no such option; there are `process`/],
      [{ restart: 'yes' }, /`restart` .*: it is 'yes'; write 'never', 'on-failure', 'always', or an object with `when`, `attempts`, `within`, `pause`/],
      [{ restart: { attempts: 0 } }, /`restart\.attempts` .*: it is 0; write an integer of 1 or more/],
      [{ restart: { within: 0 } }, /`restart\.within` .*: it is 0; it must be more than 0/],
      [{ restart: { every: 1 } }, /`restart\.every` .*: there is no such option; there are `when`/],
      [{ process: false, restart: 'always' }, /`restart` .*: it is for tasks with `process: true`/],
      [{ isolation: 'process' }, /`isolation` .*: this version does not have it yet/],
    ]
    for (const [options, message] of refusals) assert.match(refusal(options), message)
  })

  it('are milliseconds after', () => {
    const { refresh, timeoutMs, graceMs, concurrency, queueLimit, warnings } = checkOptions('play', {
      process: true, runOnStart: true, refreshRate: '100hz', pace: 'rate', timeout: '1m', grace: 0, concurrency: 2, queueLimit: 0,
    })
    assert.equal([refresh, timeoutMs, graceMs, concurrency, queueLimit, warnings], [{ everyMs: 10, pace: 'rate' }, 60_000, 0, 2, 0, []])
    const routine = checkOptions('play', { process: true, runOnStart: true, refreshRate: 1 })
    assert.equal([routine.refresh?.pace, routine.restart], ['delay', { when: 'on-failure', attempts: 5, withinMs: 10_000, pauseMs: 100 }])
    assert.is(checkOptions('play', { process: true, runOnStart: true }).restart.when, 'never')
    assert.equal(checkOptions('play', { process: true, runOnStart: true, restart: { attempts: Infinity, pause: '2s' } }).restart, { when: 'on-failure', attempts: Infinity, withinMs: 10_000, pauseMs: 2000 })
    assert.is(checkOptions('play', { process: true, runOnStart: true }).graceMs, 100)
  })

  it('warn of a number of seconds that looks like a frequency', () => {
    const { warnings } = checkOptions('play', { process: true, runOnStart: true, refreshRate: 100 })
    assert.match(warnings[0]!, /pauses 100 seconds between two runs.*write '100hz'/)
  })
})

describe('flags of a worker', (it) => {
  it('are those that threads know, without loaders of TypeScript', () => {
    assert.equal(workerExecArgv([
      '--import', 'tsx', '--import=file:///x/node_modules/tsx/dist/loader.mjs', '--require', './setup.cjs', '--max-old-space-size=64', '--expose-gc',
      '--enable-source-maps', '--conditions=development', '-e', 'code', '--inspect',
    ]), ['--require', './setup.cjs', '--enable-source-maps', '--conditions', 'development'])
  })
})

describe('Brain.copy', (it) => {
  it('gives a copy that may be changed, and what is no object as it is', () => {
    const frozen = Object.freeze({ list: Object.freeze([1]), at: new Date(3) })
    const copy = Brain.copy(frozen) as any
    copy.list.push(2)
    assert.equal([copy, frozen.list], [{ list: [1, 2], at: new Date(3) }, [1]])
    for (const value of [null, undefined, 5, -0, 'text', 7n, true]) assert.ok(Object.is(Brain.copy(value), value))
  })
  it('refuses what has no copy, with its path', () => {
    for (const [value, message] of [
      [() => {}, '`value` can\'t cross between threads: it is a function.'], [Symbol('s'), '`value` can\'t cross between threads: it is a symbol.'],
      [{ onDone() {} }, '`value.onDone` can\'t cross between threads: it is a function.'],
    ] as const) assert.throws(() => Brain.copy<unknown>(value), (error: any) => error.code === 'not-serializable' && error.message === message)
  })
})

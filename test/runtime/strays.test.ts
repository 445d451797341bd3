import * as assert from 'uvu/assert'
import { describe } from '../harness/suite.ts'
import { blockMain, summary, until, withEnds, withStrays } from './ends.ts'

describe('what a task leaves behind', (it) => {
  it('lets no timer of a run that was cut short go on', () => withStrays(async (brain) => {
    const run = brain.tasks.interval()
    await until(() => brain.ticks > 2)
    run.cancel()
    assert.is(summary(await run), 'CANCELLED cancelled')
    await brain.tasks.rests(1)
    const { ticks } = brain
    await brain.tasks.rests(30)
    assert.is(brain.ticks, ticks)
  }))

  it('lets no server of a run that was cut short listen on', () => withStrays(async (brain) => {
    const first = brain.tasks.serves(0)
    await until(() => brain.ticks > 0)
    const port = brain.ticks
    first.cancel()
    assert.is(summary(await first), 'CANCELLED cancelled')
    brain.ticks = 0
    const second = brain.tasks.serves(port)
    await Promise.race([second, until(() => brain.ticks > 0)])
    assert.is(brain.ticks, port)
    second.cancel()
    assert.is(summary(await second), 'CANCELLED cancelled')
  }))

  it('sets the level of the one logger where a task sets that of its own', () => withStrays(async (brain, lines) => {
    await brain.tasks.quiets(0)
    assert.is(brain.logger.level, 0)
    await brain.tasks.quiets(3)
    await brain.tasks.rests(1)
    assert.equal(lines.filter((line) => line.includes('after the change')).length, 1)
  }))

  it('is no listener that is taken for a leak, with many tasks on one thread and many that listen to its signal', () => withEnds(async ({ brain, lines }) => {
    for (const task of ['echo', 'throws', 'returnsFunction', 'overflow', 'logs', 'callsUnknown', 'startsBrain', 'nest', 'fib', 'sleeps', 'prints', 'add']) {
      await brain.tasks[task](0)
    }
    await brain.tasks.listens(20)
    assert.not.match(lines.join('\n'), 'MaxListenersExceededWarning')
  }))

  it('makes a task that prints without end wait for main, and never for a main that is blocked', () => withStrays(async (brain) => {
    const run = brain.tasks.floods()
    await until(() => brain.ticks > 0)
    const before = brain.ticks
    blockMain(400)
    const printed = brain.ticks - before
    assert.ok(printed > 1000 && printed < 20_000, `${printed} lines`)
    run.cancel()
    assert.is(summary(await run), 'CANCELLED cancelled')
  }))
})

describe('a value that only looks plain', (it) => {
  it('is named as a result, as an argument and as the result of a main task', () => withStrays(async (brain) => {
    const refused = /can't cross between threads: structured clone refuses it/
    const returned = await brain.tasks.returnsArguments(1)
    assert.is(summary(returned), 'ERROR_OCCURRED not-serializable')
    assert.match(returned.error.message, refused)
    assert.match((await brain.tasks.passesArguments()).result, refused)
    assert.match((await brain.tasks.asksForArguments()).result, refused)
    const passed = await brain.tasks.rests((function () { return arguments })())
    assert.is(summary(passed), 'ERROR_OCCURRED not-serializable')
    assert.match(passed.error.message, /^`args\[0\]` can't cross between threads: structured clone refuses it/)
  }))
})

describe('a class that each worker entry has for itself', (it) => {
  it('crosses to and from each of them on the thread that they share', () => withStrays(async (brain) => {
    class Twin {
      n: number
      constructor(n: number) { this.n = n }
    }
    const { Brain } = await import('taskbrain' as string)
    Brain.addSerializableType(Twin)
    for (const task of ['firstTwin', 'secondTwin', 'firstTwin', 'secondTwin']) {
      const { knows, made } = await brain.tasks[task](1, new Twin(2)).value
      assert.is(knows, true)
      assert.instance(made, Twin)
    }
  }))
})

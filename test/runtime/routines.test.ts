import * as assert from 'uvu/assert'
import { describe } from '../harness/suite.ts'
import { summary, until, withEnds } from './ends.ts'

describe('a routine', (it) => {
  it('goes on after an error, and runs its defers at the end alone', () => withEnds(async ({ brain, lines }) => {
    const run = brain.tasks.tick()
    await until(() => brain.ticks >= 5)
    assert.is(brain.cleaned, false)
    run.cancel()
    assert.is(summary(await run), 'CANCELLED cancelled')
    assert.is(brain.cleaned, true)
    const written = lines.filter((line) => line.includes('[tick] (thread 1) Error: tick failed'))
    assert.is(written.length, 1)
    assert.match(written[0]!, 'workers.mjs')
    assert.match(lines.join('\n'), /\[tick\] the same error, \d+ times so far \(thread 1\): Error: tick failed/)
  }))

  it('takes no place in the pool and has a thread of its own', () => withEnds(async ({ brain }) => {
    const routines = [brain.tasks.spinRoutine(), brain.tasks.tick()]
    await until(() => brain.ticks > 1)
    assert.is(summary(await brain.tasks.add(1, 1)), 'CORRECTLY 2')
    for (const run of routines) run.cancel()
    assert.equal((await Promise.all(routines)).map(summary), ['CANCELLED cancelled', 'CANCELLED cancelled'])
  }))

  it('runs its setup once, then its loop; an iteration that throws is logged with its line', () => withEnds(async ({ brain, lines }) => {
    const run = brain.tasks.watch()
    await until(() => brain.ticks >= 3)
    run.cancel()
    assert.is(summary(await run), 'CANCELLED cancelled')
    assert.match(brain.notes, /^deferred after \d+$/)
    assert.is(brain.cleaned, true)
    assert.match(lines.find((line) => line.includes('second iteration'))!, /ERROR {3}\| \[watch\] \(thread 1\) Error: second iteration\n.*workers\.mjs:\d+/)
  }))

  it('ends with the result or the error of its setup, and the loop never runs', () => withEnds(async ({ brain, lines }) => {
    assert.is(summary(await brain.tasks.watch('return')), 'CORRECTLY "setup only"')
    assert.is(summary(await brain.tasks.watch('throw')), 'ERROR_OCCURRED Error: setup failed')
    assert.is(brain.ticks, 0)
    assert.is(brain.notes, 'deferred after 0')
    assert.match(lines.join('\n'), /ERROR {3}\| \[watch\] ERROR_OCCURRED \(thread \d, [\d.]+ ms\) at ends\.ts:1:1: Error: setup failed\n.*workers\.mjs/)
  }))

  it('lets the event loop turn between iterations however short the pause', () => withEnds(async ({ brain }) => {
    const run = brain.tasks.burn()
    await until(() => brain.ticks > 100)
    const startedAt = performance.now()
    run.cancel()
    assert.is(summary(await run), 'CANCELLED cancelled')
    assert.ok(performance.now() - startedAt < 10_000)
  }))

  it('ends with an error where its worker exits', () => withEnds(async ({ brain }) => {
    const output = await brain.tasks.exitRoutine()
    assert.is(summary(output), 'ERROR_OCCURRED worker-exited')
    assert.match(output.error.message, 'exit code 0')
  }))

  it('goes on where something floating rejects', () => withEnds(async ({ brain, lines }) => {
    const run = brain.tasks.floatRoutine()
    await until(() => brain.ticks >= 5)
    run.cancel()
    assert.is(summary(await run), 'CANCELLED cancelled')
    assert.ok(lines.some((line) => line.includes('[floatRoutine] (thread 1) Error: floating in a routine')))
  }))

  it('works the same in main', () => withEnds(async ({ brain, lines }) => {
    const run = brain.tasks.mainRoutine()
    await until(() => brain.ticks >= 4)
    run.cancel()
    assert.is(summary(await run), 'CANCELLED cancelled')
    assert.ok(lines.some((line) => line.includes('[mainRoutine] (main) Error: main routine failed')))
    const split = brain.tasks.mainSplit()
    await until(() => brain.ticks === 2)
    split.cancel()
    assert.is(summary(await split), 'CANCELLED cancelled')
    assert.match(brain.notes, /^deferred after \d$/)
  }))
})

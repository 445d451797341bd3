import * as assert from 'uvu/assert'
import { describe } from '../harness/suite.ts'
import { blockMain, ExecutionStates, startEnds, summary, until, withEnds } from './ends.ts'

describe('how a run on a thread ends', (it) => {
  it('gives the result of a body that returns', () => withEnds(async ({ brain, lines }) => {
    assert.equal(await brain.tasks.add(1, 2), { executionState: ExecutionStates.CORRECTLY, result: 3 })
    assert.is(brain.count, 1)
    assert.match(lines.join('\n'), /DEBUG {3}\| \[add\] started \(thread 1\)\n.*DEBUG {3}\| \[add\] CORRECTLY \(thread 1, [\d.]+ ms\)/)
  }))

  it('gives what was thrown, whatever it was', () => withEnds(async ({ brain }) => {
    const error = async (kind: string): Promise<any> => (await brain.tasks.throws(kind)).error
    for (const [kind, cause] of [['null', null], ['undefined', undefined], ['string', 'just text']] as const) {
      const { executionState, error: wrapped } = await brain.tasks.throws(kind)
      assert.is(executionState, ExecutionStates.ERROR_OCCURRED)
      assert.is(wrapped.code, 'thrown-value')
      assert.ok('cause' in wrapped && wrapped.cause === cause)
    }
    assert.instance(await error('type'), TypeError)
    const custom = await error('custom')
    assert.equal([custom.name, custom.message, custom.code, custom.detail], ['CustomError', 'of my own', 'E_CUSTOM', { at: [1, 2] }])
    assert.not('skipped' in custom)
    const outer = await error('cause')
    assert.instance(outer.cause, RangeError)
    const several = await error('aggregate')
    assert.instance(several, AggregateError)
    assert.equal(several.errors.map(String), ['TypeError: one', 'two'])
    assert.is((await error('circular')).message, 'circular')
    assert.is((await error('type')).stack.split('\n').filter((line: string) => line.includes('workers.mjs')).length, 2)
    assert.not.match((await error('type')).stack, /dist|tinypool/)
  }))

  it('ends the work at its timeout, and says so where the body saw its signal', () => withEnds(async ({ brain }) => {
    assert.is(summary(await brain.tasks.spinUntilTold()), 'TIMEOUT timeout')
    assert.is(brain.notes, 'timeout')
    assert.is(brain.cleaned, true)
    assert.is(summary(await brain.tasks.sleeps(5000)), 'TIMEOUT timeout')
  }))

  it('ends a worker that never looks by force when its grace is over', () => withEnds(async ({ brain, lines }) => {
    await brain.tasks.add(1, 1)
    const startedAt = performance.now()
    const output = await brain.tasks.spin()
    assert.is(summary(output), 'TIMEOUT timeout')
    assert.match(output.error.message, 'by force')
    assert.ok(performance.now() - startedAt < 10_000)
    assert.match(lines.join('\n'), /WARN {4}\| \[spin\] did not end within its grace and is ended by force \(thread 1\)/)
    assert.is(brain.cleaned, false)
  }))

  it('says by force of no worker that ended while main was blocked', () => withEnds(async ({ brain, lines }) => {
    const run = brain.tasks.wait()
    await until(() => brain.ticks === 1)
    // From here on timers come before messages.
    await new Promise((resolve) => setImmediate(resolve))
    run.cancel()
    // Twice its grace, from when the worker has run what it deferred.
    while (!brain.cleaned) blockMain(1)
    blockMain(200)
    assert.is((await run).error.message, 'Task `wait` was cancelled.')
    assert.not.match(lines.join('\n'), 'did not end within its grace')
    assert.is(summary(await brain.tasks.add(1, 1)), 'CORRECTLY 2')
  }))

  it('runs finally and defer of a cancelled run, and no catch swallows it', () => withEnds(async ({ brain, lines }) => {
    const run = brain.tasks.wait()
    await until(() => brain.ticks === 1)
    run.cancel()
    assert.is(summary(await run), 'CANCELLED cancelled')
    assert.equal([brain.notes, brain.cleaned], ['finally', true])
    assert.match(lines.join('\n'), /INFO {4}\| \[wait\] CANCELLED \(thread 1/)
    assert.is(summary(await brain.tasks.add(1, 1)), 'CORRECTLY 2')
  }))

  it('never starts a run that was cancelled while it waited', () => withEnds(async ({ brain }) => {
    const first = brain.tasks.wait()
    const queued = brain.tasks.add(1, 1)
    queued.cancel()
    assert.is(summary(await queued), 'CANCELLED cancelled')
    assert.is(brain.count, 0)
    first.cancel()
    assert.is(summary(await first), 'CANCELLED cancelled')
  }))

  it('cancels a run whose thread has not booted yet', () => withEnds(async ({ brain }) => {
    const run = brain.tasks.add(1, 1)
    run.cancel()
    assert.is(summary(await run), 'CANCELLED cancelled')
    assert.is(brain.count, 0)
  }))

  it('ends all runs of a task by its cancel', () => withEnds(async ({ brain }) => {
    const runs = [brain.tasks.wait(), brain.tasks.wait(), brain.tasks.wait()]
    assert.is(brain.tasks.wait.runs.length, 3)
    assert.is(brain.tasks.wait.runs[0], runs[0])
    brain.tasks.wait.cancel()
    assert.equal((await Promise.all(runs)).map(summary), ['CANCELLED cancelled', 'CANCELLED cancelled', 'CANCELLED cancelled'])
    assert.is(brain.tasks.wait.runs.length, 0)
  }))

  it('says which exit code a worker ended with, and loses no line of it', () => withEnds(async ({ brain, lines }) => {
    for (const code of [0, 3]) {
      const output = await brain.tasks.exit(code)
      assert.is(summary(output), 'ERROR_OCCURRED worker-exited')
      assert.match(output.error.message, `exit code ${code}`)
    }
    assert.is(lines.filter((line) => line.includes('about to exit')).length, 2)
    assert.is(summary(await brain.tasks.exitLater()), 'ERROR_OCCURRED worker-exited')
    assert.is(summary(await brain.tasks.add(1, 1)), 'CORRECTLY 2')
  }))

  it('never blames a run for an exit that an earlier one left behind', () => withEnds(async ({ brain, lines }) => {
    assert.is(summary(await brain.tasks.exitAfterwards()), 'CORRECTLY "ended"')
    const lost = /The worker that had run task `exitAfterwards` last was lost after that: something in it called `process\.exit\(5\)`/
    await until(() => lines.some((line) => lost.test(line)))
    for (let turn = 0; turn < 5; turn += 1) assert.is(summary(await brain.tasks.add(turn, 0)), `CORRECTLY ${turn}`)
  }))

  it('fails a one-shot whose promise nobody awaits, after its defer', () => withEnds(async ({ brain }) => {
    assert.is(summary(await brain.tasks.floats()), 'ERROR_OCCURRED Error: nobody awaits me')
    assert.is(brain.cleaned, true)
    assert.is(summary(await brain.tasks.add(1, 1)), 'CORRECTLY 2')
  }))

  it('never lets a late throw or rejection hit another task', () => withEnds(async ({ brain, lines }) => {
    for (const [task, text] of [['throwLate', 'late throw'], ['rejectLate', 'late rejection']] as const) {
      assert.is(summary(await brain.tasks[task]()), 'CORRECTLY "ended"')
      assert.is(summary(await brain.tasks.sleeps(40)), 'CORRECTLY 40')
      assert.ok(lines.some((line) => line.includes(`[${task}] threw after its run had ended: Error: ${text}`)), lines.join('\n'))
    }
  }))

  it('names the path of a result that cannot cross', () => withEnds(async ({ brain }) => {
    const output = await brain.tasks.returnsFunction()
    assert.is(summary(output), 'ERROR_OCCURRED not-serializable')
    assert.match(output.error.message, '`result.socket`')
  }))

  it('names the path of an argument that cannot cross, and logs it', () => withEnds(async ({ brain, lines }) => {
    const output = await brain.tasks.echo({ onDone() {} })
    assert.is(summary(output), 'ERROR_OCCURRED not-serializable')
    assert.match(output.error.message, '`args[0].onDone`')
    assert.ok(lines.some((line) => line.includes('ERROR   | [echo] ERROR_OCCURRED (not started)')))
  }))

  it('copies arguments when the call is made', () => withEnds(async ({ brain }) => {
    const value = { list: [1], when: new Date(0), map: new Map([['a', 1n]]) }
    const run = brain.tasks.echo(value)
    value.list.push(2)
    assert.equal((await run).result, { list: [1], when: new Date(0), map: new Map([['a', 1n]]) })
  }))

  it('survives a stack overflow', () => withEnds(async ({ brain }) => {
    const output = await brain.tasks.overflow()
    assert.is(output.executionState, ExecutionStates.ERROR_OCCURRED)
    assert.instance(output.error, RangeError)
    assert.is(summary(await brain.tasks.add(1, 1)), 'CORRECTLY 2')
  }))

  it('completes a queued call after its neighbour was ended by force while a routine runs', () => withEnds(async ({ brain }) => {
    const routine = brain.tasks.burn()
    await until(() => brain.ticks > 10)
    const spinning = brain.tasks.spin()
    const queued = brain.tasks.add(2, 2)
    assert.equal([await spinning, await queued].map(summary), ['TIMEOUT timeout', 'CORRECTLY 4'])
    routine.cancel()
    assert.is(summary(await routine), 'CANCELLED cancelled')
  }))

  it('counts a timeout from the start of the body, not of the wait', () => withEnds(async ({ brain }) => {
    const outputs = await Promise.all([brain.tasks.sleeps(1000), brain.tasks.sleeps(1000), brain.tasks.sleeps(1000)])
    assert.equal(outputs.map(summary), ['CORRECTLY 1000', 'CORRECTLY 1000', 'CORRECTLY 1000'])
  }))

  it('says that a worker was lost where the task took its guards away', () => withEnds(async ({ brain }) => {
    const output = await brain.tasks.unguarded()
    assert.is(summary(output), 'ERROR_OCCURRED worker-lost')
    assert.match(output.error.message, 'nobody guards')
    assert.is(summary(await brain.tasks.add(1, 1)), 'CORRECTLY 2')
  }))

  it('does not wait for the end of a native call that holds its thread', () => withEnds(async ({ brain }) => {
    const run = brain.tasks.native(1600)
    await until(() => brain.ticks === 1)
    const startedAt = performance.now()
    run.cancel()
    assert.is(summary(await run), 'CANCELLED cancelled')
    assert.ok(performance.now() - startedAt < 10_000)
    assert.is(summary(await brain.tasks.add(1, 1)), 'CORRECTLY 2')
  }))

  it('settles every run, whatever is cancelled or dies around it', () => withEnds(async ({ brain, lines }) => {
    brain.logger.level = -1
    const seed = Date.now() % 100_000
    let random = seed
    const next = (below: number): number => {
      random = (random * 1_103_515_245 + 12_345) % 2 ** 31
      return random % below
    }
    const kinds: (() => any)[] = [
      () => brain.tasks.add(1, 2), () => brain.tasks.sleeps(next(20)), () => brain.tasks.exit(next(3)), () => brain.tasks.throws('custom'),
      () => brain.tasks.wait(), () => brain.tasks.nest(next(3)), () => brain.tasks.floats(), () => brain.tasks.throwLate(),
      () => brain.tasks.tick(), () => brain.tasks.same(1), () => brain.tasks.pending(), () => brain.tasks.echo(() => {}),
    ]
    const runs: any[] = []
    for (let time = 0; time < 60; time += 1) {
      const run = kinds[next(kinds.length)]!()
      runs.push(run)
      setTimeout(() => run.cancel(), next(400))
    }
    const outputs = await Promise.all(runs)
    assert.ok(outputs.every((output) => output.executionState === ExecutionStates.CORRECTLY || output.error.message), `seed ${seed}`)
    assert.is(summary(await brain.tasks.add(1, 1)), 'CORRECTLY 2', `seed ${seed}`)
    assert.ok(lines.every((line) => !line.includes('internal error')))
  }))

  it('gives the value itself, or throws', () => withEnds(async ({ brain }) => {
    assert.is(await brain.tasks.add(1, 2).value, 3)
    try {
      await brain.tasks.throws('type').value
      assert.unreachable()
    } catch (error) {
      assert.instance(error, TypeError)
    }
  }))

  it('ends everything at stop, answers calls with an error after it, and leaves attributes readable', async () => {
    const { brain } = await startEnds()
    const runs = [brain.tasks.wait(), brain.tasks.burn(), brain.tasks.pending()]
    await until(() => brain.ticks > 1)
    const startedAt = performance.now()
    const stopping = brain.stop()
    assert.is((await Promise.all(runs)).map(summary).join(), 'CANCELLED stopped,CANCELLED stopped,CANCELLED stopped')
    await Promise.all([stopping, brain.stop(), brain[Symbol.asyncDispose]()])
    assert.ok(performance.now() - startedAt < 10_000)
    // `wait` sets it to 1 when it begins, before or after the routine has counted.
    assert.ok(brain.ticks > 0)
    assert.is(brain.signal.aborted, true)
    const output = await brain.tasks.add(1, 2)
    assert.is(summary(output), 'ERROR_OCCURRED brain-stopped')
  })

  it('shows where a call was made that came after the end', () => withEnds(async ({ brain }) => {
    await brain.stop()
    const { error } = await brain.tasks.add(1, 1)
    assert.is(error.code, 'brain-stopped')
    assert.match(error.stack.split('\n')[1], 'endings.test.ts')
  }))

  it('refuses a grace that is no time', () => withEnds(async ({ brain }) => {
    try {
      await brain.stop({ grace: -1 })
      assert.unreachable()
    } catch (error: any) {
      assert.is(error.code, 'option-refused')
    }
  }))
})

import * as assert from 'uvu/assert'
import { describe } from '../harness/suite.ts'
import { ExecutionStates, summary, until, withEnds, withStrays } from './ends.ts'

describe('calls between tasks', (it) => {
  it('nests and recurses with one place in the pool', () => withEnds(async ({ brain }) => {
    assert.is(summary(await brain.tasks.nest(4)), 'CORRECTLY 4')
    const outputs = await Promise.all([brain.tasks.nest(2), brain.tasks.nest(2), brain.tasks.fib(5)])
    assert.equal(outputs.map(summary), ['CORRECTLY 2', 'CORRECTLY 2', 'CORRECTLY 5'])
  }))

  it('takes for calls within calls the threads that those before had', () => withStrays(async (brain) => {
    const threads = new Set<number>()
    for (let time = 0; time < 5; time += 1) for (const thread of await brain.tasks.threads(2).value) threads.add(thread)
    assert.is(threads.size, 3)
  }))

  it('reaches main tasks from workers, with paths of what cannot cross either way', () => withEnds(async ({ brain, lines }) => {
    const { result } = await brain.tasks.callsMain()
    assert.equal(result[0], { executionState: ExecutionStates.CORRECTLY, result: [{ text: 'from worker' }, 0] })
    assert.match(result[1], '`args[0].onDone`')
    assert.match(result[2], '`result.socket`')
    assert.match(lines.join('\n'), '[inMain] ERROR_OCCURRED (not started): `args[0].onDone`')
    assert.match(lines.join('\n'), '[unsendable] its result did not reach its caller: `result.socket`')
  }))

  it('cancels a run from a worker, and ends no other by that', () => withEnds(async ({ brain }) => {
    const output = await brain.tasks.cancelsOther()
    assert.equal(output.result, [1, ExecutionStates.CANCELLED, 'cancelled', 'cancelled'])
  }))

  it('stops the brain from a worker: its next await rejects', () => withEnds(async ({ brain }) => {
    assert.is(summary(await brain.tasks.stopsBrain()), 'CANCELLED stopped')
    await brain.stop()
    assert.equal([brain.cleaned, brain.notes], [true, ''])
  }))

  it('stops the brain from a main task: its next await rejects', () => withEnds(async ({ brain }) => {
    const routine = brain.tasks.burn()
    assert.is(summary(await brain.tasks.stops()), 'CANCELLED stopped')
    assert.is(summary(await routine), 'CANCELLED stopped')
    await brain.stop()
    assert.equal([brain.cleaned, brain.notes], [true, ''])
  }))

  it('passes values between main tasks as they are', () => withEnds(async ({ brain }) => {
    const value = { onDone() {} }
    assert.is((await brain.tasks.same(value)).result, value)
  }))

  it('refuses a brain where only copies go, also one that was made known', () => withEnds(async ({ brain }) => {
    const refused = '`args[0]` can\'t cross between threads: it is a brain, Ends, of which there is no copy. Hand over its values instead, or use it in tasks with `process: false`.'
    assert.is((await brain.tasks.add(brain, 1)).error.message, refused)
    assert.is(brain.constructor.addSerializableType(brain.constructor), false)
    assert.is((await brain.tasks.add(brain, 1)).error.message, refused)
    assert.is((await brain.tasks.same(brain)).result, brain)
  }))

  it('names the tasks there are where something else is called', () => withEnds(async ({ brain }) => {
    assert.throws(() => brain.tasks.nothing(), /`nothing` is no task of `Ends`\. Its tasks are `add`, /)
    assert.match((await brain.tasks.callsUnknown()).error.message, '`nothing` is no task of `Ends`')
    assert.is((await brain.tasks.startsBrain()).error.code, 'main-only')
    assert.is(await Promise.resolve(brain.tasks), brain.tasks)
  }))

  it('goes on where a caller has ended', () => withEnds(async ({ brain }) => {
    const caller = brain.tasks.nest(1)
    await until(() => brain.tasks.nest.runs.length === 2)
    const [, called] = brain.tasks.nest.runs
    caller.cancel()
    assert.is(summary(await caller), 'CANCELLED cancelled')
    assert.is(summary(await called), 'CORRECTLY 0')
  }))
})

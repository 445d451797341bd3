import * as assert from 'uvu/assert'
import { describe } from '../harness/suite.ts'
import { fixture, keptLogger, summary } from './ends.ts'

async function withBroken(use: (brain: any, lines: string[]) => Promise<void>, startTimeout = '1m'): Promise<void> {
  const { Broken } = await import(fixture('broken/brain.mjs').href)
  const { logger, lines } = keptLogger()
  const brain = new Broken(logger, { startTimeout })
  await use(brain, lines)
  await brain.stop()
}

describe('a worker that does not load', (it) => {
  it('gives the error of its module, each time', () => withBroken(async (brain, lines) => {
    for (const task of ['throws', 'throws', 'throwsRoutine', 'syntax', 'syntax', 'missing', 'missing']) {
      const output = await brain.tasks[task]()
      assert.is(summary(output), 'ERROR_OCCURRED worker-not-loaded')
      assert.match(output.error.message, new RegExp(`^The worker of task \`${task}\` could not be loaded from file://.*/${task.replace('Routine', '')}.worker.mjs: `))
    }
    const { error } = await brain.tasks.throws()
    assert.match(error.message, /TypeError: broken module$/)
    assert.instance(error.cause, TypeError)
    assert.match(lines.join('\n'), /ERROR {3}\| \[throws\] ERROR_OCCURRED \(thread 1\) at broken\.ts:1:1: The worker of task `throws` could not be loaded/)
  }))

  it('is given no time that can not be', async () => {
    const { Broken } = await import(fixture('broken/brain.mjs').href)
    for (const startTimeout of [0, -1, NaN, 'soon', null]) {
      assert.throws(() => new Broken(keptLogger().logger, { startTimeout }), (error: any) => error.code === 'option-refused'
        && error.message === `\`super(logger, { startTimeout: ${startTimeout} })\`: write seconds of more than 0, or text such as '250ms' or '2s'.`)
    }
  })

  it('gives up where a top-level await never ends, each time', () => withBroken(async (brain) => {
    for (let time = 0; time < 2; time += 1) {
      const output = await brain.tasks.never()
      assert.is(summary(output), 'ERROR_OCCURRED worker-not-started')
      assert.match(output.error.message, 'did not start within 1 s')
    }
    assert.is(summary(await brain.tasks.fine()), 'CORRECTLY "ran"')
  }, '1s'))

  it('says that the build is stale where the worker does not fit', () => withBroken(async (brain) => {
    assert.is(summary(await brain.tasks.empty()), 'ERROR_OCCURRED build-stale')
    assert.is(summary(await brain.tasks.method()), 'ERROR_OCCURRED build-stale')
    assert.is(summary(await brain.tasks.other()), 'ERROR_OCCURRED state-layout')
  }))

  it('gives the error of a field that throws', () => withBroken(async (brain) => {
    const output = await brain.tasks.field()
    assert.instance(output.error, SyntaxError)
  }))
})

import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as assert from 'uvu/assert'
import { type Body, type BodyOutcome, runBody } from '../../runtime/body.ts'
import { pass, point, points, report, shield } from '../../runtime/cancel.ts'
import { currentSignal, defer } from '../../runtime/context.ts'
import { guardFloatingPromises } from '../../runtime/floating.ts'
import { systemClock } from '../../runtime/scheduler/clock.ts'
import { RunScope } from '../../runtime/scope.ts'
import { describe } from '../harness/suite.ts'
import { summary, until, withEnds } from './ends.ts'

interface Running {
  readonly scope: RunScope
  readonly outcome: Promise<BodyOutcome>
  readonly reports: unknown[]
}

function start(method: () => unknown, more: Partial<Body> = {}): Running {
  const reports: unknown[] = []
  const brain = {}
  const scope = new RunScope({ brain, run: 1, task: 'play', report: (error) => reports.push(error), warn: (what) => reports.push(what) })
  const outcome = runBody({ method, brain, args: [], split: false, refresh: undefined, ...more }, scope, systemClock)
  return { scope, outcome, reports }
}

const never = (): Promise<never> => new Promise(() => {})

/** The garbage collector, which Node hands out to contexts that are made after the flag. */
function exposedGc(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

describe('cancel points', (it) => {
  it('give values as they are outside of a run', async () => {
    const promise = Promise.resolve(1)
    assert.is(point(promise), promise)
    assert.is(point(2), 2)
    assert.is(shield(() => 3), 3)
    pass(new Error('any'))
    const values = [1]
    assert.is(points(values), values)
    assert.throws(() => report(new Error('thrown on')), 'thrown on')
  })

  it('settle with what they wait for', async () => {
    const { outcome } = start(async () => {
      const thenable = {} as PromiseLike<number>
      Reflect.set(thenable, 'then', (done: (value: number) => void) => done(3))
      const values = [await point(1), await point(Promise.resolve(2)), await point(thenable)]
      try {
        await point(Promise.reject(new Error('own')))
      } catch (error) {
        pass(error)
        values.push((error as Error).message.length)
      }
      return values
    })
    assert.equal((await outcome as any).value, [1, 2, 3, 3])
  })

  it('reject at the edge, run each finally with awaits that work, also in functions called from there', async () => {
    const steps: string[] = []
    const close = async (): Promise<void> => {
      await point(sleep(2))
      steps.push('closed')
    }
    const { scope, outcome } = start(async () => {
      defer(async () => {
        await close()
        steps.push('deferred')
      })
      try {
        await point(never())
      } catch (error) {
        pass(error)
        steps.push('swallowed')
      } finally {
        await shield(close)
        steps.push('finally')
      }
      steps.push('went on')
    })
    scope.tell('cancelled')
    const ended = await outcome
    assert.equal([ended.kind, ended.told], ['returned', true])
    assert.equal(steps, ['closed', 'finally', 'closed', 'deferred'])
  })

  it('end from the inside out: what a function was called for ends after the function', async () => {
    guardFloatingPromises()
    const steps: string[] = []
    const flush = async (name: string, ms: number): Promise<void> => {
      try {
        await point(sleep(1))
        await point(never())
      } finally {
        steps.push(`${name} flushes`)
        await shield(() => sleep(ms))
        steps.push(`${name} flushed`)
      }
    }
    const write = async (name: string, ms: number): Promise<void> => {
      try {
        await point(flush(name, ms))
      } finally {
        steps.push(`${name} closed`)
      }
    }
    const { scope, outcome } = start(async () => {
      defer(() => steps.push('deferred'))
      void write('floating', 20)
      try {
        await point(Promise.allSettled([write('slow', 10), write('fast', 1)]))
      } finally {
        steps.push('closed')
      }
    })
    await sleep(5)
    scope.tell('cancelled')
    assert.is((await outcome).told, true)
    assert.equal(steps, [
      'floating flushes', 'slow flushes', 'fast flushes', 'fast flushed', 'fast closed', 'slow flushed', 'slow closed', 'closed',
      'floating flushed', 'floating closed', 'deferred',
    ])
  })

  it('end from the inside out where the word comes before the first await, and in a call of a call', async () => {
    const steps: string[] = []
    const nested = async (depth: number): Promise<void> => {
      try {
        if (depth === 0) scope.tell('cancelled')
        await point(depth === 0 ? never() : nested(depth - 1))
      } finally {
        await shield(() => sleep(1))
        steps.push(`${depth}`)
      }
    }
    const { scope, outcome } = start(async () => {
      await point(sleep(1))
      await point(nested(3))
    })
    assert.is((await outcome).told, true)
    assert.equal(steps, ['0', '1', '2', '3'])
  })

  it('end side by side those that began side by side, however many', async () => {
    let ended = 0
    const { scope, outcome } = start(() => point(Promise.all(Array.from({ length: 5000 }, async () => {
      try {
        await point(never())
      } finally {
        await shield(() => sleep(10))
        ended += 1
      }
    }))))
    scope.tell('cancelled')
    assert.is((await outcome).told, true)
    assert.is(ended, 5000)
  })

  it('keep no turn of an await that has ended', async () => {
    const gc = exposedGc()
    const { scope, outcome } = start(async () => {
      const outer = point(new Promise((resolve) => setTimeout(resolve, 200)))
      for (let round = 0; round < 20_000; round += 1) await point(Promise.resolve(round))
      gc()
      const before = process.memoryUsage().heapUsed
      for (let round = 0; round < 100_000; round += 1) await point(Promise.resolve(round))
      gc()
      await outer
      return process.memoryUsage().heapUsed - before
    })
    assert.ok((await outcome as any).value < 2_000_000)
    assert.is(scope.waits.pending, 0)
  })

  it('end a loop that swallows everything', async () => {
    let turns = 0
    const { scope, outcome } = start(async () => {
      for (;;) {
        try {
          turns += 1
          await point(sleep(1))
        } catch (error) {
          pass(error)
        }
      }
    })
    await until(() => turns > 2)
    scope.tell('timeout')
    assert.is((await outcome).told, true)
    const after = turns
    await sleep(5)
    assert.is(turns, after)
  })

  it('pass on what Promise.any made of the end of each', async () => {
    let swallowed = false
    const { scope, outcome } = start(async () => {
      try {
        await point(Promise.any([point(never()), point(never())]))
      } catch (error) {
        pass(error)
        swallowed = true
      }
    })
    scope.tell('cancelled')
    assert.is((await outcome).told, true)
    assert.is(swallowed, false)
  })

  it('pass on what an API made of the aborted signal', async () => {
    const { scope, outcome, reports } = start(async () => {
      try {
        await sleep(60_000, undefined, { signal: currentSignal(new AbortController().signal) })
      } catch (error) {
        report(error)
      }
      return 'went on'
    })
    scope.tell('cancelled')
    assert.equal((await outcome as any).value, undefined)
    assert.equal(reports, [])
  })

  it('end a for await at once and close its iterator', async () => {
    const steps: unknown[] = []
    const { scope, outcome } = start(async () => {
      const endless = {
        [Symbol.asyncIterator]: () => ({
          next: never,
          async return() {
            steps.push('closed')
            return { done: true as const, value: undefined }
          },
        }),
      }
      for await (const _ of points<unknown>(endless)) steps.push('value')
      steps.push('went on')
    })
    scope.tell('cancelled')
    await outcome
    assert.equal(steps, ['closed'])
  })

  it('iterate as for await does, over promises too, and close at a break', async () => {
    const steps: unknown[] = []
    function* values(): Generator<Promise<number> | number> {
      try {
        yield Promise.resolve(1)
        yield 2
        yield 3
      } finally {
        steps.push('closed')
      }
    }
    const { outcome } = start(async () => {
      for await (const value of points(values())) {
        steps.push(value)
        if (value === 2) break
      }
    })
    assert.is((await outcome).kind, 'returned')
    assert.equal(steps, [1, 2, 'closed'])
  })

  it('keep nothing of 100,000 awaits, and leave no late rejection unhandled', async () => {
    const reject: ((error: Error) => void)[] = []
    const running = start(async () => {
      for (let time = 0; time < 100_000; time += 1) await point(Promise.resolve({ time }))
      const late = new Promise((_, rejects) => reject.push(rejects))
      try {
        await point(late)
      } catch {
        // Swallowed here on purpose: the next await ends the run all the same.
      }
      await point(new Promise((_, rejects) => reject.push(rejects)))
    })
    const { scope } = running
    await until(() => reject.length === 1)
    assert.is(scope.waits.pending, 1)
    scope.tell('cancelled')
    assert.is((await running.outcome).told, true)
    for (const rejects of reject) rejects(new Error('late'))
    await sleep(1)
  })

  it('turn the signal true for a synchronous body', async () => {
    const word: { told?: 'cancelled' } = {}
    const scope = new RunScope({ brain: {}, run: 1, task: 'play', report() {}, warn() {}, peek: () => word.told })
    const { signal } = scope
    let aborted = false
    signal.addEventListener('abort', () => {
      aborted = true
    })
    assert.is(signal.aborted, false)
    signal.throwIfAborted()
    word.told = 'cancelled'
    assert.is(signal.aborted, true)
    assert.is(aborted, true)
    assert.is(signal.reason.code, 'cancelled')
    assert.throws(() => signal.throwIfAborted(), 'Task `play` was cancelled.')
    assert.is(AbortSignal.any([signal]).aborted, true)
  })

  it('run defers last first, log what they throw, and refuse one outside of a run', async () => {
    const steps: number[] = []
    const { outcome, reports } = start(() => {
      defer(() => steps.push(1))
      defer(() => {
        throw new Error('deferred')
      })
      defer(() => steps.push(2))
      return 'result'
    })
    assert.is((await outcome as any).value, 'result')
    assert.equal(steps, [2, 1])
    assert.equal(reports.map(String), ['Error: deferred'])
    assert.throws(() => defer(() => {}), /outside of a run/)
  })

  it('shield what still runs in a split body that ends between two iterations', async () => {
    const steps: string[] = []
    const { scope, outcome } = start(async function* () {
      try {
        for (;;) {
          yield
          steps.push('iteration')
        }
      } finally {
        await point(sleep(1))
        steps.push('finally')
      }
    }, { split: true, refresh: { everyMs: 10_000, pace: 'delay' } })
    await until(() => steps.length === 1)
    scope.tell('cancelled')
    await outcome
    assert.equal(steps, ['iteration', 'finally'])
  })

  it('leave other unhandled rejections to whoever listens', async () => {
    guardFloatingPromises()
    const seen: unknown[] = []
    const listen = (reason: unknown): void => void seen.push(reason)
    process.on('unhandledRejection', listen)
    void Promise.reject(new Error('somebody else\'s'))
    const { scope, outcome } = start(async () => {
      void (async () => point(never()))()
      await point(never())
    })
    await sleep(1)
    scope.tell('cancelled')
    await outcome
    await until(() => seen.length === 2)
    process.off('unhandledRejection', listen)
    assert.equal(seen.map((reason) => (reason as Error).message), ['somebody else\'s', 'Task `play` was cancelled.'])
  })
})

describe('a run in main', (it) => {
  it('ends where it awaits, with finally, helpers called from there, and defer', () => withEnds(async ({ brain }) => {
    const run = brain.tasks.pending()
    await until(() => brain.tasks.pending.runs.length === 1)
    await sleep(1)
    run.cancel()
    assert.is(summary(await run), 'CANCELLED cancelled')
    assert.equal([brain.notes, brain.cleaned], ['closed', true])
  }))

  it('is no longer waited for where it ignores all that', () => withEnds(async ({ brain, lines }) => {
    const run = brain.tasks.stubborn()
    await sleep(1)
    const startedAt = performance.now()
    run.cancel()
    assert.is(summary(await run), 'CANCELLED cancelled')
    assert.ok(performance.now() - startedAt > 90)
    assert.match(lines.join('\n'), 'can\'t be ended by force')
  }))

  it('says TIMEOUT of a block that exceeded its timeout', () => withEnds(async ({ brain }) => {
    assert.is(summary(await brain.tasks.blocks(40)), 'TIMEOUT timeout')
    assert.is(summary(await brain.tasks.blocks(1)), 'CORRECTLY "blocked"')
  }))

  it('wraps what is no error', () => withEnds(async ({ brain }) => {
    assert.is(summary(await brain.tasks.throwsNull()), 'ERROR_OCCURRED thrown-value')
  }))

  it('iterates and is cancelled in a for await', () => withEnds(async ({ brain }) => {
    assert.is(summary(await brain.tasks.lines([1, Promise.resolve(2)])), 'CORRECTLY [1,2]')
    const run = brain.tasks.lines((async function* () {
      yield 7
      await never()
    })())
    await sleep(1)
    run.cancel()
    assert.is(summary(await run), 'CANCELLED cancelled')
    assert.is(brain.notes, '7')
  }))
})

import * as assert from 'uvu/assert'
import { createLogger } from '../../src/index.ts'
import { describe } from '../harness/suite.ts'
import { keptLogger, summary, withEnds } from './ends.ts'

describe('the log', (it) => {
  it('writes lines of one form', () => {
    const written: string[] = []
    const stream = { write: (text: string) => written.push(text) }
    const logger = createLogger({ identifier: 'Brain', stdout: stream, stderr: stream })
    logger.info('message')
    logger.withTag('camera').warn('100 %', { a: 1 })
    logger.debug('not at this level')
    assert.is(written.length, 2)
    assert.match(written[0]!, /^\d\d:\d\d:\d\d -> \[ {3}Brain {4}\] {2}INFO {4}\| message\n$/)
    assert.match(written[1]!, /^\d\d:\d\d:\d\d -> \[Brain:camera\] {2}WARN {4}\| 100 % \{ a: 1 \}\n$/)
    assert.is(logger.identifier, 'Brain')
  })

  it('colours only on a terminal, and not with NO_COLOR', () => {
    const written: string[] = []
    const stream = { write: (text: string) => written.push(text), isTTY: true }
    const logger = createLogger({ identifier: 'Brain', stdout: stream, stderr: stream })
    const before = process.env['NO_COLOR']
    delete process.env['NO_COLOR']
    logger.error('red')
    process.env['NO_COLOR'] = '1'
    logger.error('plain')
    if (before === undefined) delete process.env['NO_COLOR']
    else process.env['NO_COLOR'] = before
    assert.match(written[0]!, '\u001B[31mERROR   \u001B[0m| red')
    assert.not.match(written[1]!, '\u001B')
  })

  it('takes the levels of consola by name or number, and refuses others', () => {
    for (const level of ['silent', 'error', 'warn', 'info', 'debug', 'trace', 'verbose', 0, 5] as const) createLogger({ level })
    assert.is(createLogger({ level: 'silent' }).level, Number.NEGATIVE_INFINITY)
    assert.throws(() => createLogger({ level: 'loud' as 'info' }), /The log level `loud` is none that taskbrain knows\. Write a number or one of 'silent', /)
  })

  it('writes a repeated line each time', () => {
    const { logger, lines } = keptLogger()
    for (let time = 0; time < 50; time += 1) logger.info('again')
    assert.is(lines.length, 50)
  })

  it('has all lines of a worker, in order, before its run settles', () => withEnds(async ({ brain, lines }) => {
    assert.is(summary(await brain.tasks.prints(10_000)), 'CORRECTLY 10000')
    const printed = lines.filter((line) => line.includes('LOG     | line'))
    assert.is(printed.length, 10_000)
    assert.ok(printed.every((line, index) => line.endsWith(`line ${index}`)))
    assert.ok(lines.some((line) => line.endsWith('LOG     | no end of line')))
  }))

  it('takes what a worker logs and prints, at its levels', () => withEnds(async ({ brain, lines }) => {
    assert.is(summary(await brain.tasks.logs()), 'CORRECTLY "Brain"')
    const own = lines.map((line) => line.split(']  ')[1]!).filter((line) => !line.includes('[logs]') && !line.includes('dynamic_init'))
    assert.equal(own.map((line) => line.split('\n')[0]), [
      'DEBUG   | quiet', 'INFO    | an object { a: 1 }', 'WARN    | tagged', 'ERROR   | Error: logged', 'WARN    | console warn', 'WARN    | raw stderr',
    ])
  }))

  it('holds a changed level in workers too', () => withEnds(async ({ brain, lines }) => {
    brain.logger.level = 1
    lines.length = 0
    await brain.tasks.logs()
    assert.equal(lines.map((line) => line.split('|')[1]!.split('\n')[0]), [' tagged', ' Error: logged', ' console warn', ' raw stderr'])
  }))

  it('shows an error that throws where it is looked at, as far as it can', () => withEnds(async ({ brain, lines }) => {
    const error = Object.defineProperty(new Error(), 'message', { get: () => { throw new RangeError('not to be read') } })
    const output = await brain.tasks.same(Promise.reject(error))
    assert.is(output.error, error)
    // Newer Nodes say no more of it; an older one threw, and the log says what.
    assert.match(lines.join('\n'), /\[same\] ERROR_OCCURRED .*: \[object Error\](?: \(showing it threw: RangeError: not to be read|$)/m)
  }))

  it('shows a proxy that was revoked before it was thrown', () => withEnds(async ({ brain, lines }) => {
    const { proxy, revoke } = Proxy.revocable(new Error('behind it'), {})
    revoke()
    const output = await brain.tasks.same(Promise.reject(proxy))
    assert.equal([output.executionState, output.error.code, output.error.message], [2, 'thrown-value', 'Task `same` threw `<Revoked Proxy>`, which is no Error. The value is the cause of this error.'])
    assert.match(lines.join('\n'), 'threw `<Revoked Proxy>`')
  }))

  it('ends a run although the logger throws, and passes on what it threw', () => withEnds(async ({ brain }) => {
    const { logger } = brain
    const { debug } = logger
    const uncaught = new Promise((resolve) => process.once('uncaughtException', resolve))
    logger.debug = (text: string) => { if (text.includes('CORRECTLY')) throw new Error('disk full') }
    assert.is(summary(await brain.tasks.add(1, 2)), 'CORRECTLY 3')
    assert.is((await uncaught as Error).message, 'disk full')
    logger.debug = debug
    assert.is(summary(await brain.tasks.add(3, 4)), 'CORRECTLY 7')
  }))

  it('warns of attributes that cannot be shared', () => withEnds(async ({ lines }) => {
    assert.match(lines.join('\n'), 'WARN    | [dynamic_init] cannot serialize attribute [socket].')
  }))

  it('warns of an attribute whose first value turns out not to be serialisable', () => withEnds(async ({ brain, lines }) => {
    const { Late } = await import(new URL('../../fixtures/runtime/ends/late.mjs', import.meta.url).href)
    const late = new Late(brain.logger)
    assert.match(lines.join('\n'), '[dynamic_init] cannot serialize attribute [handler].')
    assert.type(late.handler, 'function')
    await late.stop()
  }))
})

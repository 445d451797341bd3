import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import * as assert from 'uvu/assert'
import { fromEnvelope, shownValue, toEnvelope } from '../../runtime/envelope.ts'
import * as errors from '../../runtime/errors.ts'
import { mapError, mapStack } from '../../runtime/stack.ts'
import { describe } from '../harness/suite.ts'
import { fixture, keptLogger } from './ends.ts'

const crossed = (thrown: unknown): any => fromEnvelope(structuredClone(toEnvelope(thrown)))

describe('an error that crosses between threads', (it) => {
  it('keeps its class, code, cause, fields and what it gathers', () => {
    for (const Class of [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError]) {
      const error = crossed(new Class('text'))
      assert.is(Object.getPrototypeOf(error), Class.prototype)
      assert.is(error.message, 'text')
    }
    const own = crossed(errors.notCompiled('Robot'))
    assert.instance(own, errors.TaskbrainError)
    assert.is(own.code, 'not-compiled')
    const { stack } = new Error('place')
    assert.is(crossed(Object.assign(new Error('place'), { stack })).stack, stack)
    class Coded extends Error { get code() { return 'E_GETTER' } }
    assert.is(crossed(new Coded('getter')).code, 'E_GETTER')
    const { name, code } = crossed(new DOMException('aborted', 'AbortError'))
    assert.equal([name, code], ['AbortError', DOMException.ABORT_ERR])
  })

  it('crosses whatever it holds', () => {
    const endless: any = new Error('endless')
    endless.cause = endless
    assert.is(crossed(endless).message, 'endless')
    const getter = Object.defineProperty(new Error('getter'), 'field', { enumerable: true, get() { throw new Error('no') } })
    assert.is(crossed(getter).message, 'getter')
    const odd = Object.defineProperty(new Error('odd'), 'message', { get() { throw new Error('no') } })
    assert.is(crossed(odd).message, '')
    assert.is(crossed(Object.assign(new Error('function'), { retry() {} })).retry, undefined)
    assert.is(crossed(7n), 7n)
    assert.is(crossed(() => {}), '[Function (anonymous)]')
    assert.is(shownValue(new Proxy({}, { getPrototypeOf() { throw new Error('no') } })), '{}')
  })
})

describe('stacks', (it) => {
  it('show the source where a map lies beside the file, and stay as they are else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'taskbrain é#'))
    const source = 'export interface Unused { a: number }\n\nexport function fails(): never {\n  throw new Error("mapped")\n}\n'
    await build({ stdin: { contents: source, sourcefile: 'src/fails.ts', loader: 'ts' }, outfile: join(folder, 'fails.mjs'), format: 'esm', sourcemap: true, logLevel: 'silent' })
    const { fails } = await import(pathToFileURL(join(folder, 'fails.mjs')).href)
    try {
      fails()
      assert.unreachable()
    } catch (error) {
      const cause = mapError(new Error('outer', { cause: error })).cause as Error
      assert.match(cause.stack!, join(folder, 'src/fails.ts:4:9'))
      assert.is(mapError(cause).stack, cause.stack)
    }
    rmSync(folder, { recursive: true })
    assert.is(mapStack('Error: x\n    at main (file:///nowhere/x.js:1:1)'), 'Error: x\n    at main (file:///nowhere/x.js:1:1)')
  })
})

describe('errors of the runtime', (it) => {
  it('have a code of their own and name what they are given', () => {
    const { TaskbrainError, invariant, ...factories } = errors
    assert.throws(() => invariant(false, 'that holds'), /taskbrain internal error: that holds/)
    for (const [name, factory] of Object.entries(factories)) {
      // Reads as `word` where text is asked for, and as a list where that is.
      const word = ['word']
      const error = (factory as (...given: unknown[]) => Error)(word, word, word, word)
      assert.instance(error, TaskbrainError, name)
      assert.match((error as errors.TaskbrainError).code, /^[a-z]+(-[a-z]+)*$/, name)
      assert.match(error.message, /\.$|: ?\w+$/, name)
    }
  })

  it('show no frames where a run was ended, and leave those of all others', () => {
    const { stack } = errors.timedOut('look', '2 s', false)
    assert.is(stack, 'TaskbrainError: Task `look` exceeded its timeout of 2 s.')
    assert.match(new Error('after that').stack!, 'errors.test.ts')
  })

  it('say that a worker class is made by taskbrain alone', async () => {
    const { classes } = await import(fixture('family/workers.mjs').href)
    assert.throws(() => new classes[0](), /can only be made by taskbrain/)
  })

  it('say that the file of the threads is missing where taskbrain was bundled and is not installed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'taskbrain-'))
    const outfile = join(folder, 'bundle.mjs')
    await build({ entryPoints: [fileURLToPath(fixture('ends/brain.mjs'))], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'silent' })
    const { Ends } = await import(pathToFileURL(outfile).href)
    const brain = new Ends(keptLogger('silent').logger)
    for (let time = 0; time < 2; time += 1) assert.is((await brain.tasks.add(1, 2)).error.code, 'thread-entry-missing')
    await brain.stop()
    rmSync(folder, { recursive: true })
  })
})

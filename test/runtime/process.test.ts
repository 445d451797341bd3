import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { describe } from '../harness/suite.ts'
import { fixture } from './ends.ts'

interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program of the fixtures. `onOutput` sees all that it has printed, each time that it prints. */
function program(
  name: string, args: readonly string[] = [], onOutput: (stdout: string, child: ChildProcess) => void = () => {}, flags: readonly string[] = [],
): Promise<Ended> {
  const child = spawn(process.execPath, [...flags, fileURLToPath(fixture(`programs/${name.includes('.') ? name : `${name}.mjs`}`)), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
    onOutput(stdout, child)
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr })))
}

/** Sends a signal each time that the output has come to the next of the patterns. */
function signalsAt(signal: NodeJS.Signals, ...patterns: readonly RegExp[]): { watch(stdout: string, child: ChildProcess): void; sent(): number } {
  let sent = 0
  return {
    watch(stdout, child) {
      while (patterns[sent]?.test(stdout)) {
        sent += 1
        child.kill(signal)
      }
    },
    sent: () => sent,
  }
}

describe('the process', (it) => {
  it('ends by itself when only an idle brain is left', async () => {
    const startedAt = performance.now()
    assert.equal(await program('idle'), { code: 0, signal: null, stdout: '3\n', stderr: '' })
    assert.ok(performance.now() - startedAt < 10_000)
  })

  it('survives a worker that runs out of memory', async () => {
    // Of a small young generation little is promoted at once: else Node 22, on a busy machine, can meet the limit twice in one collection, and aborts.
    const { stdout, code } = await program('exhausted', [], undefined, ['--max-old-space-size=64', '--max-semi-space-size=2'])
    assert.equal([stdout, code], ['worker-out-of-memory 3\n', 0])
  })

  it('is not crashed by floating promises of an ended run, and still is by its own', async () => {
    const { code, stdout, stderr } = await program('rejection')
    assert.is(stdout, '3\nalive\n')
    assert.is(code, 1)
    assert.match(stderr, 'Error: the program itself')
  })

  it('leaves an unhandled rejection to the handler of uncaught exceptions, as Node does', async () => {
    const { code, stdout } = await program('rejection', ['handled'])
    assert.equal([code, stdout], [0, '3\nalive\ncaught the program itself\nwent on\n'])
  })

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`stops its brains at ${signal}, says how all tasks ended, and leaves nothing`, async () => {
      let sentAt = 0
      const ended = await program('run', [], (stdout, child) => {
        if (sentAt > 0 || !stdout.includes('ready')) return
        sentAt = performance.now()
        child.kill(signal)
      })
      assert.ok(performance.now() - sentAt < 10_000)
      assert.is(ended.code, 0)
      assert.match(ended.stdout, `${signal}: stopping`)
      assert.ok(ended.stdout.endsWith([
        'burn CANCELLED stopped', 'spinRoutine CANCELLED stopped', 'echo ERROR_OCCURRED undefined', 'waits CANCELLED stopped', 'listeners 0 0', '',
      ].join('\n')), ended.stdout)
      assert.match(ended.stderr, /ERROR {3}\| \[echo\] ERROR_OCCURRED \(not started\): who knows/)
    })
  }

  it('is not warned of a leak where many brains run at once', async () => {
    assert.equal(await program('many'), { code: 0, signal: null, stdout: 'CORRECTLY 20\nlisteners 0 0\n', stderr: '' })
  })

  it('says what keeps it alive after a signal, and is ended by a second one', async () => {
    const signals = signalsAt('SIGTERM', /ready/, /SIGTERM: all tasks have ended\. What keeps the process alive: Timeout\./)
    const ended = await program('lingers', [], signals.watch)
    assert.equal([ended.signal, signals.sent()], ['SIGTERM', 2])
  })

  for (const [where, name, flag] of [
    ['where Node maps them', 'stack.mjs', '--enable-source-maps'], ['in a CommonJS project under tsx', 'commonjs/stack.ts', 'node_modules/tsx/dist/cli.mjs'],
  ] as const) {
    it(`shows stacks without frames of taskbrain ${where}`, async () => {
      const { stdout } = await program(name, [], undefined, [flag])
      const places = stdout.split('\n').filter((line) => line.startsWith('    at '))
      assert.is(places.length, 2)
      assert.ok(places.every((line) => line.includes('ends/workers.mjs')), stdout)
    })
  }

  it('is ended by a second signal', async () => {
    const signals = signalsAt('SIGINT', /ready/, /SIGINT: stopping/)
    const ended = await program('run', [], signals.watch)
    assert.is(ended.signal, 'SIGINT')
  })
})

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { hasErrors, isGood } from '../build.ts'
import { programOutput } from '../program.ts'
import type { Reporter } from '../report.ts'
import type { Command } from './command.ts'
import { PROGRAM_FLAGS, programOf } from './run-program.ts'

export const devCommand: Command = {
  name: 'dev',
  usage: '<file> [arguments...]',
  summary: 'Run a program as run does, and start it anew whenever a source changes.',
  details: 'A change ends the program, with what it gets to end by itself, and starts what it has become.',
  flags: PROGRAM_FLAGS,
  takesProgram: true,

  async run(line, { cwd, report, now, signal }) {
    const { config, args } = programOf('dev', line, cwd)
    const program = new Program(programOutput(config), args, report)
    const { watchProject } = await import('../watch.ts')
    await watchProject(config, {
      signal,
      now,
      onPhase: report.progress,
      onFirst(result) {
        report.diagnostics(result.diagnostics)
        if (result.brains.length === 0 && !hasErrors(result.diagnostics)) report.noBrain(config, result)
        report.line('Watching. Ctrl+C ends it.')
        if (isGood(result)) program.startAnew()
      },
      onRebuilt(result, change, durationMs) {
        report.diagnostics(result.diagnostics)
        report.rebuilt(result, change, durationMs)
        if (isGood(result) && result.written.length > 0) program.startAnew()
      },
      onUnusable: (message) => report.usageError(message, ''),
    })
    await program.end(signal.reason)
    return 0
  },
}

/** What a program gets to end by itself. */
const GRACE_MS = 5000

/** A process of its own, replaced by another one of the same program. */
class Program {
  readonly #file: string
  readonly #args: readonly string[]
  readonly #report: Reporter
  #child: ChildProcess | undefined
  #last: Promise<void> = Promise.resolve()
  #isOver = false

  constructor(file: string, args: readonly string[], report: Reporter) {
    this.#file = file
    this.#args = args
    this.#report = report
  }

  /** One after the other: several changes at once end one process and start another. */
  startAnew(): void {
    const before = this.#last
    this.#last = (async () => {
      await before
      await this.#stop('SIGTERM')
      if (!this.#isOver) this.#start()
    })()
  }

  async end(signal: unknown): Promise<void> {
    this.#isOver = true
    await this.#last
    // At a terminal it was told when we were; told twice it would end at once.
    await this.#stop(signal === 'SIGINT' && process.stdin.isTTY ? undefined : 'SIGTERM')
  }

  #start(): void {
    const child = spawn(process.execPath, [...process.execArgv, '--enable-source-maps', this.#file, ...this.#args], { stdio: 'inherit' })
    this.#child = child
    child.once('exit', (code, signal) => {
      if (this.#child !== child) return
      this.#child = undefined
      this.#report.line(`The program has ended with ${signal ?? code}. A change starts it again.`)
    })
  }

  async #stop(signal: NodeJS.Signals | undefined): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    if (signal) child.kill(signal)
    const overdue = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
    await exited
    clearTimeout(overdue)
  }
}

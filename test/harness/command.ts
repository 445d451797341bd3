import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const CLI = fileURLToPath(new URL('../../dist/cli.mjs', import.meta.url))

export interface Ended {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A process whose output can be waited for. `[Symbol.dispose]` kills it. */
export interface Running extends Disposable {
  readonly ended: Promise<Ended>
  /** Settles once stdout or stderr matches, counted from the last such wait. Rejects where the process ends before, or in 20 s. */
  saw(pattern: RegExp): Promise<void>
  kill(signal: NodeJS.Signals): void
}

const SEEN_WITHIN_MS = 20_000

export interface RunOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a script with Node. Kill it, or await `ended`. */
export function start(script: string, args: readonly string[], { cwd, env }: RunOptions): Running {
  const child = spawn(process.execPath, [script, ...args], {
    cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  let seenUpTo = 0
  let both = ''
  let check = (): void => {}
  const collect = (add: (text: string) => void) => (bytes: Buffer): void => {
    add(bytes.toString())
    both += bytes.toString()
    check()
  }
  child.stdout.on('data', collect((text) => (stdout += text)))
  child.stderr.on('data', collect((text) => (stderr += text)))
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr })))

  const saw = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${why} ${pattern} was seen:\n${both.slice(seenUpTo)}`))
      const overdue = setTimeout(fail, SEEN_WITHIN_MS, `${SEEN_WITHIN_MS / 1000} s passed before`)
      check = () => {
        const found = pattern.exec(both.slice(seenUpTo))
        if (!found) return
        seenUpTo += found.index + found[0].length
        check = () => {}
        clearTimeout(overdue)
        resolve()
      }
      void ended.then(() => {
        clearTimeout(overdue)
        fail('ended before')
      })
      check()
    })
  return { ended, saw, kill: (signal) => child.kill(signal), [Symbol.dispose]: () => child.kill('SIGKILL') }
}

export const taskbrain = (args: readonly string[], options: RunOptions): Promise<Ended> => start(CLI, args, options).ended

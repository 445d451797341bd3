#!/usr/bin/env node
import { pathToFileURL } from 'node:url'
import { runCommandLine } from './cli/run.ts'
import { UsageError } from './config.ts'
import { createReporter } from './report.ts'
import { ownVersion } from './version.ts'

const ending = new AbortController()
// Only watching has something to close. Elsewhere a signal ends the process by itself, also in the midst of a long step.
if (process.argv[2] === 'dev' || (process.argv[2] === 'build' && process.argv.includes('--watch'))) {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort(signal))
}

process.stdout.on('error', onUnprintable)

const exitCode = await runCommandLine(process.argv.slice(2), ownVersion(), {
  get cwd() {
    return workingFolder()
  },
  report: createReporter({ stdout: process.stdout, stderr: process.stderr, env: process.env }),
  now: () => performance.now(),
  signal: ending.signal,
  become,
})
if (exitCode !== undefined) process.exitCode = exitCode

function onUnprintable({ code, message }: NodeJS.ErrnoException): void {
  // `taskbrain build | head` closes the pipe early.
  if (code === 'EPIPE') return
  process.stderr.write(`error What taskbrain prints can't be written: ${message}.\n`)
  process.exit(1)
}

/** Its stacks show the sources. */
async function become(program: string, args: readonly string[]): Promise<void> {
  process.stdout.off('error', onUnprintable)
  process.argv.splice(1, Infinity, program, ...args)
  process.setSourceMapsEnabled(true)
  await import(pathToFileURL(program).href)
}

function workingFolder(): string {
  try {
    return process.cwd()
  } catch {
    throw new UsageError('The folder that taskbrain was called in does not exist any more.')
  }
}

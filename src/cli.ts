#!/usr/bin/env node
import { runCommandLine } from './cli/run.ts'
import { createReporter } from './report.ts'
import { ownVersion } from './version.ts'

const ending = new AbortController()
// Only watching has something to close. Elsewhere a signal ends the process by itself, also in the midst of a long step.
if (process.argv.includes('--watch')) {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())
}

// `taskbrain build | head` closes the pipe early.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

process.exitCode = await runCommandLine(process.argv.slice(2), ownVersion(), {
  cwd: process.cwd(),
  report: createReporter({ stdout: process.stdout, stderr: process.stderr, env: process.env }),
  now: () => performance.now(),
  signal: ending.signal,
})

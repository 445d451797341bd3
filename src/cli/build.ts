import { build, type BuildResult, hasErrors, isGood } from '../build.ts'
import { type BuildConfig, resolveConfig, UsageError } from '../config.ts'
import type { Reporter } from '../report.ts'
import { type Command, type CommandContext, type ExitCode, HELP_FLAG, JSON_FLAG, PATTERNS, ROOT_FLAG } from './command.ts'

export const buildCommand: Command = {
  name: 'build',
  usage: '[patterns...]',
  summary: 'Compile brains into modules, workers and the schema of their shared state.',
  details: PATTERNS,
  flags: {
    root: ROOT_FLAG,
    'out-dir': { type: 'string', value: 'DIR', help: 'Where the output goes. Default: .taskbrain' },
    watch: { type: 'boolean', help: 'Build again whenever a source changes.' },
    json: JSON_FLAG,
    help: HELP_FLAG,
  },

  async run(line, context) {
    if (line.has('watch') && line.has('json')) throw new UsageError('--json prints one document: it does not go with --watch.')
    const config = resolveConfig({
      cwd: context.cwd,
      patterns: line.positionals,
      root: line.text('root'),
      outDir: line.text('out-dir'),
    })
    if (line.has('watch')) return watch(config, context)
    const startedAt = context.now()
    const result = await build(config, line.has('json') ? {} : { onPhase: context.report.progress })
    const durationMs = context.now() - startedAt
    if (line.has('json')) context.report.json(buildDocument(result, durationMs))
    else reportBuild(config, result, durationMs, context.report)
    return isGood(result) ? 0 : 1
  },
}

function buildDocument(result: BuildResult, durationMs: number): object {
  const { diagnostics, brains, files, written, unchanged, deleted, lookedAt } = result
  return { ok: isGood(result), diagnostics, brains, files, written, unchanged, deleted, lookedAt, durationMs: Math.round(durationMs) }
}

function reportBuild(config: BuildConfig, result: BuildResult, durationMs: number, report: Reporter): void {
  report.diagnostics(result.diagnostics)
  if (result.brains.length > 0) report.built(config, result, durationMs)
  else if (!hasErrors(result.diagnostics)) report.noBrain(config, result)
}

async function watch(config: BuildConfig, { report, now, signal }: CommandContext): Promise<ExitCode> {
  const { watchProject } = await import('../watch.ts')
  await watchProject(config, {
    signal,
    now,
    onFirst(result, durationMs) {
      reportBuild(config, result, durationMs, report)
      report.line('Watching. Ctrl+C ends it.')
    },
    onRebuilt(result, change, durationMs) {
      report.diagnostics(result.diagnostics)
      report.rebuilt(result, change, durationMs)
    },
    onUnusable: (message) => report.usageError(message, ''),
  })
  return 0
}

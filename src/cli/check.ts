import { check, type CheckResult, hasErrors } from '../build.ts'
import { resolveConfig } from '../config.ts'
import { type Command, HELP_FLAG, JSON_FLAG, PATTERNS, ROOT_FLAG } from './command.ts'

export const checkCommand: Command = {
  name: 'check',
  usage: '[patterns...]',
  summary: 'Say what is wrong with the brains of a project, and write nothing.',
  details: PATTERNS,
  flags: { root: ROOT_FLAG, json: JSON_FLAG, help: HELP_FLAG },

  async run(line, { cwd, report, now }) {
    const config = resolveConfig({ cwd, patterns: line.positionals, root: line.text('root') })
    const startedAt = now()
    const result = await check(config, line.has('json') ? {} : { onPhase: report.progress })
    const durationMs = now() - startedAt
    if (line.has('json')) {
      const { diagnostics, brains, lookedAt } = result
      report.json({ ok: isGood(result), diagnostics, brains, lookedAt, durationMs: Math.round(durationMs) })
      return isGood(result) ? 0 : 1
    }
    report.diagnostics(result.diagnostics)
    if (isGood(result)) report.checked(result, durationMs)
    else if (!hasErrors(result.diagnostics)) report.noBrain(config, result)
    return isGood(result) ? 0 : 1
  },
}

const isGood = (result: CheckResult): boolean => result.brains.length > 0 && !hasErrors(result.diagnostics)

import { check, hasErrors, isGood } from '../build.ts'
import { resolveConfig } from '../config.ts'
import { applyFixes } from '../fix.ts'
import type { Flag } from './arguments.ts'
import { type Command, HELP_FLAG, JSON_FLAG, PATTERNS, ROOT_FLAG } from './command.ts'

const FIX_FLAG: Flag = { type: 'boolean', help: 'Change the sources where a diagnostic says that it can be mended so.' }

export const checkCommand: Command = {
  name: 'check',
  usage: '[patterns...]',
  summary: 'Say what is wrong with the brains of a project; with --fix, mend what has one clear remedy.',
  details: PATTERNS,
  flags: { root: ROOT_FLAG, fix: FIX_FLAG, json: JSON_FLAG, help: HELP_FLAG },

  async run(line, { cwd, report, now }) {
    const config = resolveConfig({ cwd, patterns: line.positionals, root: line.text('root') })
    const startedAt = now()
    const context = line.has('json') ? {} : { onPhase: report.progress }
    let result = await check(config, context)
    const fixed = line.has('fix') ? applyFixes(config.projectDir, result.diagnostics) : []
    if (fixed.length > 0) result = await check(config, context)
    const durationMs = now() - startedAt
    if (line.has('json')) {
      const { diagnostics, brains, lookedAt } = result
      report.json({ ok: isGood(result), ...(line.has('fix') && { fixed }), diagnostics, brains, lookedAt, durationMs: Math.round(durationMs) })
      return isGood(result) ? 0 : 1
    }
    report.fixed(fixed)
    report.diagnostics(result.diagnostics)
    if (isGood(result)) report.checked(result, durationMs)
    else if (!hasErrors(result.diagnostics)) report.noBrain(config, result)
    return isGood(result) ? 0 : 1
  },
}

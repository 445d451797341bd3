import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { DIAGNOSTIC_CODES, DIAGNOSTIC_PATTERNS } from '../../compiler/diagnostics.ts'
import { compileInput, hasErrors, isGood } from '../build.ts'
import { type BuildConfig, isFile, isFolder, resolveConfig, UsageError } from '../config.ts'
import type { CodeExplanation, DiagnosticExample } from '../explanation.ts'
import { graphText } from '../graph.ts'
import { inputDiagnostics } from '../input-errors.ts'
import { openProjectFiles } from '../project-files.ts'
import { findSources } from '../sources.ts'
import { didYouMean, type Flag } from './arguments.ts'
import { type Command, type CommandContext, type ExitCode, HELP_FLAG, JSON_FLAG, ROOT_FLAG } from './command.ts'

const GRAPH_FLAG: Flag = { type: 'boolean', help: 'Print a Mermaid diagram of tasks and attributes instead.' }

export const explainCommand: Command = {
  name: 'explain',
  usage: '<code | file>',
  summary: 'Say what a diagnostic means, or what a file becomes.',
  details: 'A code is what stands behind "error" or "warning", such as option-missing. A file is one with a brain.',
  flags: { root: ROOT_FLAG, graph: GRAPH_FLAG, json: JSON_FLAG, help: HELP_FLAG },

  async run(line, context) {
    const [subject, ...others] = line.positionals
    if (!subject || others.length > 0) throw new UsageError('Name one code or one file, such as taskbrain explain option-missing.')
    if (line.has('graph') && line.has('json')) throw new UsageError('Ask for --graph or for --json: each prints one thing alone.')
    const place = resolve(context.cwd, subject)
    const isPath = isFile(place) || isFolder(place) || /[/\\.*]/.test(subject)
    if (DIAGNOSTIC_PATTERNS.has(subject) || !isPath) {
      if (line.has('graph')) throw new UsageError('--graph draws a file, not a diagnostic.')
      return explainCode(subject, line.has('json'), context)
    }
    const config = resolveConfig({ cwd: context.cwd, patterns: [subject], root: line.text('root') })
    return explainFile(config, line.has('json') ? 'json' : line.has('graph') ? 'graph' : 'text', context)
  },
}

function explainCode(code: string, asJson: boolean, { report }: CommandContext): ExitCode {
  const pattern = DIAGNOSTIC_PATTERNS.get(code)
  if (!pattern) throw new UsageError(`There is no diagnostic ${code}, nor a file of that name.${didYouMean(code, DIAGNOSTIC_CODES)}`)
  const explanation: CodeExplanation = { ...pattern, example: readExamples()[code] }
  if (asJson) report.json({ ok: true, ...explanation })
  else report.explainedCode(explanation)
  return 0
}

/** Made with the package, from the programs that its tests check. */
function readExamples(): Readonly<Record<string, DiagnosticExample>> {
  return JSON.parse(readFileSync(new URL('./examples.json', import.meta.url), 'utf8')) as Record<string, DiagnosticExample>
}

async function explainFile(config: BuildConfig, form: 'text' | 'json' | 'graph', { report }: CommandContext): Promise<ExitCode> {
  const { candidates, lookedAt } = await findSources(config)
  const { configMistake, explain } = await import('../compiler.ts')
  const files = openProjectFiles()
  const explained = explain(compileInput(config, candidates, files))
  const { brains } = explained
  const diagnostics = [...explained.diagnostics, ...inputDiagnostics(config.projectDir, files, { configMistake })]
  const exitCode = isGood({ brains, diagnostics }) ? 0 : 1
  if (form === 'json') {
    report.json({ ok: exitCode === 0, brains, diagnostics })
    return exitCode
  }
  if (form === 'text') report.explainedBrains(config, brains)
  else if (brains.length > 0) report.line(graphText(brains))
  report.diagnostics(diagnostics)
  if (brains.length === 0 && !hasErrors(diagnostics)) report.noBrain(config, { brains: [], diagnostics, lookedAt, read: [] })
  return exitCode
}

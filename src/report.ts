// The only file that writes to the console. What a program reads goes to stdout, what a person is told on the way to stderr.
import { styleText } from 'node:util'
import type { BrainExplanation } from '../compiler/index.ts'
import type { Diagnostic } from '../compiler/log.ts'
import type { BuildResult, CheckResult } from './build.ts'
import { type BuildConfig, shownPath } from './config.ts'
import type { BrainManifest } from './contract/manifest.ts'
import { brainExplanationText, type CodeExplanation, codeExplanationText } from './explanation.ts'
import type { FixedFile } from './fix.ts'
import { whenText } from './task-text.ts'

export interface Output {
  readonly isTTY?: boolean | undefined
  write(text: string): unknown
}

export interface ReportOptions {
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
}

type Style = Parameters<typeof styleText>[0]
export type Paint = (style: Style, text: string) => string

export interface Reporter {
  /** One line that the next one replaces, on a terminal alone. */
  progress(phase: string): void
  /** Takes the line of `progress` away. */
  done(): void
  /** A line on stdout. */
  line(text: string): void
  usageError(message: string, hint: string): void
  diagnostics(found: readonly Diagnostic[]): void
  built(config: BuildConfig, result: BuildResult, durationMs: number): void
  checked(result: CheckResult, durationMs: number): void
  fixed(fixes: readonly FixedFile[]): void
  noBrain(config: BuildConfig, result: CheckResult): void
  explainedCode(explanation: CodeExplanation): void
  explainedBrains(config: BuildConfig, brains: readonly BrainExplanation[]): void
  json(document: unknown): void
  /** One line a rebuild. */
  rebuilt(result: BuildResult, change: string, durationMs: number): void
}

export function createReporter({ stdout, stderr, env }: ReportOptions): Reporter {
  const paintOut = painter(stdout, env)
  const paintErr = painter(stderr, env)
  let progressShown = false

  const clear = (): void => {
    if (progressShown) stderr.write('\r\u001B[K')
    progressShown = false
  }
  const out = (text: string): void => {
    clear()
    stdout.write(`${text}\n`)
  }
  const err = (text: string): void => {
    clear()
    stderr.write(`${text}\n`)
  }

  return {
    progress(phase) {
      if (!stderr.isTTY) return
      clear()
      stderr.write(paintErr('dim', `${phase} …`))
      progressShown = true
    },
    done: clear,
    line: out,
    usageError(message, hint) {
      err(`${paintErr('red', 'error')} ${message}`)
      if (hint !== '') err(hint)
    },
    diagnostics(found) {
      for (const diagnostic of found) err(`${diagnosticText(diagnostic, paintErr)}\n`)
      if (found.length > 0) err(countText(found))
    },
    built(config, result, durationMs) {
      for (const brain of result.brains) out(brainText(brain, config, paintOut))
      out(`${result.brains.length > 0 ? '\n' : ''}${buildText(result, shownPath(config, config.outDir))} ${seconds(durationMs)}`)
    },
    checked(result, durationMs) {
      const problems = result.diagnostics.length === 0 ? 'No problems' : countText(result.diagnostics)
      out(`${problems} in ${count(result.brains.length, 'brain')}. ${seconds(durationMs)}`)
    },
    fixed(fixes) {
      for (const { file, count: edits } of fixes) out(`${file}: ${count(edits, 'edit')}`)
    },
    noBrain(config, result) {
      const where = config.patterns.length > 0 ? config.patterns.join(' ') : shownPath(config, config.projectDir)
      err(`${paintErr('red', 'error')} No brain found: looked at ${count(result.lookedAt, 'TypeScript file')} (${where}).`)
      err('A brain is a class that extends Brain, imported from "taskbrain".')
    },
    explainedCode: (explanation) => out(codeExplanationText(explanation, paintOut)),
    explainedBrains(config, brains) {
      if (brains.length > 0) out(brains.map((brain) => brainExplanationText(brain, shownPath(config, config.outDir), paintOut)).join('\n\n'))
    },
    json(document) {
      clear()
      stdout.write(`${JSON.stringify(document, null, 2)}\n`)
    },
    rebuilt(result, change, durationMs) {
      const errors = result.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length
      const outcome = errors > 0
        ? paintOut('red', `${count(errors, 'error')}, the last good output stays`)
        : `${result.written.length} written, ${result.unchanged.length} unchanged`
      out(`${change}: ${outcome} ${seconds(durationMs)}`)
    },
  }
}

function painter(output: Output, env: ReportOptions['env']): Paint {
  const coloured = output.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  return coloured ? (style, text) => styleText(style, text) : (_, text) => text
}

function diagnosticText(diagnostic: Diagnostic, paint: Paint): string {
  const { severity, code, message, hint, file, line, column, frame, related, fix } = diagnostic
  const rows = [
    `${file}:${line}:${column} ${paint(severity === 'error' ? 'red' : 'yellow', severity)} ${paint('dim', code)}`,
    message,
    frame,
    ...related.flatMap((place) => [`${place.file}:${place.line}:${place.column} ${place.message}`, place.frame]),
  ]
  if (hint !== '') rows.push(paint('cyan', fix ? `${hint} \`taskbrain check --fix\` writes \`${fix.text}\`.` : hint))
  return rows.join('\n')
}

function countText(found: readonly Diagnostic[]): string {
  const errors = found.filter((diagnostic) => diagnostic.severity === 'error').length
  return `${count(errors, 'error')}, ${count(found.length - errors, 'warning')}`
}

function brainText(brain: BrainManifest, config: BuildConfig, paint: Paint): string {
  const width = Math.max(...brain.tasks.map((task) => task.name.length))
  const rows = brain.tasks.map((task) => `  ${task.name.padEnd(width)}  ${task.process ? 'thread' : 'main  '}  ${whenText(task)}`)
  const output = `${shownPath(config, config.outDir)}/${brain.module}`
  return [`${paint('bold', brain.name)}  ${brain.source} → ${output}`, ...rows].join('\n')
}

function buildText(result: BuildResult, outDir: string): string {
  const tasks = result.brains.reduce((sum, brain) => sum + brain.tasks.length, 0)
  const parts = [`${result.written.length} written`, `${result.unchanged.length} unchanged`]
  if (result.deleted.length > 0) parts.push(`${result.deleted.length} deleted`)
  return `${count(result.brains.length, 'brain')}, ${count(tasks, 'task')}; ${count(result.files.length, 'file')} in ${outDir}: ${parts.join(', ')}.`
}

const count = (amount: number, noun: string): string => `${amount} ${noun}${amount === 1 ? '' : 's'}`
const seconds = (durationMs: number): string => `(${(durationMs / 1000).toFixed(2)} s)`

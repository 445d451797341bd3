// The text of docs/diagnostics.md, from the table of diagnostics and their fixtures. `UPDATE_FIXTURES=1 npm test -- docs` writes it.
import type { Finding } from '../compiler/log.ts'
import type { DiagnosticExample } from '../src/explanation.ts'

export function diagnosticsPage(findings: readonly Finding[], examples: Readonly<Record<string, DiagnosticExample>>): string {
  const sections = findings.map((finding) => section(finding, examples[finding.code]))
  return [HEAD, ...findings.map(({ code, severity }) => `* [${code}](#${code}), ${severity}`), '', ...sections].join('\n')
}

const HEAD = `# Diagnostics

What \`taskbrain build\` and \`taskbrain check\` may say of a source, in the order in which it is found out. \`taskbrain explain <code>\` says the same in a terminal.
A warning is silenced by \`// taskbrain-disable-next-line <code>\` above the line; an error is not.
`

function section({ code, severity, message, hint }: Finding, example: DiagnosticExample | undefined): string {
  const shown = example === undefined ? [] : [
    ...example.files.flatMap(({ path, text }) => [`\`${path}\``, '', fenced(languageOf(path), shortened(text)), '']),
    fenced('text', example.output), '',
  ]
  return [`## ${code}`, '', `${severity}: ${message.replace(/(?<!`[^`]*)<(\w+)>/g, '`<$1>`')}`, '', hint, '', ...shown].join('\n')
}

const languageOf = (path: string): string => (path.endsWith('.json') ? 'json' : path.endsWith('.js') || path.endsWith('.mjs') ? 'js' : 'ts')

/** With more backticks than any run of them inside. */
function fenced(language: string, text: string): string {
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)))
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`
}

const EXAMPLE_LINES = 40

/** Some examples are long for a reason that their first lines show. */
function shortened(text: string): string {
  const lines = text.trimEnd().split('\n').map((line) => (line.length > 200 ? `${line.slice(0, 200)} …` : line))
  return lines.length <= EXAMPLE_LINES ? lines.join('\n') : [...lines.slice(0, 8), `// … ${lines.length - 8} more lines`].join('\n')
}

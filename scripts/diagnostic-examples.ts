// Gathers fixtures/errors/<code> into dist/examples.json, from which `taskbrain explain <code>` takes its examples.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DiagnosticExample } from '../src/explanation.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const FIXTURES = join(ROOT, 'fixtures/errors')
const OUTPUT = 'expected.txt'

export function writeDiagnosticExamples(): void {
  writeFileSync(join(ROOT, 'dist/examples.json'), `${JSON.stringify(readExamples(), null, 2)}\n`)
}

export function readExamples(): Readonly<Record<string, DiagnosticExample>> {
  return Object.fromEntries(readdirSync(FIXTURES).sort().map((code) => [code, exampleOf(join(FIXTURES, code))]))
}

function exampleOf(folder: string): DiagnosticExample {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== OUTPUT)
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll('\\', '/'))
    .sort()
  return {
    files: files.map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') })),
    // The last paragraph counts the findings.
    output: readFileSync(join(folder, OUTPUT), 'utf8').trimEnd().split('\n\n').slice(0, -1).join('\n\n'),
  }
}

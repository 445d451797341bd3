import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { transformSync } from 'esbuild'
import * as assert from 'uvu/assert'
import { diagnostics } from '../compiler/index.ts'
import { readExamples } from '../scripts/diagnostic-examples.ts'
import { diagnosticsPage } from '../scripts/diagnostics-page.ts'
import { start } from './harness/command.ts'
import { matchesFile } from './harness/golden.ts'
import { scratchProject } from './harness/project.ts'
import { describe } from './harness/suite.ts'

describe('the page of diagnostics', (it) => {
  it('says what the table says, with the examples that are tested', () => {
    matchesFile(resolve('docs/diagnostics.md'), diagnosticsPage([...diagnostics.DIAGNOSTIC_PATTERNS.values()], readExamples()))
  })
})

describe('the page of the compiler', (it) => {
  it('has an example that prints what stands below it', async () => {
    const [, program, printed] = /```ts\n([^]*?)```\n\n```text\n([^]*?)```/.exec(readFileSync('docs/compiler.md', 'utf8'))!
    using project = scratchProject({ 'main.mjs': transformSync(program!, { loader: 'ts', format: 'esm' }).code })
    const { stdout, stderr } = await start(join(project.dir, 'main.mjs'), [], { cwd: project.dir }).ended
    assert.is(stderr, '')
    assert.is(stdout, printed)
  })
})

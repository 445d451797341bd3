import { resolve } from 'node:path'
import { diagnostics } from '../compiler/index.ts'
import { readExamples } from '../scripts/diagnostic-examples.ts'
import { diagnosticsPage } from '../scripts/diagnostics-page.ts'
import { matchesFile } from './harness/golden.ts'
import { describe } from './harness/suite.ts'

describe('the page of diagnostics', (it) => {
  it('says what the table says, with the examples that are tested', () => {
    matchesFile(resolve('docs/diagnostics.md'), diagnosticsPage([...diagnostics.DIAGNOSTIC_PATTERNS.values()], readExamples()))
  })
})

import { join, resolve } from 'node:path'
import * as assert from 'uvu/assert'
import { DIAGNOSTIC_CODES } from '../../compiler/index.ts'
import { check } from '../../src/build.ts'
import { createReporter } from '../../src/report.ts'
import { foldersOf, matchesFile } from '../harness/golden.ts'
import { describe } from '../harness/suite.ts'

const root = resolve('fixtures/errors')

/** What a person sees when the folder is checked. */
async function printed(folder: string): Promise<{ text: string; codes: string[] }> {
  const config = { cwd: folder, projectDir: folder, sourceRoot: folder, outDir: `${folder}/.taskbrain`, patterns: [] }
  const { diagnostics } = await check(config)
  let text = ''
  const stderr = { write: (part: string) => (text += part) }
  createReporter({ stdout: stderr, stderr, env: {} }).diagnostics(diagnostics)
  return { text, codes: diagnostics.map((found) => found.code) }
}

describe('diagnostics', (it) => {
  it('has a fixture for each code, and no fixture without a code', () => assert.equal(foldersOf(root), [...DIAGNOSTIC_CODES].sort()))
  it('has codes that are words joined by hyphens, each once', () => {
    assert.equal(DIAGNOSTIC_CODES.filter((code) => !/^[a-z]+(-[a-z]+){1,4}$/.test(code)), [])
    assert.is(new Set(DIAGNOSTIC_CODES).size, DIAGNOSTIC_CODES.length)
  })
  for (const code of foldersOf(root)) {
    it(`says ${code} as its fixture shows, and nothing else`, async () => {
      const { text, codes } = await printed(join(root, code))
      assert.equal([...new Set(codes)], [code])
      matchesFile(join(root, code, 'expected.txt'), text)
    })
  }
})

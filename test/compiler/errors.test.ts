import { join, resolve } from 'node:path'
import * as assert from 'uvu/assert'
import { DIAGNOSTIC_CODES } from '../../compiler/index.ts'
import { foldersOf, matchesFile } from '../harness/golden.ts'
import { printedCheck } from '../harness/printed.ts'
import { describe } from '../harness/suite.ts'

const root = resolve('fixtures/errors')

describe('diagnostics', (it) => {
  it('has a fixture for each code, and no fixture without a code', () => assert.equal(foldersOf(root), [...DIAGNOSTIC_CODES].sort()))
  it('has codes that are words joined by hyphens, each once', () => {
    assert.equal(DIAGNOSTIC_CODES.filter((code) => !/^[a-z]+(-[a-z]+){1,4}$/.test(code)), [])
    assert.is(new Set(DIAGNOSTIC_CODES).size, DIAGNOSTIC_CODES.length)
  })
  for (const code of foldersOf(root)) {
    it(`says ${code} as its fixture shows, and nothing else`, async () => {
      const { text, codes } = await printedCheck(join(root, code))
      assert.equal([...new Set(codes)], [code])
      matchesFile(join(root, code, 'expected.txt'), text)
    })
  }
})

import { resolve } from 'node:path'
import * as assert from 'uvu/assert'
import { compile } from '../../compiler/index.ts'
import { diskHost } from '../harness/compiled.ts'
import { describe } from '../harness/suite.ts'

const ROOT = resolve('fixtures/cases')
const TYPES = `${ROOT}/src/014-types-of-attributes.brain.ts`

/** Whether the type checker, which tells of each file it looks for, had to be asked about the attributes of a source. */
function asksChecker(change: (text: string) => string = (text) => text): boolean {
  let isAsked = false
  const disk = diskHost()
  const host = { ...disk, readFile: (path: string) => (path === TYPES ? change(disk.readFile(path)!) : disk.readFile(path)), lookedUp: () => void (isAsked = true) }
  const { diagnostics } = compile({ root: ROOT, sourceRoot: `${ROOT}/src`, outDir: `${ROOT}/.taskbrain`, files: [TYPES], host })
  assert.equal(diagnostics, [])
  return isAsked
}

describe('the type checker', (it) => {
  it('is not started where the syntax tells each type', () => assert.not.ok(asksChecker()))
  it('is started where it does not', () => assert.ok(asksChecker((text) => text.replace('n = 0', 'n = [0].length'))))
})

import { SourceMap, type SourceMapPayload } from 'node:module'
import { transformSync } from 'esbuild'
import * as assert from 'uvu/assert'
import { describe } from '../harness/suite.ts'
import { linkSiblings } from '../../src/siblings.ts'
import { shiftMappings } from '../../src/source-map-shift.ts'

const SOURCE = "import { state } from 'taskbrain:state/a.State'; state.first(); state.second()\nother()\n"

/** Line and column in the source, from 0, of what stands at the first `token` of the output. */
function originOf(code: string, map: string, token: string): readonly [number, number] {
  const before = code.slice(0, code.indexOf(token)).split('\n')
  const entry = new SourceMap(JSON.parse(map) as SourceMapPayload).findEntry(before.length - 1, before.at(-1)?.length ?? 0)
  return 'originalLine' in entry ? [entry.originalLine, entry.originalColumn] : [-1, -1]
}

describe('links between compiled modules', (it) => {
  it('become relative URLs, and all that stands behind them on the line maps back as before', () => {
    // Without line breaks everything is on one line, behind the import.
    const { code, map } = transformSync(SOURCE, { minifyWhitespace: true, sourcemap: true, sourcefile: 'a.ts' })
    const linked = linkSiblings('deep/chunk.js', { code, map })
    assert.match(linked.code, '"../a.State.js"')
    for (const token of ['state.first', 'first', 'second', 'other']) {
      assert.equal(originOf(linked.code, linked.map ?? '', token), originOf(code, map, token), token)
    }
    assert.is(originOf(linked.code, linked.map ?? '', 'second')[1], SOURCE.indexOf('second'))
  })
  it('are URLs: what a path may hold and a URL may not is encoded', () => {
    const { code } = linkSiblings('main.js', { code: 'new URL("taskbrain:worker/100% #1?/é b.worker", import.meta.url)', map: undefined })
    assert.is(code, 'new URL("./100%25%20%231%3F/%C3%A9%20b.worker.js", import.meta.url)')
  })
  it('leave other text alone', () => {
    const code = 'const a = "taskbrain:other/x"; const b = taskbrain.state'
    assert.equal(linkSiblings('main.js', { code, map: undefined }), { code, map: undefined })
  })
})

describe('shifted mappings', (it) => {
  it('move only the first segment behind each shift, by its difference', () => {
    // Columns 0, 4 and 20 of one line.
    assert.is(shiftMappings('AAAA,IAAI,gBAAgB', [{ line: 0, column: 4, delta: -3 }]), 'AAAA,IAAI,aAAgB')
    assert.is(shiftMappings('AAAA,IAAI,gBAAgB', [{ line: 0, column: 30, delta: 9 }]), 'AAAA,IAAI,gBAAgB')
  })
  it('take several shifts of a line in the columns from before', () => {
    const shifts = [{ line: 1, column: 0, delta: 2 }, { line: 1, column: 4, delta: 1 }]
    assert.is(shiftMappings(';AAAA,IAAI,gBAAgB', shifts), ';AAAA,MAAI,iBAAgB')
  })
})

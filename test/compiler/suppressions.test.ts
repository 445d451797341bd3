import * as assert from 'uvu/assert'
import { compile } from '../../compiler/index.ts'
import { describe } from '../harness/suite.ts'

const SLOW = "@Brain.task({ process: false, runOnStart: true, refreshRate: 60 })\n"

/** Code and line of what is said of a brain whose body this is; the body begins on line 4. */
function saidOf(body: string, module = '', files: Readonly<Record<string, string>> = {}): readonly string[] {
  const texts: Readonly<Record<string, string>> = {
    '/p/main.tsx': `import { Brain } from 'taskbrain'\n${module}\nexport class Robot extends Brain {\n${body}\n}\n`,
    ...files,
  }
  const { diagnostics } = compile({
    root: '/p', sourceRoot: '/p', outDir: '/p/.taskbrain', files: ['/p/main.tsx'],
    host: {
      readFile: (path) => texts[path],
      fileExists: (path) => path in texts,
      resolve: (specifier) => Object.keys(texts).find((path) => path.startsWith(`/p/${specifier.slice(2)}.`)),
    },
  })
  return diagnostics.map(({ code, file, line }) => `${code} ${file}:${line}`)
}

describe('a comment taskbrain-disable-next-line', (it) => {
  it('takes back the warnings of its code on the next line, and no others', () => {
    assert.equal(saidOf(`${SLOW}a() {}`), ['refresh-rate-long main.tsx:4'])
    assert.equal(saidOf(`// taskbrain-disable-next-line refresh-rate-long\n${SLOW}a() {}`), [])
    assert.equal(saidOf(`// taskbrain-disable-next-line refresh-rate-long\n\n${SLOW}a() {}\n${SLOW}b() {}`),
      ['suppression-unused main.tsx:4', 'refresh-rate-long main.tsx:6', 'refresh-rate-long main.tsx:8'])
    assert.equal(saidOf(`// taskbrain-disable-next-line task-overridden\n${SLOW}a() {}`),
      ['suppression-unused main.tsx:4', 'refresh-rate-long main.tsx:5'])
  })
  it('may be a block, name several codes, give a reason, and stand above another', () => {
    assert.equal(saidOf(`/* taskbrain-disable-next-line refresh-rate-long */\n${SLOW}a() {}`), [])
    assert.equal(saidOf(`/*\n * About this\n */\n/*\ttaskbrain-disable-next-line\n  refresh-rate-long\n*/\n${SLOW}a() {}`), [])
    assert.equal(saidOf(`//taskbrain-disable-next-line refresh-rate-long -- task-overridden is no code here\r\n${SLOW}a() {}`), [])
    const twoOnALine = `@Brain.task({ process: true, runOnStart: true, refreshRate: 60 }) a() { n++ }`
    assert.equal(saidOf(twoOnALine, 'let n = 0'), ['refresh-rate-long main.tsx:4', 'module-state-copied main.tsx:4'])
    assert.equal(saidOf(`// taskbrain-disable-next-line refresh-rate-long, module-state-copied\n${twoOnALine}`, 'let n = 0'), [])
    assert.equal(saidOf(`// taskbrain-disable-next-line refresh-rate-long\n// taskbrain-disable-next-line module-state-copied\n${twoOnALine}`, 'let n = 0'), [])
  })
  it('never takes back an error, and is not judged where there is one', () => {
    assert.equal(saidOf('// taskbrain-disable-next-line option-missing\n@Brain.task({ process: true })\na() {}'), ['option-missing main.tsx:5'])
    assert.equal(saidOf(`// taskbrain-disable-next-line refresh-rate-long\n${SLOW}a() {}\n@Brain.task({ process: true })\nb() {}`), ['option-missing main.tsx:7'])
  })
  it('is a warning of its own where it suppresses nothing', () => {
    for (const comment of ['refresh-rate-long', 'refresh-rate-lon', 'option-missing', '-- no code', '', 'suppression-unused']) {
      assert.equal(saidOf(`// taskbrain-disable-next-line ${comment}\na = 1`), ['suppression-unused main.tsx:4'], comment)
    }
  })
  it('is none in a string, a template, JSX, or another comment', () => {
    assert.equal(saidOf([
      "a = '// taskbrain-disable-next-line refresh-rate-long'",
      'b = `\n// taskbrain-disable-next-line refresh-rate-long\n${1}\n// taskbrain-disable-next-line refresh-rate-long\n`',
      'c = <p>\n// taskbrain-disable-next-line refresh-rate-long\n</p>',
      '// write // taskbrain-disable-next-line refresh-rate-long',
      '// taskbrain-disable-next-line-of-code',
    ].join('\n')), [])
  })
  it('works for what a mixin makes, in a file with a brain and in one without', () => {
    const timed = 'const Timed = (Base: typeof Brain) => class extends Base {}'
    const robot = '// taskbrain-disable-next-line brain-from-mixin\nexport const Robot = Timed(Brain)'
    assert.equal(saidOf('a = 1', `${timed}\nexport const Crane = Timed(Brain)\n${robot}`), ['brain-from-mixin main.tsx:3'])
    assert.equal(saidOf('', '', { '/p/main.tsx': `import { Brain } from 'taskbrain'\n${timed}\n${robot}\nexport const Crane = Timed(Brain)` }), ['brain-from-mixin main.tsx:5'])
  })
  it('works in a file that another one takes its base class from, and is judged in its own build', () => {
    const base = `import { Brain } from 'taskbrain'\nexport class Base extends Brain {\n// taskbrain-disable-next-line refresh-rate-long\n${SLOW}a() {}\n// taskbrain-disable-next-line task-overridden\nb = 1\n}\n`
    assert.equal(saidOf('c = 1', "import { Base } from './base'\nexport class Other extends Base {}", { '/p/base.ts': base }), [])
  })
})

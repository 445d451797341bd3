import { isUtf8 } from 'node:buffer'
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { check } from '../../src/build.ts'
import { resolveConfig } from '../../src/config.ts'
import { textOf, unreadableByte } from '../../src/source-text.ts'
import { built, codes, outputs } from '../harness/build.ts'
import { scratchProject, SMALL_BRAIN } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'

describe('a file', (it) => {
  it('reads UTF-16 by its byte order mark', async () => {
    const text = Buffer.from(`\uFEFF${SMALL_BRAIN['src/main.brain.ts']}`, 'utf16le')
    using plain = scratchProject(SMALL_BRAIN)
    await built(plain)
    for (const bytes of [text, Buffer.from(text).swap16()]) {
      using project = scratchProject(SMALL_BRAIN)
      writeFileSync(join(project.dir, 'src/main.brain.ts'), bytes)
      assert.equal((await built(project)).diagnostics, [])
      assert.is(project.read('.taskbrain/main.brain.js'), plain.read('.taskbrain/main.brain.js'))
    }
  })
  it('says at the first byte that is no UTF-8, in whichever module a brain reaches, and writes nothing', async () => {
    for (const [path, place] of [['src/main.brain.ts', '1:5'], ['src/square.ts', '1:5']] as const) {
      using project = scratchProject(SMALL_BRAIN)
      writeFileSync(join(project.dir, path), Buffer.concat([Buffer.from('//é\uFFFD'), Buffer.from([0xe9]), Buffer.from(`\n${SMALL_BRAIN[path]}`)]))
      assert.equal(codes(await built(project)), [`source-encoding ${path}:${place}`])
      assert.equal(project.list('.taskbrain'), [])
    }
  })
  it('is not waited for where it is a pipe', async () => {
    if (sep !== '/') return
    using project = scratchProject({ 'src/main.brain.ts': SMALL_BRAIN['src/main.brain.ts'].replace('./square.js', './square.ts') })
    execFileSync('mkfifo', [join(project.dir, 'src/square.ts')])
    const result = await built(project)
    assert.equal(codes(result), ['bundle-failed src/main.brain.ts:2:24'])
    assert.is(result.diagnostics[0]?.message, '`src/square.ts` is no file that can be read.')
  })
  it('says what of a tsconfig can not be taken', async () => {
    const cases: readonly (readonly [files: Record<string, string>, found: readonly string[]])[] = [
      [{ 'tsconfig.json': '{ // one\n  "compilerOptions": { "strict": true, },\n}\n' }, []],
      [{ 'tsconfig.json': '' }, []],
      [{ 'tsconfig.json': '{\n  "extends": "./base.json"\n  "files": []\n}\n' }, ['config-syntax tsconfig.json:3:3']],
      [{ 'tsconfig.json': '{ "extends": ["./base"] }', 'base.json': '{ "files": [ }' }, ['config-syntax base.json:1:14']],
      [{ 'tsconfig.json': '{ "extends": ["./base", "./more"] }', 'base.json': '{}' }, ['config-extends tsconfig.json:1:25']],
      [{ 'tsconfig.json': '{ "extends": "@acme/config" }' }, ['config-extends tsconfig.json:1:14']],
      [{ 'tsconfig.json': '{ "extends": "@acme/config/strict" }', 'node_modules/@acme/config/package.json': '{ "exports": { "./strict": "./s.json" } }' }, []],
      [{ 'tsconfig.json': '{ "extends": "./a" }', 'a.json': '{ "extends": "./b" }', 'b.json': '{ "extends": "./a.json" }' }, ['config-extends a.json:1:14', 'config-extends b.json:1:14']],
      [{ 'tsconfig.json': '{ "extends": "./tsconfig.json" }' }, ['config-extends tsconfig.json:1:14']],
    ]
    for (const [files, found] of cases) {
      using project = scratchProject({ ...SMALL_BRAIN, ...files })
      const result = await built(project)
      assert.equal(codes(result), found, JSON.stringify(files))
      assert.is(result.files.length > 0, !found.join().includes('config-syntax'))
    }
  })
  it('asks the type checker without a tsconfig that can not be read', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'src/main.brain.ts': SMALL_BRAIN['src/main.brain.ts'].replace('total = 0', 'total = square(2)'), 'tsconfig.json': '{ "files": ' })
    assert.equal(codes(await built(project)), ['config-syntax tsconfig.json:1:11'])
  })
  it('builds a file by whatever name the disk allows, and every module finds the others', async () => {
    const names = ['a b', 'a#b', 'a?b', '100%', "a'b", 'a*b', '[a]', 'a\u2028b', 'a\nb', 'a\\b']
    for (const name of sep === '/' ? names : ['a b', 'a#b', '100%', "a'b", '[a]', 'a\u2028b']) {
      using project = scratchProject({ 'src/square.ts': SMALL_BRAIN['src/square.ts'], [`src/${name}.brain.ts`]: SMALL_BRAIN['src/main.brain.ts'] }, name)
      const { diagnostics, brains } = await built(project)
      assert.equal(diagnostics, [], name)
      assert.equal(brains.map((brain) => brain.source), [`src/${name}.brain.ts`])
      for (const [path, text] of Object.entries(outputs(project)).filter(([path]) => path.endsWith('.js'))) {
        const linked = [...text.matchAll(/(?:\bfrom |\bnew URL\()"(\.[^"]*)"/g)].map(([, url]) => new URL(url!, pathToFileURL(join(project.dir, '.taskbrain', path))))
        for (const url of linked) assert.ok(existsSync(url), `${path} → ${url.href}`)
      }
    }
  })
})

describe('syntax that is nested too deep', (it) => {
  const terms = (count: number): string => Array(count).fill('1').join(' + ')
  const nested = (open: string, close: string): string => `${open.repeat(9_000)}1${close.repeat(9_000)}`

  it('is said where it is deepest, in the brain or in the module that a brain reaches', async () => {
    for (const [path, code] of [['src/main.brain.ts', 'error source-too-deep src/main.brain.ts'], ['src/square.ts', 'error source-too-deep src/square.ts']] as const) {
      for (const [text, column] of [[terms(9_000), 14], [nested('[', ']'), 9_013], [nested('(', ')'), 9_013], [nested('true ? 1 : ', ''), undefined]] as const) {
        using project = scratchProject({ ...SMALL_BRAIN, [path]: `${SMALL_BRAIN[path]}\nclass Deep {}\n\nconst deep = ${text}\nconsole.log(deep, Deep)\n` })
        const [found, ...others] = (await built(project)).diagnostics
        assert.equal(others, [])
        assert.is(`${found?.severity} ${found?.code} ${found?.file}`, code)
        assert.is(found?.line, SMALL_BRAIN[path].split('\n').length + 3)
        if (column !== undefined) assert.is(found?.column, column)
        assert.equal(project.list('.taskbrain'), [])
      }
    }
  })
  it('is no matter in a module that is data alone', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'src/square.ts': `export const total = ${terms(9_000)}\n${SMALL_BRAIN['src/square.ts']}` })
    assert.equal((await built(project)).diagnostics, [])
  })
})

describe('an enum that is declared constant', (it) => {
  it('gives its values in every module that a brain reaches', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'src/square.ts': "import { Power } from './powers'\nexport const square = (n: number) => n ** Power.Two\n", 'src/powers.ts': 'export declare const enum Power { One = 1, Two }\n' })
    assert.equal((await built(project)).diagnostics, [])
    assert.match(Object.values(outputs(project)).join('\n'), /n \*\* 2\b/)
  })
})

describe('the first byte that is no UTF-8', (it) => {
  it('is found in whatever bytes there are, behind text that was read whole', () => {
    const bytes = fc.array(fc.constantFrom(0x41, 0xef, 0xbf, 0xbd, 0xe2, 0x82, 0xac, 0xff, 0xf0, 0x9f, 0xa4, 0x96), { maxLength: 12 })
    fc.assert(fc.property(bytes, (numbers) => {
      const given = Buffer.from([0x20, ...numbers])
      const found = unreadableByte(given)
      assert.is(found === undefined, isUtf8(given))
      if (!found) return
      const before = Buffer.from(textOf(given).slice(0, found.at))
      assert.ok(given.subarray(0, before.length).equals(before))
      assert.is(given[before.length], found.byte)
      assert.not.ok([1, 2, 3, 4].some((length) => isUtf8(given.subarray(before.length, before.length + length)) && given.length >= before.length + length))
    }))
  })
})

describe('what only the bundler sees', (it) => {
  it('is said where it stands, also on a line that the compiler edits', async () => {
    const mistakes: readonly (readonly [line: string, place: string, related?: string])[] = [
      ['class P { #a = 1; #a = 2 }', '3:19', '3:11'],
      ['class P { m() { return this.#b } }', '3:29'],
      ['export class É { é = 1; m() { return super() } }', '3:38'],
      ['class P { constructor() {} constructor() {} }', '3:28'],
      ['let é = 1; let é = 2', '3:16', '3:5'],
      ['const q = 1; q = 2', '3:14', '3:7'],
      ['square = 2', '3:1'],
      ['const o = async () => { for await (const x of [await 1]) { break missing } }', '3:66'],
    ]
    for (const [line, place, related] of mistakes) {
      using project = scratchProject({ ...SMALL_BRAIN, 'src/main.brain.ts': SMALL_BRAIN['src/main.brain.ts'].replace("'./square.js'\n", `'./square.js'\n${line}\n`) })
      const result = await built(project)
      assert.equal(codes(result), [`bundle-failed src/main.brain.ts:${place}`], line)
      assert.equal(result.diagnostics[0]?.related.map((at) => `${at.file}:${at.line}:${at.column}`), related ? [`src/main.brain.ts:${related}`] : [], line)
    }
  })
  it('does not count a brain as built that could not be bundled', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'src/square.ts': 'export const cube = 1\n' })
    assert.equal((await built(project)).brains, [])
    assert.equal((await check(resolveConfig({ cwd: project.dir, patterns: [] }))).brains, [])
  })
})

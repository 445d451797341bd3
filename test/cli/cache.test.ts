import { mkdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import * as assert from 'uvu/assert'
import { build, type BuildResult, type Compiler, loadOwnCompiler } from '../../src/build.ts'
import { resolveConfig } from '../../src/config.ts'
import { hashOf } from '../../src/hash.ts'
import { taskbrain } from '../harness/command.ts'
import type { Call } from '../harness/build.ts'
import { scratchProject, SMALL_BRAIN, type ScratchProject } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'

const MAIN = SMALL_BRAIN['src/main.brain.ts']
const CACHE = '.taskbrain/cache.json'

/** The result, and whether a compiler was loaded for it. */
async function built(project: ScratchProject, call: Call = {}): Promise<BuildResult & { compiled: boolean }> {
  let compiled = false
  const loadCompiler = (saved?: string): Promise<Compiler> => {
    compiled = true
    return loadOwnCompiler(saved)
  }
  return { ...await build(resolveConfig({ cwd: project.dir, patterns: [], ...call }), { loadCompiler }), compiled }
}

/** Whether a build compiles, in order: the first one, one after each of the changes, and one more after each of these. */
async function compilesAfter(project: ScratchProject, ...changes: readonly (() => void)[]): Promise<void> {
  assert.is((await built(project)).compiled, true, 'first')
  assert.is((await built(project)).compiled, false, 'nothing changed')
  for (const [index, change] of changes.entries()) {
    change()
    assert.is((await built(project)).compiled, true, `change ${index}`)
    assert.is((await built(project)).compiled, false, `nothing after change ${index}`)
  }
}

/** `mode` has the type that `Mode` is: only the type checker knows. */
const TYPED = {
  'src/main.brain.ts': `import { Brain } from 'taskbrain'
import { pick } from './pick'
export class MainBrain extends Brain {
  mode = pick()
  @Brain.task({ process: false, runOnStart: true })
  go() {}
}
`,
  'src/pick.ts': "import type { Mode } from './kinds'\nexport const pick = (): Mode => JSON.parse('1')\n",
  'src/kinds/index.ts': 'export type Mode = number\n',
}

/** A cache as a build of ours writes it. */
const signed = (build: object, readings: string): string => JSON.stringify({ checksum: hashOf(`${JSON.stringify(build)}\n${readings}`), build, readings })

function withReadings(cache: string, change: (readings: string) => string): string {
  const { build, readings } = JSON.parse(cache) as { build: object; readings: string }
  return signed(build, gzipSync(change(gunzipSync(Buffer.from(readings, 'base64')).toString())).toString('base64'))
}

describe('a build when nothing changed', (it) => {
  it('loads no compiler and says what the last one said', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'src/main.brain.ts': MAIN.replace('process: false,', 'process: false, refreshRate: 50,') })
    const { compiled: _, ...first } = await built(project)
    const { compiled, ...again } = await built(project)
    assert.is(compiled, false)
    assert.equal(first.diagnostics.map(({ code }) => code), ['refresh-rate-long'])
    assert.equal(again, { ...first, written: [], unchanged: first.files })
  })
  it('loads neither parser, bundler nor globs as a process', async () => {
    using project = scratchProject(SMALL_BRAIN)
    assert.is((await taskbrain(['build'], { cwd: project.dir })).exitCode, 0)
    const { exitCode, stdout } = await taskbrain(['build'], { cwd: project.dir, env: { NODE_V8_COVERAGE: join(project.dir, 'coverage') } })
    assert.is(exitCode, 0)
    assert.match(stdout, '0 written')
    const loaded = project.list('coverage').flatMap((path) =>
      (JSON.parse(project.read(`coverage/${path}`)) as { result: { url: string }[] }).result.map(({ url }) => url)).join('\n')
    assert.match(loaded, 'dist/cli.mjs')
    for (const name of ['ts-morph', 'esbuild', 'tinyglobby', 'magic-string', 'chokidar', 'dist/compiler.mjs']) assert.not.match(loaded, name)
  })
  it('looks at contents, never at times', async () => {
    using project = scratchProject(SMALL_BRAIN)
    await built(project)
    for (const path of ['src/main.brain.ts', '.taskbrain/main.brain.js', CACHE]) utimesSync(join(project.dir, path), 1, 1)
    assert.is((await built(project)).compiled, false)
  })
  it('is not troubled by files that no brain reaches', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'src/other.ts': 'export const other = 1\n' })
    await built(project)
    project.write('src/other.ts', 'export const other = 2\n')
    project.write('src/new.ts', 'export const added = 2\n')
    project.write('.taskbrain/mine.txt', 'mine')
    assert.equal([(await built(project)).compiled, (await built(project)).lookedAt], [false, 4])
  })
  it('gives the same cache in another folder, with no path and no time inside', async () => {
    using project = scratchProject(TYPED)
    using other = scratchProject(TYPED, 'elsewhere')
    await built(project)
    await built(other)
    assert.is(project.read(CACHE), other.read(CACHE))
    assert.not.match(project.read(CACHE), new RegExp(`${process.cwd()}|${new Date().getFullYear()}-`))
  })
  it('holds for a copy of the project', async () => {
    using project = scratchProject(SMALL_BRAIN)
    await built(project)
    using copy = scratchProject(Object.fromEntries(project.list('.').map((path) => [path, project.read(path)])), 'copy')
    assert.is((await built(copy)).compiled, false)
  })
})

describe('a build is made again', (it) => {
  it('when a source, a module that it bundles, or data changed', async () => {
    using project = scratchProject({
      ...SMALL_BRAIN,
      'src/square.ts': `import { zero } from './data.json'\n${SMALL_BRAIN['src/square.ts'].replace('< 0', '< zero')}`,
      'src/data.json': '{ "zero": 0 }',
    })
    await compilesAfter(project,
      () => project.write('src/main.brain.ts', MAIN.replace('compute(4)', 'compute(5)')),
      () => project.write('src/square.ts', project.read('src/square.ts').replace('negative', 'below zero')),
      () => project.write('src/data.json', '{ "zero": 1 }'))
    assert.match(project.read('.taskbrain/main.brain.MainBrain.compute.worker.js'), 'below zero')
  })
  it('when a base class changed', async () => {
    using project = scratchProject({
      ...SMALL_BRAIN,
      'src/base.ts': "import { Brain } from 'taskbrain'\nexport class Base extends Brain {\n  start = 1\n}\n",
      'src/main.brain.ts': MAIN.replace('extends Brain', 'extends Base').replace('\n\n', "\nimport { Base } from './base'\n\n"),
    })
    await compilesAfter(project, () => project.write('src/base.ts', project.read('src/base.ts').replace('start = 1', 'begin = true')))
    assert.match(project.read('.taskbrain/main.brain.MainBrain.state.js'), 'begin')
  })
  it('when a type changed that only the type checker follows, or another file takes its place', async () => {
    using project = scratchProject(TYPED)
    const kind = (): string | undefined => /"?kind"?: "(\w+)"/.exec(project.read('.taskbrain/main.brain.MainBrain.state.js'))?.[1]
    await compilesAfter(project)
    assert.is(kind(), 'number')
    project.write('src/kinds/index.ts', 'export type Mode = boolean\n')
    assert.equal([(await built(project)).compiled, kind()], [true, 'boolean'])
    assert.is((await built(project)).compiled, false)
    project.write('src/kinds.ts', 'export type Mode = string\n')
    assert.equal([(await built(project)).compiled, kind()], [true, 'value'])
    assert.is((await built(project)).compiled, false)
  })
  it('when types are installed that were missing, in the project or above', async () => {
    const files = { ...TYPED, 'src/pick.ts': "import type { Mode } from 'modes'\nexport const pick = (): Mode => JSON.parse('1')\n" }
    const install = (project: ScratchProject, folder: string, type: string): void => {
      project.write(`${folder}node_modules/modes/package.json`, '{ "name": "modes", "version": "1.0.0", "types": "index.d.ts" }')
      project.write(`${folder}node_modules/modes/index.d.ts`, `export type Mode = ${type}\n`)
    }
    using project = scratchProject(files, 'packages/app')
    await compilesAfter(project,
      () => install(project, '../../', 'number'),
      () => install(project, '../../', 'boolean'),
      () => install(project, '', 'string'))
  })
  it('when an import leads elsewhere: a new file, a path of the tsconfig, an import of the package', async () => {
    using project = scratchProject({
      ...SMALL_BRAIN,
      'src/main.brain.ts': MAIN.replace('./square.js', '@/lib').replace('\n\n', "\nimport './start'\nimport '#own'\n\n"),
      'src/lib/index.ts': SMALL_BRAIN['src/square.ts'],
      'lib/index.ts': SMALL_BRAIN['src/square.ts'],
      'src/start/index.ts': 'console.log(1)\n',
      'src/own.ts': 'console.log(2)\n',
      'src/mine.ts': 'console.log(3)\n',
      'package.json': '{ "type": "module", "imports": { "#own": "./src/own.ts" } }',
      'base.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
      'tsconfig.json': '{ "extends": "./base" }',
    })
    await compilesAfter(project,
      () => project.write('src/start.ts', 'console.log(4)\n'),
      () => project.write('src/lib.ts', SMALL_BRAIN['src/square.ts']),
      () => project.write('base.json', '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }'),
      () => project.write('package.json', '{ "type": "module", "imports": { "#own": "./src/mine.ts" } }'),
      () => project.write('src/tsconfig.json', '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }'))
  })
  it('when a file with a brain came or went', async () => {
    using project = scratchProject(SMALL_BRAIN)
    await compilesAfter(project,
      () => project.write('src/second.brain.ts', MAIN),
      () => project.remove('src/second.brain.ts'))
    assert.equal(project.list('.taskbrain').filter((path) => path.startsWith('second')), [])
  })
  it('when an output was changed or deleted by hand', async () => {
    using project = scratchProject(SMALL_BRAIN)
    const good = (await built(project)).files.map((path) => [path, project.read(`.taskbrain/${path}`)])
    for (const [path] of good) {
      project.write(`.taskbrain/${path}`, path === 'package.json' ? '{ "type": "module" }' : 'changed')
      assert.is((await built(project)).compiled, true, `${path} changed`)
      project.remove(`.taskbrain/${path}`)
      assert.is((await built(project)).compiled, true, `${path} deleted`)
    }
    assert.equal((await built(project)).files.map((path) => [path, project.read(`.taskbrain/${path}`)]), good)
  })
  it('where its output was checked in, and is that of an older source', async () => {
    const names = (project: ScratchProject): readonly string[] => project.list('.taskbrain')
    const textsOf = (project: ScratchProject): readonly string[] => names(project).map((name) => project.read(`.taskbrain/${name}`))
    using older = scratchProject(SMALL_BRAIN)
    await built(older)
    const newer = { ...SMALL_BRAIN, 'src/main.brain.ts': MAIN.replaceAll('compute', 'reckon') }
    using fresh = scratchProject(newer)
    await built(fresh)
    for (const withCache of [true, false]) {
      const checkedIn = names(older).filter((name) => withCache || name !== 'cache.json').map((name) => [`.taskbrain/${name}`, older.read(`.taskbrain/${name}`)])
      using project = scratchProject({ ...newer, ...Object.fromEntries(checkedIn) })
      assert.is((await built(project)).compiled, true)
      assert.equal([names(project), textsOf(project)], [names(fresh), textsOf(fresh)])
    }
  })
  it('when it is called otherwise', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'src/deep/two.brain.ts': MAIN.replace('./square', '../square') })
    await built(project)
    for (const call of [{ root: '.' }, { patterns: ['src/main.brain.ts'] }, { patterns: ['src'] }, { outDir: 'out' }, {}]) {
      assert.is((await built(project, call)).compiled, true, JSON.stringify(call))
      assert.is((await built(project, call)).compiled, false, `${JSON.stringify(call)} again`)
    }
    assert.is((await built(project, { outDir: 'out' })).compiled, false)
  })
  it('by another version', async () => {
    using project = scratchProject(SMALL_BRAIN)
    await built(project)
    const { build, readings } = JSON.parse(project.read(CACHE)) as { build: { call: { taskbrain: string } }; readings: string }
    project.write(CACHE, signed(build, readings))
    assert.is((await built(project)).compiled, false)
    build.call.taskbrain = '0.0.9'
    project.write(CACHE, signed(build, readings))
    assert.is((await built(project)).compiled, true)
  })
  it('where the cache is missing, cut off, of somebody else, or changed by hand', async () => {
    using project = scratchProject(SMALL_BRAIN)
    await built(project)
    const good = project.read(CACHE)
    for (const text of ['', good.slice(0, 400), 'null', '7', '{}', '[]', '{ "checksum": 1, "build": null }', good.replace('"diagnostics": []', '"diagnostics": 7'), good.replace('"readings": "', '$&x')]) {
      project.write(CACHE, text)
      const { compiled, diagnostics } = await built(project)
      assert.equal([compiled, diagnostics, project.read(CACHE)], [true, [], good], text.slice(0, 40))
    }
    project.remove(CACHE)
    mkdirSync(join(project.dir, CACHE))
    const { compiled, written, files } = await built(project)
    assert.equal([compiled, written, files.includes('main.brain.js')], [true, [], true])
  })
})

describe('a build with errors', (it) => {
  it('is never taken for a good one, and leaves the last good one standing', async () => {
    using project = scratchProject(SMALL_BRAIN)
    await built(project)
    project.write('src/main.brain.ts', MAIN.replace('process: true, ', ''))
    for (const _ of [1, 2]) {
      const { compiled, diagnostics } = await built(project)
      assert.equal([compiled, diagnostics[0]?.code], [true, 'option-missing'])
    }
    project.write('src/main.brain.ts', MAIN)
    const mended = await built(project)
    assert.equal([mended.compiled, mended.diagnostics, mended.written], [false, [], []])
  })
  it('that wrote other files is followed by one that compiles', async () => {
    const other = MAIN.replaceAll('MainBrain', 'OtherBrain')
    using project = scratchProject({ ...SMALL_BRAIN, 'src/other.brain.ts': other })
    await built(project)
    project.write('src/main.brain.ts', MAIN.replace('process: true, ', ''))
    project.write('src/other.brain.ts', other.replace('compute(4)', 'compute(5)'))
    await built(project)
    project.write('src/main.brain.ts', MAIN)
    project.write('src/other.brain.ts', other)
    assert.is((await built(project)).compiled, true)
    assert.match(project.read('.taskbrain/other.brain.js'), 'compute(4)')
  })

  it('hands what the compiler understood to the next one, which reads only what changed', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'src/other.brain.ts': MAIN.replace('MainBrain', 'OtherBrain').replaceAll('total', 'others') })
    const types = '.taskbrain/other.brain.OtherBrain.state.d.ts'
    await built(project)
    const good = project.read(types)
    // Only one that takes it from there says so. As long as it was: the places in it stay.
    project.write(CACHE, withReadings(project.read(CACHE), (readings) => readings.replaceAll('others', 'elders')))
    project.write('src/main.brain.ts', `${MAIN}// changed\n`)
    await built(project)
    assert.is(project.read(types), good.replaceAll('others', 'elders'))
    const { build, readings } = JSON.parse(withReadings(project.read(CACHE), (text) => text.replaceAll('others', 'elders'))) as { build: { call: { taskbrain: string } }; readings: string }
    build.call.taskbrain += ' of somebody else'
    project.write(CACHE, signed(build, readings))
    await built(project)
    assert.is(project.read(types), good)
  })

  it('does without what the compiler understood where that can\'t be read', async () => {
    using project = scratchProject(SMALL_BRAIN)
    await built(project)
    const cache = project.read(CACHE)
    const spoilt = ['""', '"bm90aGluZw=="', '7', '{}']
    for (const [index, readings] of spoilt.entries()) {
      project.write(CACHE, cache.replace(/"readings": ".*"/, `"readings": ${readings}`))
      project.write('src/main.brain.ts', `${MAIN}// ${index}\n`)
      assert.equal((await built(project)).diagnostics, [])
    }
    for (const change of [() => 'null', () => '[]', () => '["/src","{}"]']) {
      project.write(CACHE, withReadings(cache, change))
      project.write('src/main.brain.ts', `${MAIN}// ${change}\n`)
      assert.equal((await built(project)).diagnostics, [])
    }
  })
})

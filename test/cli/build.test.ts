import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { configMistake, deepestPlace, isSuppressed, moduleFindings, reachedFiles, ownPlaces, transformModule } from '../../compiler/index.ts'
import type { Manifest } from '../../src/contract/manifest.ts'
import { type BuildContext, type BuildResult, check, type Compiler } from '../../src/build.ts'
import { resolveConfig, UsageError } from '../../src/config.ts'
import { built, codes, outputs } from '../harness/build.ts'
import { originOf } from '../harness/origin.ts'
import { scratchProject, SMALL_BRAIN } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'

async function usageErrorOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
  } catch (error) {
    assert.instance(error, UsageError)
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}

/** Loads the compiler never: for what must be known before. */
const NO_COMPILER: BuildContext = {
  loadCompiler: () => {
    throw new Error('the compiler was loaded')
  },
}

describe('a build', (it) => {
  it('writes a module, workers, the state and their declarations, and one manifest that names them', async () => {
    using project = scratchProject(SMALL_BRAIN)
    const result = await built(project)
    assert.equal(codes(result), [])
    const named = ['main.brain.js', 'main.brain.js.map', 'main.brain.d.ts', 'main.brain.MainBrain.compute.worker.js',
      'main.brain.MainBrain.compute.worker.js.map', 'main.brain.MainBrain.state.js', 'main.brain.MainBrain.state.d.ts', 'package.json']
    const manifest = JSON.parse(project.read('.taskbrain/manifest.json')) as Manifest
    for (const file of named) assert.ok(manifest.files.includes(file), file)
    assert.equal([...manifest.files, 'cache.json', 'manifest.json'].sort(), project.list('.taskbrain'))
    assert.equal(manifest.files, [...manifest.files].sort())
    assert.equal(manifest.brains, [{
      id: 'main.brain#MainBrain',
      name: 'MainBrain',
      source: 'src/main.brain.ts',
      module: 'main.brain.js',
      state: 'main.brain.MainBrain.state.js',
      tasks: [
        { name: 'compute', process: true, runOnStart: 'false', worker: 'main.brain.MainBrain.compute.worker.js' },
        { name: 'play', process: false, runOnStart: 'true' },
      ],
    }])
    assert.equal(JSON.parse(project.read('.taskbrain/package.json')), { type: 'module' })
  })
  it('keeps packages as imports and links workers and states by relative URLs', async () => {
    using project = scratchProject(SMALL_BRAIN)
    await built(project)
    const main = project.read('.taskbrain/main.brain.js')
    assert.match(main, /from "taskbrain"/)
    assert.match(main, 'new URL("./main.brain.MainBrain.compute.worker.js", import.meta.url)')
    assert.match(main, 'from "./main.brain.MainBrain.state.js"')
    for (const text of Object.values(outputs(project))) assert.not.match(text, /taskbrain:(?:state|worker|slice)/)
  })
  it('maps every token back to the file it was written in', async () => {
    using project = scratchProject(SMALL_BRAIN)
    await built(project)
    const worker = '.taskbrain/main.brain.MainBrain.compute.worker.js'
    assert.is(originOf(project, worker, 'square(n);'), 'src/main.brain.ts:10 square')
    assert.is(originOf(project, worker, 'compute(n)'), 'src/main.brain.ts:8 compute')
    assert.is(originOf(project, '.taskbrain/main.brain.js', 'result'), 'src/main.brain.ts:16 result')
    const map = JSON.parse(project.read(`${worker}.map`)) as { sources: string[]; sourcesContent?: string[] }
    assert.equal(map.sources.toSorted(), ['../src/main.brain.ts', '../src/square.ts'])
    // Every worker would have the whole source.
    assert.is(map.sourcesContent, undefined)
  })
  it('makes a module of the project once for all that reach it', async () => {
    using project = scratchProject({
      ...SMALL_BRAIN,
      'src/square.ts': `console.log('loaded once')\n${SMALL_BRAIN['src/square.ts']}`,
      'src/other.brain.ts': SMALL_BRAIN['src/main.brain.ts'].replaceAll('MainBrain', 'OtherBrain'),
    })
    await built(project)
    const holders = Object.entries(outputs(project)).filter(([path, text]) => path.endsWith('.js') && text.includes('loaded once'))
    assert.is(holders.length, 1)
  })
  it('gives the same bytes twice and in another folder, with no path of the machine inside', async () => {
    using project = scratchProject(SMALL_BRAIN)
    using other = scratchProject(SMALL_BRAIN, 'elsewhere')
    await built(project)
    const first = outputs(project)
    project.remove('.taskbrain')
    await built(project)
    await built(other)
    assert.equal(outputs(project), first)
    assert.equal(outputs(other), first)
    for (const [path, text] of Object.entries(first)) assert.not.match(text, new RegExp(`${project.dir}|${process.cwd()}`), path)
  })
  it('gives the same bytes whatever the tsconfig, or one that it extends, says of decorators', async () => {
    const outputsFor = async (base: string): Promise<Record<string, string>> => {
      using project = scratchProject({ ...SMALL_BRAIN, 'tsconfig.json': '{ "extends": "./base.json" }', 'base.json': base })
      await built(project)
      const { 'cache.json': _, ...written } = outputs(project)
      return written
    }
    const expected = await outputsFor('{}')
    assert.equal(await outputsFor('{ "compilerOptions": { "experimentalDecorators": true, "emitDecoratorMetadata": true } }'), expected)
    for (const [path, text] of Object.entries(expected)) if (path.endsWith('.js')) assert.not.match(text, /@|__decorate/, path)
  })
  it('rewrites a file only when it changes', async () => {
    using project = scratchProject(SMALL_BRAIN)
    const first = await built(project)
    assert.equal([first.unchanged, first.deleted], [[], []])
    assert.equal([...first.written, 'cache.json'].sort(), project.list('.taskbrain'))
    const again = await built(project)
    assert.equal([again.written, again.deleted], [[], []])
    project.write('src/main.brain.ts', SMALL_BRAIN['src/main.brain.ts'].replace('compute(4)', 'compute(5)'))
    const changed = await built(project)
    assert.equal(changed.written, ['main.brain.js', 'manifest.json'])
  })
  it('deletes what the last build made and this one does not, and nothing else', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'src/deep/two.brain.ts': SMALL_BRAIN['src/main.brain.ts'].replace('./square', '../square') })
    await built(project)
    assert.ok(project.list('.taskbrain').includes('deep/two.brain.js'))
    project.write('.taskbrain/mine.txt', 'kept')
    project.remove('src/deep')
    const result = await built(project)
    assert.ok(result.deleted.includes('deep/two.brain.js'))
    assert.equal(project.list('.taskbrain').filter((path) => path.startsWith('deep/')), [])
    assert.not.ok(existsSync(join(project.dir, '.taskbrain/deep')))
    assert.is(project.read('.taskbrain/mine.txt'), 'kept')
  })
  it('keeps what it was not asked to look at', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'src/deep/two.brain.ts': SMALL_BRAIN['src/main.brain.ts'].replace('./square', '../square') })
    await built(project)
    const before = project.list('.taskbrain')
    const result = await built(project, { patterns: ['src/main.brain.ts'] })
    assert.equal([result.deleted, project.list('.taskbrain')], [[], before])
    const { brains } = JSON.parse(project.read('.taskbrain/manifest.json')) as Manifest
    assert.equal(brains.map((brain) => brain.source), ['src/deep/two.brain.ts', 'src/main.brain.ts'])
  })
  it('deletes nothing outside of the out dir, whatever the manifest says', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'precious.txt': 'x' })
    await built(project)
    const manifest = JSON.parse(project.read('.taskbrain/manifest.json')) as Manifest
    project.write('.taskbrain/manifest.json', JSON.stringify({ ...manifest, files: [...manifest.files, '../precious.txt', '..', '', 7] }))
    const result = await built(project)
    assert.equal(result.deleted, [])
    assert.is(project.read('precious.txt'), 'x')
  })
  it('makes its way with a manifest that can not be read', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, '.taskbrain/manifest.json': '{ broken' })
    const result = await built(project)
    assert.ok(result.written.includes('manifest.json'))
  })
  it('mirrors the path below src, else below the project, else below --root', async () => {
    const brain = "import { Brain } from 'taskbrain'\nexport class A extends Brain {\n  @Brain.task({ process: false, runOnStart: true })\n  go() {}\n}\n"
    using project = scratchProject({ 'src/arm/left.brain.ts': brain, 'tools/fix.brain.ts': brain })
    const module = ({ brains }: BuildResult): readonly string[] => brains.map((each) => each.module).toSorted()
    assert.equal(module(await built(project)), ['arm/left.brain.js', 'tools/fix.brain.js'])
    assert.equal(module(await built(project, { patterns: ['src'], root: 'src/arm' })), ['left.brain.js'])
    assert.equal(module(await built(project, { patterns: ['src/**/*.ts'], root: '.', outDir: 'out' })), ['src/arm/left.brain.js'])
    assert.ok(project.list('out').includes('src/arm/left.brain.js'))
  })
  it('takes paths with spaces, #, %, brackets and accents', async () => {
    using project = scratchProject({
      'src/50% of #1/[é].brain.ts': SMALL_BRAIN['src/main.brain.ts'].replace('./square.js', '../square.js'),
      'src/square.ts': SMALL_BRAIN['src/square.ts'],
    }, 'a b#c%20é')
    const result = await built(project)
    assert.equal(codes(result), [])
    assert.match(project.read('.taskbrain/50% of #1/[é].brain.js'), 'new URL("./%5B%C3%A9%5D.brain.MainBrain.compute.worker.js", import.meta.url)')
    assert.is(originOf(project, '.taskbrain/50% of #1/[é].brain.MainBrain.compute.worker.js', 'square(n);'), 'src/50% of #1/[é].brain.ts:10 square')
    const alone = await built(project, { patterns: ['src/50% of #1/[é].brain.ts'], outDir: 'o' })
    assert.is(alone.brains.length, 1)
  })
  it('looks past node_modules, dist, folders with a dot, declarations and its own output', async () => {
    const brain = SMALL_BRAIN['src/main.brain.ts']
    using project = scratchProject({
      'node_modules/a/a.ts': brain, 'dist/a.ts': brain, '.cache/a.ts': brain, 'src/a.d.ts': brain, '.taskbrain/b.ts': brain, 'out/c.ts': brain,
    })
    const result = await built(project, { outDir: 'out' }, NO_COMPILER)
    assert.equal([result.lookedAt, result.brains], [0, []])
  })
  it('finds a file once, whatever links lead to its folder', async () => {
    using project = scratchProject(SMALL_BRAIN)
    symlinkSync('..', join(project.dir, 'src/loop'))
    assert.equal((await built(project)).brains.map((brain) => brain.module), ['main.brain.js'])
  })
  it('loads no compiler where no file may hold a brain, and leaves nothing behind', async () => {
    using project = scratchProject({ 'src/a.ts': 'export class A {}\n' })
    const result = await built(project, {}, NO_COMPILER)
    assert.equal([result.lookedAt, result.brains, project.list('.')], [1, [], ['package.json', 'src/a.ts']])
  })
})

describe('a build with errors', (it) => {
  it('keeps the last good output of the file, writes the others, and deletes nothing', async () => {
    const other = SMALL_BRAIN['src/main.brain.ts'].replaceAll('MainBrain', 'OtherBrain')
    using project = scratchProject({ ...SMALL_BRAIN, 'src/other.brain.ts': other })
    await built(project)
    const before = outputs(project)
    project.write('src/main.brain.ts', SMALL_BRAIN['src/main.brain.ts'].replace('process: true, ', ''))
    project.write('src/other.brain.ts', other.replace('compute(4)', 'compute(5)'))
    const result = await built(project)
    assert.ok(result.diagnostics.some((found) => found.severity === 'error' && found.file === 'src/main.brain.ts'))
    assert.equal(result.deleted, [])
    assert.is(project.read('.taskbrain/main.brain.js'), before['main.brain.js'])
    assert.match(project.read('.taskbrain/other.brain.js'), 'compute(5)')
    const manifest = JSON.parse(project.read('.taskbrain/manifest.json')) as Manifest
    assert.equal(manifest.brains.map((brain) => brain.name), ['MainBrain', 'OtherBrain'])
    for (const file of Object.keys(before)) assert.ok(/^(?:manifest|cache)\.json$/.test(file) || manifest.files.includes(file), file)
  })
  it('makes no out dir for a program that was never good', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'src/main.brain.ts': SMALL_BRAIN['src/main.brain.ts'].replace('process: true, ', '') })
    const result = await built(project)
    assert.is(result.diagnostics.filter((found) => found.severity === 'error').length > 0, true)
    assert.not.ok(existsSync(join(project.dir, '.taskbrain')))
  })
  it('says at the import which file is missing, once, and writes nothing', async () => {
    using project = scratchProject({ 'src/main.brain.ts': SMALL_BRAIN['src/main.brain.ts'] })
    const result = await built(project)
    assert.equal(codes(result), ['import-unresolved src/main.brain.ts:2:24'])
    assert.match(result.diagnostics[0]?.message ?? '', '`./square.js` leads to no file.')
    assert.match(result.diagnostics[0]?.frame ?? '', "import { square } from './square.js'")
    assert.equal(project.list('.taskbrain'), [])
  })
  it('says where a module that a brain imports can not be read', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'src/square.ts': 'export function square(n: number) {\n  return n *\n}\n' })
    const result = await built(project)
    assert.equal(codes(result), ['bundle-failed src/square.ts:3:1'])
  })
  it('says which export is missing, where its name is imported', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'src/square.ts': 'export const cube = 1\n' })
    const result = await built(project)
    assert.equal(codes(result), ['bundle-failed src/main.brain.ts:2:10'])
    assert.match(result.diagnostics[0]?.message ?? '', /square/)
  })
  it('is found by a check too, which writes nothing', async () => {
    using project = scratchProject({ 'src/main.brain.ts': SMALL_BRAIN['src/main.brain.ts'] })
    const result = await check(resolveConfig({ cwd: project.dir, patterns: [] }))
    assert.equal(codes(result), ['import-unresolved src/main.brain.ts:2:24'])
    assert.equal(project.list('.'), ['package.json', 'src/main.brain.ts'])
  })
})

describe('a call of a build', (it) => {
  it('is refused where a pattern matches nothing', async () => {
    using project = scratchProject(SMALL_BRAIN)
    assert.match(await usageErrorOf(built(project, { patterns: ['src/*.brain.ts', 'lib/**/*.ts'] })), /^"lib\/\*\*\/\*\.ts" matches no TypeScript file/)
    assert.match(await usageErrorOf(built(project, { patterns: ['package.json'] })), /^"package\.json" matches no TypeScript file/)
  })
  it('is refused where a file lies outside of the project', async () => {
    using project = scratchProject(SMALL_BRAIN)
    using other = scratchProject(SMALL_BRAIN)
    assert.match(await usageErrorOf(built(project, { patterns: [`${other.dir}/src/main.brain.ts`] })), 'lies outside of the project')
  })
  it('is refused where the out dir is a file, lies below one, or holds the sources', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, file: '' })
    assert.match(await usageErrorOf(built(project, { outDir: 'file' }, NO_COMPILER)), "The out dir file can't be made: it is a file.")
    assert.match(await usageErrorOf(built(project, { outDir: 'file/deep' }, NO_COMPILER)), /is a file\.$/)
    assert.match(await usageErrorOf((async () => built(project, { outDir: '.' }))()), 'holds the sources')
    assert.match(await usageErrorOf((async () => built(project, { outDir: 'src' }))()), 'holds the sources')
    assert.match(await usageErrorOf((async () => built(project, { outDir: '' }))()), '--out-dir needs a folder')
  })
  if (process.platform === 'linux') it('writes anew what can not be read in the out dir', async () => {
    using project = scratchProject(SMALL_BRAIN)
    await built(project)
    for (const name of ['manifest.json', 'cache.json']) {
      rmSync(join(project.dir, '.taskbrain', name))
      // A file that nobody can read.
      symlinkSync('/proc/self/mem', join(project.dir, '.taskbrain', name))
    }
    assert.equal((await built(project)).written, ['manifest.json'])
    assert.match(project.read('.taskbrain/manifest.json'), '"format"')
  })
  it('is refused where the out dir holds a package.json of somebody else', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'lib/package.json': '{ "name": "mine" }' })
    assert.match(await usageErrorOf(built(project, { outDir: 'lib' }, NO_COMPILER)), 'has a package.json that no build made')
    assert.is(project.read('lib/package.json'), '{ "name": "mine" }')
  })
  it('is refused where --root is no folder', async () => {
    using project = scratchProject(SMALL_BRAIN)
    assert.match(await usageErrorOf((async () => built(project, { root: 'missing' }))()), '--root "missing" does not exist')
    assert.match(await usageErrorOf((async () => built(project, { root: 'package.json' }))()), '--root "package.json" is not a folder')
  })
})

describe('a build of what is oddly written', (it) => {
  it('keeps a hashbang behind a byte order mark and before a carriage return, and maps back exactly', async () => {
    const text = `#!/usr/bin/env node\n${SMALL_BRAIN['src/main.brain.ts']}`
    using plain = scratchProject({ ...SMALL_BRAIN, 'src/main.brain.ts': text })
    using marked = scratchProject({ ...SMALL_BRAIN, 'src/main.brain.ts': `\uFEFF${text.replaceAll('\n', '\r\n')}` })
    for (const project of [plain, marked]) assert.equal((await built(project)).diagnostics, [])
    for (const project of [plain, marked]) assert.match(project.read('.taskbrain/main.brain.js'), /^#!\/usr\/bin\/env node\n/)
    for (const project of [plain, marked]) assert.is(originOf(project, '.taskbrain/main.brain.js', 'play()'), 'src/main.brain.ts:15 play')
  })
  it('gives each task a file of its own below the out dir, whatever it is called', async () => {
    const names = ['a/b', '../../evil', 'a\\\\b', 'it\\\'s', 'a%2fb', 'a\\0b', '', 'drive', 'Drive', 'drive_']
    const tasks = names.map((name) => `@Brain.task({ process: true, runOnStart: false }) '${name}'() {}`)
    using project = scratchProject({ 'src/main.brain.ts': `import { Brain } from 'taskbrain'\nexport class Robot extends Brain {\n${tasks.join('\n')}\n}\n` })
    const { diagnostics, brains } = await built(project)
    assert.equal(diagnostics, [])
    const workers = brains[0]!.tasks.map((task) => task.worker!)
    assert.is(new Set(workers.map((worker) => worker.toLowerCase())).size, names.length)
    assert.equal(project.list('.taskbrain').filter((path) => path.endsWith('.worker.js')), workers.toSorted())
    const main = project.read('.taskbrain/main.brain.js')
    for (const worker of workers) assert.ok(main.includes(`new URL("./${encodeURIComponent(worker)}", import.meta.url)`), worker)
    assert.equal(project.list('.').filter((path) => !path.startsWith('.taskbrain/')), ['package.json', 'src/main.brain.ts'])
  })
  it('takes a source whose name has quotes', async () => {
    const { 'src/main.brain.ts': text, ...others } = SMALL_BRAIN
    using project = scratchProject({ ...others, 'src/it\'s "my" `brain`.ts': text })
    const { diagnostics, brains } = await built(project)
    assert.equal(diagnostics, [])
    assert.is(brains[0]?.module, 'it_s _my_ _brain_.js')
  })
  it('knows Brain by the default export of a file that gives it on', async () => {
    const [, ...lines] = SMALL_BRAIN['src/main.brain.ts'].replaceAll('Brain.task', 'Base.task').replace('extends Brain', 'extends Base').split('\n')
    using project = scratchProject({
      ...SMALL_BRAIN,
      'src/base.ts': `import * as own from 'taskbrain'\nexport default own.Brain\n`,
      'src/main.brain.ts': [`import Base from './base'`, ...lines].join('\n'),
    })
    const { diagnostics, brains } = await built(project)
    assert.equal(diagnostics, [])
    assert.equal(brains.map(({ name, tasks }) => [name, tasks.length]), [['MainBrain', 2]])
  })
  it('knows a brain by its base class alone, which an alias leads to', async () => {
    using project = scratchProject({
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@app/*": ["./src/*"] } } }',
      'src/base.ts': "export { Brain as default } from 'taskbrain'\n",
      'src/main.brain.ts': "import Base from '@app/base'\nexport class Robot extends Base {\n  @Base.task({ process: true, runOnStart: false })\n  drive() {}\n}\n",
    })
    const result = await built(project)
    assert.equal(result.brains.map((brain) => brain.id), ['main.brain#Robot'])
  })
  it('needs no right to write where what was built stands', async () => {
    using project = scratchProject(SMALL_BRAIN)
    await built(project)
    // In the way of the file by which a build sees whether it can write.
    mkdirSync(join(project.dir, `.taskbrain/.taskbrain-${process.pid}.tmp`))
    assert.equal((await built(project)).written, [])
    project.write('src/main.brain.ts', `${SMALL_BRAIN['src/main.brain.ts']}// changed\n`)
    assert.match(await usageErrorOf(built(project)), /The out dir .* can't be written: EISDIR\.$/)
  })
  it('says which file can not be written where a name is too long', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'src/main.brain.ts': SMALL_BRAIN['src/main.brain.ts'].replace('MainBrain', 'x'.repeat(250)) })
    assert.match(await usageErrorOf(built(project)), /x{250}.* can't be written: ENAMETOOLONG\.$/)
  })
})

// --- what the compiler's side of the seam may hand over, in its smallest forms ---

/** A compiler that hands over these modules, in place of the real one. */
function compilerOf(
  modules: readonly { id: string; kind: 'main' | 'worker' | 'slice' | 'state'; source: string; code: string }[],
  transformModule: Compiler['transformModule'] = (_, text) => ({ code: text.replace('NEVER', 'transformed') }),
): BuildContext {
  const stub: Compiler = {
    compile: ({ root }) => ({
      modules: modules.map((module) => ({ ...module, source: `${root}/${module.source}` })),
      files: [], diagnostics: [], brains: [], sources: [], handedOn: [], attributes: [],
    }),
    transformModule,
    transformProgram: () => undefined,
    reachedFiles,
    ownPlaces,
    configMistake,
    moduleFindings,
    isSuppressed,
    deepestPlace,
  }
  return { loadCompiler: async () => stub }
}

const CANDIDATE = { 'src/a.ts': "import 'taskbrain'\nclass A extends Object {}\n" }

describe('a bundle', (it) => {
  it('takes slices by their id, the compiled module for its source, and sends other modules through the compiler', async () => {
    using project = scratchProject({ ...CANDIDATE, 'src/lib/b.ts': "import { a } from '../a'\nexport const b = `NEVER ${a}`\n" })
    await built(project, {}, compilerOf([
      { id: 'a', kind: 'main', source: 'src/a.ts', code: "import { slice } from 'taskbrain:slice/a.slice'\nexport const a = slice\n" },
      { id: 'a.slice', kind: 'slice', source: 'src/a.ts', code: "export const slice: string = 'sliced'\n" },
      { id: 'a.A.go.worker', kind: 'worker', source: 'src/a.ts', code: "import { b } from './lib/b.js'\nconsole.log(b)\n" },
    ]))
    assert.not.ok(project.list('.taskbrain').includes('a.slice.js'))
    const all = Object.entries(outputs(project)).filter(([path]) => path.endsWith('.js')).map(([, text]) => text).join('\n')
    assert.match(all, 'transformed')
    assert.is(all.split('"sliced"').length, 2)
  })
  it('links from the file that a module landed in, which may be a chunk at the root', async () => {
    using project = scratchProject(CANDIDATE)
    const link = "export const url = new URL('taskbrain:worker/deep/a.A.go.worker', import.meta.url)\n"
    await built(project, {}, compilerOf([
      { id: 'deep/a', kind: 'main', source: 'src/a.ts', code: `import { state } from 'taskbrain:state/deep/a.A.state'\n${link}console.log(state)\n` },
      { id: 'deep/a.A.go.worker', kind: 'worker', source: 'src/a.ts', code: "import { url } from './a'\nconsole.log(url)\n" },
      { id: 'deep/a.A.state', kind: 'state', source: 'src/a.ts', code: 'export const state = {}\n' },
    ]))
    const chunk = Object.entries(outputs(project)).find(([path, text]) => path.endsWith('.js') && text.includes('new URL'))
    assert.match(chunk?.[0] ?? '', /^chunk-\w+\.js$/)
    assert.match(chunk?.[1] ?? '', 'new URL("./deep/a.A.go.worker.js", import.meta.url)')
    assert.match(chunk?.[1] ?? '', 'from "./deep/a.A.state.js"')
    assert.not.ok(project.list('.taskbrain').includes('deep/a.A.state.js.map'))
  })
  it('keeps the names of classes, whatever else has them', async () => {
    using project = scratchProject({
      ...CANDIDATE,
      'src/b.ts': 'export class Self { static zero = new Self() }\nexport class Plain {}\nexport class Point3 {}\nexport class Alone { twin() { return new Alone() } }\n',
      'src/c.ts': 'export class Self { twin() { return new Self() } }\nexport class Plain {}\nexport class Point3 {}\nexport class Own { static name = "mine"; me() { return Own } }\n',
    })
    const names = ['Alone', 'Own', 'Plain', 'Plain', 'Point3', 'Point3', 'Self', 'Self']
    await built(project, {}, compilerOf([{
      id: 'a', kind: 'main', source: 'src/a.ts',
      code: "import * as b from './b'\nimport * as c from './c'\nexport const all = [...Object.values(b), ...Object.values(c)]\nexport const twin = new c.Self().twin()\n",
    }], transformModule))
    const { all, twin } = (await import(join(project.dir, '.taskbrain/a.js'))) as { all: readonly { name: string }[]; twin: object }
    assert.equal(all.map(({ name }) => name).toSorted(), names.map((name) => (name === 'Own' ? 'mine' : name)).toSorted())
    assert.is(twin.constructor.name, 'Self')
    assert.is(originOf(project, '.taskbrain/a.js', '_Alone();'), 'src/b.ts:4 Alone')
  })
  it('takes data and the settings of the tsconfig along', async () => {
    using project = scratchProject({
      ...CANDIDATE,
      'src/data.json': '{ "answer": 42 }',
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
    })
    await built(project, {}, compilerOf([{ id: 'a', kind: 'main', source: 'src/a.ts', code: "import data from '@/data.json'\nexport const answer = data.answer\n" }]))
    const { answer } = (await import(join(project.dir, '.taskbrain/a.js'))) as { answer: number }
    assert.is(answer, 42)
  })
  it('lowers decorators of others as the tsconfig, or one that it extends, says', async () => {
    const source = 'export const seen: number[] = []\nfunction mark(...args: unknown[]): any { seen.push(args.length) }\nexport class A { @mark go() {} }\n'
    const main = [{ id: 'a', kind: 'main', source: 'src/a.ts', code: source }] as const
    for (const [base, count] of [['{ "compilerOptions": { "experimentalDecorators": true } }', 3], ['{}', 2]] as const) {
      using project = scratchProject({ ...CANDIDATE, 'tsconfig.json': '{ "extends": "./base.json" }', 'base.json': base })
      await built(project, {}, compilerOf(main))
      const { seen } = (await import(join(project.dir, '.taskbrain/a.js'))) as { seen: readonly number[] }
      assert.equal(seen, [count])
    }
  })
  it('defines fields without a value where the target of the tsconfig does', async () => {
    const source = 'class Base { constructor() { this.set() } set() {} }\nclass A extends Base { at?: number; set() { this.at = 3 } }\nexport const { at } = new A()\n'
    const main = [{ id: 'a', kind: 'main', source: 'src/a.ts', code: source }] as const
    for (const [options, at] of [[{ target: 'ES2020' }, 3], [{ target: 'ES2022' }, undefined], [{ target: 'ES2020', useDefineForClassFields: true }, undefined]] as const) {
      using project = scratchProject({ ...CANDIDATE, 'tsconfig.json': JSON.stringify({ compilerOptions: options }) })
      await built(project, {}, compilerOf(main))
      assert.is(((await import(join(project.dir, '.taskbrain/a.js'))) as { at?: number }).at, at, JSON.stringify(options))
    }
  })
  it('never writes outside of the out dir', async () => {
    using project = scratchProject(CANDIDATE)
    const context = compilerOf([{ id: '../outside', kind: 'main', source: 'src/a.ts', code: 'export const a = 1\n' }])
    await built(project, {}, context)
    assert.equal(project.list('.').filter((path) => !path.startsWith('.taskbrain/')), ['package.json', 'src/a.ts'])
  })
})

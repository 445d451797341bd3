import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type BuildFailure, type BuildOptions, type BuildResult, context, type Message, type Plugin } from 'esbuild'
import * as assert from 'uvu/assert'
import { type TaskbrainOptions, taskbrain } from '../../src/esbuild.ts'
import { scratchProject, type ScratchProject } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'
import { assertBuildsUponPackage, assertRunsAsByCommand, assertStepsAreExact, outputOf, ROBOT, robotProject, scriptsIn, twoOfOneName, withFaultyModules } from './robot-project.ts'

const optionsOf = (project: ScratchProject, more: BuildOptions = {}, options?: TaskbrainOptions): BuildOptions => ({
  absWorkingDir: project.dir,
  entryPoints: ['src/main.ts'],
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  outdir: 'out',
  sourcemap: true,
  logLevel: 'silent',
  ...more,
  plugins: [taskbrain(options), ...(more.plugins ?? [])],
})

async function errorsOf(failing: Promise<unknown>): Promise<readonly Message[]> {
  try {
    await failing
  } catch (error) {
    return (error as BuildFailure).errors
  }
  throw new Error('nothing was thrown')
}

/** Where each rebuild of a watching build ends. */
function ends(): { readonly plugin: Plugin; next(): Promise<BuildResult> } {
  let tell = (_result: BuildResult): void => {}
  return {
    plugin: { name: 'ends', setup: ({ onEnd }) => onEnd((result) => tell(result)) },
    next: () => new Promise((resolve) => (tell = resolve)),
  }
}

describe('taskbrain/esbuild', (it) => {
  it('builds a program that does what it does by the command line, with places of the source', async () => {
    using project = robotProject()
    await build(optionsOf(project))
    await assertRunsAsByCommand(project, 'out/main.js')
  })

  it('makes steps exact in the program too that makes a brain', () => assertStepsAreExact((project) => build(optionsOf(project))))

  it('builds upon a brain of a package, which stays as that was built', () => assertBuildsUponPackage((project) => build(optionsOf(project))))

  it('builds brains that stand in `.cts` files', async () => {
    const { 'src/robot.brain.ts': robot, 'src/vehicle.brain.ts': vehicle, 'src/main.ts': main, ...others } = ROBOT
    using project = scratchProject({
      ...others,
      'src/main.ts': main.replace('./robot.brain', './robot.brain.cjs'),
      'src/robot.brain.cts': robot.replace('./vehicle.brain', './vehicle.brain.cjs'),
      'src/vehicle.brain.cts': vehicle,
    })
    await build(optionsOf(project))
    assert.match(await outputOf(project, 'out/main.js'), /\n1 closed\n6 2 0 1\n/)
  })

  it('loads classes for their instances, also where the project says that nothing has side effects', async () => {
    using project = robotProject({ 'package.json': '{ "type": "module", "sideEffects": false }' })
    await build(optionsOf(project))
    await assertRunsAsByCommand(project, 'out/main.js')
  })

  it('leaves no decorator, each worker as a file, and the runtime outside', async () => {
    using project = robotProject()
    const { packages: _, ...options } = optionsOf(project)
    await build(options)
    const scripts = scriptsIn(project, 'out')
    assert.equal(Object.keys(scripts).filter((path) => !path.startsWith('chunk-')), [
      'main.js', 'robot.brain.Robot.drive.worker.js', 'robot.brain.Robot.fail.worker.js', 'robot.brain.Robot.plan.worker.js', 'vehicle.brain.Vehicle.drive.worker.js',
    ])
    for (const [path, code] of Object.entries(scripts)) assert.not.match(code, /Brain\.task|@Brain|taskbrain:|tinypool|class Scheduler/, path)
  })

  it('finds workers from wherever their brain lands, minified and with the map inside', async () => {
    using project = robotProject({ 'src/other.ts': "import './main'\nimport { Robot } from './robot.brain'\nconsole.log(Robot.length)\n" }, 'robot 100% #1 é')
    await build(optionsOf(project, { entryPoints: ['src/main.ts', 'src/other.ts'], splitting: true, minify: true, keepNames: true, sourcemap: 'inline', entryNames: 'bin/of/[name]-[hash]', chunkNames: 'parts/[name]-[hash]', outExtension: { '.js': '.mjs' } }))
    const paths = Object.keys(scriptsIn(project, 'out'))
    assert.is(paths.filter((path) => /^bin\/of\/\w+\.brain\..*\.worker-\w+\.mjs$/.test(path)).length, 4, paths.join())
    const entry = paths.find((path) => path.startsWith('bin/of/main'))
    assert.match(await outputOf(project, `out/${entry}`, '--enable-source-maps'), /^\{"drove":3,"planned":\{"x":8,"metres":6\},"failed":"robot\.brain\.ts:22:\d+"\}\n1 closed\n6 2 0 1\n$/)
  })

  it('gives a caller who writes the files himself all of them', async () => {
    using project = robotProject()
    const { outputFiles, metafile } = await build(optionsOf(project, { write: false, metafile: true }))
    const names = outputFiles!.map(({ path }) => path.slice(join(project.dir, 'out').length + 1))
    assert.is(names.filter((name) => name.endsWith('.worker.js')).length, 4, names.join())
    assert.is(names.filter((name) => name.endsWith('.worker.js.map')).length, 4)
    assert.match(outputFiles!.find(({ path }) => path.endsWith('main.js'))!.text, /new URL\("\.\/robot\.brain\.Robot\.plan\.worker\.js", import\.meta\.url\)/)
    assert.ok(metafile!.outputs['out/robot.brain.Robot.plan.worker.js'])
    // What watches the inputs sees a file that was read for its types too.
    assert.ok(metafile!.inputs['src/trips.ts'])
    assert.equal(project.list('out'), [])
  })

  it('lets other plugins load what a worker imports, and ends them once', async () => {
    using project = robotProject()
    project.write('src/step.ts', "import factor from 'virtual:factor'\nexport const step = (rounds: number): number => rounds * factor\n")
    let ended = 0
    const factor: Plugin = {
      name: 'factor',
      setup(esbuild) {
        esbuild.onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path, namespace: 'virtual' }))
        esbuild.onLoad({ filter: /.*/, namespace: 'virtual' }, () => ({ contents: 'export default 1' }))
        esbuild.onEnd(() => void ended++)
      },
    }
    await build(optionsOf(project, { plugins: [factor] }))
    assert.is(ended, 1)
    assert.match(await outputOf(project, 'out/main.js'), /"drove":3/)
  })

  it('reports errors and warnings with their file, line and text', async () => {
    using project = robotProject()
    project.write('src/robot.brain.ts', project.read('src/robot.brain.ts').replaceAll('this.tasks.plan(', 'this.plan('))
    const [error, ...others] = await errorsOf(build(optionsOf(project)))
    assert.is(others.length, 0)
    assert.match(error!.text, /^`this\.plan` is a task and can't be used as a plain method\. \[task-called-directly\]$/)
    const { file, line, column, length, lineText } = error!.location!
    assert.equal({ file, line, column, length, lineText }, { file: 'src/robot.brain.ts', line: 31, column: 26, length: 9, lineText: '    const planned = await this.plan({ x: 4 })' })
    assert.match(error!.notes[0]!.text, /^Call it as/)

    using other = robotProject()
    other.write('src/vehicle.brain.ts', other.read('src/vehicle.brain.ts').replace("'1ms'", '20'))
    const { warnings } = await build(optionsOf(other))
    assert.equal(warnings.map(({ text, location }) => [location!.file, location!.line, text.slice(0, 17)]), [['src/vehicle.brain.ts', 11, '`refreshRate: 20`']])
  })

  it('reports once, with the first brain, what is wrong in files that no bundler asks it for', async () => {
    using project = robotProject({ 'tsconfig.json': '{ "compilerOptions": { "strict" true } }\n' })
    writeFileSync(join(project.dir, 'src/step.ts'), Buffer.concat([readFileSync(join(project.dir, 'src/step.ts')), Buffer.from('// caf\xe9\n', 'latin1')]))
    const options = optionsOf(project)
    const placesOf = (errors: readonly Message[]): readonly string[] => errors.filter(({ text }) => /\[[\w-]+\]$/.test(text)).map(({ text, location }) => `${location!.file}:${location!.line} ${text.slice(text.lastIndexOf('['))}`)
    const expected = ['src/step.ts:2 [source-encoding]', 'tsconfig.json:1 [config-syntax]']
    assert.equal(placesOf(await errorsOf(build(options))).toSorted(), expected)
    // Again in each build, also where nothing was compiled anew.
    const watching = await context(options)
    for (const _ of [1, 2]) assert.equal(placesOf(await errorsOf(watching.rebuild())).toSorted(), expected)
    project.write('tsconfig.json', '{}\n')
    project.write('src/step.ts', project.read('src/step.ts').replace(/\/\/ caf.*\n/, ''))
    assert.equal((await watching.rebuild()).errors, [])
    await watching.dispose()
  })

  it('reports what only a worker fails to import at its place in the source', async () => {
    using project = robotProject()
    project.write('src/robot.brain.ts', project.read('src/robot.brain.ts').replace("import { step }", "import { gone } from './gone'\nimport { step }").replace('x: from.x', 'x: gone + from.x'))
    const errors = await errorsOf(build(optionsOf(project)))
    assert.equal(errors.map(({ text, location }) => [text, location!.file, location!.line]), [['Could not resolve "./gone"', 'src/robot.brain.ts', 6]])
  })

  it('reports what is wrong in modules that brains reach, also in those that only a worker loads', async () => {
    using project = withFaultyModules("export const far = (x: number): number => x\n// taskbrain-disable-next-line import-hidden -- of the user's\nexport const load = (name: string) => import(name)\nexport const folder = () => __dirname\n")
    const watching = await context(optionsOf(project))
    for (const _ of [1, 2]) {
      const { warnings } = await watching.rebuild()
      assert.equal(warnings.map(({ text, location }) => `${location!.file}:${location!.line} ${/\[.*/.exec(text)}`).toSorted(), ['src/far.ts:4 [commonjs-name]', 'src/step.ts:2 [import-hidden]'])
    }
    project.write('src/far.ts', 'export const far = (x: number): number => (/(/.test(String(x)) ? x : 0)\n')
    const [error, ...others] = await errorsOf(watching.rebuild())
    assert.is(others.length, 0)
    assert.equal([error!.location!.file, error!.location!.line, error!.location!.column, /\[[\w-]+\]/.exec(error!.text)?.[0]], ['src/far.ts', 1, 43, '[regex-invalid]'])
    await watching.dispose()
  })

  it('refuses two brains of one output name', async () => {
    using project = twoOfOneName()
    assert.match((await errorsOf(build(optionsOf(project)))).map(({ text }) => text).join('\n'), /\[output-repeated\]/)
  })

  it('refuses what no worker can come of', async () => {
    using project = robotProject()
    const textOf = async (more: BuildOptions): Promise<string> => (await errorsOf(build(optionsOf(project, more)))).map(({ text }) => text).join('\n')
    assert.match(await textOf({ format: 'cjs' }), /needs the output format `esm`/)
    assert.match(await textOf({ bundle: false, entryPoints: ['src/robot.brain.ts'], packages: undefined as never }), /needs `bundle: true`/)
    const thief: Plugin = { name: 'thief', setup: (esbuild) => esbuild.onLoad({ filter: /robot\.brain\.ts$/ }, () => ({ contents: 'export const Robot = 1' })) }
    const { plugins, ...options } = optionsOf(project)
    assert.match((await errorsOf(build({ ...options, plugins: [thief, ...plugins!] })))[0]!.text, /Another plugin has loaded .*src\/robot\.brain\.ts before taskbrain/)
  })

  it('builds again where a type or a base class was edited', async () => {
    using project = robotProject()
    const { plugin, next } = ends()
    const watching = await context(optionsOf(project, { plugins: [plugin] }))
    try {
      let built = next()
      await watching.watch()
      await built
      assert.match(project.read('out/main.js'), /name: "trips", kind: "number"/)
      built = next()
      project.write('src/trips.ts', 'export type Trips = string\n')
      await built
      assert.match(project.read('out/main.js'), /name: "trips", kind: "value"/)
      built = next()
      project.write('src/vehicle.brain.ts', project.read('src/vehicle.brain.ts').replace('metres = 0', 'metres = 0\n  doors = 4'))
      await built
      assert.match(project.read('out/main.js'), /name: "doors", kind: "number"/)
      built = next()
      project.write('src/halting.ts', project.read('src/halting.ts').replace('halts = 0', 'halts = 0\n    lamps = 4'))
      await built
      assert.match(project.read('out/main.js'), /name: "lamps", kind: "number"/)
    } finally {
      await watching.dispose()
    }
  })

  it('gives all workers again where nothing of the brains was edited', async () => {
    using project = robotProject()
    const rebuilding = await context(optionsOf(project))
    try {
      await rebuilding.rebuild()
      const first = scriptsIn(project, 'out')
      project.remove('out')
      await rebuilding.rebuild()
      assert.equal(scriptsIn(project, 'out'), first)
      project.remove('out')
      project.write('src/main.ts', `${project.read('src/main.ts')}console.log('edited')\n`)
      await rebuilding.rebuild()
      assert.equal(Object.keys(scriptsIn(project, 'out')), Object.keys(first))
      assert.match(await outputOf(project, 'out/main.js'), /"drove":3[^]*\n6 2 0 1\nedited\n$/)
    } finally {
      await rebuilding.dispose()
    }
  })
})

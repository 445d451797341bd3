import { rolldown, type InputOptions, type OutputOptions, watch } from 'rolldown'
import * as assert from 'uvu/assert'
import { type TaskbrainOptions, taskbrain } from '../../src/rolldown.ts'
import { scratchProject, SMALL_BRAIN, type ScratchProject } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'
import { assertBuildsUponPackage, assertRunsAsByCommand, assertStepsAreExact, outputOf, ROBOT, robotProject, scriptsIn, twoOfOneName, withFaultyModules } from './robot-project.ts'

const inputOf = (project: ScratchProject, more: InputOptions = {}, options?: TaskbrainOptions): InputOptions =>
  ({ cwd: project.dir, input: 'src/main.ts', platform: 'node', external: [/^node:/, 'machines'], logLevel: 'silent', ...more, plugins: [taskbrain(options), more.plugins] })

const outputOptions: OutputOptions = { dir: 'out', format: 'esm', sourcemap: true }

async function built(project: ScratchProject, more: InputOptions = {}, output: OutputOptions = {}): Promise<void> {
  const bundle = await rolldown(inputOf(project, more))
  await bundle.write({ ...outputOptions, dir: `${project.dir}/out`, ...output })
  await bundle.close()
}

async function errorOf(failing: Promise<unknown>): Promise<{ readonly message: string; readonly frame?: string; readonly loc?: { readonly line: number; readonly column: number } }> {
  try {
    await failing
  } catch (error) {
    return (error as { errors?: readonly Error[] }).errors?.[0] ?? (error as Error)
  }
  throw new Error('nothing was thrown')
}

describe('taskbrain/rolldown', (it) => {
  it('builds a program that does what it does by the command line, with places of the source', async () => {
    using project = robotProject()
    await built(project)
    await assertRunsAsByCommand(project, 'out/main.js')
  })

  it('makes steps exact in the program too that makes a brain', () => assertStepsAreExact((project) => built(project)))

  it('builds upon a brain of a package, which stays as that was built', () => assertBuildsUponPackage((project) => built(project)))

  it('leaves no decorator, each worker as a file, and the runtime outside', async () => {
    using project = robotProject()
    await built(project)
    const scripts = scriptsIn(project, 'out')
    const workers = Object.keys(scripts).filter((path) => /worker/.test(path))
    assert.is(workers.length, 4, workers.join())
    for (const [path, code] of Object.entries(scripts)) assert.not.match(code, /Brain\.task|@Brain|taskbrain:|tinypool|class Scheduler|from "\.\.?\/main\.js"/, path)
    assert.match(scripts['main.js']!, /from "taskbrain\/engine"/)
  })

  it('finds workers wherever their names lead them, minified too, and what an alias means', async () => {
    using project = robotProject({ 'src/vehicle.brain.ts': ROBOT['src/vehicle.brain.ts'].replace("'./step'", "'@steps'") }, 'robot 100% #1 é')
    await built(project, { resolve: { alias: { '@steps': `${project.dir}/src/step.ts` } } }, { entryFileNames: 'bin/of/[name]-[hash].mjs', chunkFileNames: 'parts/[name]-[hash].mjs', minify: true })
    const entry = Object.keys(scriptsIn(project, 'out')).find((path) => path.startsWith('bin/of/main'))
    assert.match(await outputOf(project, `out/${entry}`), /1 closed\n6 2 0 1\n$/)
  })

  it('reports errors with their file, line and frame, and refuses a format that has no workers', async () => {
    using project = robotProject()
    project.write('src/robot.brain.ts', project.read('src/robot.brain.ts').replaceAll('this.tasks.plan(', 'this.plan(').replace("'20ms'", '-1'))
    const { message, frame, loc } = await errorOf(built(project))
    assert.match(message, /^`this\.plan` is a task and can't be used as a plain method\. \[task-called-directly\]\nCall it as/m)
    assert.equal([loc!.line, loc!.column], [31, 26])
    assert.match(frame!, /^> 31 │ .*\n +│ +\^{9}\n\nsrc\/robot\.brain\.ts:36:\d+ .*\[duration-not-positive\]/m)
    using other = robotProject()
    assert.match((await errorOf(built(other, { input: 'src/robot.brain.ts' }, { format: 'cjs' }))).message, 'output format `es`')
  })

  it('refuses groups of modules that leave a worker no file, or make it load the program', async () => {
    using small = scratchProject({ ...SMALL_BRAIN, 'src/main.ts': "import { MainBrain } from './main.brain'\nconsole.log(MainBrain.name)\n" })
    const everything = { codeSplitting: { groups: [{ name: 'all', test: /src/ }] } }
    assert.match((await errorOf(built(small, {}, everything))).message, /The worker src\/main\.brain\.\S+\.worker\.ts must be a file of its own, and a group of modules .* `test: \/node_modules\/`\./)
    using project = robotProject()
    assert.match((await errorOf(built(project, {}, everything))).message, /The worker src\/\S+\.worker\.ts would load src\/vehicle\.brain\.ts, which is for the main process: a group of modules .* `test: \/node_modules\/`\./)
    await built(project, {}, { codeSplitting: { groups: [{ name: 'packages', test: /node_modules/ }] } })
    await assertRunsAsByCommand(project, 'out/main.js')
  })

  it('reports what is wrong with modules that a task reaches, and brains of one name', async () => {
    using project = withFaultyModules('export const far = (n: number) => n\nvar far = 1\n')
    assert.match((await errorOf(built(project))).message, /far/)
    using two = twoOfOneName()
    assert.match((await errorOf(built(two))).message, /\[output-repeated\]/)
  })

  it('takes another root, and refuses one that is no folder', async () => {
    using project = robotProject()
    assert.match((await errorOf((async () => {
      const bundle = await rolldown(inputOf(project, {}, { root: 'nowhere' }))
      await bundle.generate()
    })())).message, /"nowhere" does not exist/)
  })

  it('builds again what has changed while it watches', async () => {
    using project = robotProject()
    const watcher = watch({ ...inputOf(project), output: { ...outputOptions, dir: `${project.dir}/out` } })
    const ended = (): Promise<void> => new Promise((resolve, reject) => {
      watcher.on('event', (event) => {
        if (event.code === 'ERROR') reject(event.error)
        if (event.code === 'END') resolve()
      })
    })
    try {
      await ended()
      const again = ended()
      project.write('src/step.ts', 'export const step = (rounds: number): number => rounds * 6\n')
      await again
      assert.match(await outputOf(project, 'out/main.js'), /\n(?:6|18|36) 2 0 \d\n$/)
      assert.ok(Object.values(scriptsIn(project, 'out')).some((code) => code.includes('rounds * 6')))
    } finally {
      await watcher.close()
    }
  })
})

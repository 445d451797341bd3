import * as assert from 'uvu/assert'
import { build, createServer, type InlineConfig, type Plugin, type Rolldown } from 'vite'
import { type TaskbrainOptions, taskbrain } from '../../src/vite.ts'
import type { ScratchProject } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'
import { assertBuildsUponPackage, assertRunsAsByCommand, assertStepsAreExact, outputOf, ROBOT, robotProject, scriptsIn, twoOfOneName, withFaultyModules } from './robot-project.ts'

interface Told {
  readonly message: string
  readonly id?: string | undefined
  readonly loc?: { readonly line: number; readonly column: number } | undefined
  readonly frame?: string | undefined
}

const configOf = (project: ScratchProject, more: InlineConfig = {}, options?: TaskbrainOptions): InlineConfig => ({
  root: project.dir,
  configFile: false,
  logLevel: 'silent',
  ...more,
  plugins: [taskbrain(options), ...(more.plugins ?? [])],
  build: { ssr: 'src/main.ts', outDir: 'out', sourcemap: true, ...more.build },
})

async function errorOf(failing: Promise<unknown>): Promise<Told> {
  try {
    await failing
  } catch (error) {
    return (error as { errors?: readonly Told[] }).errors?.[0] ?? (error as Told)
  }
  throw new Error('nothing was thrown')
}

/** A build that watches. `built` settles at the end of the next round. */
async function watching(config: InlineConfig): Promise<{ readonly watcher: Rolldown.RolldownWatcher; built(): Promise<void> }> {
  const watcher = await build(config) as unknown as Rolldown.RolldownWatcher
  let told: { resolve: () => void; reject: (reason: unknown) => void } | undefined
  watcher.on('event', (event) => {
    if (event.code === 'ERROR') told?.reject(event.error)
    if (event.code === 'END') told?.resolve()
  })
  return { watcher, built: () => new Promise((resolve, reject) => (told = { resolve, reject })) }
}

describe('taskbrain/vite', (it) => {
  it('builds a program that does what it does by the command line, with places of the source', async () => {
    using project = robotProject()
    await build(configOf(project))
    await assertRunsAsByCommand(project, 'out/main.js')
  })

  it('makes steps exact in the program too that makes a brain', () => assertStepsAreExact((project) => build(configOf(project))))

  it('builds upon a brain of a package, which stays as that was built', () => assertBuildsUponPackage((project) => build(configOf(project))))

  it('loads classes for their instances, also where the project says that nothing has side effects', async () => {
    using project = robotProject({ 'package.json': '{ "type": "module", "sideEffects": false }' })
    await build(configOf(project))
    await assertRunsAsByCommand(project, 'out/main.js')
  })

  it('leaves no decorator, each worker as a file, and the runtime outside', async () => {
    using project = robotProject()
    await build(configOf(project))
    const scripts = scriptsIn(project, 'out')
    const workers = Object.keys(scripts).filter((path) => /worker/.test(path))
    assert.is(workers.length, 4, workers.join())
    for (const [path, code] of Object.entries(scripts)) {
      assert.not.match(code, /Brain\.task|@Brain|taskbrain:/, path)
      // Neither the scheduler nor the pool, and no worker loads the program.
      assert.not.match(code, /tinypool|class Scheduler|from "\.\.?\/main\.js"/, path)
    }
    assert.match(scripts['main.js']!, /from "taskbrain\/engine"/)
  })

  it('finds workers from wherever their brain lands', async () => {
    const main = "const { Robot } = await import('./robot.brain')\nconsole.log('loaded', Robot.name)\n"
    using project = robotProject({ 'src/other.ts': "await import('./main')\nconst { Robot } = await import('./robot.brain')\nconst robot = new Robot(undefined as any, 3)\nconsole.log((await robot.tasks.plan({ x: 2 })).result)\nawait robot.stop()\n", 'src/main.ts': main }, 'robot 100% #1 é')
    const output = { entryFileNames: 'bin/of/[name]-[hash].mjs', chunkFileNames: 'parts/[name]-[hash].mjs' }
    await build(configOf(project, { base: '/app/', build: { ssr: true, rolldownOptions: { input: { main: 'src/main.ts', other: 'src/other.ts' }, output } } }))
    const entry = Object.keys(scriptsIn(project, 'out')).find((path) => path.startsWith('bin/of/other'))
    assert.is(await outputOf(project, `out/${entry}`), 'loaded Robot\n{ x: 6, metres: 0 }\n')
  })

  it('finds the marker of a loop whatever plugins take comments away, before it or after it', async () => {
    using project = robotProject()
    const strip: Plugin = { name: 'strip', transform: (code) => code.replaceAll(/\/\/.*Loop.*/gi, '') }
    const { plugins, ...config } = configOf(project, { plugins: [strip] })
    await build({ ...config, plugins: [{ ...strip, enforce: 'pre' }, ...plugins!] })
    assert.match(await outputOf(project, 'out/main.js'), /"drove":3/)
  })

  it('finds workers from a library', async () => {
    using project = robotProject({ 'use.mjs': "const { Robot } = await import('./out/robot.brain.js')\nconst robot = new Robot(undefined, 3)\nconsole.log((await robot.tasks.plan({ x: 2 })).result)\nawait robot.stop()\n" })
    await build(configOf(project, { base: './', build: { ssr: true, lib: { entry: 'src/robot.brain.ts', formats: ['es'] } } }))
    assert.is(await outputOf(project, 'use.mjs'), '{ x: 6, metres: 0 }\n')
  })

  it('reports errors with their file, line and frame, all of a file at once', async () => {
    using project = robotProject()
    project.write('src/robot.brain.ts', project.read('src/robot.brain.ts').replaceAll('this.tasks.plan(', 'this.plan(').replace("'20ms'", '-1'))
    const error = await errorOf(build(configOf(project)))
    assert.match(error.message, /^`this\.plan` is a task and can't be used as a plain method\. \[task-called-directly\]\nCall it as/m)
    assert.match(error.id!, /\/src\/robot\.brain\.ts$/)
    assert.equal([error.loc!.line, error.loc!.column], [31, 26])
    assert.match(error.frame!, /^> 31 │ .*\n +│ +\^{9}\n\nsrc\/robot\.brain\.ts:36:\d+ .*\[duration-not-positive\]/m)
    assert.equal(project.list('out'), [])
  })

  it('reports warnings as warnings', async () => {
    using project = robotProject()
    project.write('src/vehicle.brain.ts', project.read('src/vehicle.brain.ts').replace("'1ms'", '20'))
    const told: Told[] = []
    await build(configOf(project, { build: { rolldownOptions: { onLog: (level, log) => void (level === 'warn' && told.push(log)) } } }))
    assert.is(told.length, 1)
    assert.match(told[0]!.message, /src\/vehicle\.brain\.ts:11:\d+ `refreshRate: 20`[^]*> 11 │/)
    assert.is(told[0]!.loc!.line, 11)
  })

  it('reports what is wrong in modules that brains reach, also in those that only a worker loads', async () => {
    using project = withFaultyModules("export const far = (x: number): number => x\nexport const folder = () => __dirname\n")
    const told: Told[] = []
    await build(configOf(project, { build: { rolldownOptions: { onLog: (level, log) => void (level === 'warn' && told.push(log)) } } }))
    assert.equal(told.flatMap(({ message }) => /^(src\/\S+?):\d+ [^]*\[([\w-]+)\]/.exec(message)?.slice(1).join(' ') ?? []).toSorted(), ['src/far.ts:2 commonjs-name', 'src/step.ts:2 import-hidden'])
    project.write('src/far.ts', 'export const far = (x: number): number => (/(/.test(String(x)) ? x : 0)\n')
    const error = await errorOf(build(configOf(project)))
    assert.match(error.message, /\[regex-invalid\]/)
    assert.match(error.id!, /\/src\/far\.ts$/)
  })

  it('refuses two brains of one output name', async () => {
    using project = twoOfOneName()
    assert.match((await errorOf(build(configOf(project)))).message, /\[output-repeated\]/)
  })

  it('says what it can not do', async () => {
    using project = robotProject({ 'index.html': '<script type="module" src="/src/main.ts"></script>' })
    assert.match((await errorOf(build(configOf(project, { build: { ssr: false } })))).message, /does not run in a browser yet.*`build\.ssr`/)
    const asCommonJs = { rolldownOptions: { input: 'src/robot.brain.ts', output: { format: 'cjs' as const } }, ssr: true }
    assert.match((await errorOf(build(configOf(project, { build: asCommonJs })))).message, /needs the output format `es`, not `cjs`/)
    using inCts = robotProject({ 'src/other.brain.cts': ROBOT['src/robot.brain.ts'], 'src/main.ts': "import './other.brain.cjs'" })
    assert.match((await errorOf(build(configOf(inCts)))).message, /takes a `\.cts` file for CommonJS.*Call the file `\.mts`/)
    const server = await createServer(configOf(project, { server: { middlewareMode: true, ws: false } }))
    try {
      assert.match((await errorOf(server.ssrLoadModule('/src/main.ts'))).message, /does not run in the dev server of Vite yet/)
    } finally {
      await server.close()
    }
  })

  it('follows an alias of the configuration to a base class', async () => {
    using project = robotProject()
    project.write('src/robot.brain.ts', project.read('src/robot.brain.ts').replace("'./vehicle.brain'", "'@/vehicle.brain'"))
    await build(configOf(project, { resolve: { alias: { '@': `${project.dir}/src` } } }))
    assert.match(await outputOf(project, 'out/main.js'), /"drove":3/)
  })

  it('mirrors the folder that `root` names', async () => {
    using project = robotProject()
    await build(configOf(project, {}, { root: project.dir }))
    assert.ok(Object.values(scriptsIn(project, 'out')).some((code) => code.includes('src/robot.brain#Robot')))
    assert.match((await errorOf(build(configOf(project, {}, { root: 'nowhere' })))).message, /--root "nowhere" does not exist/)
  })

  it('builds again where a type or a base class was edited', async () => {
    using project = robotProject()
    const output = { entryFileNames: '[name].js', chunkFileNames: '[name].js' }
    const { watcher, built } = await watching(configOf(project, { build: { watch: {}, rolldownOptions: { output } } }))
    const schema = (): string => Object.values(scriptsIn(project, 'out')).find((code) => /brain: "robot\.brain#Robot"/.test(code))!.replaceAll(/\s+/g, ' ')
    try {
      await built()
      assert.match(schema(), /name: "trips", kind: "number"/)
      let again = built()
      project.write('src/trips.ts', 'export type Trips = string\n')
      await again
      assert.match(schema(), /name: "trips", kind: "value"/)
      again = built()
      project.write('src/vehicle.brain.ts', project.read('src/vehicle.brain.ts').replace('metres = 0', 'metres = 0\n  doors = 4'))
      await again
      assert.match(schema(), /name: "doors", kind: "number"/)
    } finally {
      await watcher.close()
    }
  })

  it('gives all workers again where nothing of the brains was edited', async () => {
    using project = robotProject()
    const { watcher, built } = await watching(configOf(project, { build: { watch: {} } }))
    try {
      await built()
      const first = Object.keys(scriptsIn(project, 'out'))
      project.remove('out')
      const again = built()
      project.write('src/main.ts', `${project.read('src/main.ts')}console.log('edited')\n`)
      await again
      assert.equal(Object.keys(scriptsIn(project, 'out')), first)
      assert.match(await outputOf(project, 'out/main.js'), /"drove":3[^]*\n6 2 0 1\nedited\n$/)
    } finally {
      await watcher.close()
    }
  })

  it('forgets a task, a class and a file that are renamed while it watches', async () => {
    using project = robotProject()
    const output = { entryFileNames: '[name].js', chunkFileNames: '[name].js' }
    const { watcher, built } = await watching(configOf(project, { build: { watch: {}, emptyOutDir: true, rolldownOptions: { output } } }))
    try {
      await built()
      project.remove('out')
      const again = built()
      project.write('src/rover.brain.ts', project.read('src/robot.brain.ts').replace('class Robot', 'class Rover').replace("fail() {", 'break() {').replace('tasks.fail', 'tasks.break'))
      project.write('src/main.ts', project.read('src/main.ts').replaceAll('Robot', 'Rover').replace('./robot.brain', './rover.brain'))
      project.remove('src/robot.brain.ts')
      await again
      assert.equal(Object.keys(scriptsIn(project, 'out')).filter((path) => /Robot|fail/.test(path)), [])
      assert.match(await outputOf(project, 'out/main.js'), /"drove":3/)
    } finally {
      await watcher.close()
    }
  })
})

import { resolve } from 'node:path'
import * as assert from 'uvu/assert'
import { type Running, start } from '../harness/command.ts'
import type { ScratchProject } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'
import { outputOf, robotProject, scriptsIn } from './robot-project.ts'

const TSUP = resolve('node_modules/tsup/dist/cli-default.js')
const CONFIG = `import { taskbrain } from 'taskbrain/esbuild'
export default { entry: ['src/main.ts'], format: 'esm', outDir: 'out', clean: true, sourcemap: true, silent: false, esbuildPlugins: [taskbrain()] }
`

const tsup = (project: ScratchProject, ...args: readonly string[]): Running => start(TSUP, args, { cwd: project.dir })

describe('tsup with taskbrain/esbuild', (it) => {
  it('builds a program that runs, with places of the source', async () => {
    using project = robotProject({ 'tsup.config.mjs': CONFIG, 'package.json': '{ "dependencies": { "taskbrain": "*" } }\n' })
    const { exitCode, stderr, stdout } = await tsup(project).ended
    assert.is(exitCode, 0, stdout + stderr)
    const scripts = scriptsIn(project, 'out')
    // Without `"type": "module"` a module is called so by its name, and so is a worker.
    assert.is(Object.keys(scripts).filter((path) => /^\w+\.brain\.\w+\.\w+\.worker\.mjs$/.test(path)).length, 4, Object.keys(scripts).join())
    for (const [path, code] of Object.entries(scripts)) assert.not.match(code, /Brain\.task|@Brain|taskbrain:|tinypool/, path)
    const expected = '{"drove":3,"planned":{"x":8,"metres":6},"failed":"robot.brain.ts:22:11"}\n1 closed\n6 2 0 1\n'
    assert.is(await outputOf(project, 'out/main.mjs'), expected)
    assert.is(await outputOf(project, 'out/main.mjs', '--enable-source-maps'), expected)
  })

  it('says of names of CommonJS only where `shims` does not give them', async () => {
    using project = robotProject({ 'tsup.config.mjs': CONFIG, 'src/step.ts': 'export const step = (rounds: number): number => __dirname.length * 0 + rounds\n' })
    const { stdout, stderr, exitCode } = await tsup(project).ended
    assert.is(exitCode, 0, stderr)
    assert.match(stdout + stderr, /`?__dirname`? stands[^]*\[commonjs-name\]/)
    const shimmed = await tsup(project, '--shims').ended
    assert.is(shimmed.exitCode, 0, shimmed.stderr)
    assert.not.match(shimmed.stdout + shimmed.stderr, /commonjs-name/)
  })

  it('shows an error as one of esbuild, and builds again where a type was edited', async () => {
    using project = robotProject({ 'tsup.config.mjs': CONFIG })
    const good = project.read('src/robot.brain.ts')
    project.write('src/robot.brain.ts', good.replaceAll('this.tasks.plan(', 'this.plan('))
    const failed = await tsup(project).ended
    assert.is(failed.exitCode, 1)
    assert.match(failed.stderr + failed.stdout, /`this\.plan` is a task and can't be used as a plain method\.[^]* src\/robot\.brain\.ts:31:26:\n +31 │/)

    project.write('src/robot.brain.ts', good)
    using watching = tsup(project, '--watch')
    await watching.saw(/Watching for changes[^]*Ignoring changes/)
    assert.match(project.read('out/main.js'), /name: "trips", kind: "number"/)
    // Its watcher does not say when it is ready: a change is made anew until it is seen.
    const seen = watching.saw(/Change detected: change src\/trips\.ts[^]*Build success/)
    let edits = 0
    const editing = setInterval(() => project.write('src/trips.ts', `export type Trips = string // ${edits++}\n`), 200)
    try {
      await seen
    } finally {
      clearInterval(editing)
    }
    assert.match(project.read('out/main.js'), /name: "trips", kind: "value"/)
  })
})

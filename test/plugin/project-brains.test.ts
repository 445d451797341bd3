import * as assert from 'uvu/assert'
import type { Compiler } from '../../src/build.ts'
import { resolveConfig } from '../../src/config.ts'
import { ProjectBrains } from '../../src/plugin/project-brains.ts'
import { scratchProject, type ScratchProject, SMALL_BRAIN } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'

/** Brains of a project, and how often they were compiled. */
function brainsOf(project: ScratchProject): { readonly brains: ProjectBrains; readonly compiled: () => number } {
  let compiled = 0
  const loadCompiler = async (): Promise<Compiler> => {
    const compiler = await import('../../compiler/index.ts')
    return { ...compiler, compile: (input) => (compiled++, compiler.compile(input)) }
  }
  return { brains: new ProjectBrains(resolveConfig({ cwd: project.dir, patterns: [] }), [], loadCompiler), compiled: () => compiled }
}

describe('the brains of a project', (it) => {
  it('cost nothing where there are none: the compiler is not loaded', async () => {
    using project = scratchProject({ 'src/a.ts': 'export class A { async run() { await 1 } }\n', 'src/b.ts': "import './a'\n" })
    const brains = new ProjectBrains(resolveConfig({ cwd: project.dir, patterns: [] }), [], () => Promise.reject(new Error('it was loaded')))
    assert.is(await brains.load(`${project.dir}/src/a.ts`), undefined)
    assert.is(await brains.transform(`${project.dir}/src/a.ts`, project.read('src/a.ts')), undefined)
    assert.is(await brains.load(`${project.dir}/node_modules/x/a.ts`), undefined)
  })

  it('are compiled once for all questions of a build, and again only where something changed', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'src/size.ts': 'export type Size = number\n' })
    const { brains, compiled } = brainsOf(project)
    const path = `${project.dir}/src/main.brain.ts`
    const ask = async (): Promise<void> => {
      brains.begin()
      await Promise.all([brains.load(path), brains.load(path), brains.transform(`${project.dir}/src/square.ts`, 'await 1')])
    }
    await ask()
    await ask()
    assert.is(compiled(), 1)
    project.write('src/size.ts', 'export type Size = string\n')
    await ask()
    assert.is(compiled(), 1, 'it does not depend on that file')
    project.write('src/square.ts', `${project.read('src/square.ts')}// edited\n`)
    await ask()
    assert.is(compiled(), 2)
    project.write('src/other.brain.ts', SMALL_BRAIN['src/main.brain.ts'].replaceAll('MainBrain', 'Other'))
    await ask()
    assert.is(compiled(), 3)
  })

  it('are given with cancel points in what they reach, and nowhere else', async () => {
    const files = { 'src/near.ts': 'export async function near() { await 1 }\n', 'src/far.ts': 'export async function far() { await 1 }\n' }
    using project = scratchProject({ ...SMALL_BRAIN, ...files, 'src/square.ts': "import type {} from './near.js'\nexport const square = (n: number): number => n * n\n" })
    const { brains } = brainsOf(project)
    const changed = await brains.transform(`${project.dir}/src/near.ts`, files['src/near.ts'])
    assert.match(changed!.code, /await \$\w*\.point\(1\)/)
    assert.match(changed!.map!, /"near\.ts"/)
    assert.is(await brains.transform(`${project.dir}/src/far.ts`, files['src/far.ts']), undefined)
  })

  it('are found outside of the project too, once a bundler comes upon them', async () => {
    using outside = scratchProject({ ...SMALL_BRAIN })
    using project = scratchProject({ 'src/main.ts': '' })
    const { brains } = brainsOf(project)
    const path = `${outside.dir}/src/main.brain.ts`
    const loaded = await brains.load(path)
    assert.is(loaded?.module?.kind, 'main')
    assert.ok(loaded?.watched.includes(`${outside.dir}/src/square.ts`))
  })

  it('have modules apart where workers of one name come from two folders', async () => {
    const robot = "import { Brain } from 'taskbrain'\nimport { Vehicle } from '../vehicle.brain'\nexport class Robot extends Vehicle {\n  @Brain.task({ process: true, runOnStart: false })\n  go() {}\n}\n"
    const vehicle = "import { Brain } from 'taskbrain'\nexport class Vehicle extends Brain { metres = 0 }\n"
    using project = scratchProject({ 'src/a/main.brain.ts': robot, 'src/b/main.brain.ts': robot, 'src/vehicle.brain.ts': vehicle })
    const { brains } = brainsOf(project)
    await brains.load(`${project.dir}/src/a/main.brain.ts`)
    const paths = ['~a', '~b'].map((of) => `${project.dir}/src/vehicle.brain${of}~main.brain.Robot.go.worker.ts`)
    assert.equal(await Promise.all(paths.map((path) => brains.isMade(path))), [true, true])
  })

  it('with an error are not given, and their diagnostics are those of the file', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'src/bad.brain.ts': SMALL_BRAIN['src/main.brain.ts'].replaceAll('MainBrain', 'Bad').replace('this.tasks.compute', 'this.compute') })
    const { brains } = brainsOf(project)
    const good = await brains.load(`${project.dir}/src/main.brain.ts`)
    assert.is(good?.module?.kind, 'main')
    assert.equal(good?.diagnostics, [])
    const bad = await brains.load(`${project.dir}/src/bad.brain.ts`)
    assert.is(bad?.module, undefined)
    assert.equal(bad?.diagnostics.map(({ code }) => code), ['task-called-directly'])
  })
})

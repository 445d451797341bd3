import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { AS_IT_SHOULD, CRANE, MACHINES, RUN } from '../harness/machines.ts'
import { once } from '../harness/once.ts'
import { describe } from '../harness/suite.ts'

// The library as a user gets it: packed, installed in an empty project far from here, and used from there.

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')
const TYPE_ROOTS = join(ROOT, 'node_modules/@types')
const LIMIT_MS = 120_000

const FILES = {
  'package.json': '{ "name": "robot", "private": true, "type": "module" }\n',
  'tsconfig.json': `{
  "compilerOptions": {
    "target": "es2022", "module": "nodenext", "lib": ["es2023"], "types": ["node"], "strict": true, "noEmit": true
  },
  "include": ["src", "main.ts"]
}
`,
  'src/main.brain.ts': `import { Brain, ExecutionStates, type Logger } from 'taskbrain'
import { Camera } from './camera.js'

export class MainBrain extends Brain {
  frames = 0
  played = false
  pose = { x: 0, y: 0 }

  constructor(logger: Logger, public width: number) {
    super(logger)
  }

  @Brain.task({ process: true, runOnStart: true, refreshRate: 0.02, defineLoopLater: true, timeout: 60 })
  async look() {
    const camera = new Camera(this.width)
    this.defer(() => camera.close(this.logger))
    // ---Loop---
    camera.capture()
    this.frames += 1
    if (this.frames >= 5 && this.played) await this.stop()
  }

  @Brain.task({ process: false, runOnStart: true })
  async play() {
    this.pose = { x: 3, y: 4 }
    const [out, { error }] = await Promise.all([this.tasks.distance(this.pose), this.tasks.fails()])
    this.played = true
    return { distance: out.executionState === ExecutionStates.CORRECTLY ? out.result : -1, error }
  }

  @Brain.task({ process: true, runOnStart: false })
  distance(to: { x: number; y: number }) {
    return Math.hypot(to.x, to.y)
  }

  @Brain.task({ process: true, runOnStart: false })
  fails() {
    new Camera(-1)
  }
}
`,
  'src/camera.ts': `import type { Logger } from 'taskbrain'

export class Camera {
  #open = true

  constructor(width: number) {
    if (width < 0) throw new RangeError('a camera of less than nothing')
  }

  capture(): void {
    if (!this.#open) throw new Error('closed')
  }

  close(logger: Logger): void {
    this.#open = false
    logger.info('camera closed')
  }
}
`,
  'main.mjs': `import { createLogger, ExecutionStates } from 'taskbrain'
import { MainBrain } from './.taskbrain/main.brain.js'

const brain = new MainBrain(createLogger({ identifier: 'Robot' }), 640)
const outputs = await brain.run()
const states = Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, ExecutionStates[output.executionState]]))
console.log(JSON.stringify({ states, distance: outputs.play.result.distance, frames: brain.frames, pose: brain.pose }))
console.log(outputs.play.result.error.stack)
`,
  'main.ts': `import { createLogger, ExecutionStates } from 'taskbrain'
import { MainBrain } from './.taskbrain/main.brain.js'

const brain = new MainBrain(createLogger({ identifier: 'Robot' }), 640)
const frames: number = brain.frames
const out = await brain.tasks.distance({ x: 3, y: 4 })
if (out.executionState === ExecutionStates.CORRECTLY) {
  const distance: number = out.result + frames
  // @ts-expect-error a number is no string
  const text: string = out.result
}
// @ts-expect-error the argument is missing
await brain.tasks.distance()
`,
  'src/program.ts': `import { createLogger } from 'taskbrain'
import { MainBrain } from './main.brain.js'

const brain: MainBrain = new MainBrain(createLogger({ identifier: 'Robot', level: 'silent' }), 640)
await brain.run()
console.log(brain.frames >= 5, brain.pose.x, ...process.argv.slice(2))
`,
  'uncompiled.mjs': `import { Brain, createLogger } from 'taskbrain'

class Bare extends Brain {}
new Bare(createLogger({ identifier: 'Bare' }))
`,
}

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(command: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Ended {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: LIMIT_MS, env: { ...process.env, ...env } })
  return { exitCode: status, stdout, stderr }
}

/** A folder for all of this. */
const home = once(() => {
  const folder = mkdtempSync(join(tmpdir(), 'taskbrain-e2e-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
})

/** The packed library. */
const library = once(() => pack(ROOT, '--ignore-scripts'))

/** The tarball that `npm pack` makes of a folder. */
function pack(folder: string, ...args: readonly string[]): string {
  const { exitCode, stdout, stderr } = run('npm', ['pack', ...args, '--json', '--pack-destination', home()], folder)
  assert.is(exitCode, 0, stdout + stderr)
  // What a script prints comes before.
  const [{ filename }] = JSON.parse(stdout.slice(stdout.lastIndexOf('\n[') + 1)) as [{ filename: string }]
  return join(home(), filename)
}

/** A folder with those files, and with those tarballs installed. */
function install(name: string, files: Readonly<Record<string, string>>, ...tarballs: readonly string[]): string {
  const project = join(home(), name)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true })
    writeFileSync(join(project, path), text)
  }
  const { exitCode, stderr } = run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs], project)
  assert.is(exitCode, 0, stderr)
  return project
}

/** What `taskbrain build` prints. */
function build(project: string): string {
  const { exitCode, stdout, stderr } = run('npx', ['--no-install', 'taskbrain', 'build'], project)
  assert.is(exitCode, 0, stdout + stderr)
  return stdout
}

/** The project's folder, with the packed library installed; it is called as people call folders. */
const installed = once(() => install('my robot é', FILES, library()))

/** The project with its brains built. */
const built = once(() => {
  assert.match(build(installed()), /^MainBrain {2}src\/main\.brain\.ts → \.taskbrain\/main\.brain\.js\n[^]*1 brain, 4 tasks; /)
  return installed()
})

function assertTyped(project: string): void {
  const { exitCode, stdout } = run(process.execPath, [TSC, '-p', '.', '--pretty', 'false', '--typeRoots', TYPE_ROOTS], project)
  assert.equal([exitCode, stdout], [0, ''])
}

describe('the packed library', (it) => {
  it('holds what is built and what is read, and nothing else', () => {
    const folder = join(installed(), 'node_modules/taskbrain')
    assert.equal(readdirSync(folder).filter((name) => name !== 'node_modules').sort(),
      ['LICENSE', 'README.fr.md', 'README.md', 'dist', 'package.json'])
    for (const name of readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('js')) assert.not.match(readFileSync(join(folder, 'dist', name), 'utf8'), ROOT)
    }
  })
  it('names its version', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
    assert.equal(run('npx', ['--no-install', 'taskbrain', '--version'], installed()), { exitCode: 0, stdout: `${version}\n`, stderr: '' })
  })
  it('builds a brain that runs on threads, shares its attributes and ends by itself', () => {
    const { exitCode, stdout, stderr } = run(process.execPath, ['main.mjs'], built())
    assert.is(exitCode, 0, stdout + stderr)
    const line = stdout.split('\n').find((text) => text.startsWith('{'))
    const { frames, ...result } = JSON.parse(line ?? '{}') as { frames: number }
    assert.equal(result, {
      states: { look: 'CANCELLED', play: 'CORRECTLY' },
      distance: 5,
      pose: { x: 3, y: 4 },
    })
    assert.ok(frames >= 5)
    assert.match(stdout + stderr, 'camera closed')
  })
  it('shows where in the source an error on a thread was thrown', () => {
    const { stdout } = run(process.execPath, ['--enable-source-maps', 'main.mjs'], built())
    assert.match(stdout, /RangeError: a camera of less than nothing\n\s+at .*src\/camera\.ts:7:26/)
    assert.match(stdout, /src\/main\.brain\.ts:38:5/)
  })
  it('loads no compiler and no bundler into a program', () => {
    const coverage = join(built(), 'coverage')
    run(process.execPath, ['main.mjs'], built(), { NODE_V8_COVERAGE: coverage })
    const loaded = readdirSync(coverage).map((name) => readFileSync(join(coverage, name), 'utf8')).join('\n')
    assert.match(loaded, 'taskbrain/dist/index.mjs')
    assert.match(loaded, 'main.brain.MainBrain.look.worker.js')
    assert.not.match(loaded, /node_modules\/(?:ts-morph|esbuild|magic-string|chokidar|tinyglobby)\//)
    assert.not.match(loaded, 'dist/compiler.mjs')
  })
  it('is typed from end to end for a program that imports what was built', () => {
    assertTyped(built())
  })
  it('runs a program that imports the source of its brain, without a build step', () => {
    for (const [command, ...args] of [['npx', '--no-install', 'taskbrain', 'run'], [process.execPath, '--import', 'taskbrain/register']])
      assert.equal(run(command!, [...args, 'src/program.ts', '--fast'], installed()), { exitCode: 0, stdout: 'true 3 --fast\n', stderr: '' })
  })
  it('says how to compile a brain that never was', () => {
    const { exitCode, stderr } = run(process.execPath, ['uncompiled.mjs'], installed())
    assert.is(exitCode, 1)
    assert.match(stderr, 'taskbrain build')
  })
})

/** What README.md says a package that ships brains has as its package.json. */
function documentedPackage(): Record<string, unknown> {
  const section = readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n## Brains in a package\n')[1]
  return JSON.parse(/^```text\n([^]*?)^```$/m.exec(section ?? '')?.[1] ?? '{}') as Record<string, unknown>
}

describe('a package that ships a brain', (it) => {
  const machines = once(() => {
    const files = { ...MACHINES, 'package.json': JSON.stringify({ version: '1.0.0', ...documentedPackage() }) }
    return pack(install('machines', files, '--no-save', library()))
  })
  const crane = once(() => {
    const project = install('crane', {
      'package.json': FILES['package.json'],
      'tsconfig.json': FILES['tsconfig.json'],
      'src/crane.brain.ts': CRANE,
      'main.mjs': RUN,
      'main.ts': `import { createLogger, ExecutionStates } from 'taskbrain'
import { Machine } from 'machines'
import { Crane } from './.taskbrain/crane.brain.js'

const machine: Machine = new Crane(createLogger({ identifier: 'Robot' }), 640)
const out = await new Crane(createLogger({ identifier: 'Robot' }), 640).tasks.weigh(machine.turns)
if (out.executionState === ExecutionStates.CORRECTLY) {
  const text: string = out.result
  // @ts-expect-error a text is no number
  const length: number = out.result
}
// @ts-expect-error only a crane lifts
await machine.tasks.lift(1)
`,
    }, library(), machines())
    build(project)
    return project
  })

  it('is packed with what it was built to and with its sources', () => {
    const { stdout } = run('tar', ['-tzf', machines()], home())
    for (const path of ['.taskbrain/machine.brain.js', '.taskbrain/machine.brain.d.ts', '.taskbrain/manifest.json', '.taskbrain/package.json', 'src/machine.brain.ts', 'src/load.ts']) assert.match(stdout, `package/${path}\n`)
    assert.not.match(stdout, 'cache.json')
  })
  it('is built upon by a project that installs it', () => {
    const { exitCode, stdout, stderr } = run(process.execPath, ['main.mjs'], crane())
    assert.is(exitCode, 0, stdout + stderr)
    assert.equal(JSON.parse(stdout), AS_IT_SHOULD)
  })
  it('is typed for those who build upon it', () => assertTyped(crane()))
})

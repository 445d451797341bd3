import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
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
  pose = { x: 0, y: 0 }

  constructor(logger: Logger, public width: number) {
    super(logger)
  }

  @Brain.task({ process: true, runOnStart: true, refreshRate: 0.02, defineLoopLater: true, timeout: 2 })
  async look() {
    const camera = new Camera(this.width)
    this.defer(() => camera.close(this.logger))
    // ---Loop---
    camera.capture()
    this.frames += 1
    if (this.frames >= 5) await this.stop()
  }

  @Brain.task({ process: false, runOnStart: true })
  async play() {
    this.pose = { x: 3, y: 4 }
    const out = await this.tasks.distance(this.pose)
    return out.executionState === ExecutionStates.CORRECTLY ? out.result : -1
  }

  @Brain.task({ process: true, runOnStart: false })
  distance(to: { x: number; y: number }) {
    return Math.hypot(to.x, to.y)
  }

  @Brain.task({ process: true, runOnStart: true })
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
console.log(JSON.stringify({ states, distance: outputs.play.result, frames: brain.frames, pose: brain.pose }))
console.log(outputs.fails.error.stack)
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

/** The project's folder, with the packed library installed; made once, by whichever test comes first. */
const installed = ((): (() => string) => {
  let project: string | undefined
  return () => (project ??= install())
})()

function install(): string {
  const home = mkdtempSync(join(tmpdir(), 'taskbrain-e2e-'))
  process.on('exit', () => rmSync(home, { recursive: true, force: true }))
  const packed = run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', home], ROOT)
  assert.is(packed.exitCode, 0, packed.stderr)
  const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }]
  // A folder as people have them.
  const project = join(home, 'my robot é')
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(project, path)), { recursive: true })
    writeFileSync(join(project, path), text)
  }
  const { exitCode, stderr } = run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', join(home, filename)], project)
  assert.is(exitCode, 0, stderr)
  return project
}

/** The project with its brains built. */
const built = ((): (() => string) => {
  let project: string | undefined
  return () => {
    if (project !== undefined) return project
    const folder = installed()
    const { exitCode, stdout, stderr } = run('npx', ['--no-install', 'taskbrain', 'build'], folder)
    assert.is(exitCode, 0, stdout + stderr)
    assert.match(stdout, /^MainBrain {2}src\/main\.brain\.ts → \.taskbrain\/main\.brain\.js\n[^]*1 brain, 4 tasks; /)
    return (project = folder)
  }
})()

describe('the packed library', (it) => {
  it('holds what is built and what is read, and nothing else', () => {
    const library = join(installed(), 'node_modules/taskbrain')
    assert.equal(readdirSync(library).filter((name) => name !== 'node_modules').sort(),
      ['LICENSE', 'README.fr.md', 'README.md', 'dist', 'package.json'])
    for (const name of readdirSync(join(library, 'dist'), { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('js')) assert.not.match(readFileSync(join(library, 'dist', name), 'utf8'), ROOT)
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
      states: { look: 'CANCELLED', play: 'CORRECTLY', fails: 'ERROR_OCCURRED' },
      distance: 5,
      pose: { x: 3, y: 4 },
    })
    assert.ok(frames >= 5)
    assert.match(stdout + stderr, 'camera closed')
  })
  it('shows where in the source an error on a thread was thrown', () => {
    const { stdout } = run(process.execPath, ['--enable-source-maps', 'main.mjs'], built())
    assert.match(stdout, /RangeError: a camera of less than nothing\n\s+at .*src\/camera\.ts:7:26/)
    assert.match(stdout, /src\/main\.brain\.ts:36:5/)
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
    const { exitCode, stdout } = run(process.execPath, [TSC, '-p', '.', '--pretty', 'false', '--typeRoots', TYPE_ROOTS], built())
    assert.equal([exitCode, stdout], [0, ''])
  })
  it('says how to compile a brain that never was', () => {
    const { exitCode, stderr } = run(process.execPath, ['uncompiled.mjs'], installed())
    assert.is(exitCode, 1)
    assert.match(stderr, 'taskbrain build')
  })
})

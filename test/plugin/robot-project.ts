import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { scratchProject, type ScratchProject } from '../harness/project.ts'
import { start, taskbrain } from '../harness/command.ts'
import { AS_IT_SHOULD, craneProject, installPackage, MACHINES, ran, RUN } from '../harness/machines.ts'

/** Prints all that there is to see of a robot. JavaScript, so that it runs beside the output of the command line too. */
const program = (brain: string, closing: string): string => `import { createLogger } from 'taskbrain'
import { Robot } from '${brain}'
import { closed } from '${closing}'

const silent = { write: () => true }
const robot = new Robot(createLogger({ identifier: 'Robot', stdout: silent, stderr: silent }), 2)
const { play, guard } = await robot.run()
console.log(JSON.stringify(play.result ?? String(play.error)))
console.log(guard.executionState, closed.join())
console.log(robot.metres, robot.width, robot.trips, robot.halts)
`

/** A brain with a base class in another file, a mixin that tells nothing of brains, an instance of a class that a worker knows as a type alone, a setup with a loop, calls of both kinds, a failure and a timeout in a helper. */
export const ROBOT = {
  'src/main.ts': program('./robot.brain', './closing'),
  'src/vehicle.brain.ts': `import { Brain } from 'taskbrain'
import { Halting } from './halting'
import { newStride } from './new-stride'
import { step } from './step'
import type { Stride } from './stride'

export abstract class Vehicle extends Halting(Brain) {
  metres = 0
  stride: Stride = newStride()

  @Brain.task({ process: true, runOnStart: false, refreshRate: '1ms', defineLoopLater: true })
  drive() {
    let rounds = 0
    // ---Loop---
    rounds += 1
    if (rounds === 3) this.halt()
    if (rounds <= 3) this.metres += this.stride.of(step(rounds))
  }
}
`,
  'src/robot.brain.ts': `import { setTimeout as sleep } from 'node:timers/promises'
import { Brain, type Logger } from 'taskbrain'
import { forEver } from './closing'
import { type Trips } from './trips'
import { Vehicle } from './vehicle.brain'
import { step } from './step'

export class Robot extends Vehicle {
  trips: Trips = step(0)

  constructor(logger: Logger, public width: number) {
    super(logger)
  }

  @Brain.task({ process: true, runOnStart: false })
  plan(from: { x: number }) {
    return { x: from.x * this.width, metres: this.metres }
  }

  @Brain.task({ process: true, runOnStart: false })
  fail() {
    throw new TypeError('on a thread')
  }

  @Brain.task({ process: false, runOnStart: true })
  async play() {
    const driving = this.tasks.drive()
    while (this.metres < 6) await sleep(1)
    driving.cancel()
    const drove = await driving
    const planned = await this.tasks.plan({ x: 4 })
    const failed = await this.tasks.fail()
    return { drove: drove.executionState, planned: planned.result, failed: /[\\w.]+:\\d+:\\d+/.exec(failed.error!.stack!)?.[0] }
  }

  @Brain.task({ process: false, runOnStart: true, timeout: '20ms' })
  async guard() {
    await forEver()
  }
}
`,
  'src/closing.ts': `export const closed: string[] = []

export async function forEver(): Promise<void> {
  try {
    await new Promise(() => {})
  } finally {
    closed.push('closed')
  }
}
`,
  'src/halting.ts': `export function Halting<B extends abstract new (...parameters: any[]) => object>(Base: B) {
  abstract class Halting extends Base {
    halts = 0

    halt() {
      this.halts += 1
    }
  }
  return Halting
}
`,
  'src/stride.ts': `export class Stride {
  factor = 1
  of(steps: number) {
    return steps * this.factor
  }
}
`,
  'src/new-stride.ts': "import { Stride } from './stride'\nexport const newStride = () => new Stride()\n",
  'src/step.ts': 'export const step = (rounds: number): number => rounds\n',
  'src/trips.ts': 'export type Trips = number\n',
} as const

export const robotProject = (files: Readonly<Record<string, string>> = {}, name = 'robot'): ScratchProject => scratchProject({ ...ROBOT, ...files }, name)

/** Modules without a brain, of which something is to be said: `far` is a worker's alone. */
export function withFaultyModules(far: string): ScratchProject {
  const robot = ROBOT['src/robot.brain.ts'].replace('import { step }', "import { far } from './far'\nimport { step }").replace('x: from.x', 'x: far(from.x)')
  const step = "export const step = (rounds: number): number => rounds\nexport const load = (name: string) => import(name)\n"
  return robotProject({ 'src/robot.brain.ts': robot, 'src/far.ts': far, 'src/step.ts': step, 'src/aside.ts': 'export const aside = /(/\n' })
}

/** Their workers would be one file. */
export const twoOfOneName = (): ScratchProject =>
  robotProject({ 'src/robot.brain.mts': ROBOT['src/robot.brain.ts'], 'src/main.ts': "export * as one from './robot.brain.mts'\nexport * as other from './robot.brain.ts'\n" })

/** A program does what it does where the command line has built the brain, and its errors lead to the source. */
export async function assertRunsAsByCommand(project: ScratchProject, script: string): Promise<void> {
  const expected = await outputByCommand()
  assert.match(expected, /"failed":"robot\.brain\.ts:22:11"\}\n1 closed\n6 2 0 1\n/)
  assert.is(await outputOf(project, script), expected)
  assert.is(await outputOf(project, script, '--enable-source-maps'), expected)
}

/** `src/main.ts` is built to `out/main.js`. */
export async function assertBuildsUponPackage(build: (project: ScratchProject) => Promise<unknown>): Promise<void> {
  using project = craneProject({ 'src/main.ts': RUN.replace('./.taskbrain/crane.brain.js', './crane.brain') })
  await installPackage(project, MACHINES)
  await build(project)
  assert.equal(await ran(project, 'out/main.js'), AS_IT_SHOULD)
  assert.match(scriptsIn(project, 'out')['main.js']!, /from "machines"/)
}

/** What a program and modules of it count by the name of a brain, beside a thread that counts too. */
export async function assertStepsAreExact(build: (project: ScratchProject) => Promise<unknown>): Promise<void> {
  using project = scratchProject({
    'src/counter.brain.ts': `import { Brain } from 'taskbrain'

export class Counter extends Brain {
  count = 0
  ready = 0
  pose = { x: 0, y: 0 }

  @Brain.task({ process: true, runOnStart: false })
  onThread(times: number) {
    this.ready++
    const end = Date.now() + 5000
    while (this.ready < 2 && Date.now() < end);
    for (let round = 0; round < times; round++) {
      this.count += 2
      this.pose.x++
    }
  }
}
`,
    'src/bump.ts': `import type { Counter } from './counter.brain'

export function bump(counter: Counter) {
  counter.count++
  counter.pose.x += 1
}
`,
    'src/main.ts': `import { createLogger } from 'taskbrain'
import { bump } from './bump'
import { Counter } from './counter.brain'

const counter = new Counter(createLogger({ identifier: 'Counter', level: 'silent' }))
const times = 200_000
const run = counter.tasks.onThread(times)
await counter.until(() => counter.ready === 1, { timeout: 5 })
counter.ready++
for (let round = 0; round < times; round++) {
  counter.count++
  bump(counter)
}
await run
console.log(counter.count / times, counter.pose.x / times)
await counter.stop()
`,
  })
  await build(project)
  assert.is(await outputOf(project, 'out/main.js'), '4 2\n')
}

async function outputByCommand(): Promise<string> {
  using project = robotProject({ 'main.mjs': program('./.taskbrain/robot.brain.js', './closing.mjs').replace(/^.*closing\.mjs.*$/m, 'const closed = ["closed"]') })
  const built = await taskbrain(['build'], { cwd: project.dir })
  if (built.exitCode !== 0) throw new Error(built.stderr)
  return await outputOf(project, 'main.mjs')
}

/** What a program of a project prints. Throws where it does not end well. */
export async function outputOf(project: ScratchProject, script: string, ...nodeOptions: readonly string[]): Promise<string> {
  const [first = script, ...args] = [...nodeOptions, script]
  const { exitCode, stdout, stderr } = await start(first, args, { cwd: project.dir }).ended
  if (exitCode !== 0) throw new Error(`${script} ended with ${exitCode}\n${stdout}\n${stderr}`)
  return stdout
}

/** Every script that a bundler has made, path → text. */
export function scriptsIn(project: ScratchProject, folder: string): Readonly<Record<string, string>> {
  const paths = readdirSync(join(project.dir, folder), { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/')).sort()
  return Object.fromEntries(paths.filter((path) => /\.[cm]?js$/.test(path)).map((path) => [path, project.read(`${folder}/${path}`)]))
}

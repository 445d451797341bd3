import { cpSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { start, taskbrain } from './command.ts'
import { type ScratchProject, scratchProject } from './project.ts'

/** A package that ships a brain, as its author has it. */
export const MACHINES = {
  'package.json': `{
  "name": "machines", "version": "1.0.0", "type": "module",
  "exports": "./index.js",
  "files": ["index.js", ".taskbrain", "src"],
  "peerDependencies": { "taskbrain": "*" }
}
`,
  'index.js': "export { Load, Machine } from './.taskbrain/machine.brain.js'\n",
  'src/machine.brain.ts': `import { Brain, type Logger } from 'taskbrain'
import { heavier, Load } from './load.js'

export { Load }

export class Machine extends Brain {
  turns = 0
  pose = { x: 0, y: 0 }
  load = new Load(1)

  constructor(logger: Logger, public width: number) {
    super(logger)
  }

  kind() {
    return 'machine'
  }

  @Brain.task({ process: true, runOnStart: false })
  weigh(by: number) {
    this.turns += by
    this.pose.x += 1
    this.load = heavier(this.load)
    return \`\${this.kind()} \${this.width} carries \${this.load.shown()}\`
  }

  @Brain.task({ process: false, runOnStart: false })
  async park() {
    this.pose = { x: 7, y: 7 }
    return this.kind()
  }
}
`,
  'src/load.ts': `export class Load {
  constructor(public kilos: number) {}

  shown() {
    return \`\${this.kilos} kg\`
  }
}

export const heavier = (load: Load) => new Load(load.kilos + 1)
`,
} as const

/** A class that a project builds upon that brain. */
export const CRANE = `import { Brain } from 'taskbrain'
import { Load, Machine } from 'machines'

export class Crane extends Machine {
  lifts = 0

  override kind() {
    return \`crane after \${this.lifts}\`
  }

  @Brain.task({ process: true, runOnStart: false })
  lift(by: number) {
    this.turns += 1
    this.lifts += by
    this.load = new Load(by)
    return super.kind()
  }
}
`

/** A program of that project, which prints all that there is to see. */
export const RUN = `import { createLogger } from 'taskbrain'
import { Load, Machine } from 'machines'
import { Crane } from './.taskbrain/crane.brain.js'

const logger = createLogger({ identifier: 'x', level: 'silent' })
const crane = new Crane(logger, 5)
const lifted = await crane.tasks.lift(40).value
const weighed = await crane.tasks.weigh(1).value
const parked = await crane.tasks.park().value
await Promise.all(Array.from({ length: 50 }, () => crane.tasks.lift(1).value))
console.log(JSON.stringify({
  tasks: Object.keys(crane.tasks).sort(), isMachine: crane instanceof Machine, lifted, weighed, parked,
  turns: crane.turns, lifts: crane.lifts, pose: crane.pose, isLoad: crane.load instanceof Load, kilos: crane.load.kilos,
}))
await crane.stop()
`

/** What that is. */
export const AS_IT_SHOULD = {
  tasks: ['lift', 'park', 'weigh'], isMachine: true, lifted: 'machine', weighed: 'crane after 40 5 carries 41 kg', parked: 'crane after 40',
  turns: 52, lifts: 90, pose: { x: 7, y: 7 }, isLoad: true, kilos: 1,
}

export const craneProject = (files: Readonly<Record<string, string>> = {}): ScratchProject => scratchProject({ 'src/crane.brain.ts': CRANE, 'main.mjs': RUN, ...files })

/** What a program of the project prints. */
export async function ran({ dir }: ScratchProject, script = 'main.mjs'): Promise<unknown> {
  const { stdout, stderr, exitCode } = await start(join(dir, script), [], { cwd: dir }).ended
  assert.is(exitCode, 0, stdout + stderr)
  return JSON.parse(stdout)
}

const builtPackages = new Map<object, Promise<ScratchProject>>()

/** Builds a package with those files in a folder of its own, once, and copies it to where `node_modules` has it. */
export async function installPackage(project: ScratchProject, files: Readonly<Record<string, string>>, folder = 'node_modules/machines'): Promise<void> {
  const building = builtPackages.get(files) ?? buildPackage(files)
  builtPackages.set(files, building)
  const target = join(project.dir, folder)
  mkdirSync(dirname(target), { recursive: true })
  cpSync((await building).dir, target, { recursive: true })
}

async function buildPackage(files: Readonly<Record<string, string>>): Promise<ScratchProject> {
  const author = scratchProject(files, 'author')
  process.once('exit', () => author[Symbol.dispose]())
  await builtAt(author.dir)
  return author
}

/** What `taskbrain build` prints in that folder, where all is good. */
export async function builtAt(cwd: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await taskbrain(['build', ...args], { cwd })
  assert.is(exitCode, 0, stdout + stderr)
  return stdout
}

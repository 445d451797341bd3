import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { start } from '../harness/command.ts'
import { builtAt, installPackage, MACHINES } from '../harness/machines.ts'
import { type ScratchProject, scratchProject } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'

const CRANE = `import { Brain } from 'taskbrain'
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

const RUN = `import { createLogger } from 'taskbrain'
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

const AS_IT_SHOULD = {
  tasks: ['lift', 'park', 'weigh'], isMachine: true, lifted: 'machine', weighed: 'crane after 40 5 carries 41 kg', parked: 'crane after 40',
  turns: 52, lifts: 90, pose: { x: 7, y: 7 }, isLoad: true, kilos: 1,
}

const userProject = (files: Readonly<Record<string, string>> = {}): ScratchProject => scratchProject({ 'src/crane.brain.ts': CRANE, 'main.mjs': RUN, ...files })

/** What the program prints. */
async function ran({ dir }: ScratchProject): Promise<unknown> {
  const { stdout, stderr, exitCode } = await start(join(dir, 'main.mjs'), [], { cwd: dir }).ended
  assert.is(exitCode, 0, stdout + stderr)
  return JSON.parse(stdout)
}

describe('a brain of a package', (it) => {
  it('runs as it was built', async () => {
    using project = scratchProject({
      'main.mjs': `import { createLogger } from 'taskbrain'
import { Machine } from 'machines'

const machine = new Machine(createLogger({ identifier: 'x', level: 'silent' }), 2)
console.log(JSON.stringify([await machine.tasks.weigh(3).value, machine.turns]))
await machine.stop()
`,
    })
    await installPackage(project, MACHINES)
    assert.equal(await ran(project), ['machine 2 carries 2 kg', 3])
  })

  it('is built upon: its tasks, attributes and steps are those of the class that extends it', async () => {
    using project = userProject()
    await installPackage(project, MACHINES)
    await builtAt(project.dir)
    assert.equal(await ran(project), AS_IT_SHOULD)
  })

  it('leaves nothing in the output that tells of the machine, and no module of its own', async () => {
    using project = userProject()
    await installPackage(project, MACHINES)
    await builtAt(project.dir)
    const outputs = project.list('.taskbrain')
    assert.not.ok(outputs.some((path) => /machine|node_modules/.test(path)), outputs.join('\n'))
    for (const path of outputs) assert.not.match(project.read(`.taskbrain/${path}`), process.cwd(), path)
  })

  it('is compiled again where it has changed, and only there', async () => {
    using project = userProject()
    await installPackage(project, MACHINES)
    await builtAt(project.dir)
    assert.match(await builtAt(project.dir), ' 0 written')
    project.remove('node_modules/machines')
    await installPackage(project, { ...MACHINES, 'src/load.ts': MACHINES['src/load.ts'].replace(' kg', ' kilos') })
    assert.not.match(await builtAt(project.dir), ' 0 written')
    assert.equal(await ran(project), { ...AS_IT_SHOULD, weighed: 'crane after 40 5 carries 41 kilos' })
  })
})

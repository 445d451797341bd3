import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import * as assert from 'uvu/assert'
import { type BrainExplanation, DIAGNOSTIC_CODES, diagnostics, explain, type TaskExplanation } from '../../compiler/index.ts'
import { CLI, taskbrain } from '../harness/command.ts'
import { diskHost } from '../harness/compiled.ts'
import { foldersOf } from '../harness/golden.ts'
import { scratchProject, SMALL_BRAIN, type ScratchProject } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'

const ROBOT = {
  'src/vehicle.ts': `import { Brain } from 'taskbrain'
import { gears } from './gears.js'
export class Vehicle extends Brain {
  speed = 0
  protected accelerate() { this.speed += gears }
  @Brain.task({ process: true, runOnStart: false, timeout: '2s' })
  park() { this.speed = 0 }
}
`,
  'src/gears.ts': 'export const gears = 5\n',
  'src/robot.brain.ts': `import { Brain } from 'taskbrain'
import fs, { readFileSync as read } from 'node:fs'
import { Vehicle } from './vehicle.js'

const registry = new Map<string, number>()
registry.set('a', 1)
const unused = fs
const speak = (robot: Robot) => robot.armed

export class Robot extends Vehicle {
  armed = false
  pose = { x: 0 }
  names: string[] = []
  count = 0
  socket!: WebSocket
  onMessage = new WebSocket('ws://x')

  @Brain.task({ process: true, runOnStart: true, refreshRate: 0.1, defineLoopLater: true })
  drive() {
    read('map')
    // ---Loop---
    if (!this.armed) this.accelerate()
    this.pose.x = registry.get('a')!
    this.names = []
    this.count++
  }

  @Brain.task({ process: false, runOnStart: (brain) => brain.armed })
  async play() {
    speak(this)
    this.names.push('b')
    await this.tasks.park()
    return unused
  }
}
`,
}

function explained(project: ScratchProject, file: string): readonly BrainExplanation[] {
  const root = project.dir
  return explain({ root, sourceRoot: `${root}/src`, outDir: `${root}/.taskbrain`, files: [join(root, file)], host: diskHost() }).brains
}

function task(brain: BrainExplanation | undefined, name: string): TaskExplanation {
  const found = brain?.tasks.find((each) => each.name === name)
  assert.ok(found, name)
  return found
}

describe('what a file becomes', (it) => {
  it('names for each attribute how it is shared, or why it is not', () => {
    using project = scratchProject(ROBOT)
    const [robot, ...others] = explained(project, 'src/robot.brain.ts')
    assert.equal([others.length, robot?.id, robot?.module, robot?.bases], [0, 'robot.brain#Robot', 'robot.brain.js', ['Vehicle']])
    assert.equal(robot?.attributes, [
      { name: 'speed', origin: 'field', inheritedFrom: 'Vehicle', shared: 'number', type: 'number' },
      { name: 'armed', origin: 'field', shared: 'boolean', type: 'boolean' },
      { name: 'pose', origin: 'field', shared: 'object', type: '{ x: number }' },
      { name: 'names', origin: 'field', shared: 'value', type: 'string[]' },
      { name: 'count', origin: 'field', shared: 'number', type: 'number' },
      { name: 'socket', origin: 'field', mainOnlyBecause: 'it has no initial value' },
      { name: 'onMessage', origin: 'field', mainOnlyBecause: "a WebSocket can't be serialised" },
    ])
  })
  it('names where each task runs and when', () => {
    using project = scratchProject(ROBOT)
    const [robot] = explained(project, 'src/robot.brain.ts')
    assert.equal(robot?.tasks.map(({ name, runsIn, kind, split, site, inheritedFrom }) => [name, runsIn, kind, split, site, inheritedFrom]), [
      ['drive', 'thread', 'routine', true, 'src/robot.brain.ts:19:3', undefined],
      ['play', 'main', 'one-shot', false, 'src/robot.brain.ts:29:9', undefined],
      ['park', 'thread', 'one-shot', false, 'src/vehicle.ts:7:3', 'Vehicle'],
    ])
    assert.equal([task(robot, 'drive').refreshRate, task(robot, 'park').timeout, task(robot, 'play').runOnStart], ['0.1', "'2s'", '(brain) => brain.armed'])
  })
  it('names what each task reads, writes and calls, also through what it calls on itself', () => {
    using project = scratchProject(ROBOT)
    const [robot] = explained(project, 'src/robot.brain.ts')
    const { reads, writes, calls, handsThisOn } = task(robot, 'drive')
    assert.equal({ reads, writes, calls, handsThisOn },
      { reads: ['speed', 'armed', 'count'], writes: ['speed', 'pose', 'names', 'count'], calls: [], handsThisOn: false })
    const play = task(robot, 'play')
    assert.equal([play.reads, play.writes, play.calls, play.handsThisOn, play.worker], [['names'], ['names'], ['park'], true, undefined])
  })
  it('names what a worker keeps of its file and of others', () => {
    using project = scratchProject(ROBOT)
    assert.equal(task(explained(project, 'src/robot.brain.ts')[0], 'drive').worker, {
      module: 'robot.brain.Robot.drive.worker.js',
      keeps: [
        {
          file: 'src/robot.brain.ts',
          classes: [{ name: 'Robot', members: ['drive'] }],
          declarations: ['registry'],
          effects: [{ line: 6, text: "registry.set('a', 1)" }],
          imports: [{ from: 'node:fs', names: ['readFileSync as read'] }],
        },
        {
          file: 'src/vehicle.ts',
          classes: [{ name: 'Vehicle', members: ['accelerate'] }],
          declarations: [],
          effects: [],
          imports: [{ from: 'taskbrain', names: ['Brain'] }, { from: './gears.js', names: ['gears'], onlyFor: 'accelerate' }],
        },
      ],
    })
  })
})

describe('taskbrain explain <file>', (it) => {
  it('says it in words', async () => {
    using project = scratchProject(ROBOT)
    const { exitCode, stdout, stderr } = await taskbrain(['explain', 'src/robot.brain.ts'], { cwd: project.dir })
    assert.equal([exitCode, stderr], [0, ''])
    assert.is(stdout, `Robot extends Vehicle  src/robot.brain.ts → .taskbrain/robot.brain.js

Attributes
  speed      shared     number (from Vehicle), read by drive; written by drive, park
  armed      shared     boolean, read by drive
  pose       shared     object: { x: number }, written by drive
  names      shared     value: string[], read by play; written by drive, play
  count      shared     number, read by drive; written by drive
  socket     main only  it has no initial value
  onMessage  main only  a WebSocket can't be serialised

Tasks
  drive  thread  a routine with a setup, on start, every 0.1 s  src/robot.brain.ts:19:3
    reads              speed, armed, count
    writes             speed, pose, names, count
    worker             robot.brain.Robot.drive.worker.js
    keeps              drive
                       declarations registry
                       line 6: registry.set('a', 1)
                       import { readFileSync as read } from 'node:fs'
    of src/vehicle.ts  class Vehicle { accelerate }
                       import { Brain } from 'taskbrain'
                       import { gears } from './gears.js'  only for accelerate
  play  main  on start, if it says so  src/robot.brain.ts:29:9
    reads     names
    writes    names
    calls     park
    hands on  this as a whole: what else is read and written there is not known
  park  thread  when called, for 2s at most (from Vehicle)  src/vehicle.ts:7:3
    writes             speed
    worker             robot.brain.Robot.park.worker.js
    keeps              class Robot
    of src/vehicle.ts  class Vehicle { park }
                       import { Brain } from 'taskbrain'
`)
  })
  it('gives the same as one JSON document, and writes nothing', async () => {
    using project = scratchProject(SMALL_BRAIN)
    const { exitCode, stdout } = await taskbrain(['explain', 'src', '--json'], { cwd: project.dir })
    const document = JSON.parse(stdout) as { ok: boolean; brains: BrainExplanation[]; diagnostics: unknown[] }
    assert.equal([exitCode, document.ok, document.diagnostics], [0, true, []])
    assert.equal(document.brains, explained(project, 'src/main.brain.ts'))
    assert.equal(project.list('.taskbrain'), [])
  })
  it('says what is wrong with it too, and ends with 1', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'src/main.brain.ts': SMALL_BRAIN['src/main.brain.ts'].replace('process: true, ', '') })
    const { exitCode, stdout, stderr } = await taskbrain(['explain', './src/main.brain.ts'], { cwd: project.dir })
    assert.is(exitCode, 1)
    assert.match(stdout, /^MainBrain /)
    assert.match(stderr, 'option-missing')
    const none = await taskbrain(['explain', 'src/square.ts'], { cwd: project.dir })
    assert.equal([none.exitCode, none.stdout], [1, ''])
    assert.match(none.stderr, 'No brain found')
  })
})

describe('what is said of attributes', (it) => {
  it('tells where two tasks assign one, so that the last one stands', async () => {
    using project = scratchProject({
      'src/robot.brain.ts': `import { Brain } from 'taskbrain'
export class Robot extends Brain {
  mode = 'idle'
  count = 0
  @Brain.task({ process: true, runOnStart: true })
  drive() { this.mode = 'drive'; this.count += 1 }
  @Brain.task({ process: true, runOnStart: true })
  park() { this.mode = 'park'; this.count += 1 }
}
`,
    })
    const { stdout } = await taskbrain(['explain', 'src/robot.brain.ts'], { cwd: project.dir })
    assert.match(stdout, 'mode   shared  value: string, written by drive, park; assigned by drive and park: the last one stands\n')
    assert.match(stdout, 'count  shared  number, read by drive, park; written by drive, park\n')
  })
  it('names the lines in which other threads wait for a change, also those of a base class', async () => {
    using project = scratchProject({
      'src/vehicle.ts': `import { Brain } from 'taskbrain'
export class Vehicle extends Brain {
  tags: string[] = []
  protected mark(tag: string) {
    const { tags } = this
    if (!tags.includes(tag))
      tags.push(tag)
  }
}
`,
      'src/robot.brain.ts': `import { Brain } from 'taskbrain'
import { Vehicle } from './vehicle.js'
export class Robot extends Vehicle {
  rows: number[][] = []
  log = new Map<string, number>()
  @Brain.task({ process: true, runOnStart: true })
  async drive() {
    for (const row of this.rows) row.push(1)
    const { log } = this
    log.set('a', 1)
    await this.tasks.park()
    console.log(log.size)
  }
  @Brain.task({ process: true, runOnStart: false })
  park() {
    this.mark('parked')
    for (const row of this.rows) {
      const { log } = this
      log.set('rows', row.length)
      row.length = 0
    }
  }
}
`,
    })
    const [robot] = explained(project, 'src/robot.brain.ts')
    assert.equal(task(robot, 'drive').holds, [
      { attributes: ['rows'], file: 'src/robot.brain.ts', lines: [8, 8], endsAtWait: false },
      { attributes: ['log'], file: 'src/robot.brain.ts', lines: [9, 12], endsAtWait: true },
    ])
    const { stdout } = await taskbrain(['explain', 'src/robot.brain.ts'], { cwd: project.dir })
    const lines = stdout.split('\n').map((line) => line.trim().replace(/  +/, '  '))
    for (const held of ['holds  log from line 9 to 12, until something waits', 'holds  rows from line 17 to 21', 'log from line 18 to 19', 'tags from line 5 to 7 of src/vehicle.ts'])
      assert.ok(lines.includes(held), held)
  })
  it('knows what `change` is given the name of', () => {
    using project = scratchProject({
      'src/robot.brain.ts': `import { Brain } from 'taskbrain'
export class Robot extends Brain {
  names: string[] = []
  @Brain.task({ process: true, runOnStart: true })
  drive() { this.change('names', (names) => names.push('a')) }
}
`,
    })
    const { reads, writes, assigns } = task(explained(project, 'src/robot.brain.ts')[0], 'drive')
    assert.equal({ reads, writes, assigns }, { reads: ['names'], writes: ['names'], assigns: [] })
  })
})

describe('taskbrain explain <code>', (it) => {
  it('says what it means and shows a program that gets it', async () => {
    const { exitCode, stdout } = await taskbrain(['explain', 'loop-without-rate'], { cwd: resolve('.') })
    assert.is(exitCode, 0)
    assert.match(stdout, /^loop-without-rate {2}error\n\nTask `<task>` has `defineLoopLater` but no `refreshRate`\.\nAdd the pause [^\n]+\n\nFor example,\n\n {2}brain\.ts\n {4}import/)
    assert.match(stdout, /\n\ngives\n\n {4}brain\.ts:\d+:\d+ error loop-without-rate\n {4}Task `\w+` has/)
    const { stdout: json } = await taskbrain(['explain', 'task-overridden', '--json'], { cwd: resolve('.') })
    const { example, ...rest } = JSON.parse(json) as { example: { files: { path: string }[]; output: string } }
    assert.equal(rest, {
      ok: true,
      code: 'task-overridden',
      severity: 'warning',
      message: '`<task>` overrides a task of `<base>` but is not decorated; the options of `<base>` hold.',
      hint: 'Repeat `@Brain.task({ … })` on the method to say so.',
    })
    assert.equal(example.files.map(({ path }) => path), ['brain.ts'])
    assert.match(example.output, 'warning task-overridden')
  })
  it('knows every code by words, and has an example of each', () => {
    assert.equal([...diagnostics.DIAGNOSTIC_PATTERNS.keys()], DIAGNOSTIC_CODES)
    for (const [code, { message, hint }] of diagnostics.DIAGNOSTIC_PATTERNS) {
      assert.ok(message.length > 0 && hint.length > 0, code)
      assert.not.match(`${message} ${hint}`, /undefined(?!`)|<>|<_|<(?![a-z]+>)/i, code)
    }
    const examples = JSON.parse(readFileSync(join(dirname(CLI), 'examples.json'), 'utf8')) as Record<string, { output: string }>
    assert.equal(Object.keys(examples), foldersOf(resolve('fixtures/errors')))
    for (const [code, { output }] of Object.entries(examples)) assert.match(output, code)
  })
  it('refuses a code that does not exist, says which was meant, and ends with 2', async () => {
    const refusals: readonly (readonly [readonly string[], RegExp])[] = [
      [['option-mising'], /There is no diagnostic option-mising, nor a file of that name\. Did you mean option-missing\?/],
      [['zzzzzzzzzzzzzzz'], /There is no diagnostic zzzzzzzzzzzzzzz, nor a file of that name\.\n/],
      [['toString'], /There is no diagnostic toString/],
      [['src/missing.ts'], /"src\/missing\.ts" matches no TypeScript file/],
      [[], /Name one code or one file/],
      [['option-missing', 'task-target'], /Name one code or one file/],
    ]
    for (const [args, message] of refusals) {
      const { exitCode, stdout, stderr } = await taskbrain(['explain', ...args], { cwd: resolve('.') })
      assert.equal([exitCode, stdout], [2, ''], args.join(' '))
      assert.match(stderr, message)
    }
  })
})

describe('taskbrain explain <file> --graph', (it) => {
  it('draws tasks where they run, attributes, and who reads, writes and calls what', async () => {
    using project = scratchProject(ROBOT)
    const { exitCode, stdout, stderr } = await taskbrain(['explain', 'src/robot.brain.ts', '--graph'], { cwd: project.dir })
    assert.equal([exitCode, stderr], [0, ''])
    assert.is(stdout, `flowchart LR
  subgraph b0["Robot"]
    subgraph b0main["main process"]
      b0t1["play"]
    end
    subgraph b0threads["worker threads"]
      b0t0["drive"]
      b0t2["park"]
    end
    b0a0[("speed")]
    b0a1[("armed")]
    b0a2[("pose")]
    b0a3[("names")]
    b0a4[("count")]
  end
  b0t0 <--> b0a0
  b0a1 --> b0t0
  b0t0 --> b0a2
  b0t0 --> b0a3
  b0t0 <--> b0a4
  b0t1 <--> b0a3
  b0t1 -. calls .-> b0t2
  b0t2 --> b0a0
`)
  })
  it('is refused beside --json, and for a diagnostic', async () => {
    for (const [args, message] of [
      [['src', '--graph', '--json'], /Ask for --graph or for --json/],
      [['option-missing', '--graph'], /--graph draws a file, not a diagnostic\./],
    ] as const) {
      const { exitCode, stdout, stderr } = await taskbrain(['explain', ...args], { cwd: resolve('.') })
      assert.is(exitCode, 2)
      // With --json the complaint is a document on stdout.
      assert.match(stdout + stderr, message)
    }
  })
})

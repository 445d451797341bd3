import { spawnSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as assert from 'uvu/assert'
import { CLI, start, taskbrain } from '../harness/command.ts'
import { scratchProject } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'

/** A program in TypeScript that imports a brain from its source, and a module that the brain imports too. */
const PROGRAM = {
  'src/registry.ts': 'export const made: string[] = []\nexport class Pose { constructor(public x: number) {} }\n',
  'src/robot.brain.ts': `import { Brain } from 'taskbrain'
import { made, Pose } from './registry'
made.push('brain')
export class Robot extends Brain {
  count = 0
  pose = new Pose(1)
  @Brain.task({ process: true, runOnStart: true })
  drive() {
    this.count += 1
    this.pose = new Pose(7)
  }
}
`,
  'src/main.ts': `import { readFileSync } from 'node:fs'
import { createLogger } from 'taskbrain'
import { made, Pose } from './registry'
import { Robot } from './robot.brain'

enum Mode { Fast, Slow }
const robot = new Robot(createLogger({ identifier: 'Robot', level: 'silent' }))
await robot.run()
const note = readFileSync(new URL('./note.txt', import.meta.url), 'utf8')
console.log(robot.count, robot.pose instanceof Pose, made.length, Mode[1], note, ...process.argv.slice(2))
if (process.argv[2] === 'throw') throw new Error('thrown')
process.exitCode = 3
`,
  'src/note.txt': 'beside the source',
} as const

const register = (cwd: string, ...args: readonly string[]): { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string } => {
  const door = pathToFileURL(CLI.replace(/cli\.mjs$/, 'register.mjs')).href
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', door, ...args], { cwd, encoding: 'utf8', timeout: 60_000 })
  return { exitCode: status, stdout, stderr }
}

for (const [name, run] of [
  ['taskbrain run', (cwd: string, ...args: string[]) => taskbrain(['run', ...args], { cwd })],
  ['node --import taskbrain/register', async (cwd: string, ...args: string[]) => register(cwd, ...args)],
] as const) {
  describe(name, (it) => {
    it('runs a program that imports brains from their sources, each module once, beside its files', async () => {
      using project = scratchProject(PROGRAM)
      const first = await run(project.dir, 'src/main.ts', '--watch', 'b')
      assert.equal([first.exitCode, first.stdout, first.stderr], [3, '1 true 1 Slow beside the source --watch b\n', ''])
      project.write('src/note.txt', 'another one')
      project.write('src/registry.ts', PROGRAM['src/registry.ts'].replace('[]\n', "['before']\n"))
      assert.equal((await run(project.dir, 'src/main.ts')).stdout, '1 true 2 Slow another one\n')
    })

    it('shows places of the source where the program throws', async () => {
      using project = scratchProject(PROGRAM, 'odd name #1 é')
      const { exitCode, stderr } = await run(project.dir, 'src/main.ts', 'throw')
      assert.is(exitCode, 1)
      assert.match(stderr, /Error: thrown\n.*odd name #1 é\/src\/main\.ts:11:\d+/)
    })

    it('tells a script that it is the one that was started, also by a path with a link in it', async () => {
      using project = scratchProject({
        ...PROGRAM,
        'src/main.ts': "import { pathToFileURL } from 'node:url'\nimport { Robot } from './robot.brain'\nif (import.meta.url === pathToFileURL(process.argv[1]!).href) console.log(Robot.name, 'is started')\n",
      })
      symlinkSync(project.dir, join(project.dir, 'link'))
      for (const path of ['src/main.ts', 'link/src/main.ts', join(project.dir, 'link/src/main.ts')]) assert.is((await run(project.dir, path)).stdout, 'Robot is started\n', path)
    })

    it('runs nothing where something is wrong, and says what', async () => {
      using project = scratchProject({ ...PROGRAM, 'src/plain.ts': "import './nowhere'\n", 'src/robot.brain.ts': PROGRAM['src/robot.brain.ts'].replace('process: true, ', '') })
      const broken = await run(project.dir, 'src/main.ts')
      assert.equal([broken.exitCode, broken.stdout], [1, ''])
      assert.match(broken.stderr, /src\/robot\.brain\.ts:7:\d+ error option-missing/)
      project.write('src/robot.brain.ts', PROGRAM['src/robot.brain.ts'])
      const unresolved = await run(project.dir, 'src/plain.ts')
      assert.equal([unresolved.exitCode, unresolved.stdout], [1, ''])
      assert.match(unresolved.stderr, /src\/plain\.ts:1:8 error import-unresolved/)
    })
  })
}

describe('taskbrain run', (it) => {
  it('makes steps of a program on brains exact, in modules that no task reaches', async () => {
    using project = scratchProject({
      ...PROGRAM,
      'src/main.ts': "import { createLogger } from 'taskbrain'\nimport { Robot } from './robot.brain'\nconst robot = new Robot(createLogger({ level: 'silent' }))\nrobot.count += 1\nconsole.log(robot.count)\nawait robot.stop()\n",
    })
    assert.is((await taskbrain(['run', 'src/main.ts'], { cwd: project.dir })).stdout, '1\n')
    assert.match(project.read('.taskbrain/main.js'), /assignLate\(robot, "count"/)
  })

  it('is the same class where a program imports the output too, and a file with a brain can be the program', async () => {
    using project = scratchProject({
      ...PROGRAM,
      'src/both.ts': "import { Robot } from './robot.brain'\nimport { Robot as Built } from '../.taskbrain/robot.brain.js'\nconsole.log(Robot === Built)\n",
      'src/self.brain.ts': "import { Brain } from 'taskbrain'\nexport class Self extends Brain {\n  @Brain.task({ process: true, runOnStart: true })\n  x() {}\n}\nconsole.log(Self.name, process.argv[2])\n",
    })
    await taskbrain(['build'], { cwd: project.dir })
    assert.is((await taskbrain(['run', 'src/both.ts'], { cwd: project.dir })).stdout, 'true\n')
    assert.is((await taskbrain(['run', 'src/self.brain.ts', 'a'], { cwd: project.dir })).stdout, 'Self a\n')
  })

  it('refuses what is no script of the project', async () => {
    using project = scratchProject(PROGRAM)
    const messages = { 'src/missing.ts': /missing\.ts" is no file that can be run\./, 'src/note.txt': /note\.txt" is no script/, '../../outside.ts': /outside\.ts.* (?:is no file|lies outside)/ }
    for (const [file, message] of Object.entries(messages)) {
      const { exitCode, stderr } = await taskbrain(['run', file], { cwd: project.dir })
      assert.is(exitCode, 2)
      assert.match(stderr, message)
    }
  })

  it('wants a file, and says where flags belong', async () => {
    using project = scratchProject(PROGRAM)
    for (const command of ['run', 'dev']) {
      const { exitCode, stderr } = await taskbrain([command], { cwd: project.dir })
      assert.is(exitCode, 2)
      assert.match(stderr, `Name the script to run, such as taskbrain ${command} src/main.ts.`)
      assert.match((await taskbrain([command, '--inspect', 'src/main.ts'], { cwd: project.dir })).stderr, 'There is no flag --inspect. Flags of the program stand behind its file; for flags of Node call node --import taskbrain/register.')
      assert.match((await taskbrain([command, '--help'], { cwd: project.dir })).stdout, `Usage: taskbrain ${command} [flags] <file> [arguments...]`)
    }
  })
})

describe('node --import taskbrain/register', (it) => {
  it('leaves alone what is no program of the project: text, packages, what is missing', () => {
    using project = scratchProject({ ...PROGRAM, 'node_modules/tool/index.js': "console.log('a tool')\n" })
    assert.equal(register(project.dir, '--input-type=module', '--eval', 'console.log(1)').stdout, '1\n')
    assert.equal(register(project.dir, 'node_modules/tool/index.js').stdout, 'a tool\n')
    assert.match(register(project.dir, 'src/missing.ts').stderr, 'Cannot find module')
    assert.equal(project.list('.taskbrain'), [])
  })

  it('leaves alone a script in JavaScript that leads to no source of a brain, and what was built', async () => {
    const helper = "console.log(require.main === module, require('node:path').basename(__dirname))\n"
    using project = scratchProject({ ...PROGRAM, 'tools/package.json': '{ "type": "commonjs" }', 'tools/helper.js': helper })
    assert.equal(register(project.dir, 'tools/helper.js').stdout, 'true tools\n')
    assert.equal(project.list('.taskbrain'), [])
    register(project.dir, 'src/main.ts')
    assert.is(register(project.dir, '.taskbrain/main.js').exitCode, 3)
    assert.equal(project.list('.taskbrain').filter((file) => file.startsWith('.taskbrain')), [])
    const { exitCode, stderr } = await taskbrain(['run', '.taskbrain/main.js'], { cwd: project.dir })
    assert.is(exitCode, 2)
    assert.match(stderr, '".taskbrain/main.js" is what a build wrote. Name the source that it was made from, or start it with node.')
  })

  it('lets a program fork itself, which shows places of the source too', async () => {
    using project = scratchProject({ ...PROGRAM, 'src/main.ts': "import { fork } from 'node:child_process'\nimport './robot.brain'\nif (process.argv[2] === 'child') throw new Error('thrown')\nfork(process.argv[1]!, ['child'])\n" })
    assert.match(register(project.dir, 'src/main.ts').stderr, /Error: thrown\n.*\/src\/main\.ts:3:\d+/)
  })

  it('keeps what was built of another program, which may be running', async () => {
    using project = scratchProject({ ...PROGRAM, 'src/other.ts': "import './robot.brain'\nconsole.log('other')\n" })
    register(project.dir, 'src/main.ts')
    assert.is(register(project.dir, 'src/other.ts').stdout, 'other\n')
    assert.ok(project.list('.taskbrain').includes('main.js'))
    await taskbrain(['build'], { cwd: project.dir })
    assert.equal(project.list('.taskbrain').filter((file) => /^(?:main|other)\.js/.test(file)), [])
  })
})

describe('taskbrain dev', (it) => {
  const LASTING = `import { made } from './registry'
import './robot.brain'
process.on('SIGTERM', () => {
  console.log('asked to end')
  process.exit()
})
setInterval(() => {}, 1000)
console.log('started', made.length, ...process.argv.slice(2))
`

  it('starts the program anew whenever a source changes, and ends it with itself', async () => {
    using project = scratchProject({ ...PROGRAM, 'src/main.ts': LASTING })
    using dev = start(CLI, ['dev', 'src/main.ts', 'a'], { cwd: project.dir })
    await dev.saw(/started 1 a/)
    project.write('src/registry.ts', PROGRAM['src/registry.ts'].replace('[]\n', "['before']\n"))
    await dev.saw(/src\/registry\.ts: .*written[^]*asked to end[^]*started 2 a/)
    project.write('src/main.ts', "import './nowhere'\n")
    await dev.saw(/import-unresolved[^]*the last good output stays/)
    project.write('src/main.ts', LASTING.replace('started', 'better'))
    await dev.saw(/asked to end[^]*better 2 a/)
    dev.kill('SIGTERM')
    const { exitCode, stdout } = await dev.ended
    assert.is(exitCode, 0)
    assert.ok(stdout.endsWith('better 2 a\nasked to end\n'), stdout)
  })

  it('says how the program has ended, and waits for a change', async () => {
    using project = scratchProject({ ...PROGRAM, 'src/main.ts': "import './robot.brain'\nconsole.log('there')\nprocess.exit(4)\n" })
    using dev = start(CLI, ['dev', 'src/main.ts'], { cwd: project.dir })
    await dev.saw(/there\n[^]*The program has ended with 4\. A change starts it again\./)
    project.write('src/main.ts', "import './robot.brain'\nconsole.log('again')\n")
    await dev.saw(/again\n[^]*The program has ended with 0\./)
    dev.kill('SIGINT')
    assert.is((await dev.ended).exitCode, 0)
  })

  it('says so where its file is gone, and waits for it', async () => {
    using project = scratchProject({ ...PROGRAM, 'src/main.ts': LASTING })
    using dev = start(CLI, ['dev', 'src/main.ts'], { cwd: project.dir })
    await dev.saw(/started/)
    project.remove('src/main.ts')
    await dev.saw(/src\/main\.ts:1:1 error bundle-failed\n`src\/main\.ts` is no file that can be read\.[^]*the last good output stays/)
    project.write('src/main.ts', LASTING.replace('started', 'there again'))
    await dev.saw(/there again/)
    dev.kill('SIGTERM')
    await dev.ended
  })

  it('waits where something is wrong at first', async () => {
    using project = scratchProject({ ...PROGRAM, 'src/main.ts': "import './nowhere'\n" })
    using dev = start(CLI, ['dev', 'src/main.ts'], { cwd: project.dir })
    await dev.saw(/import-unresolved[^]*Watching/)
    project.write('src/main.ts', "import './robot.brain'\nconsole.log('there')\n")
    await dev.saw(/there\n/)
  })
})

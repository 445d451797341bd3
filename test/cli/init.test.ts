import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { start, taskbrain } from '../harness/command.ts'
import { scratchProject, SMALL_BRAIN, type ScratchProject } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'

const json = (project: ScratchProject): Record<string, any> => JSON.parse(project.read('package.json')) as Record<string, any>

describe('taskbrain init', (it) => {
  it('makes of an empty folder a project that runs, builds and checks', async () => {
    using project = scratchProject({})
    project.remove('package.json')
    const folder = join(project.dir, 'My Robot')
    mkdirSync(folder)
    // Nearer than that of the repository.
    project.write('My Robot/package.json', '{}')
    const { exitCode, stdout, stderr } = await taskbrain(['init'], { cwd: folder })
    assert.equal([exitCode, stderr], [0, ''])
    assert.is(stdout, `package.json: added to
tsconfig.json: made
.gitignore: made
src/main.brain.ts: made
src/main.ts: made

Then: npm install taskbrain && npm start
`)
    assert.is(project.read('My Robot/.gitignore'), 'node_modules/\n.taskbrain/\n')
    assert.match((await taskbrain(['run', 'src/main.ts'], { cwd: folder })).stdout, /\d+ ticks\n/)
    assert.equal([(await taskbrain(['check'], { cwd: folder })).exitCode, (await taskbrain(['build'], { cwd: folder })).exitCode], [0, 0])
  })

  it('adds what is missing and changes nothing that is there; the second time there is nothing to do', async () => {
    using project = scratchProject({
      ...SMALL_BRAIN,
      'package.json': '{\n\t"name": "robot",\n\t"scripts": { "start": "node main.mjs" },\n\t"devDependencies": { "taskbrain": "*" }\n}\n',
      '.gitignore': 'node_modules',
      'tsconfig.json': '{}',
    })
    const { stdout } = await taskbrain(['init', '--json'], { cwd: project.dir })
    assert.equal(JSON.parse(stdout), {
      ok: true,
      files: [{ path: 'package.json', outcome: 'added to' }, { path: 'tsconfig.json', outcome: 'left as it is' }, { path: '.gitignore', outcome: 'added to' }],
      toInstall: [],
    })
    assert.equal(json(project), {
      name: 'robot',
      scripts: { build: 'taskbrain build', start: 'node main.mjs', dev: 'taskbrain dev src/main.ts' },
      devDependencies: { taskbrain: '*' },
      imports: { '#brain/*': './.taskbrain/*' },
    })
    assert.match(project.read('package.json'), /^\{\n\t"name"/)
    assert.equal(Object.keys(json(project)['scripts'] as object), ['start', 'build', 'dev'])
    assert.is(project.read('.gitignore'), 'node_modules\n.taskbrain/\n')
    const again = await taskbrain(['init'], { cwd: project.dir })
    assert.is(again.stdout, 'package.json: left as it is\ntsconfig.json: left as it is\n.gitignore: left as it is\n\nThen: npm start\n')
  })

  it('writes lines that end as those do that are there', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'package.json': '{\r\n    "name": "robot"\r\n}\r\n', '.gitignore': 'node_modules\r\n' })
    await taskbrain(['init'], { cwd: project.dir })
    assert.match(project.read('package.json'), /^\{\r\n    "name": "robot",\r\n(?:[^\r\n]+\r\n)+$/)
    assert.is(project.read('.gitignore'), 'node_modules\r\n.taskbrain/\r\n')
  })

  it('finds the output of a build by #brain/*, from any folder', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'deep/use.mjs': "import { MainBrain } from '#brain/main.brain.js'\nconsole.log(MainBrain.name)\n" })
    await taskbrain(['init'], { cwd: project.dir })
    await taskbrain(['build'], { cwd: project.dir })
    assert.is((await start('deep/use.mjs', [], { cwd: project.dir }).ended).stdout, 'MainBrain\n')
  })

  it('touches nothing where package.json is none, and takes no arguments', async () => {
    using project = scratchProject({ 'package.json': '{ "name": ' })
    const refused = await taskbrain(['init'], { cwd: project.dir })
    assert.is(refused.exitCode, 2)
    assert.match(refused.stderr, 'package.json is no JSON that could be added to. Mend it first.')
    assert.equal(project.list('.'), ['package.json'])
    assert.match((await taskbrain(['init', 'robot'], { cwd: project.dir })).stderr, 'init takes no arguments')
  })
})

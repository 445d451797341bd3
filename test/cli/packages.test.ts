import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { check, hasErrors } from '../../src/build.ts'
import { resolveConfig } from '../../src/config.ts'
import { hashOf } from '../../src/hash.ts'
import { CLI, start, taskbrain } from '../harness/command.ts'
import { AS_IT_SHOULD, builtAt, CRANE, craneProject, installPackage, MACHINES, ran, RUN } from '../harness/machines.ts'
import { type ScratchProject, scratchProject } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'

/** What is found where nothing can be built. */
async function refusal({ dir }: ScratchProject): Promise<string> {
  const { diagnostics } = await check(resolveConfig({ cwd: dir, patterns: [] }))
  assert.ok(hasErrors(diagnostics))
  return diagnostics.map(({ file, line, column, severity, code, message }) => `${file}:${line}:${column} ${severity} ${code}\n${message}\n`).join('')
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
    using project = craneProject()
    await installPackage(project, MACHINES)
    await builtAt(project.dir)
    assert.equal(await ran(project), AS_IT_SHOULD)
  })

  it('leaves nothing in the output that tells of the machine, and no module of its own', async () => {
    using project = craneProject()
    await installPackage(project, MACHINES)
    await builtAt(project.dir)
    const outputs = project.list('.taskbrain')
    assert.not.ok(outputs.some((path) => /machine|node_modules/.test(path)), outputs.join('\n'))
    for (const path of outputs) assert.not.match(project.read(`.taskbrain/${path}`), process.cwd(), path)
  })

  it('is compiled again where it has changed, and only there', async () => {
    using project = craneProject()
    await installPackage(project, MACHINES)
    await builtAt(project.dir)
    assert.match(await builtAt(project.dir), ' 0 written')
    project.remove('node_modules/machines')
    await installPackage(project, { ...MACHINES, 'src/load.ts': MACHINES['src/load.ts'].replace(' kg', ' kilos') })
    assert.not.match(await builtAt(project.dir), ' 0 written')
    assert.equal(await ran(project), { ...AS_IT_SHOULD, weighed: 'crane after 40 5 carries 41 kilos' })
  })
})

const replacedIn = (project: ScratchProject, path: string, from: string | RegExp, to: string): void => project.write(path, project.read(path).replace(from, to))

/** A package's folder → what its author or a tool has done to it; and what is said at the class that extends its brain. */
const REFUSED: Readonly<Record<string, { readonly spoil: (project: ScratchProject) => void; readonly why: RegExp }>> = {
  'ships no sources': {
    spoil: (project) => project.remove('node_modules/machines/src'),
    why: /which does not ship `src\/machine\.brain\.ts`, the source of its brain\./,
  },
  'has another source than it was built from': {
    spoil: (project) => replacedIn(project, 'node_modules/machines/src/machine.brain.ts', 'turns = 0', 'turns = 1'),
    why: /which was built from another `src\/machine\.brain\.ts` than it ships\./,
  },
  'has a manifest of another format': {
    spoil: (project) => replacedIn(project, 'node_modules/machines/.taskbrain/manifest.json', '"format": 1', '"format": 2'),
    why: /which was built by another version of taskbrain \(format 2, here 1\)\./,
  },
  'has no manifest': {
    spoil: (project) => project.remove('node_modules/machines/.taskbrain/manifest.json'),
    why: /which ships brains without the manifest\.json that `taskbrain build` makes\./,
  },
  'would bring a taskbrain of its own': {
    spoil: (project) => replacedIn(project, 'node_modules/machines/package.json', 'peerDependencies', 'dependencies'),
    why: /which has taskbrain among its dependencies and not among its peerDependencies/,
  },
  'is TypeScript that nobody compiled': {
    spoil: (project) => replacedIn(project, 'node_modules/machines/package.json', './index.js', './src/machine.brain.ts'),
    why: /which ships TypeScript that `taskbrain build` has not compiled\./,
  },
  'has nothing to do with taskbrain': {
    spoil: (project) => replacedIn(project, 'node_modules/machines/package.json', '"taskbrain"', '"other"'),
    why: /it comes from the package `machines`\./,
  },
}

describe('a brain of a package that can not be built upon', (it) => {
  for (const [name, { spoil, why }] of Object.entries(REFUSED)) {
    it(`is said at the class that extends it: it ${name}`, async () => {
      using project = craneProject()
      await installPackage(project, MACHINES)
      spoil(project)
      const said = await refusal(project)
      assert.match(said, 'src/crane.brain.ts:4:28 error base-unreadable\nThe base class `Machine` of `Crane` can\'t be read at compile time: it comes from the package `machines`')
      assert.match(said, why)
      assert.is(said.match(/^\S+:\d+:\d+ /gm)?.length, 1, said)
    })
  }
})

describe('what is found in the sources of a package', (it) => {
  const WARNED = { ...MACHINES, 'src/machine.brain.ts': MACHINES['src/machine.brain.ts'].replace('export class', 'let weighed = 0\n\nexport class').replace('this.turns += by', 'weighed += 1\n    this.turns += by') }

  it('is no warning for who builds upon it', async () => {
    using project = craneProject()
    await installPackage(project, WARNED)
    const { stdout, stderr, exitCode } = await taskbrain(['build'], { cwd: project.dir })
    assert.equal([exitCode, stderr], [0, ''], stdout)
  })

  it('is an error at the class that keeps from a task of the package what that needs', async () => {
    using project = craneProject({ 'src/crane.brain.ts': CRANE.replace('lifts = 0', '@Brain.local() override turns = 0\n  lifts = 0') })
    await installPackage(project, MACHINES)
    const said = await refusal(project)
    assert.match(said, /src\/crane\.brain\.ts:4:28 error base-unreadable\nThe base class `Machine` of `Crane` can't be read at compile time: node_modules\/machines\/src\/machine\.brain\.ts:21:5 has the error attribute-not-shared: Task `weigh`/)
    assert.not.match(said, /^node_modules/m)
  })

  it('is an error at the class that extends what can not be parsed', async () => {
    using project = craneProject()
    await installPackage(project, MACHINES)
    const [source, manifest] = ['node_modules/machines/src/machine.brain.ts', 'node_modules/machines/.taskbrain/manifest.json']
    const known = hashOf(project.read(source))
    replacedIn(project, source, 'return this.kind()', 'return this.kind(')
    replacedIn(project, manifest, known, hashOf(project.read(source)))
    assert.match(await refusal(project), /src\/crane\.brain\.ts:4:28 error base-unreadable\n.*machine\.brain\.ts:\d+:\d+ has the error source-syntax/)
  })
})

describe('a package that has another copy of taskbrain than the project', (it) => {
  it('is told of where its brain was built upon', async () => {
    using project = craneProject()
    await installPackage(project, MACHINES)
    const library = dirname(dirname(CLI))
    for (const part of ['package.json', 'dist']) cpSync(join(library, part), join(project.dir, 'node_modules/machines/node_modules/taskbrain', part), { recursive: true })
    await builtAt(project.dir)
    const { exitCode, stderr } = await start('main.mjs', [], { cwd: project.dir }).ended
    assert.is(exitCode, 1)
    assert.match(stderr, 'TaskbrainError: `Crane` was compiled for this copy of taskbrain, but the class that it extends uses another one.')
  })
})

/** Links a folder as a package manager does that keeps packages elsewhere. */
function linked(project: ScratchProject, folder: string, path: string): void {
  mkdirSync(dirname(join(project.dir, path)), { recursive: true })
  symlinkSync(join(project.dir, folder), join(project.dir, path))
}

describe('a brain of a package of the same workspace', (it) => {
  const workspace = (): ScratchProject => scratchProject({ 'app/package.json': '{ "name": "app", "type": "module" }', 'app/src/crane.brain.ts': CRANE, 'app/main.mjs': RUN })

  it('is that of the package where it is built', async () => {
    using project = workspace()
    await installPackage(project, MACHINES, 'packages/machines')
    linked(project, 'packages/machines', 'app/node_modules/machines')
    const app = { ...project, dir: join(project.dir, 'app') }
    await builtAt(app.dir)
    assert.not.ok(project.list('app/.taskbrain').some((path) => path.includes('machine.brain')))
    assert.equal(await ran(app), AS_IT_SHOULD)
  })

  it('is compiled with the project where it is not', async () => {
    using project = workspace()
    for (const [path, text] of Object.entries(MACHINES)) project.write(`packages/machines/${path}`, text.replace('./index.js', './src/machine.brain.ts'))
    linked(project, 'packages/machines', 'app/node_modules/machines')
    project.write('app/main.mjs', RUN.replace("from 'machines'", "from './.taskbrain/_/packages/machines/src/machine.brain.js'"))
    const app = { ...project, dir: join(project.dir, 'app') }
    await builtAt(app.dir)
    assert.equal(await ran(app), AS_IT_SHOULD)
  })

  it('is found where node_modules is above the project', async () => {
    using project = workspace()
    await installPackage(project, MACHINES)
    const app = { ...project, dir: join(project.dir, 'app') }
    await builtAt(app.dir)
    assert.equal(await ran(app), AS_IT_SHOULD)
    for (const path of project.list('app/.taskbrain')) assert.not.match(project.read(`app/.taskbrain/${path}`), process.cwd(), path)
  })
})

const DEEP = {
  ...MACHINES,
  'src/load.ts': `import { unit } from 'units'\n${MACHINES['src/load.ts'].replace(' kg', ' ${unit}')}`,
  'src/machine.brain.ts': `import { unit } from 'units'\n${MACHINES['src/machine.brain.ts'].replace('} carries', '} ${unit} carries')}`,
}
const units = (unit: string): Readonly<Record<string, string>> => ({ 'package.json': '{ "name": "units", "exports": { "import": "./units.mjs" } }', 'units.mjs': `export const unit = '${unit}'\n` })

function add(project: ScratchProject, folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) project.write(`${folder}/${path}`, text)
}

describe('what a package that ships a brain depends on', (it) => {
  const SHOWN = { ...AS_IT_SHOULD, weighed: 'crane after 40 5 pounds carries 41 pounds' }

  it('is that of the package, where the project has another of that name', async () => {
    using project = craneProject()
    await installPackage(project, DEEP)
    add(project, 'node_modules/units', units('grams'))
    await builtAt(project.dir)
    add(project, 'node_modules/machines/node_modules/units', units('pounds'))
    await builtAt(project.dir)
    assert.equal(await ran(project), SHOWN)
  })

  it('is found where only the package can see it', async () => {
    using project = craneProject()
    await installPackage(project, DEEP, 'node_modules/.store/machines@1/node_modules/machines')
    add(project, 'node_modules/.store/machines@1/node_modules/units', units('pounds'))
    linked(project, 'node_modules/.store/machines@1/node_modules/machines', 'node_modules/machines')
    await builtAt(project.dir)
    assert.equal(await ran(project), SHOWN)
  })

  it('is found by the aliases of the package, and by none of the project', async () => {
    const aliases = (folder: string): string => JSON.stringify({ compilerOptions: { paths: { '@/*': [folder] } } })
    using project = craneProject({ 'tsconfig.json': aliases('./src/other/*'), 'src/other/unit.ts': "export const unit = 'grams'\n" })
    const load = `import { unit } from '@/unit.js'\nimport { space } from '#space'\n${MACHINES['src/load.ts'].replace(' kg', '${space}${unit}')}`
    const config = MACHINES['package.json'].replace('"exports"', '"imports": { "#space": "./src/inner/space.ts" }, "exports"')
    const files = { ...MACHINES, 'package.json': config, 'src/load.ts': load, 'src/inner/unit.ts': "export const unit = 'pounds'\n", 'src/inner/space.ts': "export const space = ' '\n" }
    await installPackage(project, { ...files, 'tsconfig.json': aliases('./src/inner/*') })
    await builtAt(project.dir)
    assert.equal(await ran(project), { ...AS_IT_SHOULD, weighed: 'crane after 40 5 carries 41 pounds' })
    project.remove('node_modules/machines/tsconfig.json')
    assert.match(await refusal(project), 'node_modules/machines/src/load.ts:1:22 error import-unresolved\n`@/unit.js` leads to no file.')
  })

  it('is missed by the build where it is not installed', async () => {
    using project = craneProject()
    await installPackage(project, DEEP)
    assert.match(await refusal(project), /node_modules\/machines\/src\/\S+ error import-unresolved\n`units` leads to no file\./)
  })

  it('may ship a brain too, upon which that of the package is built', async () => {
    using project = craneProject()
    const hoists = {
      'package.json': MACHINES['package.json'].replace('"machines"', '"@scope/hoists"').replace('"./index.js"', '{ "./hoist": "./index.js" }'),
      'index.js': "export * from './out/hoist.brain.js'\n",
      'src/hoist.brain.ts': `import { Brain } from 'taskbrain'
import { Machine } from 'machines'
export { Load } from 'machines'

export class Hoist extends Machine {
  height = 2

  @Brain.task({ process: true, runOnStart: false })
  raise() {
    this.height += this.load.kilos
    return \`\${this.kind()} at \${this.height}\`
  }
}
`,
    }
    await installPackage(project, MACHINES, 'node_modules/.store/machines@1/node_modules/machines')
    using author = scratchProject(hoists)
    mkdirSync(join(author.dir, 'node_modules'))
    symlinkSync(join(project.dir, 'node_modules/.store/machines@1/node_modules/machines'), join(author.dir, 'node_modules/machines'))
    await builtAt(author.dir, '--out-dir', 'out')
    author.remove('node_modules')
    cpSync(author.dir, join(project.dir, 'node_modules/.store/hoists@1/node_modules/@scope/hoists'), { recursive: true })
    linked(project, 'node_modules/.store/hoists@1/node_modules/@scope/hoists', 'node_modules/@scope/hoists')
    linked(project, 'node_modules/.store/machines@1/node_modules/machines', 'node_modules/.store/hoists@1/node_modules/machines')
    project.write('src/crane.brain.ts', CRANE.replace("import { Load, Machine } from 'machines'", "import { Hoist as Machine, Load } from '@scope/hoists/hoist'"))
    project.write('main.mjs', RUN.replace("import { Load, Machine } from 'machines'", "import { Hoist as Machine, Load } from '@scope/hoists/hoist'").replace('turns: crane.turns', 'raised: await crane.tasks.raise().value, $&'))
    await builtAt(project.dir)
    assert.equal(await ran(project), { ...AS_IT_SHOULD, tasks: ['lift', 'park', 'raise', 'weigh'], raised: 'crane after 90 at 3' })
  })
})

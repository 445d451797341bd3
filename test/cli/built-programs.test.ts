import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { build } from '../../src/build.ts'
import { resolveConfig } from '../../src/config.ts'
import { start } from '../harness/command.ts'
import { originOf } from '../harness/origin.ts'
import { scratchProject, type ScratchProject } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'

/** Starts a brain and prints what its tasks come to. */
const RUN_MAIN = `import { createLogger } from 'taskbrain'
import { MainBrain } from './.taskbrain/main.brain.js'

const outputs = await new MainBrain(createLogger({ identifier: 'Main', level: 'silent' })).run()
for (const [task, { result, error }] of Object.entries(outputs)) console.log(\`\${task}: \${error?.message ?? JSON.stringify(result)}\`)
`

async function printed(project: ScratchProject): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const { diagnostics } = await build(resolveConfig({ cwd: project.dir, patterns: [] }))
  assert.equal(diagnostics, [])
  return start(join(project.dir, 'main.mjs'), [], { cwd: project.dir }).ended
}

describe('a program that was built', (it) => {
  it('loads what is imported for its effects when the source does', async () => {
    const brain = (name: string, imports: readonly string[], tasks: readonly string[]): string =>
      `${imports.map((each) => `import ${each}\n`).join('')}import { Brain } from 'taskbrain'\n\nexport class ${name} extends Brain {\n${tasks.join('')}}\n`
    const task = (name: string, process: boolean, body: string): string => `  @Brain.task({ process: ${process}, runOnStart: true })\n  async ${name}() { return ${body} }\n`
    using project = scratchProject({
      'node_modules/ground/package.json': '{ "name": "ground", "type": "module", "exports": "./index.js" }',
      'node_modules/ground/index.js': "globalThis.loaded = ['ground']\n",
      'src/first.ts': "globalThis.loaded.push('first')\n",
      'src/words.ts': "globalThis.loaded.push('words')\nexport const words = () => [...globalThis.loaded]\n",
      'src/more.ts': "import { words } from './words'\nglobalThis.loaded.push('more')\nexport const more = () => words()\n",
      'src/main.brain.ts': brain('MainBrain', ["'ground'", "'./first'", "{ more } from './more'", "{ words } from './words'"],
        [task('less', true, 'words()'), task('all', true, 'more()'), task('none', true, '0'), task('inMain', false, 'more()')]),
      'src/other.brain.ts': brain('Other', ["'ground'", "{ words } from './words'"], [task('less', true, 'words()')]),
      'main.mjs': RUN_MAIN,
    })
    const { stdout } = await printed(project)
    assert.is(stdout, 'less: ["ground","first","words"]\nall: ["ground","first","words","more"]\nnone: 0\ninMain: ["ground","first","words","more"]\n')
    assert.is(originOf(project, '.taskbrain/main.brain.MainBrain.all.worker.js', 'more();'), 'src/main.brain.ts:11 more')
  })

  it('gives modules that are written for CommonJS what they require', async () => {
    using project = scratchProject({
      'package.json': '{ "type": "commonjs", "imports": { "#own": "./src/own.cjs" } }',
      'node_modules/old/package.json': '{ "name": "old", "main": "old.js" }',
      'node_modules/old/old.js': "exports.word = 'old'\n",
      'src/own.cjs': "const { sep } = require('node:path')\nmodule.exports = { sep, word: require('old').word, name: module.exports === exports }\n",
      'src/main.brain.ts': `import { Brain } from 'taskbrain'
import own from './own.cjs'
import old = require('old')
const { sep } = require('path')

export class MainBrain extends Brain {
  @Brain.task({ process: true, runOnStart: true })
  onThread() { return [own, old.word, sep] }

  @Brain.task({ process: false, runOnStart: true })
  async inMain() { return [require('#own') === own, old.word, sep] }

  @Brain.task({ process: true, runOnStart: true })
  fail() { throw new Error(sep) }
}
`,
      'main.mjs': RUN_MAIN,
    })
    const { stdout, stderr } = await printed(project)
    assert.is(stdout, 'onThread: [{"sep":"/","word":"old","name":true},"old","/"]\ninMain: [true,"old","/"]\nfail: /\n', stderr)
    assert.is(originOf(project, '.taskbrain/main.brain.MainBrain.fail.worker.js', 'sep);'), 'src/main.brain.ts:14 sep')
  })

  it('refuses to make a brain of which one task could not be seen', async () => {
    for (const experimentalDecorators of [true, false]) {
      using project = scratchProject({
        'src/main.brain.ts': `import { Brain } from 'taskbrain'

const often = (refreshRate: number): any => Brain.task({ process: false, runOnStart: true, refreshRate })

export class MainBrain extends Brain {
  @often(1) look() {}
}
`,
        'main.mjs': RUN_MAIN,
        'tsconfig.json': JSON.stringify({ compilerOptions: { experimentalDecorators } }),
      })
      const { stderr } = await printed(project)
      assert.match(stderr, '`look` of `MainBrain` is decorated as a task in a way that the compiler can\'t read')
    }
  })
})

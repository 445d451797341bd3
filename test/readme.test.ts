import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { TASK_OPTIONS } from '../src/contract/task.ts'
import { describe } from './harness/suite.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const COMMAND_LIMIT_MS = 60_000

/** A fenced block. What stands after the language says what it is: `file=<path>`, `project`, `bundler`, `repository`; `text` blocks are output. */
interface Block {
  readonly language: string
  readonly mark: string
  readonly code: string
}

interface Ended {
  readonly code: number | null
  readonly output: string
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map(([, language, mark, code]) => ({
    language: language!, mark: mark!.trim(), code: code!,
  }))
}

const fileOf = ({ mark }: Block): string | undefined => /^file=(\S+)$/.exec(mark)?.[1]

/** A project of a user's own that holds the files of a page, with taskbrain in its `node_modules`. */
function projectOf(blocks: readonly Block[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'taskbrain readme '))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  write('package.json', '{ "private": true, "type": "module" }\n')
  write('tsconfig.json', JSON.stringify({
    compilerOptions: {
      target: 'es2022', module: 'esnext', moduleResolution: 'bundler', strict: true, noUncheckedIndexedAccess: true, noEmit: true, types: ['node'],
    },
    include: ['src'],
  }))
  // A build of JavaScript alone has no declarations. Not in tsconfig.json: the build would take `paths` for the user's.
  write('types.json', JSON.stringify({
    extends: './tsconfig.json',
    compilerOptions: existsSync(join(ROOT, 'dist/index.d.mts')) ? {} : { lib: ['es2023', 'esnext.disposable'], allowImportingTsExtensions: true, paths: { taskbrain: [join(ROOT, 'src/index.ts')] } },
  }))
  for (const block of blocks) {
    const file = fileOf(block)
    if (file) write(file, block.code)
  }
  // Runs a brain to its end and tells its outputs and attributes.
  write('run-brain.mjs', `
    import { createLogger } from 'taskbrain'
    const [file, name, ...attributes] = process.argv.slice(2)
    const { [name]: OneBrain } = await import('./.taskbrain/' + file)
    const brain = new OneBrain(createLogger({ identifier: name }))
    const outputs = await brain.run()
    console.log('outputs', JSON.stringify(Object.fromEntries(Object.entries(outputs).map(([task, output]) => [task, output.executionState]))))
    for (const attribute of attributes) console.log(attribute, JSON.stringify(brain[attribute]))
  `)
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
  symlinkSync(ROOT, join(folder, 'node_modules/taskbrain'))
  symlinkSync(join(ROOT, 'node_modules/@types'), join(folder, 'node_modules/@types'))
  symlinkSync('../taskbrain/dist/cli.mjs', join(folder, 'node_modules/.bin/taskbrain'))
  for (const bundler of ['vite', 'tsup']) symlinkSync(join(ROOT, 'node_modules/.bin', bundler), join(folder, 'node_modules/.bin', bundler))
  return folder
}

function run(command: string, args: readonly string[], cwd: string): Ended {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: COMMAND_LIMIT_MS })
  return { code: status, output: `${stdout}${stderr}${error ? `\n${error.message}` : ''}` }
}

function runsWell(command: string, args: readonly string[], cwd: string): string {
  const { code, output } = run(command, args, cwd)
  assert.is(code, 0, `${command} ${args.join(' ')} ended with ${code}\n${output}`)
  return output
}

const codeOnly = (code: string): string => code.replaceAll(/ *\/\/ (?!.*(---|# - )).*$/gm, '').replaceAll(/^\s*\n/gm, '')

for (const page of ['README.md', 'README.fr.md']) {
  const markdown = readFileSync(join(ROOT, page), 'utf8')
  const blocks = blocksOf(markdown)

  describe(page, (it) => {
    let folder = ''

    it('marks every block with what it is', () => {
      assert.ok(blocks.length > 5)
      assert.is((markdown.match(/^```/gm) ?? []).length, blocks.length * 2)
      for (const block of blocks) {
        assert.ok(fileOf(block) || block.mark === 'project' || block.mark === 'bundler' || block.mark === 'repository' || block.language === 'text', `\`\`\`${block.language} ${block.mark}`)
      }
    })

    it('type-checks', () => {
      folder = projectOf(blocks)
      runsWell(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'types.json'], folder)
    })

    it('builds and runs its example as its shell lines say', () => {
      const lines = blocks.filter(({ mark }) => mark === 'project').flatMap(({ code }) => code.trim().split('\n'))
      assert.ok(lines.includes('npm install taskbrain') && lines.includes('npx taskbrain build') && lines.includes('node main.mjs'))
      // The link in node_modules is the installation.
      const outputs = lines.filter((line) => line !== 'npm install taskbrain').map((line) => runsWell('sh', ['-c', line], folder))
      assert.match(outputs.at(-1)!, /\b78498 primes in \d+ ticks/)
      assert.match(outputs.at(-1)!, /^stopped after \d+ ticks$/m)
    })

    it('runs and bundles the same program as its shell lines say', () => {
      const lines = blocks.filter(({ mark }) => mark === 'bundler').flatMap(({ code }) => code.trim().split('\n'))
      assert.is(lines.length, 4)
      for (const line of lines) {
        const output = runsWell('sh', ['-c', line], folder)
        assert.match(output, /\b78498 primes in \d+ ticks/)
        assert.match(output, /^stopped after \d+ ticks$/m)
      }
    })

    it('shows a setup and a loop that do what it says', () => {
      const output = runsWell(process.execPath, ['run-brain.mjs', 'sampler.brain.js', 'Sampler', 'samples'], folder)
      assert.match(output, /^outputs \{"sample":1,"show":1\}$/m)
      const samples = JSON.parse(/^samples (.*)$/m.exec(output)![1]!) as number[]
      assert.ok(samples.length >= 1 && samples.length <= 21, `${samples.length} samples`)
      assert.match(output, /sampling ends/)
    })

    it('shows attributes that are shared as it says', () => {
      const output = runsWell(process.execPath, ['run-brain.mjs', 'shared.brain.js', 'Shared', 'count', 'pose', 'seen'], folder)
      assert.match(output, /^outputs \{"update":0\}$/m)
      assert.match(output, /^count 1$/m)
      assert.match(output, /^pose \{"x":3,"y":4\}$/m)
      assert.match(output, /^seen \["update"\]$/m)
    })

    it('shows tasks that wait for each other as it says', () => {
      const output = runsWell(process.execPath, ['run-brain.mjs', 'waiter.brain.js', 'Waiter', 'shots', 'hits', 'names'], folder)
      assert.match(output, /^outputs \{"shoot":0,"arm":0\}$/m)
      assert.match(output, /^shots 0$/m)
      assert.match(output, /^hits 3$/m)
      assert.match(output, /^names \["shoot","arm"\]$/m)
    })

    it('shows calls that end as it says', () => {
      const output = runsWell(process.execPath, ['run-brain.mjs', 'caller.brain.js', 'Caller'], folder)
      assert.match(output, /^outputs \{"play":0\}$/m)
      assert.match(output, /\b21\b/)
      assert.match(output, /7 is odd/)
      assert.match(output, /9 CANCELLED/)
    })

    it('shows a mixin whose task runs as it says', () => {
      const output = runsWell(process.execPath, ['run-brain.mjs', 'clock.brain.js', 'Clock', 'ticks'], folder)
      assert.match(output, /^outputs \{"tick":3\}$/m)
      assert.match(output, /^ticks 3$/m)
    })

    it('shows a program that starts its tasks by itself', () => {
      assert.match(runsWell(process.execPath, ['by-hand.mjs'], folder), /^0 5$/m)
    })

    it('names the scripts that the repository has', () => {
      const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
      for (const { code } of blocks.filter(({ mark }) => mark === 'repository')) {
        for (const [, script] of code.matchAll(/npm (start|test|run \w+)/g)) assert.ok(scripts[script!.replace('run ', '')], script)
      }
    })

    it('has a row for every option, and names those that are not there yet', () => {
      for (const [option, kind] of Object.entries(TASK_OPTIONS)) {
        assert.is(markdown.includes(`| \`${option}\` |`), kind !== 'later', option)
        assert.ok(markdown.includes(`\`${option}\``), option)
      }
    })

    it('has the code of README.md', () => {
      const english = blocksOf(readFileSync(join(ROOT, 'README.md'), 'utf8'))
      const codes = (all: readonly Block[]): string[] => all.map(({ language, mark, code }) => `${language} ${mark}\n${codeOnly(code)}`)
      assert.equal(codes(blocks), codes(english))
    })
  })
}

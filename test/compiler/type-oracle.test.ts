import { rmSync, symlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import * as assert from 'uvu/assert'
import { compile, type CompileInput, createCompiler } from '../../compiler/index.ts'
import { diskHost } from '../harness/compiled.ts'
import { scratchProject } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'

const ROOT = resolve('fixtures/cases')
const TYPES = `${ROOT}/src/014-types-of-attributes.brain.ts`

/** Whether the type checker, which tells of each file it looks for, had to be asked about the attributes of a source. */
function asksChecker(change: (text: string) => string = (text) => text): boolean {
  let isAsked = false
  const disk = diskHost()
  const host = { ...disk, readFile: (path: string) => (path === TYPES ? change(disk.readFile(path)!) : disk.readFile(path)), lookedUp: () => void (isAsked = true) }
  const { diagnostics } = compile({ root: ROOT, sourceRoot: `${ROOT}/src`, outDir: `${ROOT}/.taskbrain`, files: [TYPES], host })
  assert.equal(diagnostics, [])
  return isAsked
}

describe('the type checker', (it) => {
  it('is not started where the syntax tells each type', () => assert.not.ok(asksChecker()))
  it('is started where it does not', () => assert.ok(asksChecker((text) => text.replace('n = 0', 'n = [0].length'))))
})

/** Its list is inferred through a package, and a module of the project. */
const INFERRED = {
  'tsconfig.json': '{ "compilerOptions": { "module": "nodenext", "strict": true } }\n',
  'node_modules/lengths/package.json': '{ "name": "lengths", "type": "module", "types": "./index.d.ts" }\n',
  'node_modules/lengths/index.d.ts': 'export declare const length: number\n',
  'src/sizes.ts': "import { length } from 'lengths'\nexport const sizes = { one: length }\n",
  'src/main.brain.ts': "import { Brain } from 'taskbrain'\nimport { sizes } from './sizes.js'\nexport class Main extends Brain {\n  n = [sizes].map(({ one }) => one)[0]!\n  @Brain.task({ process: true, runOnStart: true }) go() { this.n = this.n }\n}\n",
  'src/other.brain.ts': "import { Brain } from 'taskbrain'\nexport class Other extends Brain {\n  @Brain.task({ process: true, runOnStart: true }) go() {}\n}\n",
}

function typeOfN(compiled: ReturnType<typeof compile>): string | undefined {
  return /n: (.*)/.exec(compiled.files.find(({ path }) => path === 'main.brain.Main.state.d.ts')?.text ?? '')?.[1]
}

describe('a compiler that is kept', (it) => {
  it('asks the type checker again where something changed that its answer rests on', () => {
    using project = scratchProject(INFERRED)
    const compiler = createCompiler()
    const input = (lookedUp: (path: string) => void = () => {}): CompileInput => ({
      root: project.dir, sourceRoot: `${project.dir}/src`, outDir: `${project.dir}/.taskbrain`, host: { ...diskHost(), lookedUp },
      files: ['main', 'other'].map((name) => `${project.dir}/src/${name}.brain.ts`),
    })
    const types = (): string | undefined => {
      const compiled = compiler.compile(input())
      assert.equal(compiled, compile(input()))
      return typeOfN(compiled)
    }
    const first = types()
    const steps: Record<string, string>[] = [
      { 'node_modules/lengths/index.d.ts': 'export declare const length: string\n' },
      { 'src/sizes.ts': 'export const sizes = { one: true }\n' },
      { 'src/other.brain.ts': `${INFERRED['src/other.brain.ts']}// changed\n` },
      { 'src/main.brain.ts': `// changed\n${INFERRED['src/main.brain.ts']}` },
      { 'src/sizes.ts': 'export const sizes = { one: { two: 2 } }\n' },
      { 'tsconfig.json': '{ "compilerOptions": { "module": "nodenext" } }\n' },
      { 'src/sizes.ts': INFERRED['src/sizes.ts'] },
    ]
    const found = steps.map((files) => {
      for (const [path, text] of Object.entries(files)) project.write(path, text)
      return types()
    })
    project.remove('src/sizes.ts')
    const object = "Source['n']"
    assert.equal([first, ...found, types()], ['number', 'string', 'boolean', 'boolean', 'boolean', object, object, 'string', object])
  })

  it('asks again where a tsconfig, declarations of globals, or another version of a package come', () => {
    using project = scratchProject({
      'src/main.brain.ts': "import { Brain } from 'taskbrain'\nimport { sizes } from 'sizes'\nimport { length } from 'lengths'\nexport class Main extends Brain {\n  n = NUMBER\n  s = [sizes][0]\n  l = [length][0]!\n  @Brain.task({ process: true, runOnStart: true }) go() {}\n}\n",
      'src/sizes.ts': 'export const sizes = 1\n',
      'store/1/index.d.ts': 'export declare const length: number\n',
      'store/2/index.d.ts': 'export declare const length: boolean\n',
      'tsconfig.json': '{ "compilerOptions": { "strict" true } }\n',
    })
    for (const version of [1, 2]) project.write(`store/${version}/package.json`, '{ "name": "lengths", "type": "module", "types": "./index.d.ts" }\n')
    const compiler = createCompiler()
    const types = (): readonly (string | undefined)[] => {
      const input = (): CompileInput => ({ root: project.dir, sourceRoot: `${project.dir}/src`, outDir: `${project.dir}/.taskbrain`, host: diskHost(), files: [`${project.dir}/src/main.brain.ts`] })
      const compiled = compiler.compile(input())
      assert.equal(compiled, compile(input()))
      const text = compiled.files.find(({ path }) => path === 'main.brain.Main.state.d.ts')!.text
      return ['n', 's', 'l'].map((name) => new RegExp(`${name}: (.*)`).exec(text)?.[1])
    }
    const link = (version: number): void => {
      rmSync(`${project.dir}/node_modules/lengths`, { force: true })
      symlinkSync(`../store/${version}`, `${project.dir}/node_modules/lengths`)
    }
    const [n, s, l] = ["Source['n']", "Source['s']", "Source['l']"]
    assert.equal(types(), [n, s, l])
    project.write('tsconfig.json', '{ "compilerOptions": { "module": "nodenext", "strict": true, "types": ["*"], "paths": { "sizes": ["./src/sizes.ts"] } } }\n')
    assert.equal(types(), [n, 'number', l])
    project.write('node_modules/@types/others/index.d.ts', 'declare const OTHER: number\n')
    assert.equal(types(), [n, 'number', l])
    project.write('node_modules/@types/globals/index.d.ts', 'declare const NUMBER: number\n')
    assert.equal(types(), ['number', 'number', l])
    link(1)
    assert.equal(types(), ['number', 'number', 'number'])
    link(2)
    assert.equal(types(), ['number', 'number', 'boolean'])
    project.remove('tsconfig.json')
    assert.equal(types(), [n, s, 'boolean'])
    project.write('tsconfig.json', '{ "extends": "./base.json" }\n')
    assert.equal(types(), [n, s, 'boolean'])
    project.write('base.json', '{ "compilerOptions": { "module": "nodenext", "types": [], "paths": { "sizes": ["./src/sizes.ts"] } } }\n')
    assert.equal(types(), [n, 'number', 'boolean'])
  })

  it('tells its host of all that a kept answer rests on', () => {
    using project = scratchProject(INFERRED)
    const compiler = createCompiler()
    const told = (): string[] => {
      const paths = new Set<string>()
      const host = { ...diskHost(), lookedUp: (path: string) => void paths.add(path) }
      compiler.compile({ root: project.dir, sourceRoot: `${project.dir}/src`, outDir: `${project.dir}/.taskbrain`, files: [`${project.dir}/src/main.brain.ts`], host })
      return [...paths].sort()
    }
    const first = told()
    assert.ok(first.includes(`${project.dir}/node_modules/lengths/index.d.ts`))
    assert.equal(told(), first)
  })
})

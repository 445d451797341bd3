import * as assert from 'uvu/assert'
import { compile, type CompileResult } from '../../compiler/index.ts'
import { taskbrain } from '../harness/command.ts'
import { scratchProject } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'

// Each of these took minutes, or a stack that is not there, where the work grew faster than the text.
const lines = (count: number, line: (index: number) => string): string => Array.from({ length: count }, (_, index) => line(index)).join('\n')

function compiled(text: string): CompileResult {
  const path = '/project/src/main.brain.ts'
  const host = { fileExists: (file: string) => file === path, readFile: (file: string) => (file === path ? text : undefined), resolve: () => undefined }
  return compile({ root: '/project', sourceRoot: '/project/src', outDir: '/project/.taskbrain', files: [path], host })
}

function robot(members: string): string {
  return `import { Brain } from 'taskbrain'\nexport class Robot extends Brain {\n${members}\n}\n`
}

const TASK = '@Brain.task({ process: true, runOnStart: true })'

describe('a large source', (it) => {
  it('may have 2,000 classes, each extending the one before', () => {
    const classes = lines(2000, (index) => `class K${index} extends ${index ? `K${index - 1}` : 'Object'} {}`)
    const { modules, diagnostics } = compiled(robot(`${TASK} drive() { return K1999 }`) + classes)
    assert.equal(diagnostics, [])
    assert.match(modules.find((module) => module.kind === 'worker')!.code, /class K0 [^]*class K1999 /)
  })

  it('may have 3,000 methods, each calling the next', () => {
    const methods = lines(3000, (index) => `m${index}() { return this.m${index + 1}() }`)
    const { modules, diagnostics } = compiled(robot(`${methods}\nm3000() {}\n${TASK} drive() { this.m0() }`))
    assert.equal(diagnostics, [])
    assert.match(modules.find((module) => module.kind === 'worker')!.code, /m3000\(\) \{\}/)
  })

  it('may have 3,000 functions, each calling the next', () => {
    const functions = lines(3000, (index) => `const f${index} = () => f${index + 1}()`)
    const { modules } = compiled(`${robot(`${TASK} drive() { f0() }`)}${functions}\nfunction f3000() {}\n`)
    assert.match(modules.find((module) => module.kind === 'worker')!.code, /function f3000/)
  })

  it('may have 20,000 lines of comments before its loop marker', () => {
    const options = '{ process: true, runOnStart: true, refreshRate: 1, defineLoopLater: true }'
    const { diagnostics } = compiled(robot(`@Brain.task(${options}) drive() {\n${lines(20_000, (index) => `// ${index}`)}\nfirst()\n// ---Loop---\nsecond()\n}`))
    assert.equal(diagnostics, [])
  })

  it('may have 20,000 signs of comments behind an increment', () => {
    const comments = `${'/'.repeat(10_000)}\n${'/**/'.repeat(2500)}`
    const { modules } = compiled(robot(`n = 0; ${TASK} drive() { this.n++ ${comments}\n(() => {})()\nthis.n-- ${comments}\nthis.n }`))
    const { code } = modules.find((module) => module.kind === 'worker')!
    assert.match(code, /\(this, 'n', 1\); \/\//)
    assert.match(code, /\(this, 'n', -1\) \/\//)
  })

  it('may say 100,000 times what a file with a brain says', () => {
    assert.equal(compiled(`/* ${'import class extends '.repeat(100_000)}*/`).modules, [])
  })

  it('may say 100,000 times that something is a class', () => {
    assert.equal(compiled(`/* ${'import class '.repeat(100_000)}*/`).modules, [])
  })

  it('may change an attribute 20,000 times on one line', () => {
    const { modules, diagnostics } = compiled(robot(`n = 0; list = [0]; ${TASK} drive() { ${'this.n++; this.list[0] = this.n; '.repeat(10_000)} }`))
    assert.equal(diagnostics, [])
    assert.is(modules.find((module) => module.kind === 'worker')!.code.match(/\.change\(/g)?.length, 10_000)
  })

  it('may nest objects 150 deep in an attribute', () => {
    const { modules, diagnostics } = compiled(robot(`n = ${'{ a: '.repeat(150)}1${' }'.repeat(150)}\n${TASK} drive() { return this.n }`))
    assert.equal(diagnostics, [])
    assert.match(modules.find((module) => module.kind === 'state')!.code, /kind: "object"|kind: 'object'/)
  })

  it('may have 1,000 process tasks', () => {
    const { modules, diagnostics } = compiled(robot(`n = 0\n${lines(1000, (index) => `${TASK} task${index}() { this.n += ${index} }`)}`))
    assert.equal(diagnostics, [])
    const workers = modules.filter((module) => module.kind === 'worker')
    assert.is(workers.length, 1000)
    assert.equal(workers[7]!.code.match(/task\d+\(/g), ['task7('])
  })

  it('gives twice as much for twice as many tasks, not four times', () => {
    const sizeOf = (count: number): number =>
      compiled(robot(lines(count, (index) => `${TASK} t${index}() {}`))).modules.reduce((size, { code }) => size + code.length, 0)
    assert.ok(sizeOf(200) < 2.2 * sizeOf(100))
  })

  it('may change objects through 2,000 names', () => {
    const changes = lines(2000, (index) => `const p${index} = this.pose; p${index}.x = ${index}`)
    const { modules, diagnostics } = compiled(robot(`pose = { x: 0, y: 0 }\n${TASK} drive() {\n${changes}\n}`))
    assert.equal(diagnostics, [])
    assert.is(modules.find((module) => module.kind === 'worker')!.code.match(/\.open\(/g)?.length, 2000)
  })
})

describe('a large project', (it) => {
  it('may have 1,000 files with a brain', () => {
    const texts = new Map(Array.from({ length: 1000 }, (_, index) => [`/project/src/robot-${index}.brain.ts`, robot(`${lines(20, (nth) => `a${nth} = 0`)}\n${TASK} drive() {\n${lines(20, (nth) => `this.a${nth}++`)}\n}`)]))
    const host = { fileExists: (file: string) => texts.has(file), readFile: (file: string) => texts.get(file), resolve: () => undefined }
    const { modules, diagnostics } = compile({ root: '/project', sourceRoot: '/project/src', outDir: '/project/.taskbrain', files: [...texts.keys()], host })
    assert.equal(diagnostics, [])
    assert.is(modules.filter((module) => module.kind === 'worker').length, 1000)
  })

  it('is checked in a small heap, however many files there are', async () => {
    const values = lines(300, (index) => `export const value${index} = [${index}, { a: ${index}, b: 'b' }, () => value${index}]`)
    const files = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`src/part-${index}.ts`, `import 'taskbrain'\nexport class Part${index} extends Map {}\n${values}\n`]))
    using project = scratchProject({ ...files, 'src/main.brain.ts': robot(`${TASK} drive() {}`) })
    const { exitCode, stdout } = await taskbrain(['check'], { cwd: project.dir, env: { NODE_OPTIONS: '--max-old-space-size=160' } })
    assert.match(stdout, 'No problems in 1 brain.')
    assert.is(exitCode, 0)
  })
})

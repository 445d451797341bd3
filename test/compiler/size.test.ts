import * as assert from 'uvu/assert'
import { compile, type CompileResult } from '../../compiler/index.ts'
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
    assert.equal(compiled(`/* ${'import extends '.repeat(100_000)}*/`).modules, [])
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
})

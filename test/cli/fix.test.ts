import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Diagnostic } from '../../compiler/log.ts'
import { UsageError } from '../../src/config.ts'
import { applyFixes } from '../../src/fix.ts'
import { taskbrain } from '../harness/command.ts'
import { scratchProject } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'

const WRONG = `import { Brain } from 'taskbrain'

export class Robot extends Brain {
  size = 0 // 🤖 é

  @Brain.task({ process: true, runOnStrat: false })
  plan(from: number) { return from + this.size }

  @Brain.task({ process: true, runOnStart: true, refreshRate: 0.1, defineLoopLater: true })
  async drive() {
    await this.tasks.plann(1)
    const self = this
    self.plan(2); this?.plan(3)
    /* --Loop-- */
    this.size = await Promise.resolve(this.size)
  }
}
`
const MENDED = WRONG
  .replace('runOnStrat', 'runOnStart')
  .replace('this.tasks.plann', 'this.tasks.plan')
  .replace('self.plan(2); this?.plan(3)', 'self.tasks.plan(2); this?.tasks.plan(3)')
  .replace('/* --Loop-- */', '/* ---Loop--- */')

describe('taskbrain check --fix', (it) => {
  it('mends what has one clear remedy, and says what is left', async () => {
    using project = scratchProject({ 'src/robot.brain.ts': WRONG, 'src/good.ts': 'export const good = 1\n' })
    const { exitCode, stdout, stderr } = await taskbrain(['check', '--fix'], { cwd: project.dir })
    assert.is(exitCode, 1)
    assert.match(stdout, /^src\/robot\.brain\.ts: 5 edits\n/)
    assert.is(project.read('src/robot.brain.ts'), MENDED)
    assert.match(stderr, 'await-in-update')
    assert.not.match(stderr, 'task-called-directly')
    assert.is(project.read('src/good.ts'), 'export const good = 1\n')
  })

  it('keeps a byte order mark and the ends of lines', async () => {
    const crlf = `\uFEFF${WRONG.replaceAll('\n', '\r\n')}`
    using project = scratchProject({ 'src/robot.brain.ts': crlf })
    await taskbrain(['check', '--fix'], { cwd: project.dir })
    assert.is(project.read('src/robot.brain.ts'), `\uFEFF${MENDED.replaceAll('\n', '\r\n')}`)
  })

  it('leaves a file alone that is no UTF-8, and one without a fix', async () => {
    using project = scratchProject({ 'src/robot.brain.ts': '' })
    const path = join(project.dir, 'src/robot.brain.ts')
    const bytes = Buffer.concat([Buffer.from(WRONG), Buffer.from([0x2f, 0x2f, 0xff, 0xfe, 0x0a])])
    writeFileSync(path, bytes)
    const { exitCode, stderr } = await taskbrain(['check', '--fix'], { cwd: project.dir })
    assert.is(exitCode, 1)
    assert.ok(readFileSync(path).equals(bytes))
    assert.match(stderr, 'task-called-directly')
  })

  it('says so in its document, and before it in the hint of the diagnostic', async () => {
    using project = scratchProject({ 'src/robot.brain.ts': WRONG })
    const before = await taskbrain(['check'], { cwd: project.dir })
    assert.match(before.stderr, 'Call it as `this.tasks.plan(…)`. `taskbrain check --fix` writes `tasks.plan`.')
    assert.is(project.read('src/robot.brain.ts'), WRONG)
    const { stdout } = await taskbrain(['check', '--fix', '--json'], { cwd: project.dir })
    const document = JSON.parse(stdout) as { ok: boolean; fixed: { file: string }[]; diagnostics: { code: string; fix?: unknown }[] }
    assert.equal([document.ok, document.fixed.map(({ file }) => file)], [false, ['src/robot.brain.ts']])
    assert.equal([...new Set(document.diagnostics.map(({ code, fix }) => `${code} ${fix !== undefined}`))], ['await-in-update false'])
  })
  // A file that can be read, and written by nobody at all: Linux has them.
  if (process.platform === 'linux') it('says which source could not be written', () => {
    using project = scratchProject({ 'src/robot.brain.ts': '' })
    rmSync(join(project.dir, 'src/robot.brain.ts'))
    symlinkSync('/proc/version', join(project.dir, 'src/robot.brain.ts'))
    const diagnostic = { file: 'src/robot.brain.ts', fix: { start: 0, end: 0, text: 'x' } } as Diagnostic
    assert.throws(() => applyFixes(project.dir, [diagnostic]), (error: Error) =>
      error instanceof UsageError && /src\/robot\.brain\.ts can't be written: E\w+\.$/.test(error.message))
  })
})

import * as assert from 'uvu/assert'
import { compile } from '../../compiler/index.ts'
import { describe } from '../harness/suite.ts'

const CHARGE = '@Brain.task({ process: true, runOnStart: true, refreshRate: 1 }) charge() { this.level += 1; this.pose.x += 1; this.names.push("c") }'

interface Program {
  /** Body of the task that is looked at. */
  readonly drive: string
  readonly isProcess?: boolean
  /** The rest of the class. */
  readonly others?: string
}

/** What is found in it, as `path written <- what was read`. */
function lostUpdates({ drive, isProcess = true, others = CHARGE }: Program): string[] {
  const text = `import { Brain } from 'taskbrain'
export class Robot extends Brain {
  level = 100
  names: string[] = []
  pose = { x: 0, y: 0 }
  @Brain.task({ process: ${isProcess}, runOnStart: true })
  async drive() { ${drive} }
  ${others}
}
`
  const host = { fileExists: (path: string) => path === '/p/src/robot.ts', readFile: (path: string) => (path === '/p/src/robot.ts' ? text : undefined), resolve: () => undefined }
  const { diagnostics } = compile({ root: '/p', sourceRoot: '/p/src', outDir: '/p/.taskbrain', files: ['/p/src/robot.ts'], host })
  assert.equal(diagnostics.filter(({ code }) => code !== 'lost-update'), [])
  const pathAt = ({ line, column }: { readonly line: number, readonly column: number }): string => /^[\w.]+/.exec(text.split('\n')[line - 1]!.slice(column - 1))![0]
  return diagnostics.map((found) => `${pathAt(found)} <- ${found.related.map(pathAt).join()}`)
}

describe('a value made of an earlier read', (it) => {
  it('is found through any number of local names', () => {
    for (const [drive, found] of [
      ['const level = this.level; this.level = level - 1', 'this.level <- this.level'],
      ['const { level } = this; const less = level - 1; this.level = Math.max(less, 0)', 'this.level <- level'],
      ['let n; n = this.level; n = n * 2; this.level = n', 'this.level <- this.level'],
      ['const n = this.level; await this.until(() => this.level > 3); this.level = n', 'this.level <- this.level'],
      ['const { pose } = this; this.pose = { ...pose, x: 3 }', 'this.pose <- pose'],
      ['const x = this.pose.x; this.pose.x = x + 1', 'this.pose.x <- this.pose.x'],
      ['const before = this.pose; this.pose.x = before.x + 1', 'this.pose.x <- this.pose'],
      ['const names = this.names; this.names = [...names, "d"]', 'this.names <- this.names'],
      ['let level = this.level; for (;;) { level--; this.level = level }', 'this.level <- this.level'],
      ['const self = this; const n = self.level; self.level = n + 1', 'self.level <- self.level'],
    ] as const) assert.equal(lostUpdates({ drive }), [found], drive)
  })
  it('is none where one statement, or one step, reads and writes', () => {
    for (const drive of [
      'this.level = this.level - 1',
      'const by = this.pose.x; this.level += by',
      'const level = this.level; this.level = this.level - level',
      'this.atomic(() => { const level = this.level; this.level = level - 1 })',
      'this.change("names", () => { const { level } = this; this.level = level - 1 })',
      'const pose = this.pose; pose.x = pose.y',
    ]) assert.equal(lostUpdates({ drive }), [], drive)
  })
  it('is none where the value is from elsewhere', () => {
    for (const drive of [
      'const level = this.level; this.level = 3; return level',
      'let level = this.level; level = 5; this.level = level',
      'const level = this.level; { const level = 5; this.level = level }',
      'const y = this.pose.y; this.pose.x = y',
      'const y = this.pose.y; this.pose.y = y + 1',
      'const n = this.names.length; this.level = n',
    ]) assert.equal(lostUpdates({ drive }), [], drive)
  })
  it('is found where the other task is on another thread, and none where nobody else writes', () => {
    const drive = 'const level = this.level; this.level = level - 1'
    const inMain = '@Brain.task({ process: false, runOnStart: true }) show() { this.level = 7 }'
    assert.equal(lostUpdates({ drive, isProcess: false }).length, 1)
    assert.equal(lostUpdates({ drive, others: inMain }).length, 1)
    assert.equal(lostUpdates({ drive, isProcess: false, others: inMain }), [])
    assert.equal(lostUpdates({ drive, others: '@Brain.task({ process: true, runOnStart: true }) show() { return this.level }' }), [])
    assert.equal(lostUpdates({ drive, others: '' }), [])
  })
  it('is said once for a method that several tasks run', () => {
    const others = `turn() { const level = this.level; this.level = level - 1 }
      @Brain.task({ process: true, runOnStart: true }) left() { this.turn() }
      @Brain.task({ process: true, runOnStart: true }) right() { this.turn() }`
    assert.equal(lostUpdates({ drive: '', others }), ['this.level <- this.level'])
  })
})

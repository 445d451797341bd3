import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import * as assert from 'uvu/assert'
import { foldersOf, matchesFile } from './harness/golden.ts'
import { describe } from './harness/suite.ts'

// Brains that are compiled by the command line and run on real threads: what they print is what their fixture shows.
const root = resolve('fixtures/brains')
const cli = resolve('dist/cli.mjs')

function run(folder: string, ...args: string[]): string {
  const { stdout, stderr, status, error } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', timeout: 60_000 })
  assert.is(status, 0, `${args.join(' ')} ended with ${status} ${error ?? ''}\n${stdout}\n${stderr}`)
  return stdout
}

describe('a compiled brain', (it) => {
  for (const name of foldersOf(root)) {
    const folder = join(root, name)
    it(`does as the fixture ${name} shows`, () => {
      run(folder, cli, 'build')
      matchesFile(join(folder, 'expected.txt'), run(folder, 'main.mjs'))
    })
  }

  it('shows places of the source with --enable-source-maps too', () => {
    const folder = join(root, 'stack-traces')
    matchesFile(join(folder, 'expected.txt'), run(folder, '--enable-source-maps', 'main.mjs'))
  })
})

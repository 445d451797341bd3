// Builds the library, then builds and runs the complete example: every kind of task, for about 12 s.
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { buildQuickly } from './build-quickly.mjs'
import { ROOT, linkSelf } from './link-self.mjs'

const EXAMPLE = resolve(ROOT, 'examples/complete')

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: EXAMPLE, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

linkSelf()
buildQuickly()
run(resolve(ROOT, 'dist/cli.mjs'), 'build')
run('--enable-source-maps', 'main.mjs')

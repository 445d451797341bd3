// Types of this repository, then those that users meet, under every TypeScript that is supported.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { ROOT } from './link-self.mjs'

function run(script, ...args) {
  const { status } = spawnSync(process.execPath, [resolve(ROOT, script), ...args], { cwd: ROOT, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.json')
if (existsSync(resolve(ROOT, 'test/types/run.mjs'))) run('test/types/run.mjs')

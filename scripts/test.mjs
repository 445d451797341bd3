// node scripts/test.mjs [--no-build] [filter...]: builds, then runs the test files whose path holds one of the filters.
// Without a filter all of them but test/e2e, which packs a full build (npm run e2e).
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { register } from 'tsx/esm/api'
import { buildQuickly } from './build-quickly.mjs'
import { ROOT, linkSelf } from './link-self.mjs'

const { values, positionals: filters } = parseArgs({ allowPositionals: true, options: { 'no-build': { type: 'boolean' } } })

function testFiles() {
  const paths = readdirSync(resolve(ROOT, 'test'), { recursive: true })
    .map((path) => `test/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.test.ts'))
    .sort()
  if (filters.length === 0) return paths.filter((path) => !path.startsWith('test/e2e/'))
  return paths.filter((path) => filters.some((filter) => path.includes(filter)))
}

const files = testFiles()
if (files.length === 0) {
  console.log(`No test file matches ${filters.join(' ')}.\n0 passed, 1 failed`)
  process.exit(1)
}
linkSelf()
if (!values['no-build']) buildQuickly()

register()
const { outcomeText, runFiles, totalText } = await import('../test/harness/run-files.ts')
const write = (text) => process.stdout.write(text)
const outcomes = await runFiles(files.map((file) => resolve(ROOT, file)), (outcome) => write(outcomeText(outcome, ROOT)))
write(totalText(outcomes))
process.exitCode = outcomes.every((outcome) => outcome.failed === 0) ? 0 : 1

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as assert from 'uvu/assert'
import { foldersOf, matchesFile } from '../harness/golden.ts'
import { once } from '../harness/once.ts'
import { printedCheck } from '../harness/printed.ts'
import { describe } from '../harness/suite.ts'
import { buildPlain } from './plain-program.ts'

// The list of tricky inputs, fixtures/cases/README.md, one by one: programs that work are compiled, run on threads, and tell what the plain
// program tells; what is refused says so as its fixture shows.
const root = resolve('fixtures/cases')
const programs = readdirSync(join(root, 'src')).filter((name) => /^\d{3}-.*\.brain\.tsx?$/.test(name)).map((name) => name.replace(/\.brain\.tsx?$/, '')).sort()
const refused = foldersOf(join(root, 'refused'))

interface Found {
  readonly severity: string
  readonly code: string
  readonly file: string
  readonly line: number
  readonly message: string
}

const built = once(() => {
  const { diagnostics } = JSON.parse(node(resolve('dist/cli.mjs'), 'build', 'src', '--json')) as { diagnostics: readonly Found[] }
  assert.equal(diagnostics.filter(({ severity }) => severity === 'error'), [])
  return { diagnostics, told: told('taskbrain', programs.map((name) => join(root, '.taskbrain', `${name}.brain.js`))) }
})

const plain = once(async () => {
  const out = join(root, '.test')
  rmSync(out, { recursive: true, force: true })
  await buildPlain(programs.map(sourceOf), out)
  return told(join(out, 'plain-brain.mjs'), programs.map((name) => join(out, `${name}.brain.mjs`)))
})

describe('a program of the list of tricky inputs', (it) => {
  for (const name of programs) {
    it(`tells what the plain program tells, which is what its fixture shows: ${name}`, async () => {
      const expected = (await plain()).get(name)!
      matchesFile(join(root, 'expected', `${name}.txt`), expected)
      assert.is(built().told.get(name), expected)
    })
  }

  it('is built with the warnings that are expected, and no others', () => {
    const lines = built().diagnostics.map(({ file, line, code, message }) => `${file}:${line} ${code} ${message}\n`)
    matchesFile(join(root, 'expected', 'warnings.txt'), lines.join(''))
  })
})

describe('an input of the list that is refused', (it) => {
  for (const name of refused) {
    it(`says so as its fixture shows: ${name}`, async () => {
      const { text, codes } = await printedCheck(join(root, 'refused', name))
      assert.ok(codes.length > 0)
      matchesFile(join(root, 'refused', name, 'expected.txt'), text)
    })
  }
})

describe('the list of tricky inputs', (it) => {
  const text = readFileSync(join(root, 'README.md'), 'utf8')
  const rows = [...text.matchAll(/^\| (\d+) \| (.*?) \| (.*?) \|$/gm)].map(([, number, what, shown]) => ({ number: Number(number), what, shown: shown! }))
  const shownBy = rows.flatMap(({ shown }) => [...shown.matchAll(/`([^`]+)`/g)].map(([, path]) => path!))

  it('is in order, and each is shown by something or has a reason', () => {
    const numbers = rows.map(({ number }) => number)
    assert.equal(numbers, [...new Set(numbers)].sort((a, b) => a - b))
    assert.equal(rows.filter(({ shown }) => shown.trim() === ''), [])
  })
  it('names each program and each refused input', () => {
    assert.equal([...programs, ...refused.map((name) => `refused/${name}`)].filter((name) => !shownBy.includes(name)), [])
  })
  it('names only what is there', () => {
    const isThere = (path: string): boolean => programs.includes(path) || existsSync(join(root, path)) || existsSync(resolve(path))
    assert.equal(shownBy.filter((path) => !isThere(path)), [])
  })
})

function node(...args: string[]): string {
  const { stdout, stderr, error } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 240_000, maxBuffer: 2 ** 26 })
  assert.ok(stdout && !error, `${error ?? ''}${stderr}`)
  return stdout
}

/** What each program tells, by its name. `brain` is the module that it has Brain from. */
function told(brain: string, paths: readonly string[]): ReadonlyMap<string, string> {
  const lines = node(resolve('test/cases/told.mjs'), brain, ...paths).trim().split('\n')
  return new Map(lines.map((line, index) => [programs[index]!, `${(JSON.parse(line) as string[]).join('\n')}\n`]))
}

function sourceOf(name: string): string {
  const path = join(root, 'src', `${name}.brain.ts`)
  return existsSync(path) ? path : `${path}x`
}

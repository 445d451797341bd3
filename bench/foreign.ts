/**
 * The compiler over sources that nobody here wrote: `taskbrain check` over some thousands of files out of npm packages, then
 * classes of theirs made into brains, built and loaded. `npm run bench:foreign [folder]` installs the packages into the folder; needs `npm run build`.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { brainsOf } from './foreign-brains.ts'

const PACKAGES = [
  'rxjs@7.8.2', 'effect@4.1.0', 'zod@4.6.7', 'langium@4.4.0', 'viem@2.57.20', 'mobx@7.1.3', '@reduxjs/toolkit@2.14.0', '@effect/platform@0.97.2',
  '@tanstack/query-core@5.108.0', '@tanstack/router-core@1.171.39', '@tanstack/table-core@9.3.1', 'ethers@6.17.0', 'prosemirror-model@1.25.13',
  'prosemirror-view@1.42.9', '@trpc/server@11.25.2', 'redux@5.0.1', 'immer@11.2.10',
]
const CLI = resolve('dist/cli.mjs')

const home = process.argv[2] === undefined ? mkdtempSync(join(tmpdir(), 'foreign-')) : resolve(process.argv[2])
const modules = join(home, 'node_modules')
if (!existsSync(modules)) {
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n')
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps', ...PACKAGES], { cwd: home, stdio: 'inherit' })
  symlinkSync(resolve('.'), join(modules, 'taskbrain'), 'junction')
}
/** Every file as one that speaks of brains, so that it is read and not passed over. */
function checkAll(sources: readonly string[]): void {
  console.log('\ncheck')
  for (const share of [0.25, 0.5, 1]) {
    const project = emptyProject(`checked-${share}`)
    const files = sources.filter((_, index) => index % 4 < share * 4)
    for (const file of files) write(copyOf(file, project), `/* extends taskbrain */ ${readFileSync(file, 'utf8')}`)
    const before = digest(project)
    const startedAt = performance.now()
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--max-old-space-size=1024', '--import', SAYS_MEMORY, CLI, 'check', '--json'], {
      cwd: project, encoding: 'utf8', maxBuffer: 2 ** 28,
    })
    const durationMs = performance.now() - startedAt
    if (status !== 1 || !stdout.startsWith('{')) throw new Error(`check ended with ${status}\n${stderr.slice(-2000)}`)
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly { code: string; file: string; line: number }[] }
    console.log(`  ${files.length} files: ${(durationMs / 1000).toFixed(1)} s, ${(durationMs / files.length).toFixed(2)} ms each, ${stderr.trim()}, `
      + `${diagnostics.length} findings, files changed: ${digest(project) === before ? 'none' : 'SOME'}`)
    for (const { code, file, line } of diagnostics.slice(0, 5)) console.log(`    ${code} ${file}:${line}`)
  }
}

/** One project with the sources of all packages, in which every class that can be is a brain. */
function buildBrains(sources: readonly string[]): void {
  const project = emptyProject('brains')
  const made: { readonly path: string; readonly names: readonly string[] }[] = []
  for (const file of sources) {
    const text = readFileSync(file, 'utf8')
    const found = brainsOf(file, text)
    const copy = copyOf(file, project)
    write(copy, found?.text ?? text)
    if (found) made.push({ path: copy, names: found.brains })
  }
  console.log(`\n${made.flatMap(({ names }) => names).length} classes of ${made.length} files made into brains`)
  const outcomes = new Map<string, number>()
  const count = (what: string, names: readonly string[]): void => void outcomes.set(what, (outcomes.get(what) ?? 0) + names.length)
  const startedAt = performance.now()
  for (const { path, names } of made) {
    const { status, stdout, stderr, signal } = spawnSync(process.execPath, [CLI, 'build', '--json', relative(project, path)], { cwd: project, encoding: 'utf8', maxBuffer: 2 ** 28 })
    if (!stdout.startsWith('{')) throw new Error(`build of ${path} ended with ${status ?? signal}\n${stderr.slice(-2000)}`)
    const { diagnostics, brains } = JSON.parse(stdout) as { diagnostics: readonly { severity: string; code: string }[]; brains: readonly { name: string; source: string; module: string }[] }
    for (const { severity, code } of diagnostics) if (severity === 'warning') count(`warned: ${code}`, [code])
    const error = diagnostics.find(({ severity }) => severity === 'error')
    if (error) {
      count(`refused: ${error.code}`, names)
      continue
    }
    const source = relative(project, path)
    const own = brains.filter((brain) => brain.source === source)
    const lost = names.find((name) => !own.some((brain) => brain.name === name))
    if (lost !== undefined) throw new Error(`${lost} of ${path} is not among the brains`)
    const main = pathToFileURL(join(project, '.taskbrain', own[0]!.module)).href
    const script = `const { ${names.join(', ')} } = await import(${JSON.stringify(main)}); console.log([${names.join(', ')}].every((each) => typeof each === 'function'))`
    const loaded = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: project, encoding: 'utf8', timeout: 60_000 })
    if (loaded.status === 0 && loaded.stdout.endsWith('true\n')) count('built and loaded', names)
    else {
      count('built, not loaded', names)
      console.log(`  ${relative(project, path)}: ${loaded.stderr.split('\n').find((line) => /Error/.test(line)) ?? loaded.stderr.slice(0, 200)}`)
    }
  }
  for (const [what, times] of [...outcomes].sort()) console.log(`  ${what}: ${times}`)
  console.log(`  ${((performance.now() - startedAt) / made.length / 1000).toFixed(2)} s for each build and load`)
}

const SAYS_MEMORY = `data:text/javascript,${encodeURIComponent('process.on("exit", () => console.error(Math.round(process.resourceUsage().maxRSS / 1024) + " MB"))')}`

function sourcesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|mts|tsx)$/.test(entry.name) && !/\.d\.m?ts$/.test(entry.name) && !entry.parentPath.includes(`${modules}/taskbrain`))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

function emptyProject(name: string): string {
  const project = join(home, name)
  rmSync(project, { recursive: true, force: true })
  write(join(project, 'package.json'), '{ "private": true, "type": "module" }\n')
  return project
}

/** Without `node_modules` in its path, for which it would be passed over. */
const copyOf = (file: string, project: string): string => join(project, 'src', relative(modules, file).replaceAll('node_modules', 'modules'))

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

function digest(folder: string): string {
  const hash = createHash('sha256')
  for (const file of sourcesBelow(folder)) hash.update(file).update(readFileSync(file))
  return hash.digest('hex')
}

const sources = sourcesBelow(modules)
console.log(`Node ${process.version}, ${sources.length} sources of ${PACKAGES.length} packages and of what they depend on`)
checkAll(sources)
buildBrains(sources)

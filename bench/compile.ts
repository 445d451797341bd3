/**
 * What compiling costs, beside `tsc --noEmit` and esbuild on the same file: as whole processes and warm in one process.
 * `npm run bench:compile`. Figures are medians of interleaved rounds.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import { transformSync } from 'esbuild'
import ts from 'typescript'
import { compile } from '../compiler/index.ts'
import { diskHost } from '../test/harness/compiled.ts'
import { makeBrainProject } from './brain-project.ts'
import { measure, print } from './measure.ts'
import { typeCheck } from './type-check.ts'

const folder = resolve('.test/bench-compile')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
cpSync('examples/complete', folder, { recursive: true })
symlinkSync(resolve('node_modules'), `${folder}/node_modules`)
const source = `${folder}/src/main.brain.ts`
const text = readFileSync(source, 'utf8')
const run = (program: string, ...args: string[]) => () => {
  const { status, stderr, stdout } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr || stdout}`)
}
const node = (...args: string[]) => run(process.execPath, ...args)
const script = (code: string) => node('--input-type=module', '-e', code)
const bin = (name: string): string => resolve(`node_modules/${name}`)

console.log(`examples/complete: ${text.split('\n').length} lines, Node ${process.version}`)
print('Whole process', await measure([
  { name: 'node -e 0', run: node('-e', '0') },
  { name: 'node, import consola, parse the arguments', run: script("import { parseArgs } from 'node:util'; import { consola } from 'consola'; parseArgs({ strict: false }); void consola") },
  { name: 'node, import ts-morph', run: script("import 'ts-morph'") },
  { name: 'taskbrain build, nothing there yet', run: () => { rmSync(`${folder}/.taskbrain`, { recursive: true, force: true }); node(resolve('dist/cli.mjs'), 'build')() } },
  { name: 'taskbrain build, nothing changed', run: node(resolve('dist/cli.mjs'), 'build') },
  { name: 'taskbrain --help', run: node(resolve('dist/cli.mjs'), '--help') },
  { name: 'tsc 5.9 --noEmit', run: node(...typeCheck(folder)) },
  { name: 'esbuild --bundle', run: run(bin('esbuild/bin/esbuild'), source, '--bundle', '--packages=external', '--format=esm', '--outfile=out.js') },
], 7))

const host = diskHost()
const input = { root: folder, sourceRoot: `${folder}/src`, outDir: `${folder}/.taskbrain`, files: [source], host }
print('Warm, one process', await measure([
  { name: 'esbuild transform', run: () => void transformSync(text, { loader: 'ts', target: 'node20', sourcemap: true }) },
  { name: 'compile(): 13 tasks, main module and 6 workers with maps', run: () => void compile(input) },
  { name: 'typescript 5.9 transpileModule', run: () => void ts.transpileModule(text, { compilerOptions: { target: ts.ScriptTarget.ES2022, sourceMap: true } }) },
], 60, 15))

console.log('\nMany brains: ms in all, ms a brain, MB at most')
const SAYS_MEMORY = `data:text/javascript,${encodeURIComponent('process.on("exit", () => console.error(`${process.resourceUsage().maxRSS} KB`))')}`
for (const [count, rounds] of [[1, 5], [10, 5], [100, 3], [1000, 1]] as const) {
  const project = makeBrainProject(resolve(`.test/bench-brains-${count}`), count)
  let memory = 0
  const build = (): void => {
    const { status, stderr } = spawnSync(process.execPath, ['--import', SAYS_MEMORY, resolve('dist/cli.mjs'), 'build'], { cwd: project.folder, encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    memory = Math.max(memory, Number(/(\d+) KB/.exec(stderr)![1]) / 1024)
  }
  const many = { root: project.folder, sourceRoot: `${project.folder}/src`, outDir: `${project.folder}/.taskbrain`, files: project.brains, host: diskHost() }
  const alternatives = [
    { name: 'nothing there yet', run: () => { rmSync(`${project.folder}/.taskbrain`, { recursive: true, force: true }); build() } },
    { name: 'nothing changed', run: build },
    { name: 'one file changed', run: () => { project.edit(0); build() } },
    { name: 'compile(), warm', run: () => void compile(many) },
  ]
  console.log(`  ${count}`)
  for (const { name, median } of await measure(alternatives, rounds, count < 1000 ? 1 : 0)) {
    console.log(`    ${name.padEnd(18)} ${median.toFixed(0).padStart(7)}  ${(median / count).toFixed(2).padStart(7)}`)
  }
  console.log(`    at most ${memory.toFixed(0)} MB`)
  rmSync(project.folder, { recursive: true, force: true })
}

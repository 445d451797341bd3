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
import { measure, print } from './measure.ts'

const folder = resolve('.test/bench-compile')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
cpSync('examples/complete', folder, { recursive: true })
symlinkSync(resolve('node_modules'), `${folder}/node_modules`)
const source = `${folder}/src/main.brain.ts`
const text = readFileSync(source, 'utf8')
const node = (...args: string[]) => () => void spawnSync(process.execPath, args, { cwd: folder })
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
  { name: 'tsc 5.9 --noEmit', run: node(bin('typescript/bin/tsc'), '--noEmit', '--target', 'es2022', '--module', 'nodenext', '--skipLibCheck', source) },
  { name: 'esbuild --bundle', run: node(bin('esbuild/bin/esbuild'), source, '--bundle', '--packages=external', '--format=esm', '--outfile=out.js') },
], 7))

const host = diskHost()
const input = { root: folder, sourceRoot: `${folder}/src`, outDir: `${folder}/.taskbrain`, files: [source], host }
print('Warm, one process', await measure([
  { name: 'esbuild transform', run: () => void transformSync(text, { loader: 'ts', target: 'node20', sourcemap: true }) },
  { name: 'compile(): 13 tasks, main module and 6 workers with maps', run: () => void compile(input) },
  { name: 'typescript 5.9 transpileModule', run: () => void ts.transpileModule(text, { compilerOptions: { target: ts.ScriptTarget.ES2022, sourceMap: true } }) },
], 60, 15))

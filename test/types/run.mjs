/**
 * Type-checks the files of this folder against `taskbrain` as built: TypeScript 5.9, 6 and 7, standard and experimental
 * decorators. Then checks that what `refused.ts` expects to be refused is refused in the words that its comments end with.
 * Where the declarations are not built, or older than the sources, it checks against the sources.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = dirname(fileURLToPath(import.meta.url))
const root = resolve(folder, '../..')
const scratch = join(root, '.test/types')

/** A build of JavaScript alone leaves the declarations of an earlier one where they are. */
const TYPED_BY = ['runtime/types.ts', 'runtime/brain.ts', 'runtime/logger.ts', 'src/index.ts', 'src/contract/task.ts', 'src/contract/outcome.ts']
const modifiedMs = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
const areBuilt = modifiedMs('dist/index.d.mts') > Math.max(...TYPED_BY.map(modifiedMs))

const COMPILERS = [
  { name: 'TypeScript 5.9', tsc: join(root, 'node_modules/typescript/bin/tsc') },
  { name: 'TypeScript 6', tsc: join(root, 'node_modules/typescript-6/bin/tsc') },
  { name: 'TypeScript 7', tsc: join(root, 'node_modules/typescript-7/bin/tsc') },
]

let passed = 0
let failed = 0

function check(name, problems) {
  if (problems.length === 0) return void (passed += 1)
  failed += 1
  console.log(`FAIL ${name}\n${problems.map((problem) => `     ${problem}`).join('\n')}`)
}

/** Runs one compiler over `files`, gives its errors: `{ file, line, text }`, the text with all its indented lines. */
function errorsOf(tsc, name, files, options) {
  const project = join(scratch, name)
  mkdirSync(project, { recursive: true })
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({
    compilerOptions: {
      target: 'es2022', module: 'nodenext', moduleResolution: 'nodenext', lib: ['es2023', 'dom', 'esnext.disposable'], types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')], strict: true, noEmit: true, allowImportingTsExtensions: true, skipLibCheck: true,
      noUncheckedIndexedAccess: true, ...(areBuilt ? {} : { paths: { taskbrain: [join(root, 'src/index.ts')] } }), ...options,
    },
    files,
  }, null, 2))
  const { stdout, stderr, status } = spawnSync(process.execPath, [tsc, '-p', project, '--pretty', 'false'], { encoding: 'utf8', cwd: root })
  const errors = []
  for (const line of `${stdout}${stderr}`.split('\n')) {
    const [, file, at, text] = /^(.+?)\((\d+),\d+\): error (.*)$/.exec(line) ?? []
    if (file) errors.push({ file: relative(root, resolve(root, file)), line: Number(at), text })
    else if (line.startsWith(' ') && errors.length > 0) errors.at(-1).text += `\n${line}`
    else if (line.trim()) errors.push({ file: '', line: 0, text: line })
  }
  if (status !== 0 && errors.length === 0) errors.push({ file: '', line: 0, text: `tsc ended with code ${status}` })
  return errors
}

const inWords = ({ file, line, text }) => `${file}:${line} ${text.split('\n').slice(0, 4).join('\n       ')}`

/** The lines that a directive guards, with the words that it ends with. */
function refusalsOf(text) {
  const lines = text.split('\n')
  return lines.flatMap((line, index) => {
    const [, reason] = /^\s*\/\/ @ts-expect-error — (.*)$/.exec(line) ?? []
    return reason ? [{ line: index + 2, words: reason.split(': ').at(-1) }] : []
  })
}

rmSync(scratch, { recursive: true, force: true })
mkdirSync(scratch, { recursive: true })
const sources = readdirSync(folder).filter((file) => file.endsWith('.ts')).sort()

for (const { name, tsc } of COMPILERS) {
  for (const experimentalDecorators of [false, true]) {
    const title = `${name}, ${experimentalDecorators ? 'experimental' : 'standard'} decorators`
    const errors = errorsOf(tsc, title.replaceAll(/[^a-z0-9]+/gi, '-'), sources.map((file) => join(folder, file)), { experimentalDecorators })
    const elsewhere = errors.filter(({ file }) => !sources.some((source) => file === `test/types/${source}`))
    check(`${title}: nothing but the files under test is complained of`, elsewhere.map(inWords))
    for (const source of sources) check(`${title}: ${source}`, errors.filter(({ file }) => file === `test/types/${source}`).map(inWords))
  }
}

// Projects that check our declarations too, and projects that have neither Node's types nor the library of disposables.
const bare = join(scratch, 'bare.ts')
writeFileSync(bare, readFileSync(join(folder, 'design.ts'), 'utf8')
  + 'export const end = async (brain: MainBrain): Promise<void> => brain[Symbol.asyncDispose]()\n')
const PROJECTS = [
  { of: 'skipLibCheck off', options: { lib: ['es2022'], skipLibCheck: false, exactOptionalPropertyTypes: true } },
  { of: 'lib es2022 and dom alone', options: { lib: ['es2022', 'dom'], types: [] } },
]
for (const { name, tsc } of areBuilt ? COMPILERS : []) {
  for (const { of, options } of PROJECTS) {
    const errors = errorsOf(tsc, `${name} ${of}`.replaceAll(/[^a-z0-9]+/gi, '-'), [bare], options)
    check(`${name}, ${of}`, errors.map(inWords))
  }
}

// What an error says: the same file without its directives.
const text = readFileSync(join(folder, 'refused.ts'), 'utf8')
const open = join(scratch, 'open.ts')
writeFileSync(open, text.replaceAll('@ts-expect-error', 'refused'))
for (const { name, tsc } of COMPILERS) {
  const errors = errorsOf(tsc, `${name} messages`.replaceAll(/[^a-z0-9]+/gi, '-'), [open], { experimentalDecorators: false })
  for (const { line, words } of refusalsOf(text)) {
    const found = errors.filter((error) => error.line === line)
    const free = /^(a|an|the decorator) [a-z]/.test(words) || words.startsWith("'level'")
    const problems = found.length === 0 ? ['no error'] : free || found.some((error) => error.text.includes(words)) ? [] : found.map(inWords)
    check(`${name}: open.ts:${line} says “${words}”`, problems)
  }
}

if (!areBuilt) console.log('No declarations in dist/, or older ones: the sources were checked, and 6 projects left out. `npx unbuild` makes them.')
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import * as assert from 'uvu/assert'
import { CLI, start, taskbrain } from '../harness/command.ts'
import { scratchProject, SMALL_BRAIN } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'

const VERSION = (JSON.parse(readFileSync(join(CLI, '../../package.json'), 'utf8')) as { version: string }).version
const BROKEN_BRAIN = SMALL_BRAIN['src/main.brain.ts'].replace('process: true, ', 'process: true, refreshRate: 0, ')

interface Document {
  readonly ok: boolean
  readonly error?: string
  readonly diagnostics: readonly { code: string; frame: string }[]
  readonly brains: readonly { name: string }[]
  readonly files: readonly string[]
  readonly written: readonly string[]
  readonly durationMs: number
}

describe('taskbrain', (it) => {
  it('shows its commands with --help, and each command its flags', async () => {
    using project = scratchProject({})
    const [general, build, check, helpBuild] = await Promise.all(
      [['--help'], ['build', '--help'], ['check', '-h'], ['help', 'build']].map((args) => taskbrain(args, { cwd: project.dir })))
    assert.is(general?.exitCode, 0)
    assert.match(general?.stdout ?? '', /Usage: taskbrain <command>[^]*build \[patterns\.\.\.\][^]*check \[patterns\.\.\.\][^]*Exit codes: 0 done/)
    assert.match(build?.stdout ?? '', /Usage: taskbrain build \[patterns\.\.\.\][^]*--root DIR[^]*--out-dir DIR[^]*--watch[^]*--json/)
    assert.match(check?.stdout ?? '', /Usage: taskbrain check/)
    assert.not.match(check?.stdout ?? '', '--out-dir')
    assert.is(helpBuild?.stdout, build?.stdout)
  })
  it('shows its version', async () => {
    using project = scratchProject({})
    assert.equal(await taskbrain(['--version'], { cwd: project.dir }), { exitCode: 0, signal: null, stdout: `${VERSION}\n`, stderr: '' })
  })
  it('shows its commands and ends with 2 where none is named', async () => {
    using project = scratchProject({})
    const { exitCode, stdout } = await taskbrain([], { cwd: project.dir })
    assert.is(exitCode, 2)
    assert.match(stdout, 'Usage: taskbrain <command>')
  })
  it('refuses a command, a flag and a value that do not exist, says what was meant, and ends with 2', async () => {
    using project = scratchProject(SMALL_BRAIN)
    const refusals: readonly (readonly [readonly string[], RegExp])[] = [
      [['biuld'], /There is no command biuld\. Did you mean build\?/],
      [['zzzzzz'], /There is no command zzzzzz\. The commands are init, build, run, dev, check and explain\./],
      [['--verison'], /There is no flag --verison\. Did you mean --version\?/],
      [['build', '--out-dri', 'x'], /There is no flag --out-dri\. Did you mean --out-dir\?/],
      [['check', '--watch'], /There is no flag --watch\./],
      [['build', '-x'], /There is no flag -x\./],
      [['build', '--json=yes'], /--json takes no value\./],
      [['build', '--root'], /--root needs a value: --root DIR\./],
      [['build', '--root', '--json'], /--root needs a value/],
      [['build', '--watch', '--out-dir'], /--out-dir needs a value/],
      [['build', '--root', 'src', '--root=src'], /--root is given twice\./],
      [['build', '--no-watch'], /There is no flag --no-watch\./],
      [['build', '--toString'], /There is no flag --toString\./],
      [['build', ''], /"" names nothing/],
      [['check', 'src', ''], /"" names nothing/],
      [['explain', ''], /Name one code or one file/],
      [['build', 'missing/**'], /"missing\/\*\*" matches no TypeScript file/],
      [['build', '--root', 'nowhere'], /--root "nowhere" does not exist/],
      [['build', '--out-dir', 'package.json'], /package\.json can't be made: it is a file/],
    ]
    for (const [args, message] of refusals) {
      const { exitCode, stdout, stderr } = await taskbrain(args, { cwd: project.dir })
      assert.is(exitCode, 2, args.join(' '))
      if (!args.includes('--json')) assert.match(stderr, message)
      assert.not.match(stdout + stderr, /\n\s+at /, args.join(' '))
    }
  })
  it('says where the folder that it was called in is gone, and where nothing can be printed', async () => {
    if (sep !== '/' || !existsSync('/dev/full')) return
    using project = scratchProject({ 'gone/package.json': '{}' })
    const shell = (line: string): { status: number | null; stderr: string } => spawnSync('sh', ['-c', line, process.execPath, CLI], { cwd: project.dir, encoding: 'utf8' })
    const gone = shell('cd gone && rm -r ../gone && "$0" "$1" build')
    assert.is(gone.status, 2)
    assert.match(gone.stderr, /^\s*error The folder that taskbrain was called in does not exist any more\.\n/i)
    const full = shell('"$0" "$1" --help > /dev/full')
    assert.is(full.status, 1)
    assert.match(full.stderr, /^error What taskbrain prints can't be written: ENOSPC.*\n$/)
  })
  it('knows no file of ts-morph until something may hold a brain', async () => {
    using project = scratchProject({ 'src/a.ts': 'export const a = 1\n' })
    const trace = { NODE_V8_COVERAGE: join(project.dir, 'coverage') }
    await taskbrain(['build'], { cwd: project.dir, env: trace })
    await taskbrain(['--help'], { cwd: project.dir, env: trace })
    const reports = project.list('coverage').map((path) => project.read(`coverage/${path}`)).join('\n')
    assert.match(reports, 'dist/cli.mjs')
    assert.not.match(reports, 'ts-morph')
    assert.not.match(reports, 'dist/compiler.mjs')
  })
})

describe('taskbrain build', (it) => {
  it('says which brain has which tasks, where each runs, and what was written', async () => {
    using project = scratchProject(SMALL_BRAIN)
    const { exitCode, stdout, stderr } = await taskbrain(['build'], { cwd: project.dir })
    assert.is(exitCode, 0)
    assert.is(stderr, '')
    assert.match(stdout, /^MainBrain {2}src\/main\.brain\.ts → \.taskbrain\/main\.brain\.js\n {2}compute {2}thread.*\n {2}play {5}main.*\n\n1 brain, 2 tasks; (\d+) files in \.taskbrain: \1 written, 0 unchanged\. \(\d+\.\d\d s\)\n$/)
    const again = await taskbrain(['build'], { cwd: project.dir })
    assert.match(again.stdout, /: 0 written, \d+ unchanged\. /)
  })
  it('prints every diagnostic with its frame, counts them and ends with 1', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'src/main.brain.ts': BROKEN_BRAIN })
    const { exitCode, stdout, stderr } = await taskbrain(['build'], { cwd: project.dir })
    assert.is(exitCode, 1)
    assert.match(stderr, /^src\/main\.brain\.ts:\d+:\d+ error [\w-]+\n/)
    assert.match(stderr, /> \d+ │ .*@Brain\.task/)
    assert.match(stderr, /\n1 error, 0 warnings\n$/)
    assert.is(stdout, '')
  })
  it('has no colour where nobody looks', async () => {
    using project = scratchProject({ ...SMALL_BRAIN, 'src/main.brain.ts': BROKEN_BRAIN })
    const { stdout, stderr } = await taskbrain(['build'], { cwd: project.dir })
    assert.not.ok((stdout + stderr).includes('\u001B'))
  })
  it('says where it looked for brains in vain, and ends with 1', async () => {
    using project = scratchProject({ 'src/a.ts': 'export const a = 1\n' })
    const { exitCode, stderr } = await taskbrain(['build'], { cwd: project.dir })
    assert.is(exitCode, 1)
    assert.match(stderr, /No brain found: looked at 1 TypeScript file \(\.\)\.\nA brain is a class that extends Brain, imported from "taskbrain"\./)
    const named = await taskbrain(['build', 'src/*.ts'], { cwd: project.dir })
    assert.is(named.exitCode, 1)
    assert.match(named.stderr, 'looked at 1 TypeScript file (src/*.ts)')
  })
  it('prints one JSON document with --json, whatever comes of it', async () => {
    using project = scratchProject(SMALL_BRAIN)
    const document = async (...args: string[]): Promise<[number | null, Document]> => {
      const { exitCode, stdout } = await taskbrain([...args, '--json'], { cwd: project.dir })
      return [exitCode, JSON.parse(stdout) as Document]
    }
    const [doneCode, done] = await document('build')
    assert.equal([doneCode, done.ok, done.diagnostics, done.brains.map((brain) => brain.name)], [0, true, [], ['MainBrain']])
    assert.equal(done.files, done.written)
    assert.type(done.durationMs, 'number')
    const [wrongCode, wrong] = await document('build', '--rot')
    assert.equal([wrongCode, wrong.ok, wrong.error], [2, false, 'There is no flag --rot. Did you mean --root?'])
    project.write('src/main.brain.ts', BROKEN_BRAIN)
    const [brokenCode, broken] = await document('check')
    assert.equal([brokenCode, broken.ok, broken.diagnostics.length], [1, false, 1])
    assert.match(broken.diagnostics[0]?.frame ?? '', '│')
  })
  it('works from a folder below the project', async () => {
    using project = scratchProject(SMALL_BRAIN)
    const { exitCode, stdout } = await taskbrain(['build', 'main.brain.ts'], { cwd: join(project.dir, 'src') })
    assert.is(exitCode, 0)
    assert.match(stdout, '→ ../.taskbrain/main.brain.js')
    assert.ok(project.list('.taskbrain').includes('main.brain.js'))
  })
})

describe('taskbrain check', (it) => {
  it('says that all is well and writes nothing', async () => {
    using project = scratchProject(SMALL_BRAIN)
    const { exitCode, stdout } = await taskbrain(['check'], { cwd: project.dir })
    assert.is(exitCode, 0)
    assert.match(stdout, /^No problems in 1 brain\. /)
    assert.equal(project.list('.taskbrain'), [])
  })
})

describe('taskbrain build --watch', (it) => {
  it('builds again on a change, keeps the last good output where the source is broken, sees new files and saves by rename', async () => {
    using project = scratchProject(SMALL_BRAIN)
    using watching = start(CLI, ['build', '--watch'], { cwd: project.dir })
    await watching.saw(/Watching\. Ctrl\+C ends it\.\n/)
    const good = project.read('.taskbrain/main.brain.js')

    project.write('src/square.ts', SMALL_BRAIN['src/square.ts'].replace('n * n', 'n ** 2'))
    await watching.saw(/src\/square\.ts: [1-9]\d* written, \d+ unchanged \(.*\)\n/)

    project.write('src/main.brain.ts', BROKEN_BRAIN)
    await watching.saw(/src\/main\.brain\.ts: 1 error, the last good output stays/)
    assert.is(project.read('.taskbrain/main.brain.js'), good)

    project.write('src/main.brain.ts.new', SMALL_BRAIN['src/main.brain.ts'].replace('compute(4)', 'compute(5)'))
    renameSync(join(project.dir, 'src/main.brain.ts.new'), join(project.dir, 'src/main.brain.ts'))
    await watching.saw(/(?:src\/main\.brain\.ts(?:\.new)?|2 files): [1-9]\d* written/)
    assert.match(project.read('.taskbrain/main.brain.js'), 'compute(5)')

    project.write('src/second.brain.ts', SMALL_BRAIN['src/main.brain.ts'])
    await watching.saw(/src\/second\.brain\.ts: [1-9]\d* written/)

    project.write('src/third.brain.cts', SMALL_BRAIN['src/main.brain.ts'])
    await watching.saw(/src\/third\.brain\.cts: [1-9]\d* written/)
    assert.ok(project.list('.taskbrain').includes('second.brain.js'))

    // The import of `./square.js` means it from now on.
    project.write('src/square.js', 'export const square = (n) => n * 3\n')
    await watching.saw(/src\/square\.js: /)
    project.remove('src/square.js')
    await watching.saw(/src\/square\.js: /)

    project.remove('src/second.brain.ts')
    await watching.saw(/src\/second\.brain\.ts: /)
    assert.not.ok(project.list('.taskbrain').includes('second.brain.js'))

    watching.kill('SIGINT')
    const { exitCode, signal } = await watching.ended
    assert.equal([exitCode, signal], [0, null])
  })
  it('takes away what was made of a task, a class and a file that are renamed, and leaves the rest untouched', async () => {
    const kept = SMALL_BRAIN['src/main.brain.ts']
    using project = scratchProject({ ...SMALL_BRAIN, 'src/kept.brain.ts': kept.replaceAll('MainBrain', 'Kept') })
    using watching = start(CLI, ['build', '--watch'], { cwd: project.dir })
    await watching.saw(/Watching/)
    const writtenAt = (name: string): number => statSync(join(project.dir, '.taskbrain', name)).mtimeMs
    const untouched = project.list('.taskbrain').filter((name) => /^kept|^package/.test(name)).map((name) => [name, writtenAt(name)] as const)
    const madeOf = (word: string): readonly string[] => project.list('.taskbrain').filter((name) => name.startsWith(word) && name.endsWith('.js'))
    const inManifest = (): string => project.read('.taskbrain/manifest.json')

    project.write('src/main.brain.ts', kept.replaceAll('compute', 'reckon').replace('MainBrain', 'Renamed'))
    await watching.saw(/src\/main\.brain\.ts: [1-9]\d* written/)
    assert.equal(madeOf('main'), ['main.brain.Renamed.reckon.worker.js', 'main.brain.Renamed.state.js', 'main.brain.js'])
    assert.not.match(inManifest(), /MainBrain|main\.brain\.\w+\.compute/)

    renameSync(join(project.dir, 'src/main.brain.ts'), join(project.dir, 'src/moved.brain.ts'))
    await watching.saw(/(?:src\/moved\.brain\.ts|2 files): [1-9]\d* written/)
    assert.equal([madeOf('main'), madeOf('moved')], [[], ['moved.brain.Renamed.reckon.worker.js', 'moved.brain.Renamed.state.js', 'moved.brain.js']])
    assert.not.match(inManifest(), 'main.brain')
    assert.equal(untouched.map(([name]) => [name, writtenAt(name)]), untouched)

    project.remove('src/moved.brain.ts')
    // That the old name is gone may be told apart from the new one, and only now.
    do await watching.saw(/(?:written|unchanged).*\n/)
    while (madeOf('moved').length > 0)
    assert.not.match(inManifest(), 'moved.brain')
  })
  it('watches on after a first build with errors, and says what is wrong', async () => {
    using project = scratchProject({ 'src/main.brain.ts': SMALL_BRAIN['src/main.brain.ts'] })
    using watching = start(CLI, ['build', '--watch'], { cwd: project.dir })
    await watching.saw(/import-unresolved/)
    await watching.saw(/Watching/)
    project.write('src/square.ts', SMALL_BRAIN['src/square.ts'])
    await watching.saw(/src\/square\.ts: [1-9]\d* written/)
    watching.kill('SIGTERM')
    assert.is((await watching.ended).exitCode, 0)
  })
  it('refuses a wrong call at once', async () => {
    using project = scratchProject(SMALL_BRAIN)
    const { exitCode, stderr } = await taskbrain(['build', '--watch', 'missing/*.ts'], { cwd: project.dir })
    assert.is(exitCode, 2)
    assert.match(stderr, 'matches no TypeScript file')
    assert.is((await taskbrain(['build', '--watch', '--json'], { cwd: project.dir })).exitCode, 2)
  })
})

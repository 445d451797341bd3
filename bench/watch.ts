/**
 * From a saved edit to the message that the output is written, of `taskbrain build --watch`, beside `tsc --watch` and `esbuild --watch` on the
 * same sources: the first checks types and writes nothing, the second strips types and bundles. `npm run bench:watch`. Each has a copy of the
 * project of its own, and they take turns. Milliseconds, medians.
 */
import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { rmSync } from 'node:fs'
import { once } from 'node:events'
import { type BrainProject, makeBrainProject } from './brain-project.ts'
import { measure, print } from './measure.ts'
import { typeCheck } from './type-check.ts'

const ROUNDS = 15

const ESBUILD_OPTIONS = ['--bundle', '--splitting', '--format=esm', '--platform=node', '--packages=external', '--sourcemap', '--outdir=out', '--watch=forever']

interface Watcher {
  readonly name: string
  run(): Promise<void>
  end(): Promise<void>
}

for (const count of [1, 10, 100]) {
  const watchers = [
    await watcher('taskbrain build --watch', count, () => [process.execPath, resolve('dist/cli.mjs'), 'build', '--watch'], /Watching/, /\d s\)/),
    await watcher('tsc --watch', count, ({ folder }) => [process.execPath, ...typeCheck(folder), '--watch', '--preserveWatchOutput'], /Found 0 errors/, /Found 0 errors/),
    await watcher('esbuild --watch', count, ({ brains }) => [resolve('node_modules/esbuild/bin/esbuild'), ...brains, ...ESBUILD_OPTIONS], /watching for changes/, /build finished/),
  ]
  print(`${count} ${count === 1 ? 'brain' : 'brains'}`, await measure(watchers, ROUNDS, 4))
  for (const each of watchers) await each.end()
}

// --- internal ---

/** Settles once it watches. */
async function watcher(name: string, count: number, command: (project: BrainProject) => readonly string[], ready: RegExp, built: RegExp): Promise<Watcher> {
  const project = makeBrainProject(resolve(`.test/bench-watch-${count}-${name.split(' ', 1)[0]!}`), count)
  const [program, ...given] = command(project)
  const child = spawn(program!, given, { cwd: project.folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let seen = ''
  let isSeen: (() => boolean) | undefined
  let go = (): void => {}
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      seen += text
      if (isSeen?.()) go()
    })
  const until = async (pattern: RegExp): Promise<void> => {
    isSeen = () => pattern.test(seen)
    if (!isSeen()) await new Promise<void>((settle) => (go = settle))
  }
  child.once('exit', (code) => code && console.error(`${name} ended: ${seen}`))
  await until(ready)
  return {
    name,
    async run() {
      seen = ''
      const done = until(built)
      project.edit(0)
      await done
    },
    async end() {
      child.kill()
      await once(child, 'exit')
      rmSync(project.folder, { recursive: true, force: true })
    },
  }
}

/**
 * From `run()` to the first iteration of a task in a worker, beside a bare `new Worker` that does the same: write one word of shared memory.
 * `npm run bench:start`. Medians of interleaved rounds, each with a worker of its own.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { measure, print } from './measure.ts'

const folder = resolve('.test/bench-start')
rmSync(folder, { recursive: true, force: true })
mkdirSync(`${folder}/src`, { recursive: true })
cpSync('package.json', `${folder}/package.json`)
symlinkSync(resolve('node_modules'), `${folder}/node_modules`)
writeFileSync(`${folder}/src/main.brain.ts`, `import { Brain } from 'taskbrain'
const firstOf = (memory: SharedArrayBuffer): void => {
  const words = new Int32Array(memory)
  Atomics.store(words, 0, 1)
  Atomics.notify(words, 0)
}
export class Starter extends Brain {
  @Brain.task({ process: true, runOnStart: false, refreshRate: 1 })
  beat(memory: SharedArrayBuffer) { firstOf(memory) }
}
`)
writeFileSync(`${folder}/bare.mjs`, `import { workerData } from 'node:worker_threads'
const words = new Int32Array(workerData)
Atomics.store(words, 0, 1)
Atomics.notify(words, 0)
setInterval(() => {}, 1000)
`)
execFileSync(process.execPath, [resolve('dist/cli.mjs'), 'build'], { cwd: folder })
const { createLogger } = await import('taskbrain' as string)
const { Starter } = await import(pathToFileURL(`${folder}/.taskbrain/main.brain.js`).href)

/** Settles when the word was written. */
async function written(memory: SharedArrayBuffer): Promise<void> {
  const waited = (Atomics as unknown as { waitAsync(words: Int32Array, index: number, value: number): { async: boolean; value: Promise<unknown> } }).waitAsync(new Int32Array(memory), 0, 0)
  const keepsAlive = setInterval(() => {}, 1000)
  if (waited.async) await waited.value
  clearInterval(keepsAlive)
}

const ends: (() => unknown)[] = []
const finish = async (): Promise<void> => {
  for (const end of ends.splice(0)) await end()
}
const logger = createLogger({ identifier: 'bench', level: 'silent' })

print('To the first iteration', await measure([
  { name: 'new Worker', run: async () => {
    const memory = new SharedArrayBuffer(4)
    const worker = new Worker(`${folder}/bare.mjs`, { workerData: memory, execArgv: [] })
    await written(memory)
    ends.push(() => worker.terminate())
  } },
  { name: '(ending it)', run: finish },
  { name: 'taskbrain routine', run: async () => {
    const memory = new SharedArrayBuffer(4)
    const brain = new Starter(logger)
    brain.tasks.beat(memory)
    await written(memory)
    ends.push(() => brain.stop())
  } },
  { name: '(stopping it)', run: finish },
], 15, 3))
process.exit(0)

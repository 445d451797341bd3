/**
 * Whether anything is lost or torn where it is hardest: steps of three workers and main at once, and workers killed at random
 * for as long as is asked. `npm run bench:exact [seconds]` (default 60); ends with 1 where something was. Needs `npm run build`.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createStore } from '../runtime/state/index.ts'
import { FRAMES, isWhole, layout, LIST, POSE, TEXT, type Whole } from '../test/state/threads/schema.ts'
import { threadsOf } from '../test/state/threads/start.ts'
import type { Job } from '../test/state/threads/worker.ts'

const STEPS = 250_000
const SECONDS = Number(process.argv[2] ?? 60)
const folder = resolve('.test/bench-exact')
let isExact = true

function expect(what: string, found: unknown, expected: unknown): void {
  const isGood = String(found) === String(expected)
  isExact &&= isGood
  console.log(`  ${what}: ${String(found)}${isGood ? '' : `, NOT ${String(expected)}`}`)
}

rmSync(folder, { recursive: true, force: true })
mkdirSync(`${folder}/src`, { recursive: true })
cpSync('package.json', `${folder}/package.json`)
symlinkSync(resolve('node_modules'), `${folder}/node_modules`)
writeFileSync(`${folder}/src/main.brain.ts`, `import { Brain } from 'taskbrain'
export class Counter extends Brain {
  n = 0
  pose = { at: { x: 0 }, armed: false }
  tally = new Map<string, number>([['a', 0]])
  list: number[] = []

  @Brain.task({ process: true, runOnStart: false })
  count(times: number) { this.work(times) }

  work(times: number) {
    for (let i = 0; i < times; i++) {
      this.n += 1
      this.pose.at.x += 1
      this.tally.set('a', this.tally.get('a')! + 1)
      if (i % 500 === 0) this.list.push(i)
    }
  }
}
`)
execFileSync(process.execPath, [resolve('dist/cli.mjs'), 'build'], { cwd: folder })
const { createLogger } = await import('taskbrain' as string)
const { Counter } = await import(pathToFileURL(`${folder}/.taskbrain/main.brain.js`).href)

console.log(`three workers and main, ${STEPS} rounds each`)
{
  const counter = new Counter(createLogger({ level: 'silent' }))
  const startedAt = performance.now()
  const runs = [1, 2, 3].map(() => counter.tasks.count(STEPS).value)
  await Promise.resolve()
  counter.work(STEPS)
  await Promise.all(runs)
  expect('a number', counter.n, 4 * STEPS)
  expect('a nested number', counter.pose.at.x, 4 * STEPS)
  expect('an entry of a Map', counter.tally.get('a'), 4 * STEPS)
  expect('pushes to a list', counter.list.length, 4 * STEPS / 500)
  console.log(`  ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  await counter.stop()
}

const start = threadsOf<Job>('worker')
const store = createStore(layout, { bytes: 4 << 20 })
const check = (): void => {
  const pose = store.read(POSE) as Whole
  const list = store.read(LIST) as number[]
  const frames = store.read(FRAMES) as number
  const isGood = isWhole(pose) && list.length % 2 === 0 && list.every((item, index) => item === list[index ^ 1])
    && /^(?:text)*$/.test(store.read(TEXT) as string) && frames % 0.5 === 0
  if (isGood) return
  isExact = false
  console.log(`  TORN: pose ${pose.n}, list ${list.join()}, frames ${frames}`)
}

/** Writes until it is killed, at some instant within its first milliseconds. */
async function kill(delay: number): Promise<void> {
  const { owner, gate, exited, terminate } = start(store, { name: 'writeForever', count: 0 })
  while (gate[0] === 0) await new Promise(setImmediate)
  for (let round = 0; round < delay; round++) check()
  store.doom(owner)
  void terminate()
  check()
  await exited
  store.release(owner)
}

store.write(POSE, { n: 0, text: '', list: [] })
store.write(FRAMES, 0)
store.write(LIST, [])
store.write(TEXT, '')
console.log(`writers killed at random for ${SECONDS} s`)
let kills = 0
const lane = async (): Promise<void> => {
  while (performance.now() < endsAt) {
    kills += 1
    await kill((kills * 37) % 100)
    check()
    store.change(LIST, (list: number[]) => {
      list.length = 0
      list.push(1, 1)
    })
  }
}
const endsAt = performance.now() + SECONDS * 1000
await Promise.all([lane(), lane(), lane()])
expect('kills', kills, kills)
expect('torn values, stuck locks', isExact ? 'none' : 'SOME', 'none')
process.exitCode = isExact ? 0 : 1

/**
 * How evenly a routine goes: iterations a second, and by how much the time between two differs from what was asked for, beside `setInterval`.
 * `npm run bench:pace`. An iteration that does nothing, and one that takes half of its period; ways in turns, in rounds of a second each.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const ROUNDS = 5
const ROUND_MS = 1000

const folder = resolve('.test/bench-pace')
rmSync(folder, { recursive: true, force: true })
mkdirSync(`${folder}/src`, { recursive: true })
cpSync('package.json', `${folder}/package.json`)
symlinkSync(resolve('node_modules'), `${folder}/node_modules`)

const PERIODS = [10, 1]
const WAYS = ['delay', 'rate'] as const

/** One routine for each, of the same body: note the time, then be busy for a while. */
const routines = PERIODS.flatMap((periodMs) => WAYS.flatMap((pace) => [true, false].map((isProcess) => ({ periodMs, pace, isProcess, name: `${pace}${periodMs}${isProcess ? 'Thread' : 'Main'}` }))))
writeFileSync(`${folder}/src/main.brain.ts`, `import { Brain } from 'taskbrain'
export class Pacer extends Brain {
  times = new Float64Array(2000)
  count = 0
  note(busyMs: number) {
    const now = performance.now()
    this.times[this.count] = now
    this.count += 1
    while (performance.now() - now < busyMs);
  }
${routines.map(({ periodMs, pace, isProcess, name }) => `  @Brain.task({ process: ${isProcess}, runOnStart: false, refreshRate: '${periodMs}ms', pace: '${pace}' })
  ${name}(busyMs: number) { this.note(busyMs) }`).join('\n')}
  @Brain.task({ process: true, runOnStart: false })
  async interval(periodMs: number, busyMs: number) {
    const timer = setInterval(() => this.note(busyMs), periodMs)
    this.defer(() => clearInterval(timer))
    await this.until(() => this.count < 0)
  }
}
`)
execFileSync(process.execPath, [resolve('dist/cli.mjs'), 'build'], { cwd: folder })
const { createLogger } = await import('taskbrain' as string)
const { Pacer } = await import(pathToFileURL(`${folder}/.taskbrain/main.brain.js`).href)

const brain = new Pacer(createLogger({ identifier: 'bench', level: 'silent' }))

interface Way {
  readonly name: string
  readonly periodMs: number
  readonly start: () => { cancel(): void } & Promise<unknown>
}

const ways: readonly Way[] = PERIODS.flatMap((periodMs) => [0, periodMs / 2].flatMap((busyMs) => [
  { name: `setInterval on a thread, ${periodMs} ms, busy ${busyMs}`, periodMs, start: () => brain.tasks.interval(periodMs, busyMs) },
  ...routines.filter((routine) => routine.periodMs === periodMs).map(({ name, pace, isProcess }) => (
    { name: `pace '${pace}' ${isProcess ? 'on a thread' : 'in main'}, ${periodMs} ms, busy ${busyMs}`, periodMs, start: () => brain.tasks[name](busyMs) })),
]))

const rates = ways.map((): number[] => [])
const gaps = ways.map((): number[] => [])
for (let round = 0; round <= ROUNDS; round++) {
  for (const [index, { periodMs, start }] of ways.entries()) {
    brain.count = 0
    const run = start()
    await brain.until(() => brain.count >= Math.floor(ROUND_MS / periodMs / 2))
    run.cancel()
    await run
    const times = [...brain.times.subarray(0, brain.count)] as number[]
    // The first round is for V8 to compile what it wants to.
    if (round === 0) continue
    rates[index]!.push((times.length - 1) * 1000 / (times.at(-1)! - times[0]!))
    for (let at = 1; at < times.length; at++) gaps[index]!.push(Math.abs(times[at]! - times[at - 1]! - periodMs) * 1000)
  }
}
await brain.stop()

const at = (figures: readonly number[], part: number): number => figures.toSorted((one, other) => one - other)[Math.floor(figures.length * part)]!
console.log(`${''.padEnd(44)}${['a second', 'off by, µs', '99 %, µs'].map((title) => title.padStart(12)).join('')}`)
for (const [index, { name }] of ways.entries()) {
  console.log(name.padEnd(44) + at(rates[index]!, 0.5).toFixed(1).padStart(12) + at(gaps[index]!, 0.5).toFixed(0).padStart(12) + at(gaps[index]!, 0.99).toFixed(0).padStart(12))
}
process.exit(0)

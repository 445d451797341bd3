import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { describe } from './harness/suite.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const LIMIT_MS = 60_000

interface Ended {
  readonly code: number | null
  readonly output: string
  readonly durationMs: number
}

function run(args: readonly string[], cwd: string): Promise<Ended> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const overdue = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
  let output = ''
  child.stdout.on('data', (bytes: Buffer) => { output += bytes.toString() })
  child.stderr.on('data', (bytes: Buffer) => { output += bytes.toString() })
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(overdue)
      resolve({ code, output, durationMs: performance.now() - startedAt })
    })
  })
}

async function buildAndRun(example: string): Promise<Ended> {
  const folder = join(ROOT, 'examples', example)
  const built = await run([join(ROOT, 'dist/cli.mjs'), 'build'], folder)
  assert.is(built.code, 0, built.output)
  const ended = await run(['main.mjs'], folder)
  assert.is(ended.code, 0, ended.output)
  return ended
}

/** What the brain of `examples/quakes` must come to, by one loop after the other. */
function plainTotals(): Record<string, number> {
  const set = (file: string): unknown => JSON.parse(readFileSync(join(ROOT, 'node_modules/vega-datasets/data', file), 'utf8'))
  const { features } = set('earthquakes.json') as { features: { properties: { mag: number }; geometry: { coordinates: number[] } }[] }
  const totals = {
    batches: 40, quakes: 0, magnitudeHundredths: 0, strongest: -Infinity, flights: 0, delayMinutes: 0, miles: 0,
    quakesInBox: 0, strongestInBox: -Infinity, lateFlights: 0,
  }
  for (const { properties: { mag }, geometry: { coordinates } } of features) {
    totals.quakes += 1
    totals.magnitudeHundredths += Math.round(mag * 100)
    totals.strongest = Math.max(totals.strongest, mag)
    const [longitude, latitude] = coordinates as [number, number]
    if (longitude < -125 || longitude > -114 || latitude < 32 || latitude > 42) continue
    totals.quakesInBox += 1
    totals.strongestInBox = Math.max(totals.strongestInBox, mag)
  }
  for (const { delay, distance } of set('flights-20k.json') as { delay: number; distance: number }[]) {
    totals.flights += 1
    totals.delayMinutes += delay
    totals.miles += distance
    if (delay >= 60 && delay < 120) totals.lateFlights += 1
  }
  return totals
}

const countOf = (output: string, text: string): number => output.split(text).length - 1

describe('examples', (it) => {
  it('complete: runs for 12 s, every task does its work, and it ends by itself', async () => {
    const { output, durationMs } = await buildAndRun('complete')
    for (const line of [
      '[MP] MainBrain started', '[SP] MainBrain started on a thread', '[SP] Round 1 of a routine with a setup', '[SP] Round 5 of',
      '[MP] Call tasks', '[MP] Callable function 1', '[SP] Callable function 2', '[MP] Callable function 1 result: 1',
      '[MP] Callable function 2 result: 2', '[MP] Time is up',
      'mpStart: CORRECTLY', 'sbStart: CORRECTLY', 'callTasks: CORRECTLY', 'mpIncrementerWithTimeout: TIMEOUT',
      'sbIncrementerWithTimeout: TIMEOUT', 'mpIncrementer: CANCELLED', 'sbRoutineWithSetup: CANCELLED',
    ]) assert.ok(output.includes(line), `“${line}” is missing in\n${output}`)
    assert.match(output, /\[MP\] Public attributes:.*shareAttr1/s)
    assert.match(output, /\[MP\] Attributes:[^[]*shareAttr1[^[]*shareAttr2/s)
    assert.ok(countOf(output, '[SP] Attributes:') >= 4)
    assert.ok(durationMs > 12_000 && durationMs < 60_000, `${durationMs} ms`)
    const [, attribute1, attribute2, local1] = /^shareAttr1: (\d+), shareAttr2: (\d+), localAttr1: (\d+)$/m.exec(output) ?? []
    // 11 or 12 rounds of 1 in 12 s, 4 or 5 rounds of 10 in 5 s.
    for (const total of [attribute1, attribute2, local1]) assert.ok(Number(total) >= 20 && Number(total) <= 63, `${total} of ${output}`)
    assert.is(attribute1, local1)
  })

  it('quakes: comes to the totals of a plain loop over the same sets', async () => {
    const { output } = await buildAndRun('quakes')
    assert.match(output, /\d+ of 40 batches folded/)
    assert.equal(JSON.parse(output.trim().split('\n').find((line) => line.startsWith('{'))!), plainTotals())
  })
})

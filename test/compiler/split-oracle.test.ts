import { env, stdout } from 'node:process'
import { pathToFileURL } from 'node:url'
import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { build } from '../../src/build.ts'
import { resolveConfig } from '../../src/config.ts'
import { createLogger, ExecutionStates } from '../../src/index.ts'
import { type Program, programs } from '../harness/oracle.ts'
import { printProgram, type Side } from '../harness/oracle-printer.ts'
import { scratchProject } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'

// A split task behaves as the plain method with an endless loop in place of its marker: bodies made at random are compiled and run,
// and what they tell is compared with what such a method tells. SPLIT_SEED and SPLIT_RUNS look at others.
const SEED = Number(env['SPLIT_SEED'] ?? 20)
const RUNS = Number(env['SPLIT_RUNS'] ?? 480)
const BODIES_PER_BUILD = 40
const ON_THREADS = Number(env['SPLIT_THREADS'] ?? 8)
const ITERATIONS = 4
/** How many of those that differ are made small. */
const SHOWN = Number(env['SPLIT_SHOWN'] ?? 1)
const SHRINK_WITHIN_MS = Number(env['SPLIT_SHRINK_MS'] ?? 30_000)

/** What a body may call, in the main process and on threads. Both programs of a body tell the same to it, or one of them is wrong. */
const PROBE = `
import { isMainThread } from 'node:worker_threads'

const shown = (value) => JSON.stringify(value, (_, each) => each === undefined ? 'undefined' : Number.isNaN(each) ? 'NaN' : typeof each === 'function' ? 'function' : each)
const of = (error) => {
  const message = typeof error === 'string' ? error : error.message
  return /^(E\\d|budget)/.test(message) ? message : typeof error === 'string' ? 'other' : error.name
}

function makeProbe(task) {
  let iteration = 0, calls = 0, records = 0, flips = 0
  const lines = []
  const probe = {
    lines, of, shown, iterations: ${ITERATIONS}, closed: false,
    keep(line) { if (!probe.closed && lines.length < 500) lines.push(line) },
    tell(line) {
      if (probe.closed) return
      if (isMainThread) probe.keep(line)
      else console.log('@' + task + ' ' + line)
    },
    record(id, value) { if (records++ < 300) probe.tell(id + ' ' + shown(value)); return value },
    step() {
      iteration++
      calls = 0
      probe.tell('iteration ' + iteration)
      if (iteration <= ${ITERATIONS}) return false
      probe.tell('closed')
      return probe.closed = true
    },
    i: () => iteration,
    flip: () => flips++ % 2 === 1,
    later: (value) => new Promise((resolve) => queueMicrotask(() => resolve(value))),
    fails(id) {
      const promise = Promise.reject(new Error(probe.name(id)))
      promise.catch(() => {})
      return promise
    },
    call() { if (calls++ > 30) throw new Error('budget@' + iteration) },
    name: (id) => 'E' + id + '@' + iteration,
    number: (value) => Number(value) || 0,
    async all(values) { let count = 0; for await (const each of values) count += 1; return count },
    threw(error) { probe.tell('threw ' + of(error)) },
  }
  return probe
}

const probes = globalThis.splitProbes ??= new Map()
export function probe(side, task) {
  const key = side + task
  if (!probes.has(key)) probes.set(key, makeProbe(task))
  return probes.get(key)
}
`

interface Trial {
  readonly print: (task: number, side: Side) => string
  readonly process: boolean
}

const trialOf = (program: Program, process: boolean): Trial => ({ print: (task, side) => printProgram(program, task, side), process })

/**
 * A body written by hand, which tells `p`. `@{a|b}@` is `a` in the task and `b` in the plain method; the loop begins with `@[marker]`
 * and has a `STEP`; `@<function …>@` is one that the setup knows.
 */
function trialOfText(text: string, process = false): Trial {
  const print = (task: number, side: Side): string => {
    const isBrain = side === 'brain'
    const functions = [...text.matchAll(/@<(.*?)>@/gs)].map(([, each]) => each).join('\n')
    const plainLoop = `\n${functions}\nfor (let $i = 0; $i < p.iterations; $i++) { let $result; try { ref: {`
    const chosen = text
      .replace(/@<(.*?)>@/gs, isBrain ? '$1' : '')
      .replace(/@\{([^|]*)\|(.*?)\}@/gs, isBrain ? '$1' : '$2')
      .replace(/@\[(.*?)\]/, (_, marker: string) => (isBrain ? marker : plainLoop))
      .replace('STEP', 'if (p.step()) this.tasks.task.cancel();')
      .replace(/\}$/, isBrain ? '}' : `\n} ${text.startsWith('async') ? 'await $result ' : ''}} catch ($thrown) { p.threw($thrown) } } }`)
    return chosen.replace(/\bp\./g, `p${task}.`).replace(/\btask\b/g, `t${task}`).replace(/this\.n\b/g, `this.n${task}`)
  }
  return { print, process }
}

/** Of each trial what its task told, and what the plain method tells. */
interface Told {
  readonly expected: string
  readonly actual: string
  /** The error that ended the task, in full. */
  readonly error?: string | undefined
}

let builds = 0

async function tryAll(trials: readonly Trial[]): Promise<Told[]> {
  const unit = `u${++builds}x`
  const tasks = trials.map((trial, index) => ({ ...trial, index, brain: trial.print(index, 'brain'), reference: trial.print(index, 'reference') }))
  const members = `
  base = 4
${tasks.map(({ index }) => `  n${index} = 1\n  l${index}$TYPE = [1]`).join('\n')}
  #own(value) { return value }
  given(value) { return value }
`
  const probesOf = (side: string): string => tasks.map(({ index }) => `const p${index} = probe('${unit}${side}', 't${index}')`).join('\n')
  const brainText = `import { Brain } from 'taskbrain'
import { probe } from './probe.js'
${probesOf('brain')}
abstract class Parent extends Brain { inherited(value) { return value } }
export class Split extends Parent {${members.replaceAll('$TYPE', ': number[]')}
${tasks.map(({ brain, process }) => `  @Brain.task({ process: ${process}, runOnStart: false, refreshRate: '1ms', timeout: '10s', defineLoopLater: true })\n${brain}`).join('\n')}
}
`
  const referenceText = `import { probe } from './probe.mjs'
${probesOf('reference')}
class Parent { inherited(value) { return value } }
export class Split extends Parent {${members.replaceAll('$TYPE', '')}
  tasks = new Proxy({}, { get: () => ({ cancel() {} }) })
${tasks.map(({ reference }) => reference).join('\n')}
}
`
  using project = scratchProject({ 'src/probe.ts': PROBE, 'src/split.ts': brainText, 'probe.mjs': PROBE, 'reference.mjs': referenceText })
  const load = (path: string): Promise<any> => import(pathToFileURL(`${project.dir}/${path}`).href)
  const built = await build(resolveConfig({ cwd: project.dir, patterns: [] }))
  const faults = built.diagnostics.filter((each) => each.severity === 'error')
  if (faults.length > 0) {
    const failed = faults.map((each) => `${each.line}:${each.column} ${each.code} ${each.message}`).join('\n')
    if (trials.length === 1) return [{ expected: 'a build', actual: `${failed}\n${brainText}` }]
    // Those that can be built are seen all the same.
    const half = Math.ceil(trials.length / 2)
    return [...(await tryAll(trials.slice(0, half))), ...(await tryAll(trials.slice(half)))]
  }
  const [{ Split }, { Split: Reference }] = await Promise.all([load('.taskbrain/split.js'), load('reference.mjs')])
  const probes: Map<string, any> = (globalThis as any).splitProbes
  const write = (text: string): void => take(text, (task) => probes.get(`${unit}brain${task}`))
  const brain = new Split(createLogger({ identifier: 'Split', level: 'log', stdout: { write }, stderr: { write } }))
  try {
    const plain = new Reference()
    return await Promise.all(tasks.map(async ({ index }) => {
      const probe = probes.get(`${unit}referencet${index}`)
      const end = await endOf(plain, `t${index}`, probe)
      const output = await brain.tasks[`t${index}`](7)
      const ownProbe = probes.get(`${unit}braint${index}`)
      return {
        expected: [...withoutRepeats(probe.lines), end].join('\n'),
        actual: [...withoutRepeats(ownProbe.lines), outputText(output, ownProbe)].join('\n'),
        error: output.error?.stack,
      }
    }))
  } finally {
    await brain.stop()
    for (const key of [...probes.keys()]) if (key.startsWith(unit)) probes.delete(key)
  }
}

/** A line of the log that tells of a body. */
function take(text: string, probeOf: (task: string) => any): void {
  const told = /\| @(t\d+) (.*)$/m.exec(text)
  if (told) {
    const probe = probeOf(told[1]!)
    if (told[2] === 'closed') probe.closed = true
    else probe.keep(told[2])
    return
  }
  const thrown = /\| \[(t\d+)\] \([^)]*\) (\w+): (.*)$/m.exec(text)
  if (!thrown) return
  const probe = probeOf(thrown[1]!)
  probe.keep(`threw ${probe.of({ name: thrown[2], message: thrown[3] })}`)
}

/** The log writes the same error once and counts on. */
function withoutRepeats(lines: readonly string[]): string[] {
  let last: string | undefined
  return lines.filter((line) => {
    if (!line.startsWith('threw ')) return line !== 'closed' && line !== `iteration ${ITERATIONS + 1}`
    const isRepeat = line === last
    last = line
    return !isRepeat
  })
}

async function endOf(plain: any, task: string, probe: any): Promise<string> {
  try {
    const result = await plain[task](7)
    return probe.i() === ITERATIONS ? 'looped' : `returned ${probe.shown(result)}`
  } catch (error) {
    return `ended by ${probe.of(error)}`
  }
}

function outputText(output: any, probe: any): string {
  if (output.executionState === ExecutionStates.CANCELLED) return 'looped'
  if (output.executionState === ExecutionStates.CORRECTLY) return `returned ${probe.shown(output.result)}`
  return `ended by ${probe.of(output.error)}`
}

interface Failed {
  readonly index: number
  readonly program: Program
  readonly told: Told
}

/** The smallest body like one that failed, as a person reads it. */
async function shrunk(failed: Failed, seed: number, process: boolean): Promise<string> {
  let least: Failed | undefined
  const property = fc.asyncProperty(programs, async (program) => {
    const [told] = await tryAll([trialOf(program, process)])
    if (told!.expected === told!.actual) return true
    least = { ...failed, program, told: told! }
    return false
  })
  await fc.check(property, { seed, path: String(failed.index), unbiased: true, interruptAfterTimeLimit: SHRINK_WITHIN_MS, numRuns: 1 })
  const { index, program, told } = least ?? failed
  return [
    `SPLIT_SEED=${seed}, body ${index}${least ? '' : ', which differs beside the others alone'}`,
    '--- the task', printProgram(program, 0, 'brain'), '--- what it should tell', told.expected, '--- what it tells', told.actual, told.error ?? '', '',
  ].join('\n')
}

async function compareAll(runs: number, seed: number, process: boolean): Promise<void> {
  const made: Program[] = []
  fc.assert(fc.property(programs, (program) => void made.push(program)), { seed, numRuns: runs, unbiased: true })
  const failed: Failed[] = []
  let looped = 0
  for (let start = 0; start < made.length; start += BODIES_PER_BUILD) {
    const told = await tryAll(made.slice(start, start + BODIES_PER_BUILD).map((program) => trialOf(program, process)))
    told.forEach((each, at) => {
      const { expected, actual } = each
      if (expected !== actual) failed.push({ index: start + at, program: made[start + at]!, told: each })
      if (expected.endsWith('looped')) looped += 1
    })
  }
  if (env['SPLIT_FIGURES']) stdout.write(`${looped} of ${runs} loop, ${failed.length} differ\n`)
  if (failed.length > 0) {
    const small: string[] = []
    for (const each of failed.slice(0, SHOWN)) small.push(await shrunk(each, seed, process))
    throw new Error(`${failed.length} of ${runs} bodies differ: ${failed.map(({ index }) => index).join(' ')}\n${small.join('\n')}`)
  }
  assert.ok(looped > runs / 4, `${looped} of ${runs} bodies reach their loop`)
}

const EXAMPLES: Readonly<Record<string, string>> = {
  'keeps what closures of the setup share with the loop': `task() {
  let count = 0; const kept = []; const bump = () => ++count
  @[// ---Loop---]
  STEP
  let mine = bump(); kept.push(() => mine++)
  p.record(1, kept.map((each) => each())); p.record(2, count)
}`,
  'goes on in the loop with a generator of the setup': `async task() {
  const lines = (async function* () { for (let n = 0; n < 3; n++) yield n })()
  @[// ---Loop---]
  STEP
  p.record(1, await lines.next())
}`,
  'moves functions up to a marker behind a statement without semicolon': `task() {
  let a = h(1) @[// ---Loop---]
  STEP
  @<function h(x) { return g(x) + 1 }>@
  @<function g(x) { return x * 2 }>@
  p.record(1, a = h(a))
}`,
  'moves functions that follow one another on one line': `async task() {
  for await (const x of g()) p.record(1, x)
  @[Brain.loop();] STEP p.record(2, await h(2)); @<async function* g() { try { yield await h(1); yield* [2, 3] } finally { p.record(3, await h(3)) } }>@@<async function h(x) { return await p.later(x) }>@ p.record(4, 4)
}`,
  'moves a function with its changes of shared attributes': `task() {
  const self = this
  p.record(1, h())
  @[// ---Loop---]
  STEP
  @<function h() { self.n += 1; return self.n++ }>@
  p.record(2, h())
}`,
  'moves only the function that is meant where blocks have others of its name': `task() {
  { let k = 1; p.record(1, k) }
  p.record(2, h())
  @[// ---Loop---]
  STEP
  @<function h() { function g() { return k() } return g() }>@
  @<function k() { return 4 }>@
  { function h() { return 5 } p.record(3, h()) }
  p.record(4, h())
}`,
  'moves a function without its overloads': `task() {
  p.record(1, f(1))
  @[// ---Loop---]
  STEP
  @{function f(a: string): number
  function f(a: number): number|}@
  @<function f(a) { return 7 }>@
}`,
  'ends an iteration at a return of any spelling': `task() {
  const x = 3
  @[// ---Loop---]
  STEP
  if (p.i() === 1) @{return!p.record(1, x)|{ p.record(1, x); break ref }}@
  if (p.i() === 2) @{return/* a */ p.record(2, x) /* ; */ ;|{ p.record(2, x); break ref }}@
  else p.record(3, 3)
  if (p.i() === 3) @{return <number>p.record(4, x)!, p.record(5, x) as number // so
  ;|{ p.record(4, x), p.record(5, x); break ref }}@
  do @{return|break ref}@
  while (p.record(6, true))
}`,
  'ends an iteration at a return of a function, a class or an object': `task() {
  @[// ---Loop---]
  STEP
  if (p.i() === 1) @{return function () { return 1 }|break ref}@
  if (p.i() === 2) @{return class { static x = p.record(2, 2) }|{ p.record(2, 2); break ref }}@
  if (p.i() === 3) @{return { get a() { return 1 }, b() { return 2 }, c: p.record(3, () => { return 1 }) }|{ p.record(3, () => 1); break ref }}@
  again: @{return async () => { return await 1 }|break ref}@
}`,
  'keeps the returns of what stands inside the loop': `task() {
  @[// ---Loop---]
  STEP
  p.record(1, [1, 2].map((x) => { if (x > 1) return 5; return 6 }))
  p.record(2, { get a() { return 3 } }.a)
  p.record(3, new (class { static { p.record(4, 1) } #x = 3; get x() { return this.#x } constructor() { if (p.i() > 5) return {} } })().x)
}`,
  'lets a return in a finally win over a throw': `async task() {
  @[// ---Loop---]
  STEP
  try { if (p.i() === 1) throw new Error(p.name(1)); if (p.i() === 2) @{return await p.later(p.record(2, 2))|{ await p.later(p.record(2, 2)); break ref }}@ }
  finally { if (p.i() !== 3) @{return await p.later(p.record(3, 2));|{ await p.later(p.record(3, 2)); break ref }}@ else throw new Error(p.name(2)) }
}`,
  'returns what an operator makes of a shared attribute': `task() {
  @[// ---Loop---]
  STEP
  if (p.i() > 1) @{return p.record(1, this.n++)|{ p.record(1, this.n++); break ref }}@
  if (this.n > 3) @{return this.n += 2|{ this.n += 2; break ref }}@
  @{return this.n = this.n + 1|{ this.n++; break ref }}@
}`,
  'knows a label and names that emitted code uses too': `async task() {
  const $ = 5, $error = 6
  @[// ---Loop---]
  STEP
  @{$loop:|own:}@ for (const a of [1, 2]) { if (p.i() % 2) @{return p.record(1, a)|{ p.record(1, a); break ref }}@
  try { throw 1 } catch { p.record(2, [$, $error]) }
  try { throw new Error('E1') } catch ({ message }) { p.record(3, [message, $error]) } }
  if (p.i() === 2) throw new Error(p.name($))
}`,
  'shares a var with the setup, wherever it stands': `task() {
  const get = () => late
  p.record(1, get())
  @[// ---Loop---]
  STEP
  p.record(2, get())
  if (p.i() === 2) { var late = 7 }
  try { throw 3 } catch (late) { var late = 4 }
  for (var late of [5, p.i()]) p.record(3, get())
}`,
  'moves a function that ends right before the brace of the body': `task() {
  let a = h(1)
  @[// ---Loop---]
  STEP
  p.record(1, a = h(a))
  @<function h(x) { return g(x) + 1 }>@@<function g(x) { return x * 2 }>@}`,
  'waits for the last of several values that the loop returns': `async task() {
  let a = 0
  @[// ---Loop---]
  STEP
  p.record(1, a)
  @{return a = p.i(), p.fails(1)|{ $result = (a = p.i(), p.fails(1)); break ref }}@
}`,
  'leaves what the loop returns to no catch of its own, but runs its finally': `async task() {
  @[// ---Loop---]
  STEP
  try { if (p.i() > 1) @{return p.fails(1)|{ $result = p.fails(1); break ref }}@ }
  catch (error) { p.record(1, p.of(error)) }
  finally { p.record(2, await p.later(2)); if (p.i() > 3) @{return p.fails(2)|{ $result = p.fails(2); break ref }}@ }
}`,
  'waits for a promise that a loop without await returns': `task() {
  let n = 0
  @[// ---Loop---]
  STEP
  p.record(1, n)
  @{return p.later(1).then(() => p.later(1)).then(() => { n++ })|n++}@
}`,
  'lets the setup have names of its own that the loop declares again': `task() {
  const f = (mine) => { const other = mine; return other }
  { let mine = 2; p.record(1, mine) }
  for (const mine of [1]) p.record(2, mine)
  try { throw 1 } catch (mine) { p.record(3, mine) }
  const o = { mine: 1, other() { return this.mine } }
  label: for (;;) { const { mine: x } = o; p.record(4, x); break label }
  @[// ---Loop---]
  STEP
  const mine = 3, other = 4
  p.record(5, [f(5), mine, o.other(), other])
}`,
  'keeps the types of TypeScript out of the way': `task() {
  @{let cam: Cam = undefined!; type Pose = { x: number }; const list: Array<Pose> = []|let cam; const list = []}@
  @[// ---Loop---]
  STEP
  @{interface Other { y: number }|}@
  class Cam { n = p.i() }
  cam ??= new Cam()
  list.push(@{<Pose>|}@{ x: cam.n } @{satisfies Pose|}@)
  if (p.i() === 2) @{return p.record(1, list) as unknown as void|{ p.record(1, list); break ref }}@
  p.record(2, list@{!|}@)
}`,
  'disposes of what the loop uses at the end of its iteration': `async task() {
  @[// ---Loop---]
  STEP
  @{await using held = { async [Symbol.asyncDispose]() { p.record(3, await p.later(3)) } }|}@
  p.record(1, 1)
  if (p.i() === 2) @{return|{ p.record(3, 3); break ref }}@
  p.record(2, 2)@{|; p.record(3, 3)}@
}`,
  'waits for a promise that the loop returns, and reports its rejection': `async task() {
  @[// ---Loop---]
  STEP
  if (p.i() < 3) @{return p.fails(1)|{ $result = p.fails(1); break ref }}@
  @{return (async () => { await p.later(1); p.record(2, 2) })()|{ $result = (async () => { await p.later(1); p.record(2, 2) })(); break ref }}@
}`,
}

describe('a split task', (it) => {
  for (const [name, text] of Object.entries(EXAMPLES)) {
    it(name, async () => {
      const [told] = await tryAll([trialOfText(text)])
      assert.is(told!.actual, told!.expected)
    })
  }

  it('does in the main process what a plain method with a loop does', () => compareAll(RUNS, SEED, false))

  it('does the same on a thread', () => compareAll(ON_THREADS, SEED + 1, true))
})

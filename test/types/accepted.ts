import {
  Brain, createLogger, ExecutionStates, type BrainOptions, type Duration, type Logger, type LoggerOptions, type Task, type TaskOptions,
  type TaskOutput, type TaskRun,
} from 'taskbrain'
import { MainBrain } from './design.ts'
import { same } from './equal.ts'

const CONFIG: { readonly demo: boolean; readonly rate: number; readonly period: Duration } = { demo: true, rate: 0.5, period: '10ms' }
const OFF_MAIN = true
const FAST = '100hz'
const COMMON = { process: true, runOnStart: false } as const

class Pose {
  constructor(readonly x: number, readonly y: number) {}
}

export class Robot extends Brain {
  count = 0
  names = new Set<string>()
  @Brain.local() cache = new Map<string, number>()
  @Brain.local() handle!: { close(): void }

  constructor(logger: Logger, public width = 640, readonly label: string | undefined = undefined) {
    super(logger)
  }

  @Brain.task({ process: false, runOnStart: true }) one() {}
  @Brain.task({ process: OFF_MAIN, runOnStart: false }) two(): number { return this.count }
  @Brain.task({ process: true, runOnStart: CONFIG.demo }) three() {}
  @Brain.task({ process: true, runOnStart: !CONFIG.demo, refreshRate: CONFIG.rate }) four() {}
  @Brain.task({ process: true, runOnStart: () => CONFIG.demo, timeout: CONFIG.period }) five() {}
  @Brain.task({ process: true, runOnStart: (brain) => brain.width > 100 }) six() {}
  @Brain.task({ process: true, runOnStart: (brain: Robot) => brain.count > 1 }) seven() {}
  @Brain.task({ process: true, runOnStart: true, refreshRate: '250ms', timeout: '2s', grace: '1m' }) eight() {}
  @Brain.task({ process: true, runOnStart: true, refreshRate: FAST, timeout: '0.5h', grace: 0 }) nine() {}
  @Brain.task({ process: true, runOnStart: true, refreshRate: 1e-3, timeout: 0.25, grace: 0.05 }) ten() {}
  @Brain.task({ process: true, runOnStart: true, refreshRate: 1, defineLoopLater: true, startLoopMarker: '#- My Loop -#' })
  eleven() {
    Brain.loop()
    this.count += 1
  }
  @Brain.task({ process: true, runOnStart: true, defineLoopLater: false }) twelve() {}
  @Brain.task({ process: true, runOnStart: true, refreshRate: CONFIG.demo ? 1 : 2, concurrency: 4 }) thirteen() {}
  @Brain.task({ process: true, runOnStart: true, refreshRate: '100hz', pace: 'rate', queueLimit: 0 }) thirteenB() {}
  @Brain.task({ process: true, runOnStart: true, refreshRate: CONFIG.rate, pace: 'delay', queueLimit: 10 }) thirteenC() {}
  @Brain.task({ process: true, runOnStart: true, restart: 'always' }) thirteenD() {}
  @Brain.task({ process: true, runOnStart: true, restart: { attempts: 3, within: '1m', pause: 1 } }) thirteenE() {}
  @Brain.task(COMMON) fourteen(_text: string) {}
  @Brain.task({ ...COMMON, timeout: '10s' }) fifteen() {}
  /** Required parameters where nothing starts it but a call, a routine too. */
  @Brain.task({ process: true, runOnStart: false, refreshRate: 1 }) sixteen(_every: number) {}
  /** Defaults, optional and rest parameters need no arguments. */
  @Brain.task({ process: true, runOnStart: true }) seventeen(_a = 1, _b?: string, ..._rest: number[]) {}
  @Brain.task({ process: false, runOnStart: false }) same<T>(value: T): T { return value }
  @Brain.task({ process: false, runOnStart: false }) async explicit(this: Robot, n: number) { return n + this.count }
  @Brain.task({ process: false, runOnStart: false }) protected hidden() {}
  overloaded(value: string): string
  overloaded(value: number): number
  @Brain.task({ process: true, runOnStart: false }) overloaded(value: string | number): string | number { return value }
  @Brain.task({ process: true, runOnStart: false }) fill(target: Float64Array, value: number): Float64Array { return target.fill(value) }
  @Brain.task({ process: true, runOnStart: false }) async add(a: number, b: number) { return a + b }
  @Brain.task({ process: true, runOnStart: false }) maybe(n: number) { return n > 0 ? new Pose(n, n) : null }

  @Brain.task({ process: true, runOnStart: true })
  async waits(): Promise<void> {
    const named = await this.until(() => this.label, { timeout: '250ms' })
    same<typeof named, string>()
    const isWide = await this.until(() => this.width > 3)
    same<typeof isWide, true>()
    const blocked = this.block(() => this.maybe(this.count), { timeout: 1 })
    same<typeof blocked, Pose>()
    const end = this.watch(() => this.label, (label, previous) => this.logger.info(label?.length, previous?.length))
    end()
    this.watch(() => this.count, async (count: number) => this.logger.info(count))
    const sum = this.atomic(() => {
      this.count += 1
      return this.count + this.width
    })
    same<typeof sum, number>()
    const nothing = this.atomic(() => {
      this.count = 0
    })
    same<typeof nothing, void>()
    const size = this.change('names', (names) => names.add('x').size)
    same<typeof size, number>()
    const names = Brain.copy(this.names)
    same<typeof names, Set<string>>()
    // A condition of a helper's type parameter.
    const first = <T>(read: () => T) => this.until(read)
    await first(() => this.names.has('x'))
  }

  @Brain.task({ process: false, runOnStart: true })
  async calls(): Promise<void> {
    const run = this.tasks.add(1, 2)
    same<typeof run, TaskRun<number>>()
    const out = await run
    same<typeof out, TaskOutput<number>>()
    same<number, Awaited<typeof run.value>>()
    run.cancel()
    this.tasks.add.cancel()
    for (const one of this.tasks.add.runs) one.cancel()
    const [a, b] = await Promise.all([this.tasks.add(1, 2), this.tasks.two()])
    if (a.executionState === ExecutionStates.CORRECTLY && b.executionState === ExecutionStates.CORRECTLY) this.count = a.result + b.result
    const { add } = this.tasks
    const sum: number = await add(1, 2).value
    this.logger.info(sum, this.logger.identifier)
    this.signal.throwIfAborted()
    this.defer(async () => this.handle.close())
    if (a.executionState !== ExecutionStates.CORRECTLY) this.logger.error(a.error.message)
    // A run that is not awaited, and one raced with another promise.
    void this.tasks.fourteen('text')
    await Promise.race([this.tasks.two(), new Promise((resolve) => setTimeout(resolve, 10))])
    await this.stop()
    await this.stop({ grace: '50ms' })
  }

  @Brain.task({ process: false, runOnStart: false })
  async nested() {
    const outputs = await this.run()
    const two: TaskOutput<number> | undefined = outputs.two
    const result = outputs.add?.executionState === ExecutionStates.CORRECTLY ? outputs.add.result : 0
    same<typeof result, number>()
    return two?.executionState ?? outputs.three?.executionState ?? result
  }

  helper() { return this.tasks.maybe(1) }
}

export class Faster extends Robot {
  speed = 2
  @Brain.task({ process: true, runOnStart: false }) override two(): number { return this.speed }
  @Brain.task({ process: true, runOnStart: false }) more() { return this.tasks.add(this.count, 1) }
}

export abstract class Generic<S> extends Brain {
  abstract items: S[]
  @Brain.task({ process: true, runOnStart: false }) put(item: S): number { return this.items.push(item) }
  @Brain.task({ process: false, runOnStart: false }) async putTwice(item: S) {
    await this.tasks.put(item)
    const out = await this.tasks.put(item)
    return out.executionState === ExecutionStates.CORRECTLY ? out.result : 0
  }
}
export class Texts extends Generic<string> { items: string[] = [] }

export async function outside(): Promise<void> {
  const options: LoggerOptions = { identifier: 'Brain', level: 'debug' }
  const logger: Logger = createLogger(options)
  createLogger()
  createLogger({ level: 3 })
  const brain = new Robot(logger)
  const out = await brain.tasks.add(1, 2)
  same<typeof out, TaskOutput<number>>()
  if (out.executionState === ExecutionStates.CORRECTLY) same<typeof out.result, number>()
  else same<typeof out.error, Error>()
  same<typeof brain.tasks.add, Task<[a: number, b: number], number>>()
  same<ReturnType<typeof brain.tasks.maybe>, TaskRun<Pose | null>>()
  same<Awaited<ReturnType<Robot['helper']>>, TaskOutput<Pose | null>>()
  same<typeof brain.handle, { close(): void }>()
  brain.tasks.fill(new Float64Array(3), 1)
  const outputs = await brain.run()
  same<typeof outputs.one, TaskOutput<void> | undefined>()
  same<typeof outputs.two, TaskOutput<number> | undefined>()
  const two = outputs.two
  if (two?.executionState === ExecutionStates.CORRECTLY) same<typeof two.result, number>()
  const counted: number = outputs.two?.executionState === ExecutionStates.CORRECTLY ? outputs.two.result : 0
  logger.info(counted)
  for (const [name, output] of Object.entries(outputs)) logger.info(name, output)
  const all: readonly TaskOutput[] = await Promise.all(brain.getTasks().map((task) => task()))
  for (const output of all) logger.info(output.executionState)
  await brain[Symbol.asyncDispose]()

  const faster = new Faster(logger, 10)
  same<typeof faster.tasks.two, Task<[], number>>()
  faster.tasks.more()
  const texts = new Texts(logger)
  same<typeof texts.tasks.put, Task<[item: string], number>>()
  const main = new MainBrain(logger, 640)
  same<Awaited<ReturnType<typeof main.tasks.plan>>, TaskOutput<{ x: number; y: number }[]>>()
  const brains: Brain[] = [brain, faster, texts, main]
  for (const each of brains) await each.stop()
  await start(brain)
}

class Pose3 extends Pose {
  z = 0
  up(by: number): Pose3 { return Object.assign(new Pose3(this.x, this.y), { z: this.z + by }) }
}

/** Instances of classes of one's own, on every way. */
class Owner extends Brain {
  pose: Pose | null = new Pose3(1, 2)
  byName = new Map<string, Pose3>()
  @Brain.task({ process: true, runOnStart: false }) rise(pose: Pose3, by = 1) { return [pose.up(by)] }
  @Brain.task({ process: true, runOnStart: false }) async nearest(): Promise<Pose | undefined> { return (await this.tasks.rise(new Pose3(0, 0)).value)[0]?.up(2) }
}

export async function owns(brain: Owner): Promise<void> {
  same<typeof brain.tasks.rise, Task<[pose: Pose3, by?: number], Pose3[]>>()
  same<typeof brain.tasks.nearest, Task<[], Pose | undefined>>()
  const [risen] = await brain.tasks.rise(new Pose3(0, 0)).value
  same<typeof risen, Pose3 | undefined>()
}

async function start<B extends Brain>(brain: B): Promise<unknown> { return brain.run() }

const added: boolean = Brain.addSerializableType(Pose)
Brain.addSerializableType(Pose, new Pose(1, 2))
Brain.addSerializableType(Pose, new Pose(1, 2), { encode: (pose) => [pose.x, pose.y] as const, decode: ([x, y]) => new Pose(x, y) })
Brain.addSerializableType(Pose, undefined, { encode: (pose) => pose.x, decode: (x) => new Pose(x, 0) })

const written: TaskOptions = { process: true, runOnStart: (brain: Robot) => brain.count > 0, refreshRate: '10ms' }
const sized: BrainOptions = { stateBytes: 1 << 20 }
export const kept: unknown[] = [added, written, sized]

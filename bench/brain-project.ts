/** A project of many brains, made up: each of 70 to 90 lines with two or three process tasks, all upon one module of helpers. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

export interface BrainProject {
  readonly folder: string
  /** Absolute. */
  readonly brains: readonly string[]
  /** A new text for the brain of that number. */
  edit(index: number): void
}

export function makeBrainProject(folder: string, count: number): BrainProject {
  rmSync(folder, { recursive: true, force: true })
  write(`${folder}/package.json`, '{ "private": true, "type": "module" }\n')
  write(`${folder}/src/shared/geometry.ts`, GEOMETRY)
  const brains = Array.from({ length: count }, (_, index) => `${folder}/src/area-${index % 20}/robot-${index}.brain.ts`)
  brains.forEach((path, index) => write(path, brainText(index, 1)))
  symlinkSync(resolve('node_modules'), `${folder}/node_modules`)
  let edits = 1
  return { folder, brains, edit: (index) => write(brains[index]!, brainText(index, ++edits)) }
}

// --- internal ---

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

const GEOMETRY = `export interface Point { x: number; y: number }
export interface Goal extends Point { name: string; weight: number }

export const LIMIT = 4_096

export function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}

export class Path {
  points: Point[] = []
  length = 0

  add(point: Point): void {
    const last = this.points.at(-1)
    if (last) this.length += distance(last, point)
    this.points.push(point)
  }

  isEmpty(): boolean {
    return this.points.length === 0
  }
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}
`

/** Which tasks a brain has differs with its number, and so do its names and figures. */
function brainText(index: number, version: number): string {
  const tasks = Array.from({ length: 2 + (index % 2) }, (_, nth) => PROCESS_TASKS[(index + nth * 2) % PROCESS_TASKS.length]!(index))
  return `import { Brain, type Logger } from 'taskbrain'
import { clamp, distance, type Goal, LIMIT, mean, Path, type Point } from '../shared/geometry.js'

const VERSION = ${version}
const START: Point = { x: ${index % 7}, y: ${index % 11} }

function weightOf(goal: Goal, from: Point): number {
  return goal.weight / (1 + distance(from, goal))
}

/** Robot number ${index}. */
export class Robot${index} extends Brain {
  pose = { x: ${index % 7}, y: ${index % 11}, heading: 0 }
  goals: Goal[] = []
  readings = [0]
  seen = new Map<string, number>()
  path = new Path()
  steps = 0
  speed = ${(index % 5) + 1}.5
  isBusy = false
  label = 'robot ${index}'
  _startedAt = Date.now()

  constructor(logger: Logger, public battery: number, public areaSize = ${100 + (index % 40)}) {
    super(logger)
  }

  nearest(): Goal | undefined {
    return this.goals.toSorted((a, b) => weightOf(b, this.pose) - weightOf(a, this.pose))[0]
  }

  remember(name: string): void {
    this.seen.set(name, (this.seen.get(name) ?? 0) + 1)
  }

${tasks.join('\n\n')}

  @Brain.task({ process: false, runOnStart: true, refreshRate: '${(index % 9) + 1}s' })
  async report() {
    this.logger.info(this.label, VERSION, this.steps, this.pose, this.path.length)
    if (this.battery < 5) await this.tasks.dock(START)
  }

  @Brain.task({ process: false, runOnStart: false })
  async dock(place: Point) {
    this.isBusy = true
    this.pose = { x: place.x, y: place.y, heading: 0 }
    this.battery = 100
    this.isBusy = false
  }
}
`
}

const PROCESS_TASKS: readonly ((index: number) => string)[] = [
  (index) => `  @Brain.task({ process: true, runOnStart: true, refreshRate: '${(index % 5) * 10 + 20}ms' })
  drive() {
    const goal = this.nearest()
    if (!goal) return
    const pose = this.pose
    const way = distance(pose, goal)
    const step = Math.min(way, this.speed / ${(index % 3) + 10})
    pose.x += ((goal.x - pose.x) / Math.max(way, 1e-9)) * step
    pose.y += ((goal.y - pose.y) / Math.max(way, 1e-9)) * step
    this.battery -= step / 100
    this.steps++
  }`,
  (index) => `  @Brain.task({ process: true, runOnStart: true, refreshRate: 0.1, defineLoopLater: true })
  async observe() {
    const started = Date.now()
    let rounds = ${index % 13}
    // ---Loop---
    rounds += 1
    this.readings.push(clamp(Date.now() - started, 0, LIMIT))
    if (this.readings.length > ${50 + (index % 50)}) this.readings.shift()
    this.remember(\`round \${rounds}\`)
    if (mean(this.readings) > LIMIT / 2) this.logger.warn('late', rounds)
  }`,
  (index) => `  @Brain.task({ process: true, runOnStart: false })
  plan(target: Point): Path {
    const path = new Path()
    const { x, y } = this.pose
    for (let step = 0; step <= ${(index % 6) + 4}; step++) {
      const part = step / ${(index % 6) + 4}
      path.add({ x: x + (target.x - x) * part, y: y + (target.y - y) * part })
    }
    this.path = path
    return path
  }`,
  (index) => `  @Brain.task({ process: true, runOnStart: true, refreshRate: '${(index % 4) + 1}s', timeout: '5m' })
  tidy() {
    for (const goal of this.goals) {
      if (distance(this.pose, goal) < ${(index % 3) + 1}) goal.weight = 0
      else goal.weight = clamp(goal.weight * 1.1, 0, LIMIT)
    }
    for (const [name, times] of this.seen) if (times > ${(index % 20) + 10}) this.logger.debug(name, times)
    this.isBusy = this.goals.some(({ weight }) => weight > 0)
  }`,
  () => `  @Brain.task({ process: true, runOnStart: true })
  async patrol() {
    while (!this.signal.aborted) {
      await this.until(() => !this.isBusy)
      const corner = { x: Math.random() * this.areaSize, y: Math.random() * this.areaSize }
      this.goals.push({ ...corner, name: \`corner \${this.steps}\`, weight: 1 })
      const { result } = await this.tasks.dock(corner)
      this.logger.debug('docked', result)
    }
  }`,
]

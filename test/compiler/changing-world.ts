/** A project whose files each have several texts, and lead to each other in all ways that one file can decide what another becomes. */
const head = "import { Brain } from 'taskbrain'\n"
const task = '@Brain.task({ process: true, runOnStart: true })'

export const WORLD: Readonly<Record<string, readonly string[]>> = {
  'main.brain.ts': [
    `${head}import { Base } from './base.js'
import { Timed } from './parts/index.js'
import { LIMIT, grow, Pose } from './helpers.js'
import type { Goal } from './types.js'
export class Main extends Timed(Base) {
  pose = new Pose()
  goals: Goal[] = []
  place: Goal = { x: 1, y: 2 }
  n = 0
  ${task} drive() { this.n += LIMIT; grow(this.goals); this.place.x = 3; this.inner = 2; this.pose.turn() }
}\n`,
    `${head}import { Base } from './base.js'
export class Main extends Base { list = [1]; ${task} drive() { for (const each of [this.list]) each.push(this.n) } }\n`,
    `${head}import * as parts from './parts/index.js'
import { makePose } from './helpers.js'
export class Main extends parts.Timed(Brain) {
  pose = makePose()
  other = 'a'
  @Brain.task({ process: false, runOnStart: true, refreshRate: parts.RATE }) watchAll() { const p = this.pose; p.turn(); this.other += 'b' }
}\n`,
    `${head}export class Main extends Brain { ${task} drive( }\n`,
    `${head}import './registers.js'
import { Unknown } from './helpers.js'
export class Main extends Brain { what: Unknown | undefined = undefined; ${task} drive() { return this.what } }
new Main()\n`,
  ],
  'second.brain.ts': [
    `${head}import { Base } from './base.js'
import { grow, Pose } from './helpers.js'
import { Late } from './parts/timed.js'
export class Second extends Late(Base) { pose: Pose | undefined; at = new Pose(); ${task} go() { grow([this.at]); return this.inner } }\n`,
    `${head}import { count } from './helpers.js'
import { Timed } from './parts/timed.js'
export class Second extends Timed(Brain) { ${task} go() { return count() } }\n`,
    `${head}import { Pose } from './helpers.js'
import './middle.js'
export class Second extends Brain { poses = [new Pose()]; ${task} go() { for (const pose of this.poses) pose.turn() } }\n`,
    `import { Main } from './main.brain.js'\nexport class Second extends Main { n = 3 }\n`,
  ],
  'middle.ts': [
    `import './far.js'\n`,
    `export {}\n`,
  ],
  'far.ts': [
    `export {}\n`,
    `${head}import { Pose } from './shapes.js'\nimport { addSerializableType } from 'taskbrain'\naddSerializableType(Pose)\n`,
    `${head}import { Pose } from './shapes.js'\nvoid Pose\n`,
    `import { Pose } from './helpers.js'\nexport class FarPose extends Pose { far = 1; turn() { this.far++ } }\n`,
    `${head}export class Far extends Brain { ${task} go() {} }\n`,
    `import { Other } from './other.brain.js'\nexport class Far extends Other {}\n`,
  ],
  'base.ts': [
    `${head}import { LIMIT } from './helpers.js'
export class Base extends Brain { n = 1; inner = LIMIT; ${task} tick() { this.n++ } }\n`,
    `${head}export abstract class Base extends Brain { abstract n: string; inner = 'x'; @Brain.task({ process: false, runOnStart: false }) drive() {} }\n`,
    `import { Other } from './other.brain.js'\nexport class Base extends Other { n = 5 }\n`,
    `${head}export class Base extends Brain { list!: number[]; n!: number; @Brain.task({ process: false, runOnStart: false }) add() { this.n++; this.list.push(1) } }\n`,
    `export class Base { n = 1 }\n`,
    `import { Main } from './main.brain.js'\nexport class Base extends Main {}\n`,
    `import { Second } from './second.brain.js'\nexport class Base extends Second {}\n`,
  ],
  'other.brain.ts': [
    `${head}import { Timed } from './parts/timed.js'
import { Pose } from './helpers.js'
export class Other extends Timed(Brain) { seen = new Map<string, Pose>(); ${task} look() { this.seen.get('a')?.turn(); this.n = this.n + 1 } }\n`,
    `${head}import { count, grow } from './helpers.js'
export class Other extends Brain { list: number[] = []; ${task} look() { grow(this.list); return count() } }\n`,
    `import { Base } from './base.js'\nexport class Other extends Base { inner = 1 }\n`,
    `export const Other = class {}\n`,
  ],
  'parts/index.ts': [
    `export * from './timed.js'\nexport const RATE = 2\n`,
    `export { Late as Timed } from './timed.js'\nexport const RATE = '5s'\n`,
    `export { Timed } from './timed.js'\nimport { LIMIT } from '../helpers.js'\nexport const RATE = LIMIT\n`,
    `export function Timed(base) { return base }\nexport const RATE = -1\n`,
  ],
  'parts/timed.ts': [
    `${head}type Made = new (...given: any[]) => Brain
export const Timed = <T extends Made>(Base: T) => class extends Base { started = 0; ${task} time() { this.started += 1; (this as any).n += 1 } }
export function Late<T extends Made>(Base: T) { return Timed(Base) }\n`,
    `${head}import { LIMIT } from '../helpers.js'
let calls = 0
export function Timed(Base: any) { class Clock extends Base { ticks = LIMIT; @Brain.task({ process: false, runOnStart: true }) time() { calls++ } } return Clock }
export const Late = Timed\n`,
    `${head}export const Timed = (Base: any) => class extends Base { a = 1; ${task} time() { this.a++ } }
export const Late = (Base: any) => class extends Base { b = 1; ${task} late() { this.b++ } }
export let changed = 0\n`,
    `export function Timed(Base: any) { if (Base) return class extends Base {}; return Base }\n`,
    `export function Timed(Base: any) { return class extends Base { x = 1; y() { this.x++ } } }\nexport { Timed as Late }\n`,
  ],
  'helpers.ts': [
    `import './middle.js'
import type { Goal } from './types.js'
export const LIMIT = 4
export class Pose { x = 0; turn() { this.x++ } }
export class Unknown {}
export const makePose = () => new Pose()
let calls = 0
export const count = () => ++calls
export function grow(list: unknown[]) { list.push(1) }
export const goal: Goal = { x: 1, y: 1 }\n`,
    `import './middle.js'
export const LIMIT = 'ten'
export class Pose { #x = 0; turn() { return this.#x } }
export class Unknown extends Map {}
export function makePose(): Pose { return new Pose() }
export const count = () => 1
export function grow(list: readonly unknown[]) { return list.length }\n`,
    `export { Pose, Pose as Unknown, makePose } from './shapes.js'
import { Other } from './other.brain.js'
export const LIMIT = 1
export const count = () => Other.name
export const grow = (list: any) => { list.length = 0 }\n`,
  ],
  'shapes.ts': [
    `export class Pose { y = 1; turn() {} }\nexport class Wide extends Pose {}\nexport const makePose = () => new Wide()\n`,
    `import { addSerializableType } from 'taskbrain'\nexport class Pose { y = 1; turn() { this.y = 2 } }\naddSerializableType(Pose)\nexport const makePose = () => ({ y: 1, turn() {} })\n`,
  ],
  'registers.ts': [
    `import { addSerializableType } from 'taskbrain'\nimport { Unknown } from './helpers.js'\naddSerializableType(Unknown)\n`,
    `import './helpers.js'\n`,
  ],
  'types.ts': [
    `export interface Goal { x: number; y: number }\n`,
    `export interface Goal { x: number; y: { deep: boolean } }\n`,
    `import type { Pose } from './helpers.js'\nexport type Goal = { x: string; y: Pose }\n`,
    `export class Goal { x = 1; y = 2; z() { this.x = 3 } }\n`,
  ],
}

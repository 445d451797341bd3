import { inspect } from 'node:util'
import { SHOWN } from '../../src/contract/names.ts'
import { lengthChanged } from './errors.ts'
import type { InlinePart, InlineShape } from './inline-shape.ts'

/** What snapshots write to. */
export interface SnapshotHome {
  /** Counts how often this thread has set the object anew: a moment of one before is somebody's own object from then on. */
  readonly generation: number
  /** Throws `state-type` where the part can't hold the value. Returns what its leaves are from then on. */
  write(part: InlinePart, value: unknown): readonly (number | boolean)[]
  /** The same without writing. */
  leavesOf(part: InlinePart, value: unknown): readonly (number | boolean)[]
  /** A moment shows from now on what was written through it. */
  wrote(moment: Moment): void
  /** Runs `work` in one step, in which the moment shows what the leaves from `start` to `end` are now. */
  inStep<T>(moment: Moment, stretch: Stretch, work: () => T): T
}

/** Some of its leaves. */
export type Stretch = Pick<InlineShape, 'start' | 'end'>

/**
 * What the leaves of an object were at one moment, and the objects that show it: one that looks as the user's own would,
 * and one for each part of it that is an object and was asked for.
 *
 * Their properties are accessors of their own, so that an assignment from code that was not compiled reaches the shared
 * leaf, and listings, spreads and clones have plain values. No property can be added or deleted. The objects of one
 * shape share their accessors, and so one hidden class. Tuples are shown by arrays, whose length stays.
 */
export class Moment {
  readonly home: SnapshotHome
  readonly values: (number | boolean)[]
  readonly snapshot: object
  readonly #shape: InlineShape
  #generation: number
  #parts: Map<InlineShape, object> | undefined

  constructor(home: SnapshotHome, shape: InlineShape, values: (number | boolean)[], generation = home.generation) {
    this.home = home
    this.#generation = generation
    this.values = values
    this.#shape = shape
    this.snapshot = newSnapshot(shape, this)
  }

  part(shape: InlineShape): object {
    const parts = this.#parts ??= new Map()
    const known = parts.get(shape)
    if (known) return known
    const made = newSnapshot(shape, this)
    parts.set(shape, made)
    return made
  }

  /** Whether it still shows the object that its home has. */
  get isCurrent(): boolean {
    return this.#generation === this.home.generation
  }

  adopt(): void {
    this.#generation = this.home.generation
  }

  write(part: InlinePart, value: unknown): void {
    const { start, shape } = part
    const { isCurrent, home } = this
    const before = shape && this.#parts && this.values.slice()
    const values = isCurrent ? home.write(part, value) : home.leavesOf(part, value)
    if (before) this.#letGo(shape, before)
    for (let index = 0; index < values.length; index++) this.values[start + index] = values[index]!
    if (isCurrent) home.wrote(this)
  }

  /** Where a part is assigned, the object that was there is another one from now on, and shows what it was: `[a, b] = [b, a]`. */
  #letGo({ path }: InlineShape, values: (number | boolean)[]): void {
    let former: Moment | undefined
    for (const [shape, object] of this.#parts!) {
      if (shape.path !== path && !shape.path.startsWith(`${path}.`)) continue
      former ??= new Moment(this.home, this.#shape, values, NO_GENERATION)
      Snapshot.move(object, former)
      this.#parts!.delete(shape)
    }
  }
}

/** Of what is nobody's but its own. */
const NO_GENERATION = -1

/** The moment that an object shows, where it is a snapshot. */
export function momentShown(value: unknown): Moment | undefined {
  return isSnapshot(value) ? Snapshot.momentOf(value as object) : undefined
}

/** An object that is handed to a constructor as its `this` gets the private fields of the class. */
class Given {
  constructor(object: object) {
    return object
  }
}

class Snapshot extends Given {
  #moment: Moment
  readonly #shape: InlineShape

  constructor(object: object, moment: Moment, shape: InlineShape) {
    super(object)
    this.#moment = moment
    this.#shape = shape
  }

  static is(object: object): object is Snapshot {
    return #moment in object
  }

  static inStep<T>(snapshot: Snapshot, key: PropertyKey | undefined, work: () => T): T {
    if (!snapshot.#moment.isCurrent) return work()
    const part = key === undefined ? undefined : snapshot.#shape.parts.find((each) => each.key === String(key))
    const stretch = part ? part.shape ?? { start: part.start, end: part.start + 1 } : snapshot.#shape
    return snapshot.#moment.home.inStep(snapshot.#moment, stretch, work)
  }

  static move(object: object, moment: Moment): void {
    (object as Snapshot).#moment = moment
  }

  static momentOf(object: object): Moment {
    // What was made from a snapshot by Object.create reads it through its prototype.
    return #moment in object ? object.#moment : Snapshot.momentOf(Object.getPrototypeOf(object) as object)
  }
}

/** Whether an object shows an attribute, and writes to it. A private field alone is looked for in 15 ns. */
export const isSnapshot = (object: unknown): boolean => typeof object === 'object' && object !== null && (object as { readonly [SHOWN]?: true })[SHOWN] !== undefined && Snapshot.is(object)

/** Runs `work`, which reads a property of a snapshot and sets it, or several of them: in one step for all threads. */
export const inStepOf = <T>(snapshot: object, key: PropertyKey | undefined, work: () => T): T => Snapshot.inStep(snapshot as Snapshot, key, work)

type Property = readonly [key: string, descriptor: PropertyDescriptor]

const propertiesOf = new WeakMap<InlineShape, readonly Property[]>()

function newSnapshot(shape: InlineShape, moment: Moment): object {
  const snapshot: object = new Snapshot(shape.isTuple ? [] : {}, moment, shape)
  let properties = propertiesOf.get(shape)
  if (!properties) propertiesOf.set(shape, properties = [...shape.parts.map(propertyOf), ...(shape.isTuple ? fixedLength(shape) : [])])
  for (const [key, descriptor] of properties) Reflect.defineProperty(snapshot, key, descriptor)
  Reflect.defineProperty(snapshot, inspect.custom, INSPECTED)
  Reflect.defineProperty(snapshot, SHOWN, { value: true })
  return Object.preventExtensions(snapshot)
}

/** Those that read elements and set them: for all threads in one step. */
const MOVING = ['copyWithin', 'reverse', 'sort'] as const

/** The methods are its own since some of them would move elements before they fail. */
function fixedLength({ path, parts }: InlineShape): readonly Property[] {
  const refused = ['push', 'pop', 'shift', 'unshift', 'splice'].map((method): Property => [method, {
    enumerable: false,
    configurable: false,
    value: () => {
      throw lengthChanged(path, parts.length, method)
    },
  }])
  const moving = MOVING.map((method): Property => [method, {
    enumerable: false,
    configurable: false,
    value(this: object, ...given: unknown[]): unknown {
      const move = (): unknown => Reflect.apply(Array.prototype[method], this, given)
      return isSnapshot(this) ? inStepOf(this, undefined, move) : move()
    },
  }])
  return [['length', { writable: false }], ...refused, ...moving]
}

function propertyOf(part: InlinePart): Property {
  const { key, start, shape } = part
  return [key, {
    enumerable: true,
    configurable: false,
    get: shape
      ? function (this: object): unknown {
        return Snapshot.momentOf(this).part(shape)
      }
      : function (this: object): unknown {
        return Snapshot.momentOf(this).values[start]
      },
    set(this: object, value: unknown): void {
      Snapshot.momentOf(this).write(part, value)
    },
  }]
}

const INSPECTED: PropertyDescriptor = {
  enumerable: false,
  configurable: false,
  value(this: object): object {
    return Array.isArray(this) ? [...this] : { ...this }
  },
}

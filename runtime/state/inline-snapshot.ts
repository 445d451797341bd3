import { inspect } from 'node:util'
import type { InlinePart, InlineShape } from './inline-shape.ts'

/** What snapshots write to. */
export interface SnapshotHome {
  /** Throws `state-type` where the part can't hold the value. Returns what its leaves are from then on. */
  write(part: InlinePart, value: unknown): readonly (number | boolean)[]
}

/**
 * What the leaves of an object were at one moment, and the objects that show it: one that looks as the user's own would,
 * and one for each part of it that is an object and was asked for.
 *
 * Their properties are accessors of their own, so that an assignment from code that was not compiled reaches the shared
 * leaf, and listings, spreads and clones have plain values. No property can be added or deleted. The objects of one
 * shape share their accessors, and so one hidden class.
 */
export class Moment {
  readonly home: SnapshotHome
  readonly values: (number | boolean)[]
  readonly snapshot: object
  #parts: Map<InlineShape, object> | undefined

  constructor(home: SnapshotHome, shape: InlineShape, values: (number | boolean)[]) {
    this.home = home
    this.values = values
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

  write(part: InlinePart, value: unknown): void {
    const values = this.home.write(part, value)
    for (let index = 0; index < values.length; index++) this.values[part.start + index] = values[index]!
  }
}

/** An object that is handed to a constructor as its `this` gets the private fields of the class. */
class Given {
  constructor(object: object) {
    return object
  }
}

class Snapshot extends Given {
  readonly #moment: Moment

  constructor(object: object, moment: Moment) {
    super(object)
    this.#moment = moment
  }

  static momentOf(object: object): Moment {
    // What was made from a snapshot by Object.create reads it through its prototype.
    return #moment in object ? object.#moment : Snapshot.momentOf(Object.getPrototypeOf(object) as object)
  }
}

type Property = readonly [key: string, descriptor: PropertyDescriptor]

const propertiesOf = new WeakMap<InlineShape, readonly Property[]>()

function newSnapshot(shape: InlineShape, moment: Moment): object {
  const snapshot: object = new Snapshot({}, moment)
  let properties = propertiesOf.get(shape)
  if (!properties) propertiesOf.set(shape, properties = shape.parts.map(propertyOf))
  for (const [key, descriptor] of properties) Reflect.defineProperty(snapshot, key, descriptor)
  Reflect.defineProperty(snapshot, inspect.custom, INSPECTED)
  return Object.preventExtensions(snapshot)
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
    return { ...this }
  },
}

import { deepStrictEqual } from 'node:assert'
import { named } from '../../../runtime/named.ts'
import { assign, attachStore, change, defineAccessors, defineState, increment, layoutOf, logical, postIncrement, update } from '../../../runtime/state/index.ts'
import type { Layout, Store } from '../../../runtime/state/index.ts'
import type { FieldSchema, PartSchema, TypedArrayName } from '../../../src/contract/schema.ts'
import { inRegion } from './in-region.ts'

export class Item {
  static { named(this, 'Item', 'src/item.ts') }
  parts: unknown[] = []
  constructor(public count: number) {}
}

/** What may happen to an attribute, to be done through a store and to a plain object alike. Its numbers choose. */
export interface Operation {
  readonly target: number
  readonly form: number
  readonly n: number
}

/** What one thread does while the others wait. */
export interface Step {
  readonly by: number
  readonly as: 'single' | 'group' | 'region'
  readonly operations: readonly Operation[]
}

export interface Attribute {
  readonly kind: KindName
  readonly field: FieldSchema
}

interface Kind {
  readonly valueOf: (n: number, field: FieldSchema) => unknown
  /** Changes a value in place. What it returns is no part of it. */
  readonly mutate?: (value: any, n: number, field: FieldSchema) => unknown
  readonly isLate?: boolean
}

const textOf = (n: number): string => ['', 'a', 'é', '\u0416x', '\u{1f600}', '\ud800'][Math.abs(n) % 6]!.repeat(Math.abs(n) % 50)
const numberOf = (n: number): number => [n, -0, n / 3, NaN, Infinity, 2 ** 53 + n, n * 1e-300][Math.abs(n) % 7]!
const keyOf = (n: number): string => `k${Math.abs(n) % 4}`

function anyOf(n: number): unknown {
  const makers = [() => undefined, () => null, () => n, () => textOf(n), () => BigInt(n), () => [n], () => ({ n }), () => new Date(n), () => new Item(n), () => n % 2 === 0]
  return makers[Math.abs(n) % makers.length]!()
}

function partOf(n: number, part: PartSchema): unknown {
  if (part.kind === 'object') return Object.fromEntries(part.fields.map((field, index) => [field.name, partOf(n + index, field)]))
  return part.kind === 'number' ? numberOf(n) : n % 2 === 0
}

function mutatePart(value: any, n: number, fields: readonly PartSchema[]): void {
  const part = fields[Math.abs(n) % fields.length]!
  if (part.kind === 'object' && n % 3 !== 0) mutatePart(value[part.name], n >> 1, part.fields)
  else value[part.name] = partOf(n, part)
}

function arrayOf(n: number, { array }: { readonly array: TypedArrayName }): any {
  const length = Math.abs(n) % 3 + 4
  if (array === 'BigInt64Array' || array === 'BigUint64Array') return new globalThis[array](length).fill(BigInt(n))
  return new globalThis[array](length).fill(n)
}

const KINDS = {
  number: { valueOf: numberOf },
  boolean: { valueOf: (n) => n % 2 === 0 },
  object: {
    valueOf: (n, field) => partOf(n, field as PartSchema),
    mutate: (value, n, field) => mutatePart(value, n, (field as { readonly fields: readonly PartSchema[] }).fields),
  },
  text: { valueOf: textOf },
  bigint: { valueOf: (n) => BigInt(n) ** 5n },
  list: {
    valueOf: (n) => Array.from({ length: Math.abs(n) % 5 }, (_, index) => anyOf(n + index)),
    mutate: (list: unknown[], n) => [
      () => list.push(anyOf(n), n), () => void list.pop(), () => list.unshift(n), () => list.length = 0, () => list[list.length] = [textOf(n)], () => void list.reverse(),
    ][Math.abs(n) % 6]!(),
  },
  map: {
    valueOf: (n) => new Map([[keyOf(n), anyOf(n)], [keyOf(n + 1), new Map([[n, n]])]]),
    mutate: (map: Map<unknown, unknown>, n) => (n % 3 === 0 ? map.delete(keyOf(n)) : void map.set(n % 3 === 1 ? keyOf(n) : n, anyOf(n))),
  },
  set: {
    valueOf: (n) => new Set([n, textOf(n)]),
    mutate: (set: Set<unknown>, n) => (n % 3 === 0 ? set.clear() : void set.add(anyOf(n))),
  },
  date: { valueOf: (n) => new Date(n), mutate: (date: Date, n) => date.setTime(n) },
  document: {
    valueOf: (n) => ({ items: [{ n, name: textOf(n) }], bytes: new Uint8Array([n]), [keyOf(n)]: anyOf(n) }),
    mutate: (document, n) => {
      if (n % 4 === 0) return delete document[keyOf(n)]
      if (n % 4 === 1) document[keyOf(n)] = anyOf(n)
      else document.items.push({ n, name: document.items[0].name += 'x' })
      return document.items.length
    },
  },
  instance: {
    valueOf: (n) => new Item(n),
    mutate: (item: Item, n) => {
      item.parts.push(anyOf(n))
      return item.count += n
    },
  },
  any: { valueOf: anyOf, isLate: true },
  array: {
    valueOf: (n, field) => arrayOf(n, field as { readonly array: TypedArrayName }),
    mutate: (array, n) => {
      const at = Math.abs(n) % 4
      if (n % 2 === 0) array[at] = typeof array[0] === 'bigint' ? BigInt(n) : n
      else array[at] += typeof array[0] === 'bigint' ? 1n : 1
      return n % 5 === 0 ? void array.fill(array[1]) : array[at]
    },
  },
} as const satisfies Record<string, Kind>

export type KindName = keyof typeof KINDS
export const KIND_NAMES = Object.keys(KINDS) as readonly KindName[]

/** An attribute, or the leaf of one. */
interface Target {
  readonly name: string
  readonly kind: Kind
  readonly isBigint: boolean
  readonly isNumber: boolean
  readonly field: FieldSchema
}

function targetsOf(attributes: readonly Attribute[]): readonly Target[] {
  const leavesOf = (part: FieldSchema, path: string): Target[] => {
    if (part.kind === 'object') return part.fields.flatMap((inner) => leavesOf(inner, `${path}.${inner.name}`))
    const kind = part.kind === 'number' ? 'number' : 'boolean'
    return [{ name: path, kind: KINDS[kind], isNumber: kind === 'number', isBigint: false, field: part }]
  }
  return attributes.flatMap(({ kind, field }) => [
    { name: field.name, kind: KINDS[kind], isNumber: kind === 'number', isBigint: kind === 'bigint', field },
    ...(field.kind === 'object' ? leavesOf(field, field.name) : []),
  ])
}

class Own extends Error {}

function ownThrown(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof Own)) throw error
  }
}

/** The ways to write that emitted code has, beside those of plain JavaScript, which are the same of a plain object. */
interface Ways {
  assign: typeof assign
  increment: typeof increment
  postIncrement: typeof postIncrement
  logical: typeof logical
  update: typeof update
  change: typeof change
}

const STORE_WAYS: Ways = { assign, increment, postIncrement, logical, update, change }

/** Of an object that has no store each is what JavaScript does, written by hand, so that it does not answer for itself. */
const PLAIN_WAYS: Ways = {
  assign: (object, name, operator, value) => object[name] = new Function('a', 'b', `return a ${operator.slice(0, -1)} b`)(object[name], value),
  increment: (object, name, by) => (by === 1 ? ++object[name] : --object[name]),
  postIncrement: (object, name, by) => (by === 1 ? object[name]++ : object[name]--),
  logical: (object, name, operator, value) => {
    const old = object[name]
    const isKept = operator === '??=' ? old !== undefined && old !== null : Boolean(old) === (operator === '||=')
    return isKept ? old : object[name] = value()
  },
  update: (object, name, value) => object[name] = value(),
  change: (object, name, work) => work(object[name]),
}

type Form = (ways: Ways, object: any, name: string, n: number, target: Target) => unknown

const NUMBER_OPERATORS = ['+=', '-=', '*=', '/=', '%=', '**=', '<<=', '>>=', '>>>=', '&=', '|=', '^='] as const
const BIGINT_OPERATORS = ['+=', '-=', '*=', '&=', '|=', '^='] as const
const LOGICAL_OPERATORS = ['??=', '&&=', '||='] as const

const numberForms: readonly Form[] = [
  (ways, object, name, n) => ways.assign(object, name, NUMBER_OPERATORS[Math.abs(n) % 12]!, n),
  (ways, object, name, n) => ways.assign(object, name, NUMBER_OPERATORS[Math.abs(n) % 12]!, { valueOf: () => n }),
  (ways, object, name, n) => ways.assign(object, name, '+=', n),
  (ways, object, name, n) => ways.increment(object, name, n % 2 === 0 ? 1 : -1),
  (ways, object, name, n) => ways.postIncrement(object, name, n % 2 === 0 ? 1 : -1),
  (ways, object, name, n) => ways.update(object, name, () => n - object[name]),
]
const bigintForms: readonly Form[] = [
  (ways, object, name, n) => ways.assign(object, name, BIGINT_OPERATORS[Math.abs(n) % 6]!, BigInt(n)),
  (ways, object, name, n) => ways.increment(object, name, n % 2 === 0 ? 1 : -1),
  (ways, object, name, n) => ways.postIncrement(object, name, n % 2 === 0 ? 1 : -1),
]
const textForms: readonly Form[] = [(ways, object, name, n) => ways.assign(object, name, '+=', textOf(n % 7))]
const commonForms: readonly Form[] = [
  (_, object, name, n, { kind, field }) => object[name] = kind.valueOf(n, field),
  (ways, object, name, n, { kind, field }) => ways.update(object, name, () => kind.valueOf(n, field)),
  (ways, object, name, n, { kind, field }) => ways.logical(object, name, LOGICAL_OPERATORS[Math.abs(n) % 3]!, () => kind.valueOf(n, field)),
  (_, object, name) => {
    const whole = object[name]
    object[name] = whole
  },
  (_, object, name) => object[name],
]
const inPlaceForms: readonly Form[] = [
  (ways, object, name, n, { kind, field }) => ways.change(object, name, (value) => kind.mutate!(value, n, field)),
  (ways, object, name, n, { kind, field }) => ownThrown(() => ways.change(object, name, (value) => {
    kind.mutate!(value, n, field)
    throw new Own()
  })),
]

function formsOf({ kind, isNumber, isBigint }: Target): readonly Form[] {
  if (isNumber) return [...numberForms, ...commonForms]
  if (isBigint) return [...bigintForms, ...commonForms]
  if (kind === KINDS.text) return [...textForms, ...commonForms]
  return kind.mutate ? [...inPlaceForms, ...commonForms] : commonForms
}

/** Without what a live view, or a snapshot whose properties are accessors, has of its own. */
export function plainOf(value: any): unknown {
  if (ArrayBuffer.isView(value)) return [value.constructor.name, ...value as Uint8Array]
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
    ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plainOf(part)]))
    : value
}

/** Leaves as the accessors of a brain have them. */
function modelOf(targets: readonly Target[]): any {
  const model = {}
  for (const { name } of targets.filter((target) => target.name.includes('.'))) {
    const keys = name.split('.')
    const holder = (): any => keys.slice(0, -1).reduce((object: any, key) => object[key], model)
    Object.defineProperty(model, name, {
      get: () => holder()[keys.at(-1)!],
      set(value) {
        holder()[keys.at(-1)!] = value
      },
    })
  }
  return model
}

/** A random state as one thread sees it, and the plain object that says how it must look. */
export class RandomState {
  readonly #attributes: readonly Attribute[]
  readonly #targets: readonly Target[]
  readonly #store: Store
  readonly #model: any
  readonly #robot: any

  constructor(attributes: readonly Attribute[], store: Store) {
    this.#attributes = attributes
    this.#targets = targetsOf(attributes)
    this.#store = store
    this.#model = modelOf(this.#targets)
    class Robot {}
    defineAccessors(Robot.prototype, store.layout)
    this.#robot = new Robot()
    attachStore(this.#robot, store)
  }

  static layoutOf(attributes: readonly Attribute[]): Layout {
    return layoutOf(defineState({ brain: 'test#Random', fields: attributes.map(({ field }) => field) }))
  }

  /** Each thread does it to its model, and main to the store. */
  fill(isWriter: boolean): void {
    for (const [index, { kind, field }] of this.#attributes.entries()) {
      const { valueOf, isLate }: Kind = KINDS[kind]
      this.#model[field.name] = isLate ? undefined : valueOf(index, field)
      if (isWriter && !isLate) this.#robot[field.name] = valueOf(index, field)
    }
  }

  /** Only the one whose turn it is does it to the store too. */
  do(step: Step, isWriter: boolean): void {
    const expected = this.#run(step, this.#model, PLAIN_WAYS, (work) => work(), (_, work) => work())
    if (!isWriter) return
    const atomic = (work: () => unknown[]): unknown[] => this.#store.atomic(work)
    const found = this.#run(step, this.#robot, STORE_WAYS, atomic, (names, work) => inRegion(this.#robot, names, work))
    deepStrictEqual(found, expected)
  }

  check(): void {
    for (const { name } of this.#targets) deepStrictEqual(plainOf(this.#robot[name]), plainOf(this.#model[name]), `\`${name}\``)
  }

  #run(
    { as, operations }: Step, object: any, ways: Ways,
    atomic: (work: () => unknown[]) => unknown[], inOneRegion: (names: readonly string[], work: () => unknown[]) => unknown[],
  ): unknown[] {
    // A result is read at once: what is changed later in the step may be part of it.
    const single = ({ target, form, n }: Operation): unknown => {
      const chosen = this.#targets[target % this.#targets.length]!
      const forms = formsOf(chosen)
      return structuredClone(plainOf(forms[form % forms.length]!(ways, object, chosen.name, n, chosen)))
    }
    const inPlace = ({ target, n }: Operation): unknown => {
      const { name, kind, field } = mutable[target % mutable.length]!
      return kind.mutate!(object[name], n, field)
    }
    const mutable = this.#targets.filter(({ kind }) => kind.mutate)
    if (as === 'region' && mutable.length > 0) {
      const names = [...new Set(operations.map(({ target }) => mutable[target % mutable.length]!.name))]
      return inOneRegion(names, () => operations.map(inPlace))
    }
    return as === 'group' ? atomic(() => operations.map(single)) : operations.map(single)
  }
}

import type { AssignmentOperator, LogicalOperator } from '../../src/contract/names.ts'
import { hasPlainField, numbersOf, storeOf } from './accessors.ts'
import type { DirectNumbers } from './direct-numbers.ts'
import type { Slot } from './layout.ts'
import { inStepOf, isSnapshot } from './inline-snapshot.ts'
import { changePart, placeOfLeaf } from './parts.ts'
import type { Store } from './store.ts'
import { UNCHANGED } from './scalars.ts'

/**
 * What emitted code calls for an assignment that reads what it writes, and for a change in place. On a shared
 * attribute each is one step for all threads; on anything else it is what JavaScript does.
 */

// The question whether a number can be added to without the lock is written out three times: as a function of its own it
// would cost a quarter of the whole step.

/** `brain[name] += value` and its kin. Returns the new value. */
export function assign(brain: any, name: string, operator: AssignmentOperator, value: any): any {
  if (typeof value === 'number' && operator === '+=') {
    const numbers = numbersOf(brain)
    if (numbers !== undefined && numbers.brain === brain && (numbers.lastName === name || numbers.find(name))) {
      const before = numbers.add(numbers.lastAddress, value)
      if (before === before) return before + value
    }
  }
  return assignOtherwise(brain, name, operator, value)
}

/** The same of what may be anything: its value is read before `value` runs, which is of no matter to a brain. */
export function assignLate(object: any, name: string, operator: AssignmentOperator, value: () => any): any {
  // `counts[at] += 1`: an element, of what may be any array.
  if (typeof name === 'number' && !isSnapshot(object)) {
    const before = object[name]
    return object[name] = operated(before, operator, value())
  }
  if (sharedAttribute(object, name)) return assign(object, name, operator, value())
  if (isSnapshot(object)) return assignPart(object, name, operator, value())
  const before = object[name]
  return object[name] = operated(before, operator, value())
}

// A function of its own, and so are `changeSnapshot` and `inStepOnPart`: one within another that holds what it was given costs each call of that.
const assignPart = (snapshot: any, key: string, operator: AssignmentOperator, value: any): any =>
  inStepOf(snapshot, key, () => snapshot[key] = operated(snapshot[key], operator, value))

function assignOtherwise(brain: any, name: string, operator: AssignmentOperator, value: any): any {
  const numbers = numbersOf(brain)
  if (typeof value === 'number' && numbers !== undefined && numbers.brain === brain && (numbers.lastName === name || numbers.find(name))) {
    const after = operateDirectly(numbers, operator, value)
    if (after === after) return after
  }
  const shared = sharedAttribute(brain, name)
  if (!shared) return onPlain(brain, name, (object, key) => object[key] = operated(object[key], operator, value))
  const { store, slot } = shared
  if (typeof value === 'number') return store.apply(slot, (old) => operated(old, operator, value)).after
  // What an object is as a number, its own code may say, and that runs once.
  return store.update(slot, (old) => operated(old, operator, value)).after
}

/** NaN where only a step under the lock can tell what comes out. */
function operateDirectly({ floats, add, exchange, lastAddress }: DirectNumbers, operator: AssignmentOperator, value: number): number {
  if (operator === '-=') return add(lastAddress, -value) - value
  for (;;) {
    const before = floats[lastAddress >>> 3]!
    const after: number = operated(before, operator, value)
    if (before !== before || after !== after || exchange(lastAddress, before, after)) return before === before ? after : NaN
  }
}

/** `++brain[name]` or `--brain[name]`. Returns the new value. */
export function increment(brain: any, name: string, by: 1 | -1): any {
  const numbers = numbersOf(brain)
  if (numbers !== undefined && numbers.brain === brain && (numbers.lastName === name || numbers.find(name))) {
    const before = numbers.add(numbers.lastAddress, by)
    if (before === before) return before + by
  }
  if (numbers === undefined && !isSnapshot(brain)) return by === 1 ? ++brain[name] : --brain[name]
  const shared = sharedAttribute(brain, name)
  if (!shared) return onPlain(brain, name, (object, key) => (by === 1 ? ++object[key] : --object[key]))
  return shared.store.apply(shared.slot, (old: any) => (by === 1 ? ++old : --old)).after
}

/** `brain[name]++` or `brain[name]--`. Returns the old value, as the number or bigint that JavaScript makes of it. */
export function postIncrement(brain: any, name: string, by: 1 | -1): any {
  const numbers = numbersOf(brain)
  if (numbers !== undefined && numbers.brain === brain && (numbers.lastName === name || numbers.find(name))) {
    const before = numbers.add(numbers.lastAddress, by)
    if (before === before) return before
  }
  if (numbers === undefined && !isSnapshot(brain)) return by === 1 ? brain[name]++ : brain[name]--
  const shared = sharedAttribute(brain, name)
  if (!shared) return onPlain(brain, name, (object, key) => (by === 1 ? object[key]++ : object[key]--))
  let before: any
  shared.store.apply(shared.slot, (old: any) => {
    before = by === 1 ? old++ : old--
    return old
  })
  return before
}

/** `brain[name] ??= value()` and its kin. `value` runs at most once, and only where it is assigned. Returns the result. */
export function logical(brain: any, name: string, operator: LogicalOperator, value: () => any): any {
  const shared = sharedAttribute(brain, name)
  if (!shared) return onPlain(brain, name, (object, key) => logicalOnPlain(object, key, operator, value))
  return shared.store.update(shared.slot, (old) => (isDecided(old, operator) ? UNCHANGED : value())).after
}

/**
 * `brain[name] = value()` where the right side reads its own target: evaluated once, under the lock. Returns the new value.
 */
export function update(brain: any, name: string, value: () => any): any {
  const shared = sharedAttribute(brain, name)
  return shared ? shared.store.update(shared.slot, () => value()).after : onPlain(brain, name, (object, key) => object[key] = value())
}

/**
 * Changes the value of an attribute in place: `change` runs once on the newest value, which is written back at its
 * end, also where it throws. Returns what `change` returns.
 */
export function change<T>(brain: any, name: string, change: (value: any) => T): T {
  const shared = sharedAttribute(brain, name)
  if (shared) return shared.store.change(shared.slot, change)
  const value = brain[name]
  return isSnapshot(value) ? changeSnapshot(value, change) : change(value)
}

const changeSnapshot = <T>(snapshot: any, change: (value: any) => T): T => inStepOf(snapshot, undefined, () => change(snapshot))

/**
 * `work` reads a property of an object and sets it. On what an attribute holds that is one step for all threads, by whatever name that goes.
 * For anything else it costs no more than the question, which `shownBy` asks where the step is written: `work` too. It gets the key, which may be worked out.
 */
export function onPart<T>(object: any, key: any, work: (object: any, key: any) => T, shownBy: (object: any) => unknown): T {
  return object !== null && object !== undefined && shownBy(object) !== undefined && isSnapshot(object) ? inStepOnPart(object, key, work) : work(object, key)
}

const inStepOnPart = <T>(snapshot: any, key: any, work: (snapshot: any, key: any) => T): T => inStepOf(snapshot, key, () => work(snapshot, key))

/** What `work` does to an attribute and reads of it is one step: `[robot.n] = [robot.n + 1]`. Returns what `work` returns. */
export function during<T>(brain: any, name: string, work: () => T): T {
  if (isSnapshot(brain)) return inStepOf(brain, name, work)
  const shared = sharedAttribute(brain, name)
  return shared ? shared.store.atomic(work) : work()
}

/** Undefined for everything that JavaScript itself handles: no brain, an own field, an attribute that has no slot. */
export function sharedAttribute(brain: any, name: string): { readonly store: Store, readonly slot: Slot } | undefined {
  if (typeof brain !== 'object' || brain === null) return undefined
  const store = storeOf(brain)
  const slot = store?.layout.slotsByName.get(name)
  return store && slot && !hasPlainField(brain, name) ? { store, slot } : undefined
}

/** What JavaScript itself does, but for a leaf of an attribute that this state keeps in another form than the class it is read in. */
function onPlain(brain: any, name: string, work: (object: any, key: string) => any): any {
  if (isSnapshot(brain)) return inStepOf(brain, name, () => work(brain, name))
  const store = typeof brain === 'object' && brain !== null ? storeOf(brain) : undefined
  const place = store && !hasPlainField(brain, name) ? placeOfLeaf(name) : undefined
  return place && store && !hasPlainField(brain, place.attribute) ? changePart(brain, store, place, work) : work(brain, name)
}

function operated(old: any, operator: AssignmentOperator, value: any): any {
  switch (operator) {
    case '+=': return old + value
    case '-=': return old - value
    case '*=': return old * value
    case '/=': return old / value
    case '%=': return old % value
    case '**=': return old ** value
    case '<<=': return old << value
    case '>>=': return old >> value
    case '>>>=': return old >>> value
    case '&=': return old & value
    case '|=': return old | value
    case '^=': return old ^ value
  }
}

function isDecided(old: unknown, operator: LogicalOperator): boolean {
  switch (operator) {
    case '&&=': return !old
    case '||=': return Boolean(old)
    case '??=': return old !== null && old !== undefined
  }
}

function logicalOnPlain(brain: any, name: string, operator: LogicalOperator, value: () => any): any {
  switch (operator) {
    case '&&=': return brain[name] &&= value()
    case '||=': return brain[name] ||= value()
    case '??=': return brain[name] ??= value()
  }
}

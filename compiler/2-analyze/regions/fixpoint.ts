// In: values that are read by asking for one another, in circles too. Out: each, read until nothing new is found. Must not know what they are.

interface Entry<Value> {
  readonly read: () => Value
  value: Value
  /** The lowest place in the stack of what it rests on. */
  lowest: number
  isSettled: boolean
}

/** Values that ask for values deeper than this get `start` instead. */
const MAX_DEPTH = 60
/** More than any value takes that only grows; one that does not is left as it is by then. */
const MAX_ROUNDS = 100

/**
 * Each value is read once, those of a circle in rounds: a circle is closed by the first of its values that was asked for, as in
 * Tarjan's way to strongly connected components. So what is settled stays, and the time grows with the circle and not with the ways through it.
 */
export class Fixpoint<Value> {
  readonly #start: Value
  readonly #isSame: (one: Value, other: Value) => boolean
  readonly #entries = new Map<object, Map<string, Entry<Value>>>()
  /** What is not settled. */
  readonly #stack: Entry<Value>[] = []
  #depth = 0
  /** The lowest place in the stack that was asked for since the reading of a value began. */
  #met = Infinity

  /** `start` is what a value is taken for until it has been read. */
  constructor(start: Value, isSame: (one: Value, other: Value) => boolean) {
    this.#start = start
    this.#isSame = isSame
  }

  valueOf(holder: object, key: string, read: () => Value): Value {
    const own = this.#entries.get(holder) ?? new Map<string, Entry<Value>>()
    this.#entries.set(holder, own)
    const known = own.get(key)
    if (known) {
      if (!known.isSettled) this.#met = Math.min(this.#met, known.lowest)
      return known.value
    }
    if (this.#depth >= MAX_DEPTH) return this.#start
    const entry: Entry<Value> = { read, value: this.#start, lowest: this.#stack.length, isSettled: false }
    own.set(key, entry)
    this.#readFirst(entry)
    return entry.value
  }

  #readFirst(entry: Entry<Value>): void {
    const place = this.#stack.push(entry) - 1
    const outer = this.#met
    this.#met = Infinity
    this.#depth++
    entry.value = entry.read()
    const isAlone = this.#met === Infinity
    entry.lowest = Math.min(place, this.#met)
    if (entry.lowest === place) this.#settle(place, isAlone)
    this.#depth--
    this.#met = entry.isSettled ? outer : Math.min(outer, entry.lowest)
  }

  /** All from `place` on are a circle, or one that rests on none. */
  #settle(place: number, isAlone: boolean): void {
    let isNew = !isAlone
    for (let round = 0; isNew && round < MAX_ROUNDS; round++) {
      isNew = false
      for (let at = place; at < this.#stack.length; at++) {
        const entry = this.#stack[at]!
        const value = entry.read()
        isNew ||= !this.#isSame(entry.value, value)
        entry.value = value
      }
    }
    for (const entry of this.#stack.splice(place)) entry.isSettled = true
  }
}

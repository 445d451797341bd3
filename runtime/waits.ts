import type { Cancellation } from './scope.ts'

/**
 * What a run waits for. It is ended from the inside out: an await that no other stands behind rejects first, its function
 * runs its `finally` to the end, and by that the await of its caller rejects, as with any error. Which await stands behind
 * which JavaScript does not tell; it shows in the turns that they began in:
 *
 *   A turn is what runs from the end of one await to the next. In it a function that is called comes to its first await
 *   before its caller comes to its own, and what it does after that is in turns that descend from this one.
 *
 * So an await may stand behind all that began after it in its turn, and after it in the turns that its turn descends from.
 */

interface Turn {
  /** The turn of the await that ended and so began this one, or the nearest before it in which something still waits. */
  readonly from: Turn | undefined
  /** Where in that turn. */
  readonly fromOrder: number
  began: number
  waiting: number
}

export interface Wait {
  readonly turn: Turn
  readonly order: number
  /** Makes it reject. Absent for what a `finally` awaits: that is waited for. */
  readonly end: ((cancellation: Cancellation) => void) | undefined
}

/** So many that began in one turn stand side by side, as those of a `Promise.all`, and need not end one by one. */
const MOST_NESTED = 100
const resolved = Promise.resolve()

export class Waits {
  readonly #on = new Set<Wait>()
  #turn: Turn = { from: undefined, fromOrder: 0, began: 0, waiting: 0 }
  #cancellation: Cancellation | undefined
  #willLook = false
  #emptied: (() => void) | undefined

  /** Those that can be ended. */
  get pending(): number {
    return [...this.#on].filter((wait) => wait.end).length
  }

  begin(end: Wait['end']): Wait {
    const turn = this.#turn
    const wait: Wait = { turn, order: turn.began, end }
    turn.began += 1
    turn.waiting += 1
    this.#on.add(wait)
    if (this.#cancellation) this.#look()
    return wait
  }

  /** To be followed at once by what resumes the function that waited: its turn begins right after. */
  finish(wait: Wait): void {
    if (!this.#on.delete(wait)) return
    wait.turn.waiting -= 1
    const turn = turnAfter(wait)
    void resolved.then(() => {
      this.#turn = turn
    })
    if (this.#cancellation) this.#look()
  }

  endAll(cancellation: Cancellation): void {
    this.#cancellation = cancellation
    this.#endInnermost(cancellation)
  }

  /** After `endAll`: resolves when nothing waits any more. */
  async emptied(): Promise<void> {
    if (this.#on.size === 0) return
    await new Promise<void>((resolve) => {
      this.#emptied = resolve
    })
  }

  clear(): void {
    this.#on.clear()
  }

  /** When all has run that the end of a wait sets going: a caller that was to hear of it has heard by then. */
  #look(): void {
    if (this.#willLook) return
    this.#willLook = true
    void resolved.then(() => process.nextTick(() => {
      this.#willLook = false
      this.#endInnermost(this.#cancellation!)
    }))
  }

  #endInnermost(cancellation: Cancellation): void {
    if (this.#on.size === 0) return this.#emptied?.()
    for (const wait of innermost(this.#on)) wait.end?.(cancellation)
  }
}

function turnAfter({ turn, order }: Wait): Turn {
  let from: Turn | undefined = turn
  let fromOrder = order
  while (from && from.waiting === 0) {
    fromOrder = from.fromOrder
    from = from.from
  }
  return { from, fromOrder, began: 0, waiting: 0 }
}

/** Those that no other may stand behind. */
function innermost(waits: ReadonlySet<Wait>): Wait[] {
  /** Of each turn, the order after which all have something behind them. */
  const held = new Map<Turn, number>()
  for (const wait of waits) {
    let turn: Turn | undefined = wait.turn
    let order = wait.turn.waiting > MOST_NESTED ? Infinity : wait.order
    while (turn) {
      const known = held.get(turn)
      held.set(turn, Math.min(order, known ?? Infinity))
      if (known !== undefined) break
      order = turn.fromOrder
      turn = turn.from
    }
  }
  return [...waits].filter(({ turn, order }) => order <= held.get(turn)!)
}

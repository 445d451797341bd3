import type { SharedState, Store } from '../../runtime/state/index.ts'
import { assign, attachStore, defineAccessors, defineState, layoutOf } from '../../runtime/state/index.ts'

/** What both threads of the benchmark have. */

export const counterLayout = layoutOf(defineState({
  brain: 'bench#Counter',
  fields: ['n', 'ping', 'pong'].map((name) => ({ name, kind: 'number' })),
}))

export class Counter {
  declare n: number
  declare ping: number
  declare pong: number

  constructor(store: Store) {
    attachStore(this, store)
  }
}
defineAccessors(Counter.prototype, counterLayout)

/**
 * `gate[0]`: rounds for which the contender stands ready; `gate[1]`: rounds that have begun. In the odd ones both threads do the first of these,
 * in the even ones the second.
 */
export interface Contention {
  readonly state: SharedState
  readonly gate: Int32Array
  /** An integer that is alone on its cache line. */
  readonly raw: Int32Array
  readonly count: number
  readonly rounds: number
}

export const addShared = (counter: Counter) => (times: number): void => {
  for (let i = 0; i < times; i++) assign(counter, 'n', '+=', 1)
}

export const addRaw = (raw: Int32Array) => (times: number): void => {
  for (let i = 0; i < times; i++) Atomics.add(raw, 32, 1)
}

import { isHidden } from './hidden.ts'
import type { NumberSteps } from './number-steps.ts'
import type { Store } from './store.ts'

/** What no attribute is called in a step without a lock. */
const NO_NAME = '\0'

/**
 * Where the numbers of one brain lie, for steps without a lock. The last one is kept beside the others, since the place
 * that asks is mostly in a loop.
 *
 * That a brain has an attribute as a plain property of its own, in place of the shared one, is looked for at the first
 * step on it: the question alone takes as long as the step.
 */
export class DirectNumbers {
  readonly brain: object
  readonly floats: Float64Array
  readonly add: NumberSteps['add']
  readonly exchange: NumberSteps['exchange']
  /** Always a text: V8 compares two of them by their address alone, and anything else in a call. */
  lastName = NO_NAME
  /** Bytes from the start of the arena. */
  lastAddress = 0

  readonly #store: Store
  readonly #addresses = new Map<string, number>()

  constructor(brain: object, store: Store) {
    this.brain = brain
    this.floats = store.arena.floats
    this.add = store.arena.steps.add
    this.exchange = store.arena.steps.exchange
    this.#store = store
    // Within a step of this thread the attribute is what the step has made of it.
    store.scalars.onTurn(() => {
      this.lastName = NO_NAME
    })
  }

  /** Makes the number the last one. False where there is none of that name, or where this thread must go through the store. */
  find(name: string): boolean {
    if (!this.#store.scalars.isDirect) return false
    const address = this.#addresses.get(name) ?? this.#addressOf(name)
    if (address === undefined) return false
    this.#addresses.set(name, address)
    this.lastName = name
    this.lastAddress = address
    return true
  }

  #addressOf(name: string): number | undefined {
    const slot = this.#store.layout.slotsByName.get(name)
    if (slot?.kind !== 'number' || isHidden(this.brain, name)) return undefined
    return this.#store.shared.start + slot.offset
  }
}

import { type ChangeInPlace, commitAfter } from './change-in-place.ts'
import type { Slot } from './layout.ts'
import { sharedAttribute } from './operations.ts'
import type { Store } from './store.ts'

/**
 * What emitted code puts around statements that change shared attributes through other names:
 *
 *     const $open = $.open(this, 'pose'); try {
 *       const p = this.pose
 *       p.x = 3
 *     } catch ($error) { throw $.failed($open, $error) } finally { $.close($open) }
 *
 * The lock is held from `open` to the first `close`, so nothing in between may wait: `await $.close($open, value)` ends
 * the region before it waits.
 */
export interface WriteRegion {
  isOpen: boolean
  readonly parts: Part[]
}

interface Part {
  readonly store: Store
  readonly slot: Slot
  readonly change: ChangeInPlace | undefined
}

/** From here on these attributes of the brain may be changed in place by this thread. What is no shared attribute is as it always is. */
export function open(brain: any, ...names: readonly string[]): WriteRegion {
  const region: WriteRegion = { isOpen: true, parts: [] }
  try {
    for (const name of names) {
      const shared = sharedAttribute(brain, name)
      if (!shared) continue
      const { store, slot } = shared
      region.parts.push({ store, slot, change: store.open(slot) })
    }
  } catch (error) {
    throw failed(region, error)
  }
  return region
}

/**
 * Writes back what the region has changed and gives the lock back; the second time it does nothing. Returns `value`.
 * Throws `not-serializable` or RangeError where a value can't be written; the others are written all the same.
 */
export function close<T>(region: WriteRegion | undefined, value?: T): T | undefined {
  if (!region?.isOpen) return value
  region.isOpen = false
  const errors: unknown[] = []
  for (const { store, slot, change } of region.parts) {
    try {
      store.close(slot, change)
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 1) throw new AggregateError(errors, errors.map(String).join('; '))
  if (errors.length === 1) throw errors[0]
  return value
}

/** Closes the region after an error, and returns the error to throw: this one, or both where the closing failed too. */
export function failed(region: WriteRegion | undefined, error: unknown): unknown {
  try {
    commitAfter(error, () => void close(region))
    return error
  } catch (both) {
    return both
  }
}

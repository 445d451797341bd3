import { isThenable } from './cancel.ts'
import { attributeImmutable, attributeUnknown, stepWaits } from './errors.ts'
import { change, type Store } from './state/index.ts'

/** `this.atomic(work)`. Throws `step-waits` where `work` gives a promise. */
export function atomic(store: Store, work: () => unknown): unknown {
  if (typeof work !== 'function') throw new TypeError('`this.atomic(work)` needs a function.')
  refuseAsync('atomic', work)
  return settled('atomic', store.atomic(work))
}

/** `this.change(name, change)`. */
export function changeAttribute(brain: object, store: Store, name: string, work: (value: any) => unknown): unknown {
  if (typeof work !== 'function') throw new TypeError('`this.change(name, work)` needs a function that changes the value.')
  refuseAsync('change', work)
  if (!store.layout.slotsByName.has(name) && !(name in brain)) throw attributeUnknown(name)
  return settled('change', change(brain, name, (value) => {
    if (isPrimitive(value)) throw attributeImmutable(name, typeof value)
    return work(value)
  }))
}

/** Before anything of it has run. */
function refuseAsync(member: string, work: Function): void {
  if (Object.prototype.toString.call(work) === '[object AsyncFunction]') throw stepWaits(member)
}

function settled(member: string, result: unknown): unknown {
  if (!isThenable(result)) return result
  void result.then(ignore, ignore)
  throw stepWaits(member)
}

/** What has no parts to change. `undefined` and `null` may stand for a value that is not there yet. */
function isPrimitive(value: unknown): boolean {
  return value !== undefined && value !== null && typeof value !== 'object' && typeof value !== 'function'
}

function ignore(): void {}

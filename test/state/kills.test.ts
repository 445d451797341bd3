import * as assert from 'uvu/assert'
import { createStore } from '../../runtime/state/index.ts'
import type { Store } from '../../runtime/state/index.ts'
import { describe } from '../harness/suite.ts'
import type { HaltedJob } from './threads/halted.ts'
import { HALTED } from './threads/halting.ts'
import { OPERATIONS, type OperationName } from './threads/operations.ts'
import { ARMED, FRAMES, isWhole, layout, LIST, POSE, TEXT, wholeOf } from './threads/schema.ts'
import type { Whole } from './threads/schema.ts'
import { awaitGate, threadsOf } from './threads/start.ts'

const start = threadsOf<HaltedJob>('halted')

function newStore(): Store {
  const store = createStore(layout, { bytes: 1 << 20 })
  store.write(FRAMES, 7)
  store.write(ARMED, false)
  store.write(POSE, wholeOf(7))
  store.write(LIST, [1, 2])
  return store
}

/** What is seen of each attribute is what it was before or what it is after. */
function checkOldOrNew(store: Store): void {
  assert.ok([7, 8].includes(store.read(FRAMES) as number))
  assert.type(store.read(ARMED), 'boolean')
  assert.ok(isWhole(store.read(POSE) as Whole))
  assert.ok(['1,2', '1,2,3,4'].includes(String(store.read(LIST))))
  assert.ok([undefined, 'first'].includes(store.read(TEXT) as string | undefined))
}

/** Every kind of write works, at once, and is exact. */
function checkUsable(store: Store): void {
  // Whoever has the lock next completes what the killed thread had decided.
  store.update(ARMED, (armed: any) => armed)
  const frames = store.read(FRAMES) as number
  const list = store.read(LIST) as number[]
  assert.is(store.apply(FRAMES, (old: any) => old + 1).after, frames + 1)
  store.update(FRAMES, (old: any) => old + 1)
  store.change(LIST, (changed: number[]) => changed.push(5))
  store.write(POSE, wholeOf(11))
  store.write(TEXT, 'after')
  store.write(ARMED, true)
  assert.equal([FRAMES, LIST, POSE, TEXT, ARMED].map((slot) => store.read(slot)), [frames + 2, [...list, 5], wholeOf(11), 'after', true])
}

/** False where the operation has fewer atomic accesses than that. */
async function killAt(store: Store, operation: OperationName, at: number): Promise<boolean> {
  const thread = start(store, { operation, at })
  awaitGate(thread)
  const isHalted = thread.gate[0] === HALTED
  if (isHalted) checkOldOrNew(store)
  store.doom(thread.owner)
  const end = thread.terminate()
  // Every other time without waiting for the end: then a lock of it may have to be taken over.
  if (at % 2) {
    await end
    store.release(thread.owner)
  }
  checkOldOrNew(store)
  checkUsable(store)
  await thread.exited
  store.release(thread.owner)
  return isHalted
}

describe('a thread that is killed before any atomic access', (it) => {
  for (const operation of Object.keys(OPERATIONS) as OperationName[]) {
    it(`of ${operation} leaves what was or what is to be, and a usable state`, async () => {
      let kills = 0
      while (await killAt(newStore(), operation, kills + 1)) kills += 1
      assert.ok(kills > 2, `${kills} accesses`)
    })
  }
})

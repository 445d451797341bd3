import * as assert from 'uvu/assert'
import { TaskbrainError } from '../../runtime/errors.ts'
import { newPrivateMemory } from '../../runtime/state/codec/private-memory.ts'
import { Heap } from '../../runtime/state/heap.ts'
import { HEAP_START } from '../../runtime/state/layout.ts'
import { createStore, layoutOf } from '../../runtime/state/index.ts'
import type { Store } from '../../runtime/state/index.ts'
import { describe } from '../harness/suite.ts'
import { FRAMES, LIST, pair, POSE, thrown } from './pair.ts'

describe('a lock whose owner is gone', (it) => {
  // Throwing out of the middle would give the lock back, as no killed thread does: this one holds it while the rest runs.
  const whileHeld = (holder: Store, work: () => void): void => {
    holder.update(FRAMES, () => {
      work()
      return 1
    })
  }
  it('is free after release', () => {
    const [main, other] = pair()
    whileHeld(other, () => {
      main.release(1)
      main.write(LIST, [1])
      assert.equal(main.read(LIST), [1])
    })
    main.write(LIST, [2])
  })
  it('can be taken over from an owner that is about to be terminated', () => {
    const [main, other] = pair()
    main.write(LIST, [0])
    main.doom(1)
    const error = thrown(() => whileHeld(other, () => {
      main.write(LIST, [1])
      main.update(POSE, () => {
        other.write(POSE, 'a thread that should have ended')
      })
    }))
    assert.not.instance(error, TaskbrainError)
    assert.match(error.message, 'writes no more')
    assert.equal(main.read(LIST), [1])
    main.release(1)
    other.write(LIST, [2])
    assert.equal(main.read(LIST), [2])
  })
  it('is left with an owner that only ends its own run', () => {
    const [main, other] = pair()
    main.release(1)
    main.release(7)
    other.write(LIST, [3])
    other.release(1)
    assert.equal(main.read(LIST), [3])
  })
})

describe('the heap', (it) => {
  const store = (heap: Heap, payload: Uint8Array): number => {
    const memory = newPrivateMemory(payload.length)
    memory.bytes.set(payload)
    return heap.store(memory, payload.length)
  }
  const load = (heap: Heap, block: number): Uint8Array => {
    const memory = newPrivateMemory(1 << 16)
    return memory.bytes.slice(0, heap.load(block, () => memory))
  }
  it('is not exhausted by many small writes', () => {
    const [main, other] = pair(64 * 1024)
    for (let n = 0; n < 200_000; n++) (n % 2 ? main : other).write(n % 3 ? POSE : LIST, n % 7 ? n : 'a longer text than a number')
    assert.equal([typeof main.read(POSE), typeof main.read(LIST)], ['number', 'number'])
  })
  it('reuses what it freed: a million blocks later the rest of the memory is untouched', () => {
    const buffer = new SharedArrayBuffer(1 << 20)
    const bytes = new Uint8Array(buffer)
    const heap = new Heap(new Int32Array(buffer))
    heap.format()
    const payload = new Uint8Array(300).fill(7)
    const held = Array.from({ length: 8 }, () => 0)
    for (let n = 0; n < 1_000_000; n++) {
      const place = n % held.length
      if (held[place]) heap.free(held[place])
      held[place] = store(heap, payload.subarray(0, (n * 31) % 300))
      assert.is.not(held[place], 0)
    }
    assert.ok(bytes.findLastIndex((byte) => byte !== 0) < HEAP_START + 64 * 1024)
  })
  it('finds blocks again that nobody holds', () => {
    const buffer = new SharedArrayBuffer(1 << 16)
    const heap = new Heap(new Int32Array(buffer))
    heap.format()
    const payload = new Uint8Array(5000).fill(1)
    const kept = [store(heap, payload), store(heap, new Uint8Array(2).fill(9)), store(heap, payload), store(heap, new Uint8Array(3).fill(8))]
    while (store(heap, payload)) continue
    heap.sweep([kept[3]!, kept[1]!])
    let found = 0
    while (store(heap, payload)) found++
    assert.ok(found >= 8, `${found} blocks found`)
    assert.equal([load(heap, kept[1]!), load(heap, kept[3]!)], [new Uint8Array(2).fill(9), new Uint8Array(3).fill(8)])
  })
  it('serves a value that grows through all sizes and shrinks again', () => {
    const [main, other] = pair(256 * 1024)
    for (let round = 0; round < 3; round++) {
      for (let length = 1; length < 90_000; length += 1 + (length >> 3)) {
        main.write(POSE, 'x'.repeat(length))
        other.write(LIST, 'y'.repeat(length % 1000))
        assert.is((other.read(POSE) as string).length, length)
        assert.is((main.read(LIST) as string).length, length % 1000)
      }
    }
  })
  it('never mixes two values up, whatever the order of their sizes', () => {
    const many = layoutOf({ brain: 'many', fields: Array.from({ length: 20 }, (_, n) => ({ name: `v${n}`, kind: 'value' as const })) })
    const main = createStore(many, { bytes: 128 * 1024 })
    const expected: string[] = []
    let seed = 1
    const random = (limit: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff
      return (seed >>> 8) % limit
    }
    let full = 0
    for (let step = 0; step < 20_000; step++) {
      const n = random(20)
      const text = String.fromCharCode(97 + random(26)).repeat(random(random(8) ? 3000 : 30_000))
      try {
        main.write(many.slots[n]!, text)
        expected[n] = text
      } catch (error) {
        assert.instance(error, RangeError)
        full++
      }
      const other = random(20)
      assert.is(main.read(many.slots[other]!), expected[other])
    }
    assert.ok(full < 5000, `${full} of 20,000 writes found no room`)
  })
})

import * as assert from 'uvu/assert'
import { close, Condition, createStore, open, openStore, update } from '../../runtime/state/index.ts'
import type { Store } from '../../runtime/state/index.ts'
import { describe } from '../harness/suite.ts'
import { codeOf } from './pair.ts'
import { fill, layout, POSE, Robot } from './threads/mixed-schema.ts'

function robots(isFilled = true): { readonly main: Robot, readonly other: Robot, readonly store: Store } {
  const store = createStore(layout, { bytes: 1 << 20 })
  const [main, other] = [new Robot(store), new Robot(openStore(layout, store.shared, 1))]
  if (isFilled) fill(main)
  return { main, other, store }
}

describe('a region over several attributes', (it) => {
  it('ends, and writes the others, where one of them cannot be written', () => {
    const { main, other, store } = robots()
    const region = open(main, 'list', 'pose')
    main.pose.x = 3
    main.list.push(() => 0)
    assert.is(codeOf(() => close(region)), 'not-serializable')
    assert.equal([other.pose.x, other.list], [3, [0]])
    assert.ok(store.scalars.isDirect)
    const next = open(main, 'pose')
    main.pose.y = 4
    close(next)
    assert.is(other.pose.y, 4)
  })
  it('reads an object that is written first within', () => {
    const { main, other } = robots(false)
    const region = open(main, 'pose')
    assert.is(main.pose, undefined)
    main.pose = { x: 1, y: 2, at: { z: 3 } }
    assert.equal(main.pose, { x: 1, y: 2, at: { z: 3 } })
    main.pose.x = 4
    assert.is(main.pose.x, 4)
    close(region)
    assert.equal(main.pose, { x: 4, y: 2, at: { z: 3 } })
    assert.equal(other.pose, { x: 4, y: 2, at: { z: 3 } })
  })
  it('shows its values at its end, and what is plainly written or changed by another region meanwhile in that order', () => {
    const { main, other, store } = robots()
    const region = open(main, 'pose')
    const inner = open(main, 'list')
    main.list.push(1)
    close(inner)
    assert.equal(main.list, [0, 1])
    main.list = [5]
    assert.equal(main.list, [5])
    store.atomic(() => main.list = [...main.list, 6])
    update(main, 'list', () => [...main.list, 7])
    assert.equal(main.list, [5, 6, 7])
    const again = open(main, 'list')
    main.list.push(8)
    close(again)
    store.change(store.layout.slotsByName.get('list')!, (list: number[]) => list.push(9))
    close(region)
    assert.equal(main.list, [5, 6, 7, 8, 9])
    assert.equal(other.list, [5, 6, 7, 8, 9])
  })
})

describe('a group', (it) => {
  it('says of an object that it changes while it gets several leaves, however they were written', () => {
    const { main, store } = robots()
    const sequence = (): number => store.arena.words[(store.shared.start + POSE.offset) >>> 2]!
    const seen: boolean[] = []
    store.scalars.wake = () => void seen.push(sequence() % 2 === 1)
    store.atomic(() => {
      main['pose.x'] = 1
      main['pose.y'] = 1
    })
    assert.equal(seen, [true, true])
    assert.is(sequence() % 2, 0)
  })
})

describe('who waits for an object', (it) => {
  it('is told of a write that counts although its thread ended before the leaves had it', () => {
    const { main, store } = robots()
    const ended = openStore(layout, store.shared, 1)
    const { marks } = ended.scalars
    const condition = new Condition(store.arena, () => main['pose.x'])
    const { has } = marks
    marks.has = (slot) => {
      assert.is(condition.evaluate(), 0)
      return has.call(marks, slot)
    }
    marks.settle = () => {
      throw new Error('the thread ends here')
    }
    assert.throws(() => ended.write(POSE, { x: 1, y: 1, at: { z: 1 } }), 'the thread ends here')
    assert.is(main['pose.x'], 1)
    store.release(1)
    assert.ok(condition.isStale())
  })
})

import { deepStrictEqual } from 'node:assert'
import * as assert from 'uvu/assert'
import { addSerializableType } from '../../runtime/serializable/index.ts'
import { ARENA_BYTES } from '../../runtime/state/layout.ts'
import { createStore, defineState, layoutOf, openStore } from '../../runtime/state/index.ts'
import { describe } from '../harness/suite.ts'
import { ARMED, codeOf, FRAMES, layout, LIST, pair, POSE, schema, thrown } from './pair.ts'

describe('a schema', (it) => {
  it('is copied and frozen', () => {
    assert.ok(Object.isFrozen(schema) && Object.isFrozen(schema.fields) && Object.isFrozen(schema.fields[0]))
    assert.throws(() => defineState({ brain: 'b', fields: [{ name: 'x', kind: 'number' }, { name: 'x', kind: 'value' }] }), /b\.x is declared once/)
    assert.throws(() => defineState({ brain: 'b', fields: [{ name: 'x', kind: 'text' as 'value' }] }), /the kind of b\.x/)
  })
  it('has one layout', () => {
    assert.is(layoutOf(schema), layout)
    assert.equal(layout.slots.map(({ name, index }) => [name, index]), [['frames', 0], ['armed', 1], ['pose', 2], ['list', 3]])
    assert.is(layout.slotsByName.get('list'), LIST)
  })
  it('lays inherited attributes out as the base class does', () => {
    const derived = layoutOf({ brain: 'test#Arm', fields: [...schema.fields, { name: 'grip', kind: 'number' }] })
    assert.equal(derived.slots.slice(0, 4), layout.slots)
  })
})

describe('the memory of a state', (it) => {
  it('has 64 MiB unless the brain says otherwise', () => {
    assert.is(createStore(layout).shared.values.byteLength, 64 * 1024 * 1024)
    assert.is(createStore(layout, { bytes: 100_001 }).shared.values.byteLength, 100_001)
  })
  it('must be an integer and large enough', () => {
    for (const bytes of [0, 100, layout.minimumBytes - 1, 1.5e6 + 0.5, NaN, Infinity, 2 ** 33, '1' as never]) {
      assert.instance(thrown(() => createStore(layout, { bytes })), RangeError)
    }
    assert.is(thrown(() => createStore(layout, { bytes: 100 })).message, `\`stateBytes\` must be an integer from ${layout.minimumBytes} to 4294967280, not the number 100.`)
    const main = createStore(layout, { bytes: layout.minimumBytes })
    main.write(POSE, 'fits')
    assert.is(main.read(POSE), 'fits')
  })
  it('is refused by a thread that was built from another schema', () => {
    const other = layoutOf({ brain: 'test#Robot', fields: [{ name: 'frames', kind: 'number' }] })
    assert.is(codeOf(() => openStore(other, pair()[0].shared, 1)), 'state-layout')
    assert.is(codeOf(() => openStore(layout, { ...pair()[0].shared, start: ARENA_BYTES - 4096 }, 1)), 'state-layout')
    assert.throws(() => openStore(layout, pair()[0].shared, 0), /owner of an opened state/)
  })
})

for (const order of ['total', 'weak'] as const) {
  describe(`a store in ${order} order`, (it) => {
    it('reads undefined what was never written', () => {
      for (const store of pair(1 << 20, order)) assert.equal(layout.slots.map((slot) => store.read(slot)), [undefined, undefined, undefined, undefined])
    })
    it('keeps every number as JavaScript has it', () => {
      const [main, other] = pair(1 << 20, order)
      const odd = new Float64Array(new BigInt64Array([0x7ff8_7a5b_0000_0001n]).buffer)[0]!
      for (const value of [0, -0, 1.5, NaN, Infinity, -Infinity, 2 ** 53, 2 ** 53 + 2, Number.MIN_VALUE, Number.MAX_VALUE, odd]) {
        main.write(FRAMES, value)
        deepStrictEqual([main.read(FRAMES), other.read(FRAMES)], [value, value])
        deepStrictEqual(other.update(FRAMES, (old) => old), { before: value, after: value })
        deepStrictEqual(main.read(FRAMES), value)
      }
    })
    it('keeps booleans', () => {
      const [main, other] = pair(1 << 20, order)
      for (const value of [false, true, false]) {
        other.write(ARMED, value)
        assert.equal([main.read(ARMED), other.read(ARMED)], [value, value])
      }
      assert.equal(main.update(ARMED, (old) => !old), { before: false, after: true })
    })
    it('shows a value that one writes to the other at once', () => {
      const [main, other] = pair(1 << 20, order)
      main.write(POSE, { x: 1 })
      assert.equal(other.read(POSE), { x: 1 })
      other.write(POSE, 'text')
      assert.is(main.read(POSE), 'text')
      main.write(POSE, undefined)
      assert.is(other.read(POSE), undefined)
      other.change(POSE, () => {})
      main.write(LIST, [1])
      other.change(LIST, (list) => list.push(2))
      assert.equal(main.read(LIST), [1, 2])
    })
    it('decodes a value once while it is not written', () => {
      const [main, other] = pair(1 << 20, order)
      main.write(POSE, { x: 1 })
      assert.is(other.read(POSE), other.read(POSE))
      const before = other.read(POSE)
      main.write(POSE, { x: 1 })
      assert.is.not(other.read(POSE), before)
    })
  })
}

describe('a value that does not fit', (it) => {
  it('is a typed error that names the attribute, and the old value stays', () => {
    const [main] = pair()
    main.write(FRAMES, 7)
    main.write(ARMED, true)
    for (const value of ['8', undefined, null, 8n, {}, true]) assert.is(codeOf(() => main.write(FRAMES, value)), 'state-type')
    for (const value of [1, 'true', undefined]) assert.is(codeOf(() => main.update(ARMED, () => value)), 'state-type')
    assert.is(thrown(() => main.write(FRAMES, 'x'.repeat(50))).message, '`frames` holds a number and can\'t be set to the string "' + 'x'.repeat(30)
      + '…". Convert the value first, or declare `frames` with a type that allows both.')
    assert.equal([main.read(FRAMES), main.read(ARMED)], [7, true])
  })
  it('names the path when it can\'t be serialised after a first value', () => {
    const [main, other] = pair()
    main.write(POSE, { x: 1 })
    for (const store of [main, other]) {
      const error = thrown(() => store.write(POSE, { x: 2, onDone: () => {} }))
      assert.equal([error.code, error.message], ['not-serializable', '`pose.onDone` can\'t cross between threads: it is a function.'])
      assert.equal(store.read(POSE), { x: 1 })
    }
  })
  it('is a RangeError when the memory is full', () => {
    const [main, other] = pair(64 * 1024)
    main.write(POSE, 'old')
    const error = thrown(() => other.write(POSE, 'x'.repeat(100_000)))
    assert.instance(error, RangeError)
    assert.match(error.message, /^`pose` needs 1000\d\d bytes, which the shared state \(65536 bytes\) has no room for\. The old value was kept\. Give the brain more: `super\(logger, \{ stateBytes: … \}\)`\.$/)
    assert.equal([main.read(POSE), other.read(POSE)], ['old', 'old'])
    assert.instance(thrown(() => main.change(POSE, () => { throw new Error('mine') })), Error)
    main.write(LIST, [])
    const failed = thrown(() => main.change(LIST, (list) => {
      list.push('x'.repeat(100_000))
      throw new Error('mine')
    }))
    assert.equal([failed.constructor, failed.errors[0].message, failed.errors[1].constructor], [AggregateError, 'mine', RangeError])
    assert.equal(other.read(LIST), [])
    other.write(LIST, ['still works'])
    assert.equal(main.read(LIST), ['still works'])
  })
})

describe('a snapshot', (it) => {
  it('is not the object that was assigned, which stays the user\'s own', () => {
    const [main] = pair()
    const mine = { list: [1], map: new Map([[1, { a: 1 }]]), when: new Date(5) }
    main.write(POSE, mine)
    mine.list.push(2)
    mine.map.clear()
    mine.when.setTime(6)
    const read = main.read(POSE) as typeof mine
    assert.equal(read, { list: [1], map: new Map([[1, { a: 1 }]]), when: new Date(5) })
    main.write(POSE, read)
    assert.equal(main.read(POSE), read)
  })
  it('throws on every change', () => {
    const [main] = pair()
    main.write(POSE, { deep: [{ n: 1 }], map: new Map([[{ key: 1 }, { a: 1 }]]), set: new Set([[1]]), when: new Date(5), error: new Error('x') })
    const { deep, map, set, when, error } = main.read(POSE) as any
    const [key] = map.keys()
    for (const change of [
      () => { deep[0].n = 2 }, () => deep.push(1), () => { delete deep[0] }, () => { key.key = 2 }, () => { map.get(key).a = 2 },
      () => { [...set][0][0] = 2 }, () => { error.message = 'y' }, () => { map.extra = 1 },
    ]) assert.instance(thrown(change), TypeError)
    for (const change of [
      () => map.set(1, 2), () => map.delete(key), () => map.clear(), () => set.add(1), () => set.delete(1), () => set.clear(),
      () => when.setTime(1), () => when.setFullYear(2000), () => when.setUTCSeconds(3),
    ]) {
      assert.is(codeOf(change), 'state-snapshot')
      assert.match(thrown(change).message, '`pose`')
      assert.match(thrown(change).message, 'this.list.push(v)')
    }
    assert.equal(Object.keys(map), [])
    assert.equal([map.size, set.size, when.getTime(), deep.length], [1, 1, 5, 1])
  })
  it('of typed arrays is a fresh copy each time', () => {
    const [main, other] = pair()
    for (const value of [new Float32Array([1, 2]), { scan: new Uint8Array([1, 2]) }, [Buffer.from('ab')]]) {
      main.write(POSE, value)
      deepStrictEqual(other.read(POSE), value)
      assert.is.not(other.read(POSE), other.read(POSE))
      const bytes = (read: any): any => read.scan ?? (Array.isArray(read) ? read[0] : read)
      bytes(other.read(POSE))[0] = 99
      deepStrictEqual(other.read(POSE), value)
    }
  })
  it('leaves a global regular expression usable', () => {
    const [main] = pair()
    main.write(POSE, { word: /a/g })
    assert.is((main.read(POSE) as { word: RegExp }).word.test('banana'), true)
  })
  it('may hold instances of registered types', () => {
    class Vector {
      constructor(public x: number) {}
      double(): number {
        return this.x * 2
      }
    }
    addSerializableType(Vector, new Vector(1))
    const [main, other] = pair()
    main.write(LIST, [new Vector(4)])
    assert.is((other.read(LIST) as Vector[])[0]!.double(), 8)
    assert.instance(thrown(() => { (other.read(LIST) as Vector[])[0]!.x = 1 }), TypeError)
    other.change(LIST, ([vector]: Vector[]) => { vector!.x = 5 })
    assert.is((main.read(LIST) as Vector[])[0]!.double(), 10)
  })
})

describe('an attribute whose first value can\'t be shared', (it) => {
  class Socket {
    open = true
  }
  it('stays in main, is told of once, and other threads get an error that says why', () => {
    const [main, other] = pair()
    const told: Array<readonly [string, string]> = []
    main.values.onUnshareable((attribute, error) => told.push([attribute, error.code]))
    const socket = new Socket()
    main.write(POSE, socket)
    assert.is(main.read(POSE), socket)
    assert.is(main.read(POSE), socket)
    main.write(POSE, [socket])
    assert.equal(main.read(POSE), [socket])
    main.write(POSE, { now: 'serialisable' })
    assert.equal(main.change(POSE, (value) => value.now = 'changed'), 'changed')
    assert.equal(main.update(POSE, (old) => old).after, { now: 'changed' })
    assert.equal(told, [['pose', 'not-serializable']])
    for (const use of [() => other.read(POSE), () => other.write(POSE, 1), () => other.change(POSE, () => {}), () => other.update(POSE, () => 1)]) {
      assert.is(codeOf(use), 'attribute-not-shared')
    }
    assert.match(thrown(() => other.read(POSE)).message, /^`pose` exists in the main process alone\. `pose` can't cross between threads: it is an instance of Socket\. Make the class known/)
    assert.equal(main.read(POSE), { now: 'changed' })
    main.write(LIST, [1])
    assert.equal(other.read(LIST), [1])
  })
  it('stays in main also where its reason finds no room', () => {
    const main = createStore(layout, { bytes: layout.minimumBytes })
    const other = openStore(layout, main.shared, 1)
    main.write(LIST, 'x'.repeat(4030))
    main.write(POSE, { ['k'.repeat(100)]: () => {} })
    assert.is(typeof (main.read(POSE) as any)['k'.repeat(100)], 'function')
    assert.match(thrown(() => other.read(POSE)).message, 'Its first value can\'t be serialised')
    assert.is((other.read(LIST) as string).length, 4030)
  })
  it('is an error when another thread sets it', () => {
    const [main, other] = pair()
    assert.is(codeOf(() => other.write(POSE, () => {})), 'not-serializable')
    assert.is(main.read(POSE), undefined)
  })
})

describe('a change in place', (it) => {
  it('works on a copy of the newest value that only it can change', () => {
    const [main, other] = pair()
    main.write(LIST, [{ n: 1 }])
    const before = other.read(LIST)
    let kept: any
    assert.is(other.change(LIST, (list) => {
      kept = list
      list[0].n = 2
      return list.push(new Map())
    }), 2)
    assert.throws(() => kept.push('too late'), /not extensible/)
    assert.is(codeOf(() => kept[1].set('too', 'late')), 'state-snapshot')
    assert.equal(before, [{ n: 1 }])
    assert.equal(main.read(LIST), [{ n: 2 }, new Map()])
  })
  it('is kept when it throws, and the error goes on', () => {
    const [main, other] = pair()
    main.write(LIST, [])
    const error = thrown(() => main.change(LIST, (list) => {
      list.push(1)
      throw new SyntaxError('mine')
    }))
    assert.instance(error, SyntaxError)
    assert.equal(other.read(LIST), [1])
    other.write(LIST, [2])
    assert.equal(main.read(LIST), [2])
  })
  it('of an attribute within its own change counts once, in order', () => {
    const [main, other] = pair()
    main.write(LIST, [0])
    assert.equal(main.read(LIST), [0])
    main.change(LIST, (list) => {
      list.push(1)
      main.change(LIST, (same) => same.push(2))
      assert.equal(main.read(LIST), [0, 1, 2])
      list.push(3)
    })
    assert.equal(other.read(LIST), [0, 1, 2, 3])
  })
  it('ends where the attribute is assigned within it', () => {
    const [main, other] = pair()
    main.write(LIST, [0])
    main.change(LIST, (list) => {
      main.write(LIST, ['new'])
      list.push('lost, as in JavaScript')
    })
    assert.equal(other.read(LIST), ['new'])
  })
  it('may touch other attributes of every kind', () => {
    const [main, other] = pair()
    main.write(LIST, [])
    main.write(POSE, { x: 1 })
    main.write(FRAMES, 0)
    main.change(LIST, (list) => {
      main.change(POSE, (pose) => pose.x = 2)
      main.update(FRAMES, (frames: any) => frames + 1)
      list.push((main.read(POSE) as any).x, main.read(FRAMES))
    })
    assert.equal([other.read(LIST), other.read(POSE), other.read(FRAMES)], [[2, 1], { x: 2 }, 1])
  })
  it('writes nothing where nothing was changed', () => {
    const [main, other] = pair()
    main.write(POSE, { x: 1, tags: new Map([['a', 'b']]) })
    const before = other.read(POSE)
    main.change(POSE, (pose) => pose.tags.delete('c'))
    assert.is(other.read(POSE), before)
  })
  it('refuses what can\'t be serialised and keeps the old value', () => {
    const [main, other] = pair()
    main.write(LIST, [1])
    assert.is(thrown(() => main.change(LIST, (list) => list.push(() => {}))).message, '`list[1]` can\'t cross between threads: it is a function.')
    assert.equal([main.read(LIST), other.read(LIST)], [[1], [1]])
  })
})

describe('an update', (it) => {
  it('loses nothing to a plain write in between', () => {
    const [main, other] = pair()
    main.write(FRAMES, 1)
    const outcome = main.update(FRAMES, (old: any) => {
      other.write(FRAMES, 100)
      return old + 1
    })
    assert.equal(outcome, { before: 1, after: 2 })
    assert.is(main.read(FRAMES), 100)
  })
  it('sees nothing of a plain write in between, which then comes after it', () => {
    const [main, other] = pair()
    main.write(FRAMES, 1)
    main.write(ARMED, false)
    main.update(FRAMES, () => {
      other.write(FRAMES, 100)
      return (main.read(FRAMES) as number) + 1
    })
    main.update(ARMED, () => {
      other.write(ARMED, true)
      return main.read(ARMED)
    })
    assert.equal([main.read(FRAMES), other.read(FRAMES), main.read(ARMED)], [100, 100, true])
  })
  for (const order of ['total', 'weak'] as const) {
    it(`may use its own attribute, in ${order} order`, () => {
      const [main, other] = pair(1 << 20, order)
      main.write(FRAMES, 1)
      main.write(ARMED, false)
      main.update(FRAMES, (old: any) => {
        main.write(FRAMES, 5)
        main.apply(FRAMES, (inner: any) => inner * 2)
        main.update(ARMED, (armed) => !armed)
        assert.equal([main.read(FRAMES), main.read(ARMED), other.read(FRAMES)], [10, true, 1])
        return old + (main.read(FRAMES) as number)
      })
      assert.equal([main.read(FRAMES), other.read(FRAMES), other.read(ARMED)], [11, 11, true])
      thrown(() => main.update(FRAMES, () => {
        main.write(FRAMES, 6)
        throw new Error('mine')
      }))
      assert.equal([main.read(FRAMES), other.read(FRAMES)], [6, 6])
      main.write(FRAMES, 7)
      assert.is(other.read(FRAMES), 7)
    })
  }
  it('gives the lock back when its function throws', () => {
    const [main, other] = pair()
    for (const slot of [FRAMES, ARMED, POSE]) {
      assert.instance(thrown(() => main.update(slot, () => { throw new TypeError('mine') })), TypeError)
      assert.is(other.update(slot, () => (slot === ARMED ? true : 1)).after, slot === ARMED ? true : 1)
    }
  })
  it('gives the lock back when the stack overflows in it', () => {
    const [main, other] = pair()
    main.write(LIST, [])
    const overflow = (): unknown => main.change(LIST, () => overflow())
    assert.instance(thrown(overflow), RangeError)
    other.write(LIST, [1])
    assert.equal(main.read(LIST), [1])
  })
})

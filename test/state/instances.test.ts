import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { named } from '../../runtime/named.ts'
import { addSerializableType, encode, fromPortable, toPortable } from '../../runtime/serializable/index.ts'
import { describe } from '../harness/suite.ts'
import { BOTH_WAYS, refusal } from './round-trip.ts'

// As the compiler writes them: each tells of itself where it is defined.
class Item {
  static { named(this, 'Item', 'src/item.ts') }
  content: unknown = undefined
  constructor(public label = 'made') {
    constructed++
  }
  shout(): string {
    return `${this.label}!`
  }
  get size(): number {
    return Object.keys(this).length
  }
  set size(_: number) {
    throw new Error('a setter ran')
  }
}
let constructed = 0

class Crate extends Item {
  static { named(this, 'Crate', 'src/crate.ts') }
  parts: unknown[] = []
  override shout(): string {
    return `crate ${super.shout()}`
  }
}

class Vault extends Item {
  static { named(this, 'Vault', 'src/vault.ts', '#code') }
  #code = 1
  open(): number {
    return this.#code
  }
}

class Shelf extends Map<string, Item> {
  static { named(this, 'Shelf', 'src/shelf.ts') }
}

class Missing extends RangeError {
  static { named(this, 'Missing', 'src/missing.ts') }
  override name = 'Missing'
  constructor(readonly item: Item, readonly ask: () => void = () => {}) {
    super('missing')
  }
  what(): string {
    return this.item.shout()
  }
}

describe('an instance of a class of the project', (it) => {
  for (const [way, roundTrip] of BOTH_WAYS) {
    it(`arrives as one, without its constructor ${way}`, () => {
      const item = new Item('a')
      const before = constructed
      const copy = roundTrip(item)
      assert.is(constructed, before)
      assert.instance(copy, Item)
      assert.equal([copy.shout(), copy.size, Object.keys(copy)], ['a!', 2, Object.keys(item)])
      assert.ok(copy !== item)
    })
    it(`arrives under a base class, inside of others, and as often as it is there ${way}`, () => {
      const crate = new Crate('b')
      crate.parts.push(new Item('in'), crate, new Map([['k', new Set([crate])]]), null)
      crate.content = { deep: [new Crate('deep')] }
      const copy = roundTrip({ list: [crate], crate })
      assert.is(copy.list[0], copy.crate)
      assert.is(copy.crate.parts[1], copy.crate)
      assert.ok(copy.crate.parts[2].get('k').has(copy.crate))
      assert.equal([copy.crate.shout(), copy.crate instanceof Item, copy.crate.content.deep[0].shout()], ['crate b!', true, 'crate deep!'])
    })
    it(`keeps keys that mean something, and touches no prototype ${way}`, () => {
      const item: any = new Item('c')
      const keys = ['__proto__', 'constructor', 'toJSON', 'shout', 'size', '@taskbrain']
      for (const key of keys) Object.defineProperty(item, key, { value: { polluted: key }, enumerable: true, writable: true, configurable: true })
      const copy = roundTrip(item)
      assert.is(Object.getPrototypeOf(copy), Item.prototype)
      for (const key of keys) assert.equal(Object.getOwnPropertyDescriptor(copy, key)?.value, { polluted: key })
      assert.equal([new Item('d').shout(), ({} as any).polluted, Object.hasOwn(Item.prototype, 'toJSON')], ['d!', undefined, false])
    })
    it(`is of the class of its file, whatever else has its name ${way}`, () => {
      const Other = named(class Item { shout = undefined }, 'Item', 'src/other.ts')
      const [one, other] = roundTrip([new Item('e'), new Other()])
      assert.equal([one.constructor, other.constructor], [Item, Other])
    })
    it(`crosses as its registration says, where it has one ${way}`, () => {
      const Pen = named(class Pen { ink = 5 }, 'Pen', 'src/pen.ts')
      addSerializableType(Pen, undefined, { encode: ({ ink }) => ink, decode: (ink: number) => Object.assign(new Pen(), { ink: ink + 1 }) })
      assert.is(roundTrip([new Pen()])[0].ink, 6)
    })
    it(`is an error of its own class, with all of its fields that can cross ${way}`, () => {
      const copy = roundTrip({ error: new Missing(new Item('f')) }).error
      assert.instance(copy, Missing)
      assert.equal([copy.what(), copy.message, copy.name, 'ask' in copy], ['f!', 'missing', 'Missing', false])
    })
  }

  it('is refused where no copy could be one, with the path, the reason and the remedy', () => {
    const messageFor = (value: unknown): string => refusal(() => encode(value, 'arena')).message
    assert.is(messageFor({ vault: new Vault('g') }), '`arena.vault` can\'t cross between threads: it is an instance of Vault: `#code` is private to Vault, and no copy can have it. '
      + 'Say how with Brain.addSerializableType(Vault, testInstance, { encode, decode }).')
    const Safe = named(class Safe extends Vault {}, 'Safe', 'src/safe.ts')
    assert.match(messageFor(new Safe('h')), 'it is an instance of Safe: `#code` is private to Vault')
    assert.match(messageFor([new Shelf()]), '`arena[0]` can\'t cross between threads: it is an instance of Shelf: Shelf extends Map, which is no class of the project')
    const item = new Item('i')
    item.content = { onDone: () => {} }
    assert.match(messageFor(item), '`arena.content.onDone` can\'t cross between threads: it is a function')
    assert.match(refusal(() => toPortable(new Proxy(new Vault('j'), {}), 'x')).message, 'private to Vault')
  })
  it('is not made known without a codec where a private member would be lost', () => {
    const Safe = named(class Safe extends Vault {}, 'Safe', 'src/safe.ts')
    for (const Type of [Vault, Safe]) {
      const reasons: string[] = []
      assert.is(addSerializableType(Type, new Type('n'), undefined, (reason) => reasons.push(reason)), false)
      assert.equal(reasons, ['`#code` is private to Vault, and no copy can have it. '
        + `Say how it crosses with Brain.addSerializableType(${Type.name}, testInstance, { encode, decode })`])
      assert.match(refusal(() => encode(new Type('o'), 'arena')).message, `it is an instance of ${Type.name}: \`#code\` is private to Vault`)
    }
  })
  it('is refused where its module was not loaded, with its name and the remedy', () => {
    const sent = structuredClone(toPortable({ boss: new Item('k') }, 'list')) as any
    sent.boss['@taskbrain'] = 'src/boss.ts#Boss'
    assert.is(refusal(() => fromPortable(sent, 'list')).message, '`list.boss` can\'t cross between threads: it is an instance of Boss from src/boss.ts, a module that this thread has not loaded. '
      + 'Mention Boss in the type of the attribute, parameter or result, or call Brain.addSerializableType(Boss) where the brain\'s module reaches it.')
  })
  it('is an error of the built-in class where its module was not loaded', () => {
    const sent = structuredClone(toPortable(new Missing(new Item('l')), 'x')) as any
    sent.class = 'src/boss.ts#Missing'
    const copy = fromPortable(sent) as any
    assert.equal([copy.constructor, copy.name, copy.item.shout()], [RangeError, 'Missing', 'l!'])
  })
  it('crosses through a proxy of it', () => {
    assert.is((fromPortable(structuredClone(toPortable(new Proxy(new Item('m'), {}), 'x'))) as Item).shout(), 'm!')
  })
  it('comes back the same from random trees, whatever stands in them', () => {
    const key = fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('__proto__', 'constructor', 'toJSON', 'shout', 'size', '@taskbrain'))
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof({ maxDepth: 4 },
        fc.oneof(fc.double(), fc.string(), fc.constantFrom(null, undefined, true, 5n)),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
        fc.array(fc.tuple(fc.string(), tie('tree')), { maxLength: 3 }).map((entries) => new Map(entries)),
        fc.tuple(fc.constantFrom(Item, Crate), fc.dictionary(key, tie('tree'), { maxKeys: 3 })).map(([Type, fields]) => {
          const item = new Type('r')
          for (const [name, value] of Object.entries(fields)) Object.defineProperty(item, name, { value, enumerable: true, writable: true, configurable: true })
          return item
        })),
    }))
    const prototypes = (): unknown[] => [Item, Crate, Object].map(({ prototype }) => Object.getOwnPropertyNames(prototype))
    const before = prototypes()
    fc.assert(fc.property(tree, (value) => {
      for (const [, roundTrip] of BOTH_WAYS) deepStrictEqual(roundTrip(value), value)
    }), { numRuns: 200 })
    assert.equal(prototypes(), before)
  })
})

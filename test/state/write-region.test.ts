import * as assert from 'uvu/assert'
import { attachStore, change, close, defineAccessors, failed, open, storeOf } from '../../runtime/state/index.ts'
import { REGION } from '../../runtime/state/layout.ts'
import { describe } from '../harness/suite.ts'
import { codeOf, layout, pair, thrown } from './pair.ts'

class Robot {
  declare frames: number
  declare pose: any
  declare list: any
  own = { n: 1 }
}
defineAccessors(Robot.prototype, layout)

function robots(bytes?: number): readonly [main: Robot, other: Robot] {
  const [main, other] = pair(bytes).map((store) => {
    const robot = new Robot()
    attachStore(robot, store)
    return robot
  })
  return [main!, other!]
}

describe('a write region', (it) => {
  it('reads a copy that may be changed, and writes it back when it is closed', () => {
    const [main, other] = robots()
    main.pose = { x: 1, tags: new Set(['a']) }
    const region = open(other, 'pose', 'list')
    const { pose } = other
    pose.x = 2
    pose.tags.add('b')
    assert.is(other.pose, pose)
    assert.equal(main.pose, { x: 1, tags: new Set(['a']) })
    assert.is(close(region, 'given'), 'given')
    assert.equal(main.pose, { x: 2, tags: new Set(['a', 'b']) })
    assert.throws(() => pose.x = 3, TypeError)
    assert.is(codeOf(() => pose.tags.add('c')), 'state-snapshot')
    assert.is(close(region), undefined)
  })
  it('holds the lock from its begin to its end, and no longer', () => {
    const store = pair()[0]
    const robot = new Robot()
    attachStore(robot, store)
    robot.list = []
    const word = (): number => store.arena.words[(store.shared.start >>> 2) + REGION.lock]!
    const free = word()
    const region = open(robot, 'list', 'frames', 'pose')
    const inner = open(robot, 'list')
    assert.is.not(word(), free)
    close(inner)
    assert.is.not(word(), free)
    close(region)
    assert.is(word(), free)
  })
  it('within another, or within a change, is written by the outermost', () => {
    const [main, other] = robots()
    main.list = [0]
    const region = open(main, 'list')
    main.list.push(1)
    const inner = open(main, 'list')
    main.list.push(2)
    close(inner)
    change(main, 'list', (list) => list.push(3))
    assert.equal(other.list, [0])
    main.list.push(4)
    close(region)
    assert.equal(other.list, [0, 1, 2, 3, 4])
    change(main, 'list', () => {
      const within = open(main, 'list')
      main.list.push(5)
      close(within)
      main.list.push(6)
    })
    assert.equal(other.list, [0, 1, 2, 3, 4, 5, 6])
  })
  it('goes on with a value that is assigned in it', () => {
    const [main, other] = robots()
    main.list = [1]
    const region = open(main, 'list')
    const old = main.list
    old.push(2)
    main.list = ['new']
    old.push('lost, as in JavaScript')
    assert.equal(other.list, ['new'])
    main.list.push('newer')
    main.list = [...main.list, 'newest']
    main.list.reverse()
    close(region)
    assert.equal(other.list, ['newest', 'newer', 'new'])
  })
  it('takes attributes that hold nothing, or no object, or are no shared attribute', () => {
    const [main, other] = robots()
    const region = open(main, 'pose', 'frames', 'own', 'unknown')
    assert.is(main.pose, undefined)
    main.pose = { x: 1 }
    main.pose.x++
    main.own.n++
    close(region)
    assert.equal([other.pose, main.own], [{ x: 2 }, { n: 2 }])
    const nothing = open(undefined, 'pose')
    close(nothing)
    close(undefined)
  })
  it('keeps the changes when its statements throw, and their error is the one that goes on', () => {
    const [main, other] = robots()
    main.list = []
    const mine = new SyntaxError('mine')
    const region = open(main, 'list')
    main.list.push(1)
    assert.is(failed(region, mine), mine)
    assert.equal(other.list, [1])
    assert.is(failed(region, mine), mine)
    assert.is(failed(undefined, mine), mine)
  })
  it('tells of both errors where the changes can\'t be kept either', () => {
    const [main, other] = robots()
    main.list = []
    const region = open(main, 'list')
    main.list.push(() => {})
    const both = failed(region, new SyntaxError('mine')) as AggregateError
    assert.instance(both, AggregateError)
    assert.match(both.message, /^A change threw \(SyntaxError: mine\), and what it had changed could not be kept/)
    assert.is(both.errors[1].code, 'not-serializable')
    assert.equal(other.list, [])
  })
  it('ends also where the changes can\'t be kept', () => {
    const [main] = robots()
    main.list = []
    const region = open(main, 'list')
    main.list.push(() => {})
    assert.is(codeOf(() => close(region)), 'not-serializable')
    assert.is(storeOf(main)!.scalars.isDirect, true)
  })
  it('writes what it can of several attributes', () => {
    const [main, other] = robots()
    main.pose = {}
    main.list = []
    const region = open(main, 'pose', 'list')
    main.pose.bad = () => {}
    main.list.push(1)
    assert.is(codeOf(() => close(region)), 'not-serializable')
    assert.equal([other.pose, other.list], [{}, [1]])
    const again = open(main, 'pose', 'list')
    main.pose.bad = () => {}
    main.list.push(() => {})
    const error = thrown(() => close(again))
    assert.instance(error, AggregateError)
    assert.is(error.errors.length, 2)
  })
  it('writes nothing where nothing was changed', () => {
    const [main, other] = robots()
    main.pose = { x: 1 }
    const before = other.pose
    const region = open(main, 'pose')
    assert.equal(main.pose, before)
    close(region)
    assert.is(other.pose, before)
  })
  it('leaves an attribute that is main\'s alone as it is', () => {
    const [main, other] = robots()
    const kept = { handler() {} } as any
    const first = open(main, 'pose')
    main.pose = kept
    main.pose.n = 1
    close(first)
    const region = open(main, 'pose')
    main.pose.n++
    close(region)
    assert.is(main.pose, kept)
    assert.is(kept.n, 2)
    const elsewhere = open(other, 'pose')
    assert.is(codeOf(() => other.pose), 'attribute-not-shared')
    close(elsewhere)
  })
})

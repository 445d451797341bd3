import * as assert from 'uvu/assert'
import { explained } from '../../runtime/snapshot-changes.ts'
import { describe } from '../harness/suite.ts'

function thrownBy(change: () => unknown): Error {
  try {
    change()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

const list: readonly number[] = Object.freeze([1])
const pose: { x?: number } = Object.freeze({ x: 1 })
const changes: Record<string, () => unknown> = {
  'an element that is added': () => (list as number[]).push(2),
  'an element that is set': () => { (list as number[])[0] = 2 },
  'a property that is set': () => { pose.x = 2 },
  'a property that is added': () => { (pose as { y?: number }).y = 2 },
  'a property that is deleted': () => delete pose.x,
  'a list that is made longer': () => { (list as number[]).length = 3 },
  'a property that is defined': () => Object.defineProperty(pose, 'y', { value: 1 }),
}

describe('an error of the engine that tells of a frozen object', (it) => {
  for (const [what, change] of Object.entries(changes)) {
    it(`says that it may be a snapshot, and what to do: ${what}`, () => {
      const error = thrownBy(change)
      const { message } = error
      const told = explained(error) as Error
      assert.is(told, error)
      assert.match(told.message, /^.*\. If this was taken from a shared attribute, it is a snapshot, .*`change\(name, work\)`\.$/)
      assert.ok(told.message.startsWith(message))
      assert.ok(told.stack!.startsWith(`TypeError: ${told.message}\n    at `))
    })
  }
  it('says so once, however often it is thrown', () => {
    const error = thrownBy(changes['a property that is set']!)
    const { message } = explained(error) as Error
    assert.is((explained(error) as Error).message, message)
  })
  it('is left alone where it is of another kind, or frozen itself', () => {
    const others = [new TypeError('x is not a function'), new Error('Cannot add property 1'), Object.freeze(thrownBy(changes['a property that is set']!)), 'Cannot add property', undefined]
    for (const other of others) {
      const before = other instanceof Error ? other.message : other
      assert.is(explained(other), other)
      if (other instanceof Error) assert.is(other.message, before)
    }
  })
})

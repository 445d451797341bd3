import * as assert from 'uvu/assert'
import { describe } from '../suite.ts'

describe('two', (it) => {
  it('passes', () => assert.ok(true))
  it('fails', () => assert.equal({ a: 1 }, { a: 2 }))
})

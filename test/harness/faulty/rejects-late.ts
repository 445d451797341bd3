import { describe } from '../suite.ts'

describe('late', (it) => {
  it('leaves a rejection that nobody awaits', () => {
    setTimeout(() => Promise.reject(new Error('too late')), 20)
  })
})

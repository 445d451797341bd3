import { describe } from '../suite.ts'

describe('handle', (it) => {
  it('leaves a timer behind', () => {
    setInterval(() => {}, 1000)
  })
})

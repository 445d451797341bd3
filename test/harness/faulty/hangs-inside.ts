import { describe } from '../suite.ts'

describe('spin', (it) => {
  it('never ends', () => {
    for (;;);
  })
})

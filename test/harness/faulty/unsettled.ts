import { describe } from '../suite.ts'

describe('promise', (it) => {
  it('waits for what never comes', () => new Promise<void>(() => {}))
})

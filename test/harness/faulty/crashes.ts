import { describe } from '../suite.ts'

describe('crash', (it) => {
  it('kills its process', () => {
    process.kill(process.pid, 'SIGKILL')
  })
})

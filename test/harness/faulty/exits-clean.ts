import { describe } from '../suite.ts'

describe('exit', (it) => {
  it('leaves with exit code 0 in the middle', () => process.exit(0))
})

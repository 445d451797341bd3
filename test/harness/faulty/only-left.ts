import { suite } from 'uvu'

const tests = suite('only')
tests('is skipped', () => {
  throw new Error('nobody sees this')
})
tests.only('runs', () => {})
tests.run()

import { suite } from 'uvu'

const tests = suite('forgotten')
tests('is never run', () => {
  throw new Error('nobody sees this')
})

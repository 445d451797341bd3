import { suite } from 'uvu'

const tests = suite('hook')
tests.after(() => {
  throw new Error('the last hook is broken')
})
tests('passes', () => {})
tests.run()

import { suite } from 'uvu'

const tests = suite('hook')
tests.before(() => {
  throw new Error('the hook is broken')
})
tests('never gets here', () => {})
tests.run()

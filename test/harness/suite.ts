import { suite } from 'uvu'

type Test = () => void | Promise<void>
/** Its name completes the sentence "it …". */
type It = (name: string, test: Test) => void

/** One uvu suite: made, filled and run, so that no file can forget to. */
export function describe(name: string, body: (it: It) => void): void {
  const tests = suite(name)
  body((sentence, test) => tests(sentence, async () => test()))
  tests.run()
}

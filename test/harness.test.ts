import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { type FileOutcome, LIMITS, outcomeText, runFiles, totalText } from './harness/run-files.ts'
import { describe } from './harness/suite.ts'

const FAULTY = fileURLToPath(new URL('./harness/faulty/', import.meta.url))

async function outcomeOf(name: string, limits: Partial<typeof LIMITS> = {}): Promise<FileOutcome> {
  const [outcome] = await runFiles([`${FAULTY}${name}.ts`], () => {}, { ...LIMITS, ...limits })
  assert.ok(outcome)
  return outcome
}

const figures = ({ passed, failed, faults }: FileOutcome): unknown => ({ passed, failed, faults })

describe('the test runner', (it) => {
  it('counts what passes and what fails, and shows why', async () => {
    const outcome = await outcomeOf('one-of-two')
    assert.equal(figures(outcome), { passed: 1, failed: 1, faults: [] })
    assert.match(outcomeText(outcome, FAULTY), /^FAIL one-of-two\.ts {2}1 passed, 1 failed .*\n[^]*"fails"/)
    assert.is(totalText([outcome, outcome]), '2 passed, 2 failed\n')
  })
  it('fails a file whose first hook throws', async () => {
    assert.equal(figures(await outcomeOf('hook-throws')), { passed: 0, failed: 2, faults: ['a hook threw'] })
  })
  it('fails a file whose last hook throws', async () => {
    const { failed, faults } = await outcomeOf('after-hook-throws')
    assert.is(failed > 0, true)
    assert.match(faults.join(), 'the last hook is broken')
  })
  it('fails a file that runs no test', async () => {
    assert.equal(figures(await outcomeOf('never-run')), { passed: 0, failed: 1, faults: ['holds no test that was run'] })
  })
  it('fails a file that can not be loaded', async () => {
    const outcome = await outcomeOf('throws-at-load')
    assert.equal(figures(outcome), { passed: 0, failed: 1, faults: ['its process ended before its tests had (exit code 1)'] })
    assert.match(outcome.output, 'broken at load')
  })
  it('fails a file with an `only` left in it', async () => {
    assert.equal(figures(await outcomeOf('only-left')), {
      passed: 1,
      failed: 1,
      faults: ['1 skipped: an `only` or a `skip` was left in'],
    })
  })
  it('ends a file that leaves a handle open after its last test, and names the handle', async () => {
    const outcome = await outcomeOf('hangs-after', { settleMs: 1500 })
    assert.equal(figures(outcome), {
      passed: 1,
      failed: 1,
      faults: ['something kept its process alive 1.5 s after the last test'],
    })
    assert.match(outcome.output, 'still open after the last test: ')
    assert.match(outcome.output, 'Timeout')
  })
  it('ends a file that never ends', async () => {
    assert.equal(figures(await outcomeOf('hangs-inside', { fileMs: 1500 })), {
      passed: 0,
      failed: 1,
      faults: ['did not end within 1.5 s'],
    })
  })
  it('ends all files at the limit of the whole run', async () => {
    const files = ['hangs-inside', 'hangs-inside', 'hangs-inside'].map((name) => `${FAULTY}${name}.ts`)
    const outcomes = await runFiles(files, () => {}, { ...LIMITS, totalMs: 1500, atOnce: 2 })
    assert.equal(outcomes.flatMap((outcome) => outcome.faults), files.map(() => 'the whole run took more than 1.5 s'))
  })
  it('fails a file whose test waits for ever with nothing to wait for', async () => {
    const { failed, faults } = await outcomeOf('unsettled')
    assert.is(failed, 1)
    assert.match(faults.join(), 'its process ended before its tests had (exit code ')
  })
  it('fails a file whose process is killed', async () => {
    assert.equal((await outcomeOf('crashes')).faults, ['its process ended before its tests had (signal SIGKILL)'])
  })
  it('fails a file that exits with 0 in the middle', async () => {
    assert.equal((await outcomeOf('exits-clean')).faults, ['its process ended before its tests had (exit code 0)'])
  })
  it('fails a file with a rejection that comes after its tests', async () => {
    assert.equal((await outcomeOf('rejects-late')).faults, [
      'its process failed after its tests had passed (exit code 1)',
    ])
  })
})

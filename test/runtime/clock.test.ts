import * as assert from 'uvu/assert'
import { systemClock, threadClock } from '../../runtime/scheduler/clock.ts'
import { describe } from '../harness/suite.ts'

for (const [name, clock] of [['main', systemClock], ['a worker', threadClock]] as const) {
  describe(`a timer of ${name}`, (it) => {
    for (const delayMs of [0.1, 0.9, 1.5, 20]) {
      it(`is never due before its ${delayMs} ms are over`, async () => {
        const startedAt = clock.now()
        await new Promise<void>((resolve) => clock.setTimer(delayMs, resolve))
        assert.ok(clock.now() - startedAt >= delayMs)
      })
    }

    it('is due after a turn of the event loop at the earliest', async () => {
      const order: string[] = []
      const turned = new Promise<void>((resolve) => setImmediate(() => resolve(void order.push('a turn'))))
      const due = new Promise<void>((resolve) => void clock.setTimer(0, () => resolve(void order.push('due'))))
      order.push('set')
      await Promise.all([turned, due])
      assert.equal(order, ['set', 'a turn', 'due'])
    })

    it('can be longer than one of Node\'s, and be taken back', () => {
      const takeBack = clock.setTimer(2 ** 40, () => assert.unreachable())
      takeBack()
    })
  })
}

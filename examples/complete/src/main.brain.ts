import { setTimeout as sleep } from 'node:timers/promises'
import { Brain, type Logger } from 'taskbrain'

/** Every kind of task that there is, and two kinds of attributes. */
export class MainBrain extends Brain {
  // No initial value here: these two stay in the main process.
  localAttr1: number
  localAttr2: number

  // Parameter properties are shared by all tasks, wherever they run.
  constructor(logger: Logger, public shareAttr1: number, public shareAttr2: number) {
    super(logger)
    this.localAttr1 = 0
    this.localAttr2 = 0
  }

  publicAttributes(): Record<string, unknown> {
    const attributes: Record<string, unknown> = {}
    for (const key in this) {
      if (!key.startsWith('_') && key !== 'logger' && key !== 'tasks') attributes[key] = this[key]
    }
    return attributes
  }

  // --- [MP] tasks of the main process: once, then again and again ---

  @Brain.task({ process: false, runOnStart: true })
  async mpStart() {
    this.logger.info('[MP] MainBrain started')
    this.logger.info('[MP] Public attributes:', this.publicAttributes())
  }

  @Brain.task({ process: false, runOnStart: true, refreshRate: 1 })
  async mpStatesDisplay() {
    this.logger.info('[MP] Attributes:', this.publicAttributes())
  }

  @Brain.task({ process: false, runOnStart: true, refreshRate: 1 })
  async mpIncrementer() {
    this.shareAttr1 += 1
    this.localAttr1 += 1
  }

  @Brain.task({ process: false, runOnStart: true, refreshRate: 1, timeout: 5 })
  async mpIncrementerWithTimeout() {
    this.shareAttr1 += 10
    this.localAttr1 += 10
  }

  // --- [SP] tasks off the main thread ---

  @Brain.task({ process: true, runOnStart: true })
  sbStart() {
    this.logger.info('[SP] MainBrain started on a thread')
    this.logger.info('[SP] Attributes to be had here:', { shareAttr1: this.shareAttr1, shareAttr2: this.shareAttr2 })
  }

  @Brain.task({ process: true, runOnStart: true, refreshRate: 1 })
  spStatesDisplay() {
    this.logger.info('[SP] Attributes:', { shareAttr1: this.shareAttr1, shareAttr2: this.shareAttr2 })
  }

  @Brain.task({ process: true, runOnStart: true, refreshRate: 1 })
  sbIncrementer() {
    this.shareAttr2 += 1
  }

  @Brain.task({ process: true, runOnStart: true, refreshRate: 1, timeout: 5 })
  sbIncrementerWithTimeout() {
    this.shareAttr2 += 10
  }

  @Brain.task({
    process: true, runOnStart: true, refreshRate: 1, defineLoopLater: true, startLoopMarker: '#- My Custom Loop Marker -#',
  })
  sbRoutineWithSetup() {
    // A function can't be shared; made here, it lives as long as the routine.
    let rounds = 0
    const inWords = () => `[SP] Round ${rounds} of a routine with a setup`
    // # - My Custom Loop Marker -#
    rounds += 1
    this.logger.info(inWords())
  }

  // --- tasks that others call ---

  @Brain.task({ process: false, runOnStart: false })
  async callableFunction1() {
    this.logger.info('[MP] Callable function 1')
    return 1
  }

  @Brain.task({ process: true, runOnStart: false })
  callableFunction2() {
    this.logger.info('[SP] Callable function 2')
    return 2
  }

  @Brain.task({ process: false, runOnStart: true })
  async callTasks() {
    // The signal ends the wait where the brain is stopped meanwhile; else its timer would keep the process alive.
    await sleep(10_000, undefined, { signal: this.signal })
    this.logger.info('[MP] Call tasks')
    const first = await this.tasks.callableFunction1()
    const second = await this.tasks.callableFunction2()
    this.logger.info(`[MP] Callable function 1 result: ${first.result}`)
    this.logger.info(`[MP] Callable function 2 result: ${second.result}`)
  }

  @Brain.task({ process: false, runOnStart: true })
  async mpStop() {
    await sleep(12_000, undefined, { signal: this.signal })
    this.logger.info('[MP] Time is up')
    void this.stop()
  }
}

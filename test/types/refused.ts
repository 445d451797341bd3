import { Brain, createLogger, type Logger } from 'taskbrain'

// Each directive ends in the text that the error below it must hold.
const flag: boolean = Math.random() > 0.5

export class Refused extends Brain {
  count = 0

  // @ts-expect-error — nothing can run at that pause: refreshRate must be more than 0
  @Brain.task({ process: true, runOnStart: true, refreshRate: 0 }) a1() {}
  // @ts-expect-error — refreshRate must be more than 0
  @Brain.task({ process: true, runOnStart: true, refreshRate: -1 }) a2() {}
  // @ts-expect-error — refreshRate must be more than 0
  @Brain.task({ process: true, runOnStart: true, refreshRate: '0s' }) a3() {}
  // @ts-expect-error — refreshRate must be more than 0
  @Brain.task({ process: true, runOnStart: true, refreshRate: '0ms' }) a4() {}
  // @ts-expect-error — refreshRate must be more than 0
  @Brain.task({ process: true, runOnStart: true, refreshRate: '-1s' }) a5() {}
  // @ts-expect-error — refreshRate must be more than 0
  @Brain.task({ process: true, runOnStart: true, refreshRate: '0.00hz' }) a6() {}
  // @ts-expect-error — refreshRate must be more than 0
  @Brain.task({ process: true, runOnStart: true, refreshRate: '-0m' }) a7() {}
  // @ts-expect-error — timeout must be more than 0
  @Brain.task({ process: true, runOnStart: true, timeout: 0 }) a8() {}
  // @ts-expect-error — timeout must be more than 0
  @Brain.task({ process: true, runOnStart: true, timeout: -0.5 }) a9() {}
  // @ts-expect-error — timeout must be more than 0
  @Brain.task({ process: true, runOnStart: true, timeout: '0h' }) a10() {}
  // @ts-expect-error — grace can't be less than 0
  @Brain.task({ process: true, runOnStart: true, grace: -1 }) a11() {}
  // @ts-expect-error — grace can't be less than 0
  @Brain.task({ process: true, runOnStart: true, grace: '-10ms' }) a12() {}
  // @ts-expect-error — refreshRate must be more than 0
  @Brain.task({ process: true, runOnStart: true, refreshRate: flag ? 1 : 0 }) a13() {}

  // @ts-expect-error — Type '"soon"' is not assignable to type 'Duration | undefined'
  @Brain.task({ process: true, runOnStart: true, refreshRate: 'soon' }) b1() {}
  // @ts-expect-error — Type '"10"' is not assignable to type 'Duration | undefined'
  @Brain.task({ process: true, runOnStart: true, timeout: '10' }) b2() {}
  // @ts-expect-error — Type '"2 days"' is not assignable to type 'Duration | undefined'
  @Brain.task({ process: true, runOnStart: true, timeout: '2 days' }) b3() {}
  // @ts-expect-error — Type 'true' is not assignable to type 'Duration | undefined'
  @Brain.task({ process: true, runOnStart: true, grace: true }) b4() {}

  // @ts-expect-error — Property 'runOnStart' is missing
  @Brain.task({ process: true }) c1() {}
  // @ts-expect-error — Property 'process' is missing
  @Brain.task({ runOnStart: true }) c2() {}
  // @ts-expect-error — Expected 1 arguments, but got 0
  @Brain.task() c3() {}
  // @ts-expect-error — process must be a literal true or false
  @Brain.task({ process: flag, runOnStart: true }) c4() {}
  // @ts-expect-error — defineLoopLater must be a literal true or false
  @Brain.task({ process: true, runOnStart: true, refreshRate: 1, defineLoopLater: flag }) c5() {}
  // @ts-expect-error — defineLoopLater needs a refreshRate
  @Brain.task({ process: true, runOnStart: true, defineLoopLater: true }) c6() {}
  // @ts-expect-error — Type 'number' is not assignable to type
  @Brain.task({ process: true, runOnStart: () => 1 }) c7() {}
  // @ts-expect-error — Type 'string' is not assignable to type
  @Brain.task({ process: 'yes', runOnStart: true }) c8() {}

  // @ts-expect-error — unknown task option 'refresh'
  @Brain.task({ process: true, runOnStart: true, refresh: 1 }) d1() {}
  // @ts-expect-error — unknown task option 'defineLoopLatter'
  @Brain.task({ process: true, runOnStart: true, defineLoopLatter: true }) d2() {}
  // @ts-expect-error — the option 'isolation' is not part of this version
  @Brain.task({ process: true, runOnStart: true, isolation: 'process' }) d3() {}
  // @ts-expect-error — pace needs a refreshRate
  @Brain.task({ process: true, runOnStart: true, pace: 'rate' }) d4() {}
  // @ts-expect-error — Type '"often"' is not assignable to type
  @Brain.task({ process: true, runOnStart: true, restart: 'often' }) d5() {}
  // @ts-expect-error — queueLimit can't be less than 0
  @Brain.task({ process: true, runOnStart: true, queueLimit: -1 }) d6() {}
  // @ts-expect-error — queueLimit must be an integer
  @Brain.task({ process: true, runOnStart: true, queueLimit: 0.5 }) d6b() {}
  // @ts-expect-error — Type '"often"' is not assignable to type
  @Brain.task({ process: true, runOnStart: true, refreshRate: 1, pace: 'often' }) d6c() {}
  // @ts-expect-error — concurrency must be 1 or more
  @Brain.task({ process: true, runOnStart: true, concurrency: 0 }) d7() {}
  // @ts-expect-error — concurrency must be 1 or more
  @Brain.task({ process: true, runOnStart: true, concurrency: -2 }) d8() {}
  // @ts-expect-error — concurrency must be an integer
  @Brain.task({ process: true, runOnStart: true, concurrency: 1.5 }) d9() {}
  // @ts-expect-error — Type 'string' is not assignable to type 'number'
  @Brain.task({ process: true, runOnStart: true, concurrency: '2' }) d10() {}
  // @ts-expect-error — Type 'number' is not assignable to type 'string'
  @Brain.task({ process: true, runOnStart: true, startLoopMarker: Number('1') }) d11() {}

  // @ts-expect-error — give its parameters defaults, or set runOnStart to false
  @Brain.task({ process: true, runOnStart: true }) e1(_n: number) {}
  // @ts-expect-error — give its parameters defaults, or set runOnStart to false
  @Brain.task({ process: true, runOnStart: true, refreshRate: 1 }) e2(_n: number) {}
  // @ts-expect-error — give its parameters defaults, or set runOnStart to false
  @Brain.task({ process: true, runOnStart: flag }) e3(_n: number) {}
  // @ts-expect-error — a static method is no task
  @Brain.task({ process: true, runOnStart: true }) static f1() {}
  // @ts-expect-error — a field is no task
  @Brain.task({ process: true, runOnStart: true }) f2 = () => 1
  // @ts-expect-error — a getter is no task
  @Brain.task({ process: true, runOnStart: true }) get f3() { return 1 }
  // @ts-expect-error — the decorator is not called
  @Brain.task f4() {}
  // @ts-expect-error — a method is no field
  @Brain.local() f5() {}
  // @ts-expect-error — a static field is no attribute
  @Brain.local() static f6 = 1

  @Brain.task({ process: true, runOnStart: false }) add(a: number, b: number): number { return a + b }

  @Brain.task({ process: false, runOnStart: false })
  async calls() {
    // @ts-expect-error — Expected 2 arguments, but got 1
    await this.tasks.add(1)
    // @ts-expect-error — Argument of type 'string' is not assignable to parameter of type 'number'
    await this.tasks.add('1', 2)
    // @ts-expect-error — does not exist on type
    await this.tasks.nothing()
    // @ts-expect-error — only methods are tasks
    await this.tasks.count()
    // @ts-expect-error — does not exist on type
    await this.tasks.run()
    const out = await this.tasks.add(1, 2)
    // @ts-expect-error — Type 'undefined' is not assignable to type 'number'
    const sum: number = out.result
    // @ts-expect-error — not assignable to type 'string'
    const text: string = await this.tasks.add(1, 2).value
    // @ts-expect-error — Cannot assign to 'runs' because it is a read-only property
    this.tasks.add.runs = []
    // @ts-expect-error — is not assignable to type 'Duration | undefined'
    await this.stop({ grace: 'now' })
    // @ts-expect-error — is not assignable to type 'Duration | undefined'
    await this.until(() => this.count, { timeout: 'soon' })
    // @ts-expect-error — a step can not wait: await before it
    this.atomic(async () => this.count)
    // @ts-expect-error — a step can not wait: await before it
    this.change('count', async (count) => count)
    // @ts-expect-error — is not assignable to parameter of type
    this.change('nothing', () => 1)
    return [sum, text]
  }
}

class Plain {
  // @ts-expect-error — a class that does not extend Brain has no tasks
  @Brain.task({ process: true, runOnStart: true }) go() {}
}

class Pose { constructor(readonly x: number) {} }

export function outside(brain: Refused, logger: Logger): void {
  // @ts-expect-error — Cannot assign to 'tasks' because it is a read-only property
  brain.tasks = {}
  // @ts-expect-error — Argument of type 'string' is not assignable to parameter of type 'number'
  void brain.tasks.add('1', 2)
  // @ts-expect-error — 'level' does not exist in type
  createLogger({ identifier: 'x', leve: 'debug' })
  // @ts-expect-error — is not assignable to type
  createLogger({ identifier: 'x', level: 'loud' })
  // @ts-expect-error — is not assignable to parameter of type
  new Refused(logger.level)
  // @ts-expect-error — is not assignable to parameter of type 'Pose'
  Brain.addSerializableType(Pose, 5)
  void Plain
}

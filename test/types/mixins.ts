import { type AbstractBrainClass, Brain, type BrainClass, type Duration, type Logger, type Task } from 'taskbrain'
import { same } from './equal.ts'

/** A mixin with a task, and one that is given a rate. */
function Timed<B extends BrainClass>(Base: B, rate: Duration = 0.1) {
  class Timed extends Base {
    ticks = 0
    @Brain.task({ process: true, runOnStart: true, refreshRate: rate })
    tick(): number { return this.helper() }
    @Brain.task({ process: true, runOnStart: false })
    async add(by: number): Promise<string> { return String(this.ticks += by) }
    helper(): number { return this.ticks * 2 }
  }
  return Timed
}

const Logged = <B extends BrainClass>(Base: B) => class extends Base {
  lines = 0
  log(text: string): void { this.logger.info(text, ++this.lines) }
}

/** One that asks for more of the brain that applies it. */
function Homing<B extends BrainClass<Vehicle>>(Base: B) {
  return class extends Base {
    home(): number { return this.speed = 0 }
  }
}

/** Of no use to brains alone. */
const Named = <B extends new (...args: any[]) => object>(Base: B) => class extends Base {
  label = 'none'
}

/** For brains that are abstract themselves. */
function Steered<B extends AbstractBrainClass<Machine>>(Base: B) {
  abstract class Steered extends Base {
    @Brain.task({ process: true, runOnStart: false })
    steer(): string { return this.kind() }
  }
  return Steered
}

abstract class Machine extends Brain {
  abstract kind(): string
}

class Crane extends Steered(Machine) {
  kind(): string { return 'crane' }
}

class Vehicle extends Brain {
  speed = 1
  constructor(logger?: Logger, readonly wheels = 4) { super(logger) }
}

class Robot extends Timed(Logged(Brain), '20ms') {
  override helper(): number { return super.helper() + this.lines }
}

const Base = Timed(Named(Vehicle))

class Car extends Homing(Base) {
  @Brain.task({ process: true, runOnStart: false })
  drive(): number {
    void this.tasks.tick()
    this.speed += 1
    return this.wheels
  }
}

export async function drives(robot: Robot, car: Car, crane: Crane): Promise<void> {
  same<typeof robot.tasks.tick, Task<[], number>>()
  same<typeof robot.tasks.add, Task<[by: number], string>>()
  same<typeof car.tasks.drive, Task<[], number>>()
  same<typeof car.ticks, number>()
  const added: string = await robot.tasks.add(1).value
  same<typeof crane.tasks.steer, Task<[], string>>()
  const label: string = car.label
  robot.log(added + label)
  const outputs = await car.run()
  same<NonNullable<typeof outputs.tick>['executionState'] extends number ? true : false, true>()
  new Car(undefined, 3).home()
}

// @ts-expect-error — speed is missing
class Boat extends Homing(Brain) {}
export const made: readonly object[] = [new Robot(), new Boat()]

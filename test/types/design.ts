import { Brain, ExecutionStates, type Logger } from 'taskbrain'

interface Point { x: number; y: number }
declare class Camera {
  constructor(width: number)
  capture(): void
  close(): void
}
declare const connect: () => { send(text: string): void }
declare const search: (from: Point) => Point[]

export class MainBrain extends Brain {
  frames = 0
  pose = { x: 0, y: 0, theta: 0 }
  armed = false
  socket!: { send(text: string): void }

  constructor(logger: Logger, public width: number) {
    super(logger)
    this.socket = connect()
  }

  @Brain.task({ process: true, runOnStart: true, refreshRate: 0.1, defineLoopLater: true })
  async watchCamera() {
    const camera = new Camera(this.width)
    this.defer(() => camera.close())
    // ---Loop---
    camera.capture()
    this.frames += 1
  }

  @Brain.task({ process: false, runOnStart: true, timeout: 90 })
  async play() {
    this.armed = true
    const out = await this.tasks.plan(this.pose)
    if (out.executionState === ExecutionStates.CORRECTLY) this.logger.info(out.result)
  }

  @Brain.task({ process: true, runOnStart: false })
  plan(from: { x: number; y: number }) { return search(from) }
}

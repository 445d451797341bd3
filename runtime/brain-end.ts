import { TaskbrainError } from './errors.ts'

/** The reason of a stopped brain's signal, and what ends those who wait for its attributes outside of a run. */
export class BrainEnd extends TaskbrainError {
  constructor(brain: string) {
    super('stopped', `The brain \`${brain}\` was stopped.`)
  }
}

import { createLogger, ExecutionStates } from '../../src/index.ts'

export { ExecutionStates }

/** The brain of fixtures/runtime/ends: as compiled, on the library as built. */
export interface Started {
  readonly brain: any
  /** What its logger wrote, without the time. */
  readonly lines: string[]
}

export const fixture = (path: string): URL => new URL(`../../fixtures/runtime/${path}`, import.meta.url)

/** A logger that keeps its lines, without the time. */
export function keptLogger(level: number | 'debug' | 'silent' = 'debug'): { readonly logger: any; readonly lines: string[] } {
  const lines: string[] = []
  const stream = { write: (text: string) => lines.push(text.trimEnd().replace(/^\d\d:\d\d:\d\d -> /, '')) }
  return { logger: createLogger({ identifier: 'Brain', level, stdout: stream, stderr: stream }), lines }
}

export async function startEnds(options: object = {}): Promise<Started> {
  const { Ends } = await import(fixture('ends/brain.mjs').href)
  const { logger, lines } = keptLogger()
  return { brain: new Ends(logger, 1, options), lines }
}

/** Runs `use` with a brain and stops it after. */
export async function withEnds(use: (started: Started) => Promise<void>, options: object = {}): Promise<void> {
  const started = await startEnds(options)
  try {
    await use(started)
  } finally {
    await started.brain.stop({ grace: 0 })
  }
}

/** Runs `use` with the brain of fixtures/runtime/strays, on one thread, and stops it after. */
export async function withStrays(use: (brain: any, lines: string[]) => Promise<void>): Promise<void> {
  const { Strays } = await import(fixture('strays/brain.mjs').href)
  const { logger, lines } = keptLogger()
  const brain = new Strays(logger)
  try {
    await use(brain, lines)
  } finally {
    await brain.stop({ grace: 0 })
  }
}

/** Resolves when `condition` holds, looked at with every turn of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}

/** The event loop of this thread does not turn meanwhile. */
export const blockMain = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

/** How an output ended and the code or the name of its error: `TIMEOUT timeout`. */
export function summary(output: any): string {
  const state = ExecutionStates[output.executionState]
  if (output.executionState === ExecutionStates.CORRECTLY) return `${state} ${JSON.stringify(output.result)}`
  return `${state} ${output.error.code ?? `${output.error.name}: ${output.error.message}`}`
}

import type { Run } from './run.ts'

/**
 * Runs that wait, in order; calls that runs made stand before calls from outside. Finishing what has begun first keeps a
 * recursion as deep as its depth: taken breadth first, it would hold a thread for every call at once.
 */
export class RunQueue {
  /** Runs that wait. */
  size = 0
  readonly #byDepth = new Map<number, { runs: Run[]; head: number }>()
  #depths: number[] = []

  add(run: Run): void {
    this.size += 1
    const line = this.#byDepth.get(run.depth)
    if (line) {
      line.runs.push(run)
      return
    }
    this.#byDepth.set(run.depth, { runs: [run], head: 0 })
    this.#depths = [...this.#byDepth.keys()].sort((a, b) => b - a)
  }

  /** A run that was added waits no more: it starts, or has ended. */
  left(): void {
    this.size -= 1
  }

  /** The first run that still waits. Those that were cancelled meanwhile are dropped here. */
  first(): Run | undefined {
    for (const depth of this.#depths) {
      const line = this.#byDepth.get(depth)!
      while (line.head < line.runs.length && line.runs[line.head]!.state !== 'queued') line.head += 1
      if (line.head < line.runs.length) {
        this.#compact(line)
        return line.runs[line.head]
      }
      this.#byDepth.delete(depth)
      this.#depths = this.#depths.filter((other) => other !== depth)
    }
    return undefined
  }

  // Array.shift moves every element; cutting off the used part now and then does not.
  #compact(line: { runs: Run[]; head: number }): void {
    if (line.head < 1024 || line.head * 2 < line.runs.length) return
    line.runs = line.runs.slice(line.head)
    line.head = 0
  }
}

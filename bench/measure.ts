/** Medians of interleaved rounds: every alternative runs once a round, so that a change of the machine's speed meets them all. */
export interface Alternative {
  readonly name: string
  readonly run: () => void | Promise<void>
}

export interface Measured {
  readonly name: string
  /** Milliseconds. */
  readonly median: number
  readonly minimum: number
  readonly maximum: number
}

export async function measure(alternatives: readonly Alternative[], rounds: number, warmUps = 1): Promise<Measured[]> {
  const times = alternatives.map((): number[] => [])
  for (let round = -warmUps; round < rounds; round++) {
    for (const [index, alternative] of alternatives.entries()) {
      const startedAt = performance.now()
      await alternative.run()
      if (round >= 0) times[index]!.push(performance.now() - startedAt)
    }
  }
  return alternatives.map(({ name }, index) => {
    const sorted = times[index]!.sort((a, b) => a - b)
    return { name, median: sorted[sorted.length >> 1]!, minimum: sorted[0]!, maximum: sorted.at(-1)! }
  })
}

/** A table with the ratio of each to the first. */
export function print(title: string, measured: readonly Measured[]): void {
  console.log(`\n${title}`)
  const width = Math.max(...measured.map(({ name }) => name.length))
  for (const { name, median, minimum, maximum } of measured) {
    const ratio = (median / measured[0]!.median).toFixed(2)
    console.log(`  ${name.padEnd(width)}  ${median.toFixed(2).padStart(9)} ms  (${minimum.toFixed(2)} to ${maximum.toFixed(2)})  ${ratio} ×`)
  }
}

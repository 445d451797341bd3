const UNIT_SECONDS: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600 }
const DURATION = /^\s*(-?\d+(?:\.\d+)?)\s*(ms|s|m|h|hz)\s*$/i

/** Seconds of a duration as a user writes it; `undefined` where it can't be read. Zero and less are returned as they are. */
export function durationSeconds(duration: unknown): number | undefined {
  if (typeof duration === 'number') return Number.isNaN(duration) ? undefined : duration
  if (typeof duration !== 'string') return undefined
  const [, amount, unit] = DURATION.exec(duration) ?? []
  if (amount === undefined || unit === undefined) return undefined
  if (unit.toLowerCase() !== 'hz') return Number(amount) * UNIT_SECONDS[unit.toLowerCase()]!
  return Number(amount) === 0 ? 0 : 1 / Number(amount)
}

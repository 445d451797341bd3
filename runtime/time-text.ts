/** `90 s`, `1.5 s`, `12 ms`, `0.25 ms`. */
export function durationText(ms: number): string {
  if (ms >= 1000) return `${round(ms / 1000)} s`
  return `${ms >= 10 ? Math.round(ms) : round(ms)} ms`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

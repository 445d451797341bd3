/** `90 s`, `1.5 s`, `12 ms`, `0.25 ms`, `0.001 ms`. */
export function durationText(ms: number): string {
  if (ms >= 1000) return `${round(ms / 1000)} s`
  return `${ms >= 10 ? Math.round(ms) : round(ms)} ms`
}

function round(value: number): number {
  // What is less than can be seen so is still not nothing.
  return value < 0.01 ? Number(value.toPrecision(2)) : Math.round(value * 100) / 100
}

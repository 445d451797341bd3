const UNITS = ['a', 'b', 'é', '漢', '\u{1f600}']
const unitOf = (count: number): string => UNITS[Math.trunc(count) % UNITS.length]!

/** One unit from end to end; which one follows from how many there are. Every other text is one of few. */
export function textOf(n: number): string {
  const count = (n * 7919) % (n % 2 === 0 ? 70 : 2000)
  return unitOf(count).repeat(count)
}

export const isText = (text: string): boolean => [text.length, text.length / 2].some((count) => text === unitOf(count).repeat(count))

// Text of a generated line was replaced by longer or shorter text: what stands behind it moves in the source map.

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const CONTINUES = 32

/** At `column` of `line` (both from 0) `delta` columns were put in, or taken out where negative. */
export interface Shift {
  readonly line: number
  readonly column: number
  readonly delta: number
}

/**
 * The `mappings` of a source map after the shifts, which are given in the columns from before any of them.
 * Columns are written as differences, so that only the first segment behind each shift changes.
 */
export function shiftMappings(mappings: string, shifts: readonly Shift[]): string {
  const lines = mappings.split(';')
  for (const shift of shifts.toSorted((a, b) => b.column - a.column)) {
    const line = lines[shift.line]
    if (line) lines[shift.line] = shiftLine(line, shift)
  }
  return lines.join(';')
}

function shiftLine(line: string, { column, delta }: Shift): string {
  const segments = line.split(',')
  let at = 0
  for (const [index, segment] of segments.entries()) {
    const { value, length } = readFirst(segment)
    at += value
    if (at <= column) continue
    segments[index] = writeFirst(value + delta) + segment.slice(length)
    break
  }
  return segments.join(',')
}

function readFirst(segment: string): { value: number; length: number } {
  let bits = 0
  for (let length = 0; ; length++) {
    const digit = DIGITS.indexOf(segment.charAt(length))
    bits |= (digit & (CONTINUES - 1)) << (5 * length)
    if (digit < CONTINUES) return { value: bits & 1 ? -(bits >> 1) : bits >> 1, length: length + 1 }
  }
}

function writeFirst(value: number): string {
  let bits = value < 0 ? (-value << 1) | 1 : value << 1
  let text = ''
  do {
    const digit = bits & (CONTINUES - 1)
    bits >>>= 5
    text += DIGITS.charAt(bits > 0 ? digit | CONTINUES : digit)
  } while (bits > 0)
  return text
}

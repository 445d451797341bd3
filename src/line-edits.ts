import { type Shift, shiftMappings } from './source-map-shift.ts'

/** Code and the text of its source map. */
export interface Mapped {
  readonly code: string
  readonly map: string | undefined
}

/** `undefined` leaves the match as it is. */
type Replace = (match: RegExpExecArray, line: number) => string | undefined

/** Replaces every match, none of which spans lines, and keeps the source map true. */
export function replaceInLines({ code, map }: Mapped, pattern: RegExp, replace: Replace): Mapped {
  const shifts: Shift[] = []
  const lines = code.split('\n').map((text, line) => {
    let done = 0
    let edited = ''
    for (const match of text.matchAll(pattern)) {
      const replaced = replace(match, line)
      if (replaced === undefined) continue
      edited += text.slice(done, match.index) + replaced
      done = match.index + match[0].length
      shifts.push({ line, column: match.index, delta: replaced.length - match[0].length })
    }
    return edited + text.slice(done)
  })
  if (shifts.length === 0) return { code, map }
  return { code: lines.join('\n'), map: map === undefined ? undefined : shiftedMap(map, shifts) }
}

function shiftedMap(map: string, shifts: readonly Shift[]): string {
  const parsed = JSON.parse(map) as { mappings: string }
  return `${JSON.stringify({ ...parsed, mappings: shiftMappings(parsed.mappings, shifts) }, null, 2)}\n`
}

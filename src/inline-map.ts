// A module may carry its source map at its end.
import type { Mapped } from './line-edits.ts'

const INLINE_MAP = /\n\/\/# sourceMappingURL=data:application\/json;[^,\n]*base64,([\w+/=]+)\s*$/

/** The text of a module and the map that stands at its end. */
export function separateMap(code: string): Mapped {
  const found = INLINE_MAP.exec(code)
  if (!found) return { code, map: undefined }
  return { code: `${code.slice(0, found.index)}\n`, map: Buffer.from(found[1]!, 'base64').toString() }
}

export function withInlineMap({ code, map }: Mapped): string {
  if (map === undefined) return code
  return `${code}//# sourceMappingURL=data:application/json;charset=utf-8;base64,${Buffer.from(map).toString('base64')}\n`
}

/** A map of one source with the text of it, for who does not read that from the disk. */
export function withContent(map: string, text: string): string {
  return JSON.stringify({ ...(JSON.parse(map) as object), sourcesContent: [text] })
}

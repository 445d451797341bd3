// JSON of other tools, as people write it, and its parts where they may be anything.
import { readText } from './source-text.ts'

/** JSON with comments and trailing commas. What can't be read counts as empty: the tool it belongs to reports it. */
export function readJson(file: string): Record<string, unknown> {
  const text = readText(file).replace(/^\uFEFF/, '')
  const plain = text
    .replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[^]*?\*\//g, (_, string: string | undefined) => string ?? '')
    .replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, (_, string: string | undefined) => string ?? '')
  try {
    return record(JSON.parse(plain))
  } catch {
    return {}
  }
}

export const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
export const list = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === 'string')

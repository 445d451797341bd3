// In: a text and edits of it. Out: the edited text with its source map. Must not know what an edit is for.

import { MagicString } from 'magic-string'
import type { Edit } from '../model.ts'

export interface TextParts {
  readonly before?: string
  readonly after?: string
}

/** The edited text with an inline source map; `source` is the name of the original in the map. */
export function applyEdits(text: string, source: string, edits: readonly Edit[], { before = '', after = '' }: TextParts = {}): string {
  const out = new MagicString(text)
  const replaced = edits.filter((edit) => edit.kind === 'replace')
  const covers = (start: number, end: number): boolean => replaced.some((edit) => edit.start <= start && end <= edit.end && edit.end > edit.start)
  const wraps = edits.filter((edit) => edit.kind === 'wrap')
  // Inner ones first: the opener of an outer one comes to stand before theirs, its closer behind.
  for (const edit of wraps.sort((a, b) => a.end - a.start - (b.end - b.start) || Number(a.ofStatements ?? false) - Number(b.ofStatements ?? false))) {
    if (edit.open) out.prependRight(edit.start, apart(text, edit.start, edit.open))
    if (edit.close) out.appendLeft(edit.end, edit.close)
  }
  for (const edit of edits) if (edit.kind === 'insert') out.appendLeft(edit.at, edit.text)
  for (const edit of replaced) {
    if (edit.text === '') out.remove(edit.start, edit.end)
    else out.update(edit.start, edit.end, apart(text, edit.start, edit.text))
  }
  for (const edit of edits) if (edit.kind === 'remove' && edit.end > edit.start && !covers(edit.start, edit.end)) out.remove(edit.start, edit.end)
  for (const edit of edits) if (edit.kind === 'move') out.move(edit.start, edit.end, edit.to)
  // On the first line, so that line numbers of the original and the edited text stay alike. A hashbang keeps its place.
  const hashbang = /^#!.*\r?\n/.exec(text)?.[0].length ?? 0
  if (before) out.appendRight(hashbang, before)
  if (after) out.append(after)
  const map = out.generateMap({ source, hires: 'boundary', includeContent: false })
  // As `map.toUrl()` writes it, in a tenth of the time.
  return `${out.toString()}\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,${Buffer.from(map.toString()).toString('base64')}\n`
}

// --- internal ---

const WORD_BEFORE = /[\p{ID_Continue}$]$/u
const WORD_AFTER = /^[\p{ID_Start}$_]/u

/** `return++this.n` and `await(x)` need no space; what takes the place of their operand does. */
function apart(text: string, at: number, inserted: string): string {
  return WORD_AFTER.test(inserted) && WORD_BEFORE.test(text.slice(Math.max(0, at - 2), at)) ? ` ${inserted}` : inserted
}

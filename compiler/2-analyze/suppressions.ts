// In: a parsed file. Out: which warnings its comments `taskbrain-disable-next-line <code>` are against, and on which line.
// Must not know what will be reported.

import type { ts } from 'ts-morph'
import { placeOf } from '../log.ts'
import type { Suppression } from '../model.ts'
import { commentsBelow } from './comments.ts'

const KEYWORD = 'taskbrain-disable-next-line'

/** `// taskbrain-disable-next-line code, other-code -- why`. Several such lines above one another are all for the line below them. */
export function readSuppressions(tree: ts.SourceFile): Suppression[] {
  const { text } = tree
  if (!text.includes(KEYWORD)) return []
  const comments = commentsBelow(tree).flatMap((comment) => {
    const found = new RegExp(`^(?:\\/\\/+|\\/\\*+)\\s*${KEYWORD}(?![\\w-])`).exec(comment.text)
    return found ? [{ ...comment, codesAt: comment.start + found[0].length, lastLine: placeOf(text, comment.end).line }] : []
  })
  const ownLines = new Set(comments.map(({ lastLine }) => lastLine))
  return comments.flatMap(({ start, end, codesAt, lastLine }) => {
    let line = lastLine + 1
    while (ownLines.has(line)) line++
    const codes = [...text.slice(codesAt, end).replace(/(?:^|\s)--\s.*|\*\/$/gs, '').matchAll(/[^\s,]+/g)]
    if (codes.length === 0) return [{ code: '', line, start, end }]
    return codes.map(([code], index) => ({ code, line, start: codesAt + codes[index]!.index, end: codesAt + codes[index]!.index + code.length }))
  })
}

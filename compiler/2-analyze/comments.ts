// In: a syntax tree. Out: its comments. Text inside strings, templates and JSX is never one. Must not look at what they say.

import { ts } from 'ts-morph'
import type { Stretch } from '../model.ts'

export interface Comment extends Stretch {
  /** With its signs. */
  readonly text: string
  /** The token that it stands before. */
  readonly token: ts.Node
}

/** Every comment below a node, each once: trivia before a token. */
export function commentsBelow(node: ts.Node): Comment[] {
  const text = node.getSourceFile().text
  const found = new Map<number, Comment>()
  const visit = (token: ts.Node): void => {
    const children = token.getChildren()
    if (children.length > 0) return children.forEach(visit)
    // A template's middle and a JSX text are tokens whose own text is no trivia; getFullStart stops before them.
    if (token.kind === ts.SyntaxKind.JsxText) return
    const collect = (start: number, end: number): void => {
      if (!found.has(start)) found.set(start, { start, end, text: text.slice(start, end), token })
    }
    ts.forEachLeadingCommentRange(text, token.getFullStart(), collect)
    ts.forEachTrailingCommentRange(text, token.getFullStart(), collect)
  }
  visit(node)
  return [...found.values()]
}

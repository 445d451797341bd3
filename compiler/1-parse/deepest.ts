// In: the text of a file whose syntax is nested too deep to be walked by recursion. Out: where it is deepest. Must not recur.

import { ts } from 'ts-morph'
import { scriptKindOf } from './script-kind.ts'

/** An offset in a text, and how deep the syntax is there: `Infinity` where it is too deep to be parsed. */
export interface Depth {
  readonly depth: number
  readonly at: number
}

export function deepestPlace(path: string, text: string): Depth {
  try {
    return deepestNode(ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, false, scriptKindOf(path)))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    // The parser itself recurs where no binary operator parts its operands.
    return { depth: Infinity, at: deepestBracket(text) }
  }
}

// --- internal ---

function deepestNode(tree: ts.SourceFile): Depth {
  let nodes: readonly ts.Node[] = [tree]
  let deepest: ts.Node = tree
  let depth = 0
  for (; nodes.length > 0; depth++) {
    deepest = nodes[0]!
    nodes = nodes.flatMap(childrenOf)
  }
  return { depth, at: deepest.getStart(tree) }
}

function childrenOf(node: ts.Node): readonly ts.Node[] {
  const children: ts.Node[] = []
  ts.forEachChild(node, (child) => void children.push(child))
  return children
}

/** `a ? b : c ? d : …` nests without brackets, to the end of its statement. */
function deepestBracket(text: string): number {
  const outer: number[] = []
  let depth = 0
  let deepest = { depth: 0, at: 0 }
  for (const { 0: sign, index } of text.matchAll(/[()[\]{}?,;]|(?<=[\w$)\]}'"`])\n(?=\s*[\w$])/g)) {
    if (')]}'.includes(sign)) depth = outer.pop() ?? 0
    else if (',;\n'.includes(sign)) depth = outer.length === 0 ? 0 : outer.at(-1)! + 1
    else {
      if (sign !== '?') outer.push(depth)
      depth += 1
      if (depth > deepest.depth) deepest = { depth, at: index }
    }
  }
  return deepest.at
}

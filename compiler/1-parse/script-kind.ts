// In: the name of a module. Out: what its text is parsed as.

import { ts } from 'ts-morph'

export function scriptKindOf(path: string): ts.ScriptKind {
  if (!/\.[cm]?tsx?$/.test(path)) return ts.ScriptKind.JSX
  return path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS
}

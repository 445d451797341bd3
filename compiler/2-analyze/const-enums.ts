// In: a statement at the top level of a module. Out: the edit by which `declare const enum` becomes one that is made. TypeScript puts
// its values where they are used; a bundler does so too, but drops what is only declared.

import { ts } from 'ts-morph'
import { hasModifier } from '../1-parse/imports.ts'
import type { Edit } from '../model.ts'

export const DECLARED_CONST_ENUM = /\bdeclare\s+const\s+enum\b/

export function isDeclaredConstEnum(statement: ts.Node): statement is ts.EnumDeclaration {
  return ts.isEnumDeclaration(statement) && hasModifier(statement, ts.SyntaxKind.DeclareKeyword) && hasModifier(statement, ts.SyntaxKind.ConstKeyword)
}

export function constEnumEdits(statement: ts.Node): Edit[] {
  if (!isDeclaredConstEnum(statement)) return []
  const keywords = ts.getModifiers(statement)!
  const index = keywords.findIndex(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword)
  return [{ kind: 'remove', start: keywords[index]!.getStart(), end: keywords[index + 1]!.getStart() }]
}

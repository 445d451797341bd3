// In: a statement at the top level of a module. Out: edits by which its class keeps the name it has in the source. A bundler renames
// a class that mentions itself, and one whose name another module has too; values of registered types travel by that name.

import { ts } from 'ts-morph'
import { hasModifier } from '../1-parse/imports.ts'
import type { Edit } from '../model.ts'

export const REGISTRATION = 'addSerializableType'

export function classNameEdits(statement: ts.Node, prefix: string): Edit[] {
  if (!ts.isClassDeclaration(statement) || !statement.name || hasModifier(statement, ts.SyntaxKind.DeclareKeyword)) return []
  const hasOwnName = statement.members.some((member) => hasModifier(member, ts.SyntaxKind.StaticKeyword) && member.name?.getText() === 'name')
  return hasOwnName ? [] : [{ kind: 'insert', at: statement.members.pos, text: ` static { ${prefix}.named(this, '${statement.name.text}') }` }]
}

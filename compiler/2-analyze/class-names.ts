// In: a statement at the top level of a module. Out: edits by which its class keeps the name it has in the source, and by which its
// instances are known on every thread. A bundler renames a class that mentions itself, and one whose name another module has too;
// instances travel by the name and the file of their class.

import { ts } from 'ts-morph'
import { hasModifier } from '../1-parse/imports.ts'
import type { Edit } from '../model.ts'
import { quoted } from '../quoted.ts'

export const REGISTRATION = 'addSerializableType'

/** `file` is what the module is known as. */
export function classNameEdits(statement: ts.Node, prefix: string, file: string): Edit[] {
  if (!isNamedClass(statement)) return []
  const hidden = hiddenMember(statement)
  const parts = [statement.name.text, file, ...(hidden ? [shownMember(hidden)] : [])].map(quoted)
  return [{ kind: 'insert', at: statement.members.pos, text: ` static { ${prefix}.named(this, ${parts.join(', ')}) }` }]
}

/** Whether instances of a class can be known by its name. */
export function isNamedClass(node: ts.Node): node is ts.ClassDeclaration & { readonly name: ts.Identifier } {
  if (!ts.isClassDeclaration(node) || !node.name || hasModifier(node, ts.SyntaxKind.DeclareKeyword)) return false
  return !node.members.some((member) => hasModifier(member, ts.SyntaxKind.StaticKeyword) && member.name?.getText() === 'name')
}

/** The first member of instances that is in no property of theirs: no copy that is made from outside has it. */
export function hiddenMember(node: ts.ClassLikeDeclaration): (ts.ClassElement & { readonly name: ts.PropertyName }) | undefined {
  return node.members.find((member): member is ts.ClassElement & { readonly name: ts.PropertyName } =>
    member.name !== undefined && !hasModifier(member, ts.SyntaxKind.StaticKeyword)
    && (ts.isPrivateIdentifier(member.name) || hasModifier(member, ts.SyntaxKind.AccessorKeyword)))
}

/** `#secret`, `accessor score` */
export function shownMember(member: ts.ClassElement & { readonly name: ts.PropertyName }): string {
  return `${ts.isPrivateIdentifier(member.name) ? '' : 'accessor '}${member.name.getText()}`
}

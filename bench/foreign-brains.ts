/** Makes brains of the classes of a foreign file that can be ones: they extend Brain, and the first fitting method of each is a task. */
import { ts } from 'ts-morph'
import { BRAIN_MEMBERS } from '../src/contract/names.ts'

export interface MadeBrains {
  readonly brains: readonly string[]
  readonly text: string
}

interface Insert {
  readonly at: number
  readonly text: string
}

const RESERVED = new Set<string>(BRAIN_MEMBERS)

/** `undefined` where no class can be one. */
export function brainsOf(path: string, text: string): MadeBrains | undefined {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const made = file.statements.filter(ts.isClassDeclaration).flatMap((node) => {
    const inserts = insertsFor(node, text)
    return inserts ? [{ brain: node.name!.text, inserts }] : []
  })
  if (made.length === 0) return undefined
  const inserts: Insert[] = [{ at: 0, text: "import { Brain as ForeignBrain } from 'taskbrain'\n" }, ...made.flatMap((each) => each.inserts)]
  const edited = inserts.sort((a, b) => b.at - a.at).reduce((before, { at, text: more }) => before.slice(0, at) + more + before.slice(at), text)
  return { brains: made.map(({ brain }) => brain), text: edited }
}

function insertsFor(node: ts.ClassDeclaration, text: string): readonly Insert[] | undefined {
  if (!node.name || !isExported(node) || node.heritageClauses?.some(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)) return undefined
  if (node.members.some((member) => RESERVED.has(member.name?.getText() ?? ''))) return undefined
  const constructors = node.members.filter(ts.isConstructorDeclaration)
  const method = node.members.find((member): member is ts.MethodDeclaration => ts.isMethodDeclaration(member) && isTask(member, node))
  if (!method || constructors.length > 1 || constructors.some(({ body }) => !body)) return undefined
  return [
    { at: node.typeParameters ? text.indexOf('>', node.typeParameters.end) + 1 : node.name.end, text: ' extends ForeignBrain' },
    { at: method.getStart(), text: '@ForeignBrain.task({ process: true, runOnStart: false })\n  ' },
    ...constructors.map(({ body }) => ({ at: body!.getStart() + 1, text: ' super();' })),
  ]
}

const isExported = (node: ts.ClassDeclaration): boolean =>
  !!node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) && !node.modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword || kind === ts.SyntaxKind.AbstractKeyword)

/** Public, of the instance, with a plain name; nothing else in the class calls it, and of fields it touches only those that have an initial value. */
function isTask(member: ts.MethodDeclaration, node: ts.ClassDeclaration): boolean {
  if (!member.body || member.asteriskToken || member.modifiers?.some(({ kind }) => kind !== ts.SyntaxKind.AsyncKeyword && kind !== ts.SyntaxKind.PublicKeyword)) return false
  if (!ts.isIdentifier(member.name) || node.members.filter((other) => other.name?.getText() === member.name.getText()).length > 1) return false
  if (new RegExp(`this\\.${member.name.text}\\b`).test(node.getText())) return false
  const used = [...member.body.getText().matchAll(/\bthis\.([#\w$]+)/g)].map(([, name]) => name!)
  return !/\bthis\b(?!\.)/.test(member.body.getText()) && used.every((name) => node.members.some((other) => other.name?.getText() === name && ts.isPropertyDeclaration(other) && other.initializer && !/^[#_]/.test(name)))
}

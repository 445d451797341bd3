// In: the name and the text of a file. Out: whether it is worth parsing. Must not parse, and must be linear: it sees every file of a project.

/** What a module is called. */
export const SCRIPT = /\.[cm]?[jt]sx?$/

const NAME = /[\w$]+/g
const WORDS = /\bextends\b|\.task\b/

/** Whether a file may declare a brain: a class that has tasks or extends something, in a file that names taskbrain, imports from its own project or extends what it imports. */
export function mayHoldBrain(text: string): boolean {
  if (!WORDS.test(text)) return false
  return text.includes('taskbrain') || /\bimport\b[^;'"]*['"](?:\.|#|@\/|~)/.test(text) || extendsImported(text)
}

function extendsImported(text: string): boolean {
  const imported = new Set([...text.matchAll(/\bimport\b([^;'"]*)['"]/g)].flatMap(([, clause]) => clause!.match(NAME) ?? []))
  const heads = [...text.matchAll(/\bclass\b([^{;]*)/g)].map(([, head]) => head!)
  return imported.size > 0 && heads.some((head) => [...head.matchAll(/\bextends\s+([\w$]+)/g)].some(([, base]) => imported.has(base!)))
}

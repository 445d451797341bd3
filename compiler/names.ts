/** The name by which the compiler knows a default export that has none. */
export const DEFAULT_NAME = '*default*'

/** Whether a file is the source of a package: read as those of the project are, but its main module is the one that the package was built with. */
export const isOfPackage = (path: string): boolean => path.includes('/node_modules/')

/** What a statement touches that registers serialisable types. */
export const REGISTRATIONS = '*registrations*'

/** What a statement sets that changes what all values of a kind inherit. */
export const EVERYBODY = '*everybody*'

/** What emitted code joins to the prefix of a file: `$.assign`, `$value`, `$RobotState`. */
const JOINED = '(?:value\\d*|part|key|error|loop|result|default|brain|worker|[\\w$]+(?:State|Base))?'

/** What the names of emitted code begin with, so that none of them is a name of the file. Linear; may pass over a prefix that is free. */
export function freePrefix(text: string): string {
  const isFree = (prefix: string): boolean => !new RegExp(`(?<![\\w$'"\`]|(?<!\\.\\.)\\.)${prefix.replaceAll('$', '\\$')}${JOINED}(?![\\w$'"{])`).test(text)
  return ['$', '$tb', '$taskbrain', '$taskbrain_'].find(isFree) ?? '$taskbrain__'
}

/** A task may be called `'../a'`: as a part of the name of a file, what would lead elsewhere or can't stand there is written otherwise. */
export function fileWord(name: string): string {
  return name.replace(/[\p{Cc}"'`/\\:*?<>|%~]/gu, (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** The name of a list that a mistyped word most likely means; empty where none is near. */
export function closest(word: string, names: readonly string[]): string {
  const limit = Math.max(1, Math.floor(word.length / 3))
  let best = ''
  let bestDistance = limit + 1
  for (const name of names) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [name, distance]
  }
  return best
}

/** Insertions, deletions and replacements that turn one text into the other. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length]!
}

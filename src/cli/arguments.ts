import { parseArgs } from 'node:util'
import { UsageError } from '../config.ts'

/** One flag of a command. */
export interface Flag {
  readonly type: 'boolean' | 'string'
  /** Name of its value in the help, such as `DIR`. */
  readonly value?: string
  readonly help: string
  readonly short?: string
}

export interface CommandLine {
  readonly positionals: readonly string[]
  /** What is the program's own. */
  readonly rest: readonly string[]
  text(flag: string): string | undefined
  has(flag: string): boolean
}

/** Throws UsageError for a flag that is not in the table, that has a value too many or too few, or that is given twice with one. `elsewhere` says where other flags belong. */
export function parseCommandLine(args: readonly string[], flags: Readonly<Record<string, Flag>>, elsewhere = ''): Omit<CommandLine, 'rest'> {
  const options = Object.fromEntries(Object.entries(flags).map(([name, { type, short }]) => [name, short ? { type, short } : { type }]))
  const { tokens, values, positionals } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true })
  const given = new Set<string>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined
    if (!flag) throw new UsageError(`There is no flag ${token.rawName}.${didYouMean(token.name, Object.keys(flags), '--') || elsewhere}`)
    if (flag.type === 'boolean' && token.value !== undefined) throw new UsageError(`${token.rawName} takes no value.`)
    if (flag.type === 'string' && (token.value === undefined || isFlag(token))) {
      throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${flag.value}.`)
    }
    if (flag.type === 'string' && given.has(token.name)) throw new UsageError(`${token.rawName} is given twice.`)
    given.add(token.name)
  }
  return {
    positionals,
    text: (name) => {
      const value = values[name]
      return typeof value === 'string' ? value : undefined
    },
    has: (name) => values[name] === true,
  }
}

/** What stands before the first word that is no flag, and from there on: that is the business of the program which is named there. */
export function splitAtProgram(args: readonly string[], flags: Readonly<Record<string, Flag>>): readonly [own: readonly string[], program: readonly string[]] {
  let at = 0
  while (args[at]?.startsWith('-')) {
    const takesNext = Object.entries(flags).some(([name, { type }]) => type === 'string' && args[at] === `--${name}`)
    at += takesNext ? 2 : 1
  }
  return [args.slice(0, at), args.slice(at)]
}

/** `--root --json` left the value out; `--root=--json` means it. */
const isFlag = (token: { value?: string | undefined; inlineValue?: boolean | undefined }): boolean =>
  token.inlineValue !== true && token.value !== undefined && token.value.startsWith('-')

/** ` Did you mean --root?` for the nearest known word, or nothing. */
export function didYouMean(word: string, known: readonly string[], prefix = ''): string {
  const [nearest] = known
    .map((candidate) => ({ candidate, steps: editDistance(word, candidate) }))
    .sort((a, b) => a.steps - b.steps)
  if (!nearest || nearest.steps > Math.max(1, Math.floor(word.length / 2))) return ''
  return ` Did you mean ${prefix}${nearest.candidate}?`
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1]
    for (const [column, other] of [...b].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

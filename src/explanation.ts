// What `taskbrain explain` says, as text. Writes nothing.
import type { AttributeExplanation, BrainExplanation, KeptImport, KeptPart, TaskExplanation } from '../compiler/index.ts'
import type { Finding } from '../compiler/log.ts'
import type { Paint } from './report.ts'
import { whenText } from './task-text.ts'

/** A program that gets the diagnostic, and what is said of it. */
export interface DiagnosticExample {
  readonly files: readonly { readonly path: string; readonly text: string }[]
  readonly output: string
}

export interface CodeExplanation extends Finding {
  readonly example: DiagnosticExample | undefined
}

export function codeExplanationText({ code, severity, message, hint, example }: CodeExplanation, paint: Paint): string {
  const head = [`${paint('bold', code)}  ${paint(severity === 'error' ? 'red' : 'yellow', severity)}`, '', message, paint('cyan', hint)]
  if (!example) return head.join('\n')
  const sources = example.files.flatMap(({ path, text }) => ['', `  ${paint('dim', path)}`, ...shortened(text).map((line) => `    ${line}`.trimEnd())])
  const output = example.output.split('\n').map((line) => `    ${line}`.trimEnd())
  return [...head, '', 'For example,', ...sources, '', 'gives', '', ...output].join('\n')
}

const EXAMPLE_LINES = 30

function shortened(text: string): readonly string[] {
  const lines = text.trimEnd().split('\n')
  return lines.length <= EXAMPLE_LINES ? lines : [...lines.slice(0, 8), `… ${lines.length - 8} more lines`]
}

export function brainExplanationText(brain: BrainExplanation, outDir: string, paint: Paint): string {
  const bases = brain.bases.length === 0 ? '' : ` extends ${brain.bases.join(' extends ')}`
  return [
    `${paint('bold', brain.name)}${bases}  ${brain.file} → ${outDir}/${brain.module}`,
    ...titled('Attributes', brain.attributes.length === 0 ? [] : columns(brain.attributes.map((attribute) => attributeRow(attribute, brain.tasks))), paint),
    ...titled('Tasks', brain.tasks.flatMap((task) => taskRows(task, brain, paint)), paint),
  ].join('\n')
}

const titled = (title: string, rows: readonly string[], paint: Paint): readonly string[] =>
  rows.length === 0 ? [] : ['', paint('underline', title), ...rows.map((row) => `  ${row}`)]

function attributeRow({ name, shared, type, mainOnlyBecause, inheritedFrom }: AttributeExplanation, tasks: readonly TaskExplanation[]): readonly string[] {
  const from = inheritedFrom === undefined ? '' : ` (from ${inheritedFrom})`
  if (shared === undefined) return [name, 'main only', `${mainOnlyBecause}${from}`]
  const users = usersText(name, tasks)
  return [name, 'shared', `${type === undefined || type === shared ? shared : `${shared}: ${type}`}${from}${users && `, ${users}`}`]
}

/** Who reads and writes an attribute; nothing where no task is seen to. */
function usersText(attribute: string, tasks: readonly TaskExplanation[]): string {
  const who = (how: 'reads' | 'writes' | 'assigns'): readonly string[] => tasks.filter((task) => task[how].includes(attribute)).map((task) => task.name)
  const assigning = who('assigns')
  return [
    ...(who('reads').length > 0 ? [`read by ${who('reads').join(', ')}`] : []),
    ...(who('writes').length > 0 ? [`written by ${who('writes').join(', ')}`] : []),
    ...(assigning.length > 1 ? [`assigned by ${assigning.slice(0, -1).join(', ')} and ${assigning.at(-1)}: the last one stands`] : []),
  ].join('; ')
}

function taskRows(task: TaskExplanation, brain: BrainExplanation, paint: Paint): readonly string[] {
  const details = [
    ...(task.reads.length > 0 ? [['reads', task.reads.join(', ')]] : []),
    ...(task.writes.length > 0 ? [['writes', task.writes.join(', ')]] : []),
    ...holdRows(task, brain),
    ...(task.calls.length > 0 ? [['calls', task.calls.join(', ')]] : []),
    ...(task.handsThisOn ? [['hands on', 'this as a whole: what else is read and written there is not known']] : []),
    ...(task.worker ? [['worker', task.worker.module], ...task.worker.keeps.flatMap((part) => keptRows(part, brain))] : []),
  ]
  const kind = task.kind === 'one-shot' ? '' : task.split ? 'a routine with a setup, ' : 'a routine, '
  const from = task.inheritedFrom === undefined ? '' : ` (from ${task.inheritedFrom})`
  return [
    `${paint('bold', task.name)}  ${task.runsIn}  ${kind}${whenText(task)}${from}  ${paint('dim', task.site)}`,
    ...(details.length === 0 ? [] : columns(details).map((row) => `  ${row}`)),
  ]
}

/** What takes one line is no news. */
function holdRows({ holds }: TaskExplanation, brain: BrainExplanation): readonly (readonly string[])[] {
  const long = holds.filter(({ lines: [first, last] }) => last > first)
  return long.map(({ attributes, file, lines: [first, last], endsAtWait }, index) =>
    [index > 0 ? '' : 'holds', `${attributes.join(', ')} from line ${first} to ${last}${file === brain.file ? '' : ` of ${file}`}${endsAtWait ? ', until something waits' : ''}`])
}

/** The first row of a kind names it. */
function keptRows({ file, classes, declarations, effects, imports }: KeptPart, brain: BrainExplanation): readonly (readonly string[])[] {
  const isAlone = classes.length === 1 && file === brain.file
  const texts = [
    ...classes.map(({ name, members }) => (members.length === 0 ? `class ${name}` : isAlone ? members.join(', ') : `class ${name} { ${members.join(', ')} }`)),
    ...(declarations.length > 0 ? [`declarations ${declarations.join(', ')}`] : []),
    ...effects.map(({ line, text }) => `line ${line}: ${text}`),
    ...imports.map(importText),
  ]
  return texts.map((text, index) => [index > 0 ? '' : file === brain.file ? 'keeps' : `of ${file}`, text])
}

/** `Camera`, `default as three` and `* as fs` as a person writes them. */
function importText({ from, names, onlyFor }: KeptImport): string {
  if (names.length === 0) return `import '${from}'`
  const whole = names.filter((name) => /^(?:default|\*) as /.test(name))
  const named = names.filter((name) => !whole.includes(name))
  const only = onlyFor === undefined ? '' : `  only for ${onlyFor}`
  return `import ${[...whole.map((name) => name.replace(/^default as /, '')), ...(named.length > 0 ? [`{ ${named.join(', ')} }`] : [])].join(', ')} from '${from}'${only}`
}

function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]!))).join('  '))
}

/** What was understood of files, each with what there was to say and with the facts that it rests on; and the same as text. */
import type { Fact, Reading } from './1-parse/facts.ts'
import type { Look } from './2-analyze/file.ts'
import type { Found } from './log.ts'
import type { FileModel } from './model.ts'
import type { ModuleModel } from './state-model.ts'

/** A value with what was found while it was read; none where the stack did not suffice. */
export interface Read<Value> {
  readonly value: Value | undefined
  readonly found: Found
}

/** By path. */
export type ReadingsOf<Value> = Map<string, Reading<Read<Value>>>

export interface Readings {
  /** Whether a file may hold a brain. */
  readonly worth: ReadingsOf<boolean>
  readonly looks: ReadingsOf<Look>
  /** The files that declare what a file imports. */
  readonly origins: ReadingsOf<readonly string[]>
  /** The files with brains of which code that a file leads to may have one. */
  readonly known: ReadingsOf<readonly string[]>
  readonly models: ReadingsOf<FileModel>
  /** The state of modules that workers have. */
  readonly modules: ReadingsOf<ModuleModel>
  /** The mixins, and the shared attributes of classes that extend others, which the models were read for. */
  mixed: string
}

export function newReadings(): Readings {
  return { worth: new Map(), looks: new Map(), origins: new Map(), known: new Map(), models: new Map(), modules: new Map(), mixed: '' }
}

/** Paths below `root` are written as from there. What rests on other places of the disk, or on the type checker, is left out. */
export function textOfReadings(readings: Readings, root: string): string {
  const facts = new Map<string, number>()
  const numberOf = ({ about, of, from, answer }: Fact): number => {
    const fact = JSON.stringify([about, of, from, answer ?? null])
    if (!facts.has(fact)) facts.set(fact, facts.size)
    return facts.get(fact)!
  }
  const written = KINDS.map((kind) => {
    const ofRoot = [...readings[kind]].filter(([path, reading]) => path.startsWith(`${root}/`) && [...reading.facts].every((fact) => isOf(root, fact)))
    return ofRoot.sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, reading]) => [path, reading.value, [...reading.facts].map(numberOf)])
  })
  const { mixed } = readings
  return JSON.stringify({ mixed, facts: [...facts.keys()].map((fact) => JSON.parse(fact) as unknown), written }, (_key, value: unknown) => plain(value, root))
}

/** Throws where the text is none of these. */
export function readingsOfText(text: string, root: string): Readings {
  const { mixed, facts, written } = JSON.parse(text, (_key, value: unknown) => revived(value, root)) as Saved
  const kept = facts.map(([about, of, from, answer]): Fact => ({ about, of, from, answer: answer ?? undefined }))
  const readings: Readings = { ...newReadings(), mixed }
  KINDS.forEach((kind, index) => {
    for (const [path, value, numbers] of written[index]!) {
      const reading = { value, facts: new Set(numbers.map((number) => kept[number]!)) }
      ;(readings[kind] as Map<string, Reading<unknown>>).set(path, reading)
    }
  })
  return readings
}

// --- internal ---

const KINDS = ['worth', 'looks', 'origins', 'known', 'models', 'modules'] as const

interface Saved {
  readonly mixed: string
  readonly facts: readonly (readonly [Fact['about'], string, string, string | null])[]
  /** By kind: path, value, and which facts. */
  readonly written: readonly (readonly (readonly [string, unknown, readonly number[]])[])[]
}

function isOf(root: string, { about, of, from, answer }: Fact): boolean {
  const isPlaced = (path: string | undefined): boolean => !path?.startsWith('/') || path.startsWith(`${root}/`)
  return about !== 'types' && isPlaced(of) && isPlaced(from) && (about !== 'meaning' || isPlaced(answer))
}

/** Begins what stands for a path of the project, a map or a set. */
const MARK = '\0'

function plain(value: unknown, root: string): unknown {
  if (typeof value === 'string') return value.startsWith(`${root}/`) || value.startsWith(MARK) ? MARK + (value.startsWith(MARK) ? value : value.slice(root.length)) : value
  if (value instanceof Map) return { [`${MARK}map`]: [...value] }
  return value instanceof Set ? { [`${MARK}set`]: [...value] } : value
}

function revived(value: unknown, root: string): unknown {
  if (typeof value === 'string' && value.startsWith(MARK)) return value.startsWith(`${MARK}/`) ? root + value.slice(1) : value.slice(1)
  if (typeof value !== 'object' || value === null) return value
  const { [`${MARK}map`]: entries, [`${MARK}set`]: values } = value as Record<string, readonly unknown[]>
  if (entries) return new Map(entries as readonly [unknown, unknown][])
  return values ? new Set(values) : value
}

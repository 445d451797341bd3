// In: the slices of a worker. Out: warnings of module state that it reads, and that decorators fill whose members it lacks. Must not keep those.

import { stateFilledLess } from '../diagnostics.ts'
import { type DiagnosticLog, spanIn } from '../log.ts'
import type { ClassReference, FileModel, Filling, Slice } from '../model.ts'
import { classesOf } from './chain.ts'

export function reportFilledState(slices: readonly Slice[], task: string, log: DiagnosticLog): void {
  const lacking = slices.flatMap((slice) => slice.file.fillings.filter((filling) => lacks(slice, filling)).map((filling) => ({ file: slice.file, filling })))
  const said = new Set<string>()
  for (const { file, filling } of lacking) {
    const { state, of, decorator, readers } = filling
    const key = keyOf(state)
    // What fills a state for one member does not read it for another.
    const isFiller = holds(slices.flatMap((slice) => slice.file.fillings.filter((each) => keyOf(each.state) === key).flatMap(({ fillers }) => fillers)))
    const isReader = holds(readers.filter((reader) => keyOf(reader) === key || !isFiller(reader)))
    if (said.has(key) || !slices.some((slice) => namesUsed(slice, isFiller).some(isReader))) continue
    said.add(key)
    log.add(stateFilledLess(state.name, task, of, decorator), spanIn(file, filling))
  }
}

// --- internal ---

/** Members, and whole classes, come into a worker where something of it needs them. */
function lacks({ file, items, members }: Slice, { start, end }: Filling): boolean {
  const isAround = (stretch: { readonly start: number; readonly end: number }): boolean => stretch.start <= start && end <= stretch.end
  for (const each of classesOf(file)) {
    const index = each.members.findIndex(isAround)
    if (index !== -1 && (each.kind === 'brain' || members.has(each.name))) return !members.get(each.name)?.has(index)
  }
  const item = file.items.findIndex(isAround)
  // Of a brain itself no worker has the decorators.
  return file.items[item]?.kind === 'brain' || !items.has(item)
}

/** What the live code of a slice names of any module; what its decorators name is run and not read. */
function namesUsed({ file, items, members }: Slice, isFiller: (one: ClassReference) => boolean): ClassReference[] {
  const statements = [...items].map((index) => file.items[index]!).filter(({ declares }) => !declares.some((name) => isFiller({ file: file.path, name })))
  const live = classesOf(file).flatMap((each) => each.members.filter((_, index) => members.get(each.name)?.has(index)))
  const names = [...statements.flatMap(({ needs }) => needs.names), ...live.flatMap(({ needs, decoratorNames }) => needs.names.filter((name) => !decoratorNames.includes(name)))]
  return [...new Set(names)].flatMap((name) => originsIn(file, name))
}

function originsIn(file: FileModel, name: string): ClassReference[] {
  return (file.declaredBy.get(name) ?? []).flatMap((index) => {
    const specifier = file.items[index]!.import?.names.find(({ local }) => local === name)
    return specifier ? specifier.origin ?? [] : { file: file.path, name }
  })
}

const keyOf = ({ file, name }: ClassReference): string => `${file}\n${name}`

function holds(list: readonly ClassReference[]): (one: ClassReference) => boolean {
  const keys = new Set(list.map(keyOf))
  return (one) => keys.has(keyOf(one))
}

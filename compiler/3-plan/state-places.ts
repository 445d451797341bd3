// In: a use of a name in a module. Out: the state of a module that it means, and what of that it changes and reads. Must not know which thread does.

import type { Stretch } from '../model.ts'
import type { ModuleModel, ModuleState, PlaceChange, Touch } from '../state-model.ts'
import type { ModuleNames } from './module-reach.ts'

export interface StatePlace {
  readonly owner: ModuleModel
  /** `seen`, `Robot.made`. */
  readonly name: string
  readonly state: ModuleState
  /** The part that is used; none where it is the whole. */
  readonly part: string | undefined
  readonly how: PlaceChange | undefined
}

/** What a use does to a state. `*` is any part of it. */
export interface StateEffect {
  /** With the place where a method does it. */
  readonly changes: ReadonlyMap<string, (Stretch & { readonly module: ModuleModel }) | undefined>
  readonly reads: ReadonlySet<string>
  /** Of the whole. */
  readonly isAssigned: boolean
}

export const keyOf = ({ owner, name }: StatePlace): string => `${owner.path}\n${name}`

export function placeOf(module: ModuleModel, { name, key, how, below }: Touch, names: ModuleNames): StatePlace | undefined {
  const space = names.meaningOf(module, name)
  const isNamespace = space?.name === '*'
  const meant = isNamespace ? key === undefined ? undefined : names.exported(space.file, key) : space
  const owner = meant && names.moduleOf(meant.file)
  if (!owner) return undefined
  const inner = { part: below?.key, how: below?.how ?? (how === 'assigned' ? how : undefined) }
  const field = isNamespace || key === undefined ? undefined : owner.states.get(`${meant.name}.${key}`)
  if (field) return { owner, name: `${meant.name}.${key}`, state: field, ...inner }
  const state = owner.states.get(meant.name)
  return state && { owner, name: meant.name, state, ...(isNamespace ? inner : { part: key, how }) }
}

export function effectOf({ owner, state, part, how }: StatePlace, { isRead, inner }: Touch, names: ModuleNames): StateEffect {
  const read = { reads: new Set(isRead ? [part ?? '*'] : []), isAssigned: false }
  const readWhole = { reads: new Set(isRead ? ['*'] : []), isAssigned: false }
  if (inner || (how === 'assigned' && part === undefined && state.isVariable)) return { ...readWhole, changes: ALL, isAssigned: true }
  if (state.holds !== 'object') return { ...readWhole, changes: how && how !== 'called' && !(how === 'assigned' && part === undefined) ? ALL : NOTHING }
  if (how === 'assigned' || how === 'changed') return { ...read, changes: new Map([[part ?? '*', undefined]]) }
  if (part === undefined) return { ...read, changes: NOTHING, ...(isRead && state.madeOf !== undefined && { reads: readsOfClass(owner, state.madeOf, names) }) }
  if (state.madeOf === undefined) return { ...read, changes: NOTHING }
  const method = methodEffect(owner, state.madeOf, part, names)
  if (method) return { ...read, ...method }
  return how === 'mutated' && isOfContainer(owner, state.madeOf, names) ? { ...readWhole, changes: ALL } : { ...read, changes: NOTHING }
}

/** Whether what one changes another one reads. */
export function meet(parts: Iterable<string>, others: ReadonlySet<string>): boolean {
  if (others.size === 0) return false
  for (const part of parts) if (part === '*' || others.has('*') || others.has(part)) return true
  return false
}

// --- internal ---

const ALL: StateEffect['changes'] = new Map([['*', undefined]])
const NOTHING: StateEffect['changes'] = new Map()

const CONTAINER = /^(Map|Set|Array|\w+Array)$/

/** What a method does itself, and by others of its object; `undefined` where there is none. */
function methodEffect(owner: ModuleModel, className: string, method: string, names: ModuleNames): Pick<StateEffect, 'changes' | 'reads'> | undefined {
  const changes = new Map<string, Stretch & { module: ModuleModel }>()
  const reads = new Set<string>()
  const seen = new Set<string>()
  const queue = [method]
  let isFound = false
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (seen.has(name)) continue
    seen.add(name)
    for (const { module, methods } of classChain(owner, className, names)) {
      const found = methods.get(name)
      if (!found) continue
      isFound ||= name === method
      for (const [part, at] of found.changes) if (!changes.has(part)) changes.set(part, { ...at, module })
      for (const part of found.reads) {
        reads.add(part)
        // It may be an accessor.
        queue.push(part)
      }
      queue.push(...found.calls)
      break
    }
  }
  return isFound ? { changes, reads } : undefined
}

/** What whoever is given an object may find out; of a class that is not known all. */
function readsOfClass(owner: ModuleModel, className: string, names: ModuleNames): ReadonlySet<string> {
  const methods = [...classChain(owner, className, names)].flatMap((each) => [...each.methods.values()])
  return new Set(methods.length === 0 ? ['*'] : methods.flatMap(({ reads }) => reads))
}

function* classChain(owner: ModuleModel, className: string, names: ModuleNames): Generator<{ readonly module: ModuleModel } & NonNullable<ReturnType<ModuleModel['classes']['get']>>> {
  let module: ModuleModel | undefined = owner
  let name: string | undefined = className
  for (let depth = 0; module && name !== undefined && depth < 32; depth++) {
    const meant = names.meaningOf(module, name)
    module = meant && names.moduleOf(meant.file)
    const found = meant && module?.classes.get(meant.name)
    if (!found) return
    yield { module: module!, ...found }
    name = found.base
  }
}

function isOfContainer(owner: ModuleModel, className: string, names: ModuleNames): boolean {
  return [...classChain(owner, className, names)].some(({ base }) => base !== undefined && CONTAINER.test(base))
}

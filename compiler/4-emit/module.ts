// In: a slice. Out: the text of its module: the user's own source with what is not live removed and the few edits made.
// Must not decide what is live.

import { DOORS } from '../../src/contract/names.ts'
import type { BrainModel, BrainPlan, ClassModel, CompiledModule, Edit, FileModel, ImportItem, ImportSpecifier, Item, Member, MixinModel, PlannedTask, Slice, Stretch, TaskModel } from '../model.ts'
import { DEFAULT_NAME, fileWord } from '../names.ts'
import { skipTrivia } from '../trivia.ts'
import { applyEdits } from './edits.ts'

/** `own` are the plans of the brains of the slice's file. */
export function emitModule(slice: Slice, own: readonly BrainPlan[]): CompiledModule {
  const { file } = slice
  const edits = [
    ...file.items.flatMap((item, index) => itemEdits(slice, item, index)),
    ...semicolons(file.source.text, file.items.map((item, index) => ({ of: item, isKept: isKept(slice, item, index) }))),
    ...file.brains.filter((brain) => slice.items.has(brain.item)).flatMap((brain) => brainEdits(slice, brain, own.find((plan) => plan.brain === brain))),
    ...file.mixins.filter((mixin) => slice.items.has(mixin.item)).flatMap((mixin) => mixinEdits(slice, mixin)),
  ]
  const classes = slice.classImports.map((specifier) => `import ${JSON.stringify(specifier)}\n`).join('')
  const exported = slice.exports.size > 0 ? `export { ${[...slice.exports].map((each) => exportText(each, file.prefix)).join(', ')} }\n` : ''
  const after = classes || exported ? `\n${classes}${exported}` : ''
  const code = applyEdits(file.source.text, file.source.name.split('/').at(-1)!, edits, { before: header(slice, own), after })
  return { id: slice.id, kind: slice.kind, source: file.path, code }
}

// --- internal ---

/** What the main process loads. */
const isMain = ({ kind }: Slice): boolean => kind === 'main' || kind === 'mixin'

function header(slice: Slice, own: readonly BrainPlan[]): string {
  const { prefix } = slice.file
  const lines = [`import * as ${prefix} from '${DOORS.internal}'`]
  if (slice.kind === 'main') {
    lines.push(`import { defineBrain as ${prefix}brain } from '${DOORS.engine}'`)
    for (const plan of own) lines.push(`import { state as ${stateName(slice, plan)} } from 'taskbrain:state/${plan.stateId}'`)
  } else if (slice.entry) {
    lines.push(`import { defineWorker as ${prefix}worker } from '${DOORS.worker}'`)
    lines.push(`import { state as ${stateName(slice, slice.entry.plan)} } from 'taskbrain:state/${slice.entry.plan.stateId}'`)
  }
  for (const { slice: id, imported, local } of slice.sliceImports) lines.push(local === '' ? `import 'taskbrain:slice/${id}'` : importText([{ imported, local }], `taskbrain:slice/${id}`))
  for (const { specifier, imported, local } of slice.packageImports) lines.push(importText([{ imported, local }], specifier))
  for (const specifier of slice.bareImports) lines.push(`import ${JSON.stringify(specifier)}`)
  return `${lines.join('; ')}; `
}

function exportText([name, declared]: readonly [string, string], prefix: string): string {
  if (declared === DEFAULT_NAME) return `${prefix}default as ${name}`
  return name === declared ? name : `${declared} as ${quotedIfNeeded(name)}`
}

function stateName(slice: Slice, plan: BrainPlan): string {
  return `${slice.file.prefix}${plan.brain.name}State`
}

function itemEdits(slice: Slice, item: Item, index: number): Edit[] {
  const whole = { kind: 'remove', start: item.start, end: item.end } as const
  if (item.import) return importEdits(slice, item, item.import, index)
  if (!isKept(slice, item, index)) return [whole]
  if (isMain(slice)) return [...item.needs.edits]
  return [...item.needs.edits, ...unexported(slice, item)]
}

function isKept(slice: Slice, item: Item, index: number): boolean {
  if (item.import && !item.import.bare) return (slice.imports.get(index) ?? []).length > 0
  return isMain(slice) || (slice.items.has(index) && item.kind !== 'type' && item.kind !== 'export')
}

interface Part {
  readonly of: Item | Member
  readonly isKept: boolean
  readonly splitEdits?: readonly Edit[]
}

const ENDS_BY_ITSELF = new Set(['method', 'accessor', 'constructor', 'static-block', 'brain'])

/** In a source without semicolons, what comes after something that was removed, or begins otherwise than before, is not to be read as going on with what came before it. */
function semicolons(text: string, parts: readonly Part[]): Edit[] {
  const edits: Edit[] = []
  let isParted = false
  let last: Item | Member | undefined
  for (const { of, isKept, splitEdits } of parts) {
    if (isKept) {
      const start = withoutDecorators(of, text)
      const isGenerator = splitEdits?.some((edit) => edit.kind === 'insert' && edit.at === start) ?? false
      const mayGoOn = isGenerator || ((isParted || start > of.textStart) && /[([`+\-*/]/.test(text[start]!))
      if (last && mayGoOn && text[last.end - 1] !== ';' && !ENDS_BY_ITSELF.has(last.kind)) edits.push({ kind: 'insert', at: last.end, text: ';' })
      last = of
    }
    isParted = !isKept
  }
  return edits
}

/** Where a part begins once the decorators that stand first are gone. */
function withoutDecorators(part: Item | Member, text: string): number {
  const decorators = 'decorators' in part ? part.decorators : []
  if (decorators[0]?.start !== part.textStart) return part.textStart
  return skipTrivia(text, decorators.at(-1)!.end)
}

/** Exports go, and a default export without a name gets the one by which this slice knows it. */
function unexported({ file: { prefix } }: Slice, item: Item): Edit[] {
  if (!item.exportKeywords) return []
  if (item.nameAt !== undefined) return [{ kind: 'remove', ...item.exportKeywords }, { kind: 'insert', at: item.nameAt, text: ` ${prefix}default` }]
  if (item.declares.includes(DEFAULT_NAME)) return [{ kind: 'replace', ...item.exportKeywords, text: `const ${prefix}default = ` }]
  return [{ kind: 'remove', ...item.exportKeywords }]
}

function importEdits(slice: Slice, item: Item, declaration: ImportItem, index: number): Edit[] {
  if (declaration.bare) return slice.items.has(index) ? [] : [{ kind: 'remove', start: item.start, end: item.end }]
  const names = slice.imports.get(index) ?? []
  if (names.length === 0) return [{ kind: 'remove', start: item.textStart, end: item.end }]
  if (isMain(slice) && names.length === declaration.names.length) return [...item.needs.edits]
  return [{ kind: 'replace', start: item.textStart, end: item.end, text: `${importText(names, declaration.specifier, declaration.attributes)}${slice.file.source.text[item.end - 1] === ';' ? ';' : ''}` }]
}

function importText(names: readonly ImportSpecifier[], specifier: string, attributes = ''): string {
  const parts: string[] = []
  const named = names.filter(({ imported }) => imported !== 'default' && imported !== '*')
  for (const { imported, local } of names) {
    if (imported === 'default') parts.unshift(local)
    if (imported === '*') parts.push(`* as ${local}`)
  }
  if (named.length > 0) parts.push(`{ ${named.map(({ imported, local }) => (imported === local ? local : `${quotedIfNeeded(imported)} as ${local}`)).join(', ')} }`)
  return `import ${parts.join(', ')} from ${JSON.stringify(specifier)}${attributes && ` ${attributes}`}`
}

function quotedIfNeeded(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name)
}

/** `plan` is that of the brain: one of a package has none. */
function brainEdits(slice: Slice, brain: BrainModel, plan: BrainPlan | undefined): Edit[] {
  const registration = isMain(slice) ? mainRegistration(slice, plan!) : workerRegistration(slice, brain)
  const edits = memberListEdits(slice, brain, registration)
  if (isMain(slice)) return [...edits, ...brain.mainEdits]
  const base = slice.heritage.get(brain.name)
  if (base) edits.push({ kind: 'replace', ...brain.heritage, text: base })
  return [...edits, ...brain.decorators.map((decorator) => ({ kind: 'remove', ...decorator }) as const)]
}

/** In a worker that uses a mixin for classes that are no brains, these get their initial values there. */
function mixinEdits(slice: Slice, mixin: MixinModel): Edit[] {
  const edits = memberListEdits(slice, mixin, isMain(slice) ? mixinRegistration(slice, mixin) : undefined)
  return isMain(slice) || isWhole(slice, mixin) ? [...edits, ...mixin.mainEdits] : edits
}

const isWhole = (slice: Slice, { name }: ClassModel): boolean => !slice.members.has(name)

function memberListEdits(slice: Slice, brain: BrainModel | MixinModel, registration: string | undefined): Edit[] {
  const live = slice.members.get(brain.name)
  const parts = brain.members.map((member, index) => {
    const isKept = isMemberKept(slice, brain, member, live?.has(index) ?? false)
    return { of: member, isKept, splitEdits: isKept ? splitEditsHere(slice, brain, member) : [] }
  })
  const kept = parts.filter(({ isKept }) => isKept)
  const edits: Edit[] = [...removals(parts), ...kept.flatMap((part) => memberEdits(brain, part)), ...semicolons(slice.file.source.text, parts)]
  // Before what runs with the class and may make a brain of it: `static readonly shared = new Robot()`.
  const runs = kept.find(({ of: { isStatic, kind } }) => isStatic && (kind === 'field' || kind === 'static-block'))?.of
  if (registration) edits.push({ kind: 'insert', at: runs ? runs.start : brain.body.end, text: runs ? `\n${registration}` : `\n${registration}\n` })
  return edits
}

function isMemberKept(slice: Slice, brain: BrainModel | MixinModel, member: Member, isLive: boolean): boolean {
  if (brain.kind === 'mixin' && isWhole(slice, brain)) return true
  return isLive && (isMain(slice) || (member.kind !== 'constructor' && member.kind !== 'type'))
}

/** A worker keeps few members of many: what stands side by side goes at once. */
function removals(parts: readonly Part[]): Edit[] {
  const removed: (Stretch & { end: number })[] = []
  for (const { of, isKept } of parts) {
    const last = removed.at(-1)
    if (isKept) continue
    if (last?.end === of.start) last.end = of.end
    else removed.push({ start: of.start, end: of.end })
  }
  return removed.map((stretch) => ({ kind: 'remove', ...stretch }))
}

function memberEdits(brain: BrainModel | MixinModel, { of: member, splitEdits }: { readonly of: Member; readonly splitEdits: readonly Edit[] }): Edit[] {
  return [
    ...member.decorators.map((decorator) => ({ kind: 'remove', ...decorator }) as const),
    ...(brain.kind === 'brain' && brain.holder !== undefined ? [] : member.needs.edits),
    ...splitEdits,
  ]
}

/** Edits of a task that has a loop, where this is the module that runs it. */
function splitEditsHere(slice: Slice, brain: ClassModel, member: Member): readonly Edit[] {
  const task = brain.tasks.find((candidate) => candidate.name === member.name && candidate.at.start >= member.textStart && candidate.at.end <= member.end)
  const runsHere = task && (isMain(slice) ? !task.process : slice.entry?.task.task === task || isInheritedEntry(slice, brain, task.name))
  return runsHere ? task.splitEdits : []
}

/** The task of this worker stands in a base class, in a slice of its own. */
function isInheritedEntry(slice: Slice, brain: ClassModel, task: string): boolean {
  return slice.kind === 'slice' && slice.id.endsWith(`.${fileWord(task)}.worker`) && brain.tasks.some((candidate) => candidate.name === task && candidate.split)
}

function mainRegistration(slice: Slice, plan: BrainPlan): string {
  const { prefix } = slice.file
  const tasks = plan.tasks.filter((task) => !task.inherited || task.worker !== undefined).map((task) => `      ${JSON.stringify(task.task.name)}: ${taskText(slice, task)},`)
  return [
    '  static {',
    `    ${prefix}brain(this, {`,
    `      id: ${JSON.stringify(plan.brain.id)},`,
    `      state: ${stateName(slice, plan)},`,
    `      unshared: ${JSON.stringify(plan.unshared)},`,
    '      tasks: {',
    ...tasks,
    '      },',
    '    })',
    '  }',
  ].join('\n')
}

/** The class that a mixin makes is no brain: it says what its tasks are, and who applies it where they run. */
function mixinRegistration(slice: Slice, { tasks }: MixinModel): string | undefined {
  if (tasks.length === 0) return undefined
  const lines = tasks.map((task) => `    ${JSON.stringify(task.name)}: { ${[optionsText(slice, task), ...splitText(task), siteText(slice.file, task)].join(', ')} },`)
  return [`  static { ${slice.file.prefix}.tasks(this, {`, ...lines, '  }) }'].join('\n')
}

function taskText(slice: Slice, { task, owner, inherited, worker }: PlannedTask): string {
  const parts: string[] = []
  if (!inherited) parts.push(optionsText(slice, task))
  if (worker !== undefined) parts.push(`worker: new URL('taskbrain:worker/${worker}', import.meta.url)`)
  parts.push(...splitText(task), siteText(owner.file, task))
  return `{ ${parts.join(', ')} }`
}

function optionsText({ file }: Slice, { options }: TaskModel): string {
  return `options: () => (${file.source.text.slice(options.start, options.end)})`
}

const splitText = ({ split }: TaskModel): string[] => (split ? ['split: true'] : [])

function siteText({ source }: FileModel, { place }: TaskModel): string {
  return `site: ${JSON.stringify(`${source.name}:${place.line}:${place.column}`)}`
}

function workerRegistration(slice: Slice, brain: BrainModel): string | undefined {
  if (!slice.entry || slice.entry.plan.brain !== brain) return undefined
  const { plan, task } = slice.entry
  const split = task.task.split ? ', split: true' : ''
  return `  static { ${slice.file.prefix}worker(this, { id: ${JSON.stringify(brain.id)}, task: ${JSON.stringify(task.task.name)}, state: ${stateName(slice, plan)}${split} }) }`
}

// In: the plan of a brain. Out: what it becomes, as data that a person can be told: where each attribute lives and why, where each
// task runs, what its worker keeps, what it reads and writes. Must decide nothing and make no sentences.

import { placeOf } from '../log.ts'
import type { Attribute, BrainPlan, FileModel, HeldStretch, ImportSpecifier, Member, PlannedTask, Slice } from '../model.ts'
import { chainOf, type ChainLink, classesOf, type Files } from './chain.ts'
import { effectOf, reachedFrom } from './effects.ts'
import type { Plan } from './plan.ts'

export interface BrainExplanation {
  readonly id: string
  readonly name: string
  /** The source file, relative to the project's folder. */
  readonly file: string
  /** The main module, below the out dir. */
  readonly module: string
  /** Names of the classes it extends, the nearest first; empty for Brain itself. */
  readonly bases: readonly string[]
  /** In the order of their declaration, inherited ones first. */
  readonly attributes: readonly AttributeExplanation[]
  readonly tasks: readonly TaskExplanation[]
}

export interface AttributeExplanation {
  readonly name: string
  readonly origin: Attribute['origin']
  readonly inheritedFrom?: string
  /** How it is kept in the shared memory; absent for what lives in the main process alone. */
  readonly shared?: 'number' | 'boolean' | 'value' | 'object' | 'typed-array'
  readonly type?: string
  /** Why it lives in the main process alone. */
  readonly mainOnlyBecause?: string
}

export interface TaskExplanation {
  readonly name: string
  /** `src/main.brain.ts:12:3`. */
  readonly site: string
  readonly inheritedFrom?: string
  readonly runsIn: 'thread' | 'main'
  readonly kind: 'routine' | 'one-shot'
  /** Its setup and its loop were parted at the marker. */
  readonly split: boolean
  /** Options as the source says them. */
  readonly runOnStart: string
  readonly refreshRate?: string
  readonly pace?: string
  readonly timeout?: string
  /** Shared attributes that it, or what it calls on `this`, reads and writes. An update counts as both. */
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  /** Those of them that it assigns as a whole without reading them in the same step: of two tasks that do, the last one stands. */
  readonly assigns: readonly string[]
  /** Statements in it, or in what it calls on `this`, that change attributes through other names: other threads wait for these meanwhile. */
  readonly holds: readonly HoldExplanation[]
  /** Tasks that it calls. */
  readonly calls: readonly string[]
  /** It hands `this` on: what is done with it there is not known. */
  readonly handsThisOn: boolean
  readonly worker?: WorkerExplanation
}

export interface HoldExplanation {
  readonly attributes: readonly string[]
  readonly file: string
  /** The first and the last line. */
  readonly lines: readonly [number, number]
  /** It ends at the first `await` on the way. */
  readonly endsAtWait: boolean
}

export interface WorkerExplanation {
  /** Below the out dir. */
  readonly module: string
  /** What it keeps of the brain's own file, then of the files that this takes from. */
  readonly keeps: readonly KeptPart[]
}

export interface KeptPart {
  readonly file: string
  readonly classes: readonly { readonly name: string; readonly members: readonly string[] }[]
  readonly declarations: readonly string[]
  /** Statements that are kept for what they do. */
  readonly effects: readonly { readonly line: number; readonly text: string }[]
  readonly imports: readonly KeptImport[]
}

export interface KeptImport {
  readonly from: string
  readonly names: readonly string[]
  /** The one method or declaration that it is there for; absent where several are, or the task itself. */
  readonly onlyFor?: string
}

export function explainBrain(plan: BrainPlan, { slices }: Plan, files: Files): BrainExplanation {
  const chain = chainOf(plan, files)
  return {
    id: plan.brain.id,
    name: plan.brain.name,
    file: plan.file.source.name,
    module: `${plan.file.output}.js`,
    bases: chain.slice(1).map((link) => link.brain.name),
    attributes: [...attributesOf(chain).values()].map(({ attribute, link }) => explainAttribute(attribute, link, plan)),
    tasks: plan.tasks.map((task) => explainTask(task, chain, slices)),
  }
}

// --- internal ---

interface OwnedAttribute {
  readonly attribute: Attribute
  readonly link: ChainLink
}

function attributesOf(chain: readonly ChainLink[]): Map<string, OwnedAttribute> {
  return new Map(chain.toReversed().flatMap((link) => link.brain.attributes.map((attribute) => [attribute.name, { attribute, link }] as const)))
}

function explainAttribute({ name, origin, share }: Attribute, { brain }: ChainLink, plan: BrainPlan): AttributeExplanation {
  const base = { name, origin, ...(brain !== plan.brain && { inheritedFrom: brain.name }) }
  if (share.kind !== 'shared') return { ...base, mainOnlyBecause: share.why }
  return { ...base, shared: share.field, ...(share.typeText !== undefined && { type: share.typeText }) }
}

function explainTask({ task, owner, inherited, worker }: PlannedTask, chain: readonly ChainLink[], slices: readonly Slice[]): TaskExplanation {
  const reached = reachedFrom(task.name, chain)
  const members = reached.map(({ member }) => member)
  const uses = members.flatMap((member) => member.needs.self.map((use) => ({ use, ...effectOf(use, member) })))
  const shared = [...attributesOf(chain).values()].filter(({ attribute }) => attribute.share.kind === 'shared').map(({ attribute }) => attribute.name)
  const touched = (how: 'reads' | 'writes' | 'assigns'): string[] =>
    shared.filter((name) => uses.some((each) => each.use.name === name && each.use.via === 'this' && each[how]))
  return {
    name: task.name,
    site: `${owner.file.source.name}:${task.place.line}:${task.place.column}`,
    ...(inherited && { inheritedFrom: owner.brain.name }),
    runsIn: task.process ? 'thread' : 'main',
    kind: task.optionTexts.refreshRate === undefined ? 'one-shot' : 'routine',
    split: task.split,
    ...task.optionTexts,
    reads: touched('reads'),
    writes: touched('writes'),
    assigns: touched('assigns'),
    holds: reached.flatMap(({ member, link }) => member.held.map((held) => explainHold(held, link.file))),
    calls: unique(uses.flatMap(({ use }) => (use.name === 'tasks' && use.next ? [use.next.name] : []))).sort(),
    handsThisOn: members.some((member) => member.needs.selfEscapes),
    ...(worker !== undefined && { worker: explainWorker(worker, task.name, slices) }),
  }
}

function explainHold({ names, start, end, waits }: HeldStretch, { source }: FileModel): HoldExplanation {
  return { attributes: names, file: source.name, lines: [placeOf(source.text, start).line, placeOf(source.text, end).line], endsAtWait: waits }
}

function explainWorker(worker: string, task: string, slices: readonly Slice[]): WorkerExplanation {
  const own = slices.filter((slice) => slice.id === worker)
  const others = slices.filter((slice) => slice.id.endsWith(`~${worker}`))
  return { module: `${worker}.js`, keeps: [...own, ...others].map((slice) => keptPart(slice, task)) }
}

function keptPart({ file, items, members, imports, bareImports }: Slice, task: string): KeptPart {
  const kept = [...items].sort((a, b) => a - b).map((index) => ({ item: file.items[index]!, index }))
  const users = [
    ...kept.map(({ item }) => ({ name: item.declares[0] ?? '', needs: item.needs })),
    ...classesOf(file).flatMap((brain) => brain.members.filter((_, index) => members.get(brain.name)?.has(index)).map((member) => ({ name: memberText(member), needs: member.needs }))),
  ]
  const onlyFor = (names: readonly ImportSpecifier[]): { onlyFor?: string } => {
    const [user, ...more] = users.filter(({ needs }) => names.some(({ local }) => needs.names.includes(local)))
    return user && more.length === 0 && user.name !== '' && user.name !== task ? { onlyFor: user.name } : {}
  }
  return {
    file: file.source.name,
    classes: classesOf(file).flatMap((brain) => {
      const live = members.get(brain.name)
      return live ? [{ name: brain.name, members: unique(brain.members.filter((_, index) => live.has(index)).map(memberText)) }] : []
    }),
    declarations: kept.flatMap(({ item }) => (item.kind === 'declaration' ? item.declares : [])).filter((name) => !file.mixins.some((mixin) => mixin.localName === name && members.has(mixin.name))),
    effects: kept.filter(({ item }) => item.kind === 'effect').map(({ item }) => statementIn(file, item)),
    imports: [
      ...kept.flatMap(({ item, index }) => (item.import ? [{ from: item.import.specifier, names: (imports.get(index) ?? []).map(specifierText), ...onlyFor(imports.get(index) ?? []) }] : [])),
      ...bareImports.map((from) => ({ from, names: [] })),
    ],
  }
}

const memberText = (member: Member): string => (member.kind === 'static-block' ? 'static { … }' : member.isStatic ? `static ${member.name}` : member.name)

const specifierText = ({ imported, local }: ImportSpecifier): string => (imported === local ? local : `${imported} as ${local}`)

function statementIn({ source }: FileModel, { textStart, end }: { textStart: number; end: number }): { line: number; text: string } {
  const [first = '', ...more] = source.text.slice(textStart, end).split(/\r?\n/)
  return { line: placeOf(source.text, textStart).line, text: more.length > 0 ? `${first} …` : first }
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)]

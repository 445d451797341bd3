// In: FileModels. Out: what each brain is with all it inherits, and which module is made of which parts. From here on only data, no
// syntax tree. Must not make text.

import { BRAIN_MEMBERS } from '../../src/contract/names.ts'
import { classNotPortable, evalInTask, attributeNotShared, attributeReshaped, attributeUndeclared, blockInMain, brainInFunction, classLoadsMain, mainModuleInWorker, mixinWithoutBrain, outputRepeated, privateFromConstructor, superOfPackage, superOfSplit, taskCalledDirectly, taskOverridden, taskUnknown } from '../diagnostics.ts'
import { type DiagnosticLog, renameFix, type Span, spanIn } from '../log.ts'
import type { ArrivingClass, Attribute, BrainPlan, ClassModel, FileModel, PlannedTask, SelfUse, Slice } from '../model.ts'
import type { ModuleOf } from '../state-model.ts'
import { closest, fileWord, isOfPackage } from '../names.ts'
import { isReshaped } from '../overridden-attributes.ts'
import { type BrainLink, chainOf, type ChainLink, classesOf, type Files } from './chain.ts'
import { reportCopiedState } from './copied-state.ts'
import { reachedFrom } from './effects.ts'
import { reportLostUpdates } from './lost-updates.ts'
import { reportOwnState } from './own-state.ts'
import { reportFilledState } from './filled-state.ts'
import { mainSlice, type SuperCallers } from './main-slice.ts'
import { workerSlices, type LiveMember } from './worker-slice.ts'

export interface Plan {
  readonly brains: readonly BrainPlan[]
  readonly slices: readonly Slice[]
}

export function plan(files: Files, log: DiagnosticLog, moduleOf: ModuleOf): Plan {
  const own = [...files.values()].filter((file) => !isOfPackage(file.path))
  const links = own.flatMap((file) => file.brains.map((brain) => ({ file, brain })))
  const brains = links.map((link) => planBrain(link, files, log))
  reportRepeatedOutputs(files, brains, log)
  for (const link of links) {
    checkMembers(link, files, log)
    reportReshaped(chainOf(link, files), log)
  }
  for (const each of brains) checkSuper(each, files, log)
  reportLostUpdates(brains, files, log)
  const workers = brains.flatMap((brainPlan) => brainPlan.tasks.filter((task) => task.worker !== undefined).map((task) => {
    const { slices, live, arriving, mixedElsewhere } = workerSlices(brainPlan, task, files)
    checkWorker(brainPlan, task, live, slices, files, log)
    reportWaysBack(task, arriving, log)
    for (const mixin of mixedElsewhere) log.add(mixinWithoutBrain(task.task.name, mixin.name, brainPlan.brain.name), spanIn(brainPlan.file, brainPlan.brain.at))
    return { plan: brainPlan, task, slices }
  }))
  const superCallers = superCallersAmong(own)
  const plans = plansByFile(brains)
  const mains = own.filter((file) => classesOf(file).length > 0).map((file) => mainSlice(file, plans.get(file) ?? [], superCallers))
  reportCopiedState({ workers, mains, files }, moduleOf, log)
  return { brains, slices: [...mains, ...workers.flatMap(({ slices }) => slices)] }
}

export function plansByFile(brains: readonly BrainPlan[]): ReadonlyMap<FileModel, readonly BrainPlan[]> {
  const found = new Map<FileModel, BrainPlan[]>()
  for (const plan of brains) {
    const known = found.get(plan.file)
    if (known) known.push(plan)
    else found.set(plan.file, [plan])
  }
  return found
}

// --- internal ---

/** Names called as `super.plan(…)`, each with the classes that do. */
function superCallersAmong(files: readonly FileModel[]): SuperCallers {
  const callers = new Map<string, Set<ClassModel>>()
  for (const each of files.flatMap(classesOf))
    for (const { needs } of each.members)
      for (const { via, name } of needs.self) if (via === 'super') callers.set(name, (callers.get(name) ?? new Set()).add(each))
  return callers
}

function planBrain(link: BrainLink, files: Files, log: DiagnosticLog): BrainPlan {
  const { file, brain } = link
  const chain = chainOf(link, files)
  const attributes = new Map<string, Attribute>()
  const tasks = planTasks(link, chain, log)
  const { holder } = brain
  const lost = holder !== undefined && tasks.find((task) => task.inherited && task.worker !== undefined)
  if (lost) log.add(brainInFunction(brain.name, holder, lost.task.name), spanIn(file, brain.at))
  // What some class makes a property of the instance is one.
  const own = new Map(chain.flatMap(({ brain: each }) => each.attributes.filter(({ origin }) => origin !== 'accessor').map(({ name, origin }) => [name, origin] as const)))
  for (const { brain: each } of [...chain].reverse())
    for (const attribute of each.attributes) attributes.set(attribute.name, { ...attribute, origin: own.get(attribute.name) ?? 'accessor' })
  return {
    file,
    brain,
    stateId: `${file.output}.${brain.name}.state`,
    shared: [...attributes.values()].filter((attribute) => attribute.share.kind === 'shared').map((attribute) => ({
      ...attribute,
      classes: [...attribute.classes, ...(brain.inheritedClasses.get(attribute.name) ?? [])],
    })),
    unshared: [...attributes.values()].filter((attribute) => attribute.share.kind === 'unshared').map((attribute) => attribute.name),
    tasks,
  }
}

/** Own tasks in source order, then those of base classes that nothing nearer replaces. */
function planTasks({ file, brain }: BrainLink, chain: readonly ChainLink[], log: DiagnosticLog): PlannedTask[] {
  const planned = new Map<string, PlannedTask>()
  const words = new Set<string>()
  chain.forEach((owner, depth) => {
    for (const task of owner.brain.tasks) {
      if (planned.has(task.name)) continue
      const replacedBy = chain.slice(0, depth).find((nearer) => nearer.brain.members.some((member) => member.name === task.name && member.kind === 'method'))
      if (replacedBy?.brain === brain || replacedBy?.brain.kind === 'mixin') {
        const member = replacedBy.brain.members.find((candidate) => candidate.name === task.name && candidate.kind === 'method')!
        log.add(taskOverridden(task.name, owner.brain.name), spanIn(replacedBy.file, { start: member.textStart, end: member.end }),
          [{ message: 'the task it overrides', span: spanIn(owner.file, task.at) }])
      }
      const worker = task.process ? `${file.output}.${brain.name}.${ownWord(task.name, words)}.worker` : undefined
      planned.set(task.name, { task: replacedBy ? { ...task, split: false } : task, owner, inherited: depth > 0, worker })
    }
  })
  return [...planned.values()]
}

/** Where letter case makes no difference to the names of files, `drive` and `Drive` would be one. */
function ownWord(name: string, words: Set<string>): string {
  let word = fileWord(name)
  while (words.has(word.toLowerCase())) word += '_'
  words.add(word.toLowerCase())
  return word
}

function reportRepeatedOutputs(files: Files, brains: readonly BrainPlan[], log: DiagnosticLog): void {
  const seen = new Map<string, FileModel>()
  for (const { file, stateId, tasks } of brains) for (const output of [stateId, ...tasks.map(({ worker }) => worker)]) if (output !== undefined) seen.set(output, file)
  for (const file of files.values()) {
    const first = seen.get(file.output)
    seen.set(file.output, first ?? file)
    const [declared] = classesOf(file)
    if (first && declared) log.add(outputRepeated(file.output, first.source.name), spanIn(file, declared.at))
  }
}

const RESERVED = new Set<string>(BRAIN_MEMBERS)

/** What holds for every member of a brain and of the mixins that it applies, wherever it runs. */
function checkMembers(link: BrainLink, files: Files, log: DiagnosticLog): void {
  const chain = chainOf(link, files)
  const nextBrain = chain.findIndex(({ brain }, depth) => depth > 0 && brain.kind === 'brain')
  const own = nextBrain === -1 ? chain : chain.slice(0, nextBrain)
  own.forEach((each, depth) => checkMembersOf(each, chain, chain.slice(depth + 1), log))
}

function checkMembersOf(link: ChainLink, chain: readonly ChainLink[], bases: readonly ChainLink[], log: DiagnosticLog): void {
  const tasks = new Set(chain.flatMap(({ brain }) => brain.tasks.map((task) => task.name)))
  const split = new Set(bases.flatMap(({ brain }) => brain.tasks.filter((task) => task.split).map((task) => task.name)))
  const own = new Set(chain.flatMap(({ brain }) => brain.members.map((member) => member.name)))
  const mainTasks = new Set(link.brain.tasks.filter((task) => !task.process).map((task) => task.name))
  for (const member of link.brain.members)
    for (const use of member.needs.self) {
      const at = spanIn(link.file, use)
      if (use.via === 'this' && use.name === 'block' && mainTasks.has(member.name)) log.add(blockInMain(member.name), at)
      if (use.via === 'this' && tasks.has(use.name) && !RESERVED.has(use.name)) log.add(taskCalledDirectly(use.name), at, [], renameFix(at, use.name, `tasks.${use.name}`))
      if (use.via === 'super' && split.has(use.name)) log.add(superOfSplit(use.name), at)
      if (use.via === 'this' && use.name === 'tasks' && use.next && !tasks.has(use.next.name)) {
        const meant = own.has(use.next.name) ? '' : closest(use.next.name, [...tasks])
        const name = spanIn(link.file, use.next)
        log.add(taskUnknown(use.next.name, chain[0]!.brain.name, meant), name, [], renameFix(name, use.next.name, meant))
      }
    }
}

function reportReshaped(chain: readonly ChainLink[], log: DiagnosticLog): void {
  const [{ file, brain }, ...bases] = chain as [ChainLink, ...ChainLink[]]
  for (const attribute of brain.attributes)
    for (const base of bases) {
      const overridden = base.brain.attributes.find(({ name }) => name === attribute.name)
      if (!overridden || !isReshaped(attribute, overridden)) continue
      log.add(attributeReshaped(brain.name, attribute.name, base.brain.name), spanIn(file, attribute.at), [{ message: 'the one it overrides', span: spanIn(base.file, overridden.at) }])
      break
    }
}

/** The main module of a package is built already, without the bodies of tasks that run off the main thread. */
function checkSuper(plan: BrainPlan, files: Files, log: DiagnosticLog): void {
  const chain = chainOf(plan, files)
  const reached = plan.tasks.filter(({ worker }) => worker === undefined).flatMap(({ task }) => reachedFrom(task.name, chain))
  for (const { link, member } of reached) {
    if (isOfPackage(link.file.path) || isProcessTask(link, member.name)) continue
    const bases = chain.slice(chain.findIndex(({ brain }) => brain === link.brain) + 1)
    for (const use of member.needs.self) {
      const base = use.via === 'super' ? bases.find(({ brain }) => brain.members.some(({ name }) => name === use.name)) : undefined
      if (base && isOfPackage(base.file.path) && isProcessTask(base, use.name)) log.add(superOfPackage(use.name, base.brain.name), spanIn(link.file, use))
    }
  }
}

const isProcessTask = ({ brain }: ChainLink, name: string): boolean => brain.tasks.some((task) => task.name === name && task.process)

/** What holds for code that runs in a worker. */
function checkWorker(plan: BrainPlan, { task }: PlannedTask, live: readonly LiveMember[], slices: readonly Slice[], files: Files, log: DiagnosticLog): void {
  // The most derived class has the last word, also where none of its members is needed.
  const chain = [...new Set(live.map((each) => each.link)), ...chainOf(plan, files).toReversed()]
  const attributes = new Map(chain.flatMap(({ brain }) => brain.attributes.map((attribute) => [attribute.name, attribute] as const)))
  for (const attribute of plan.shared) attributes.set(attribute.name, attribute)
  const isDeclared = (name: string): boolean => RESERVED.has(name) || chain.some(({ brain }) => brain.members.some((member) => member.name === name))
  for (const { link, member, certain } of live) {
    for (const call of member.needs.evals) log.add(evalInTask(task.name), spanIn(link.file, call))
    for (const use of member.needs.self) if (certain && use.via === 'this') checkUse(use, link)
  }
  for (const slice of slices) reportOwnState(slice, task.name, log)
  reportFilledState(slices, task.name, log)
  for (const { file, items } of slices)
    for (const index of items) {
      const item = file.items[index]!
      if (item.import && item.import.wayBack.length > 0)
        log.add(mainModuleInWorker(task.name, item.import.specifier, item.import.wayBack.join(' → '), loadedOnWay(item.import.wayBack, files)), spanIn(file, { start: item.textStart, end: item.end }))
    }

  function checkUse(use: SelfUse, link: ChainLink): void {
    const share = attributes.get(use.name)?.share
    if (share?.kind === 'unshared' && share.obstacle) {
      const { className, why, at } = share.obstacle
      return log.add(classNotPortable(`\`this.${use.name}\``, className, why), spanIn(link.file, use), [{ message: 'what keeps it from crossing', span: at }])
    }
    if (!share && use.how === 'write' && !isDeclared(use.name)) return log.add(attributeUndeclared(task.name, use.name, plan.brain.name), spanIn(link.file, use))
    if (share && share.kind !== 'shared') return log.add(attributeNotShared(task.name, use.name, share.why), spanIn(link.file, use), declaredElsewhere(use.name, link, chain))
    const constructor = use.name.startsWith('#') && link.brain.members.find((member) => member.kind === 'constructor')
    const assignment = constructor && constructor.needs.self.find((written) => written.name === use.name && written.how === 'write')
    if (assignment) log.add(privateFromConstructor(task.name, use.name), spanIn(link.file, use), [{ message: 'assigned here', span: spanIn(link.file, assignment) }])
  }
}

function loadedOnWay(way: readonly string[], files: Files): 'the main module of a brain' | 'a second copy of the module of a mixin' {
  const last = [...files.values()].find(({ source }) => source.name === way.at(-1))
  return last?.brains.length === 0 ? 'a second copy of the module of a mixin' : 'the main module of a brain'
}

/** Code of one class may be that of several brains: which one is meant is told by the place of the attribute. */
function declaredElsewhere(name: string, { brain: user }: ChainLink, chain: readonly ChainLink[]): { message: string; span: Span }[] {
  const owner = chain.findLast(({ brain }) => brain.attributes.some((attribute) => attribute.name === name))
  const attribute = owner && owner.brain !== user ? owner.brain.attributes.find((each) => each.name === name) : undefined
  return attribute ? [{ message: 'declared here', span: spanIn(owner!.file, attribute.at) }] : []
}

/** Modules that are loaded for their classes alone. */
function reportWaysBack({ task, owner }: PlannedTask, arriving: readonly ArrivingClass[], log: DiagnosticLog): void {
  for (const { name, wayBack } of arriving)
    if (wayBack.length > 0) log.add(classLoadsMain(task.name, name, wayBack.join(' → ')), spanIn(owner.file, task.at))
}

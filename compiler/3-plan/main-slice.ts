// In: a file and the plans of all brains. Out: what the main process keeps of it: everything but the bodies of process tasks, and the
// imports that only those need. Must not make text.

import type { BrainPlan, ClassModel, FileModel, ImportSpecifier, Slice } from '../model.ts'
import { isOfPackage } from '../names.ts'
import { classesOf } from './chain.ts'
import { classModules } from './class-modules.ts'

/** What is used of base classes through `super`: its name, and the classes that use it. */
export type SuperCallers = ReadonlyMap<string, ReadonlySet<ClassModel>>

/** `plans` are those of the brains of the file. */
export function mainSlice(file: FileModel, plans: readonly BrainPlan[], superCallers: SuperCallers): Slice {
  const members = new Map<string, Set<number>>()
  const kept = new Set<string>()
  const removed = new Set<string>()
  for (const brain of classesOf(file)) {
    const processTasks = new Set(brain.tasks.filter((task) => task.process).map((task) => task.name))
    const live = new Set<number>()
    brain.members.forEach((member, index) => {
      const isDead = member.kind === 'method' && processTasks.has(member.name) && !isCalledBySuper(member.name, brain, superCallers)
      if (!isDead) live.add(index)
      for (const name of member.needs.names) (isDead ? removed : kept).add(name)
    })
    members.set(brain.name, live)
    for (const name of [...(brain.kind === 'brain' ? brain.heritageNames : []), ...brain.tasks.flatMap((task) => task.optionNames)]) kept.add(name)
  }
  for (const item of file.items) for (const name of item.needs.names) kept.add(name)
  const imports = new Map<number, readonly ImportSpecifier[]>()
  const bareImports: string[] = []
  file.items.forEach((item, index) => {
    if (!item.import) return
    const names = item.import.names.filter(({ local }) => kept.has(local) || !removed.has(local))
    imports.set(index, names)
    if (item.import.names.length > 0 && file.registrations.includes(item.import.specifier)) bareImports.push(item.import.specifier)
  })
  const used = file.items.flatMap((item) => item.import?.names ?? []).filter(({ local }) => kept.has(local))
  const classImports = classModules([...classFiles(file, plans)], file, used).filter((specifier) => !bareImports.includes(specifier))
  return {
    id: file.output, kind: file.brains.length > 0 ? 'main' : 'mixin', file, items: new Set(file.items.keys()), members, imports, bareImports, classImports,
    packageImports: [], sliceImports: [], heritage: new Map(), exports: new Map(),
  }
}

/** Other files whose classes arrive in the main process: it reads every attribute, takes what its tasks are given and gets what the others give. A package has its own there. */
function classFiles(file: FileModel, plans: readonly BrainPlan[]): Set<string> {
  const classes = plans.flatMap(({ shared, tasks }) => [
    ...shared.flatMap((attribute) => attribute.classes),
    ...tasks.flatMap(({ task }) => (task.process ? task.gives : task.takes)),
  ])
  return new Set(classes.map((each) => each.file).filter((path) => path !== file.path && !isOfPackage(path)))
}

/** `super.plan(…)` in a method that stays in the main process needs the body of the task it overrides. */
function isCalledBySuper(task: string, owner: ClassModel, superCallers: SuperCallers): boolean {
  const callers = superCallers.get(task)
  return callers !== undefined && callers.size > (callers.has(owner) ? 1 : 0)
}

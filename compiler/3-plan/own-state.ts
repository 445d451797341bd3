// In: a slice of a worker. Out: warnings of variables, containers and static fields of its own file that it changes, of which every worker has a copy. Must not look at attributes: they are shared.

import { moduleStateCopied } from '../diagnostics.ts'
import { type DiagnosticLog, spanIn } from '../log.ts'
import type { ClassModel, Item, Member, Slice, Stretch } from '../model.ts'
import { classesOf } from './chain.ts'

/** Once the module is loaded: of module variables and static fields every assignment, of containers only what code uses that the worker does not have: a cache is no state. */
export function reportOwnState({ file, items, members }: Slice, task: string, log: DiagnosticLog): void {
  const isLive = (brain: ClassModel, index: number): boolean => members.get(brain.name)?.has(index) ?? false
  const membersWhere = (live: boolean): Member[] => classesOf(file).flatMap((brain) => brain.members.filter((_, index) => isLive(brain, index) === live))
  const live = [...[...items].map((index) => file.items[index]!), ...membersWhere(true)]
  const isUsedElsewhere = (name: string): boolean =>
    [...file.items.filter(({ kind }, index) => kind !== 'export' && !items.has(index)), ...membersWhere(false)].some(({ needs }) => needs.names.includes(name))
  const whole = ({ textStart, end }: Item | Member): Stretch => ({ start: textStart, end })
  const report = (name: string, verb: string, at: Stretch, declared: Stretch): void =>
    log.add(moduleStateCopied(name, verb, task), spanIn(file, at), [{ message: 'declared here', span: spanIn(file, declared) }])

  for (const { needs } of live) {
    for (const target of needs.assigned) {
      const declaration = file.items.find((item) => item.kind === 'declaration' && item.mutable && item.declares.includes(target.name))
      const declared = target.declared ?? (declaration && whole(declaration))
      if (declared) report(target.name, 'assigned', target, declared)
    }
    for (const target of needs.changed) {
      const declaration = file.items.find((item) => item.containers.includes(target.name))
      if (declaration && isUsedElsewhere(target.name)) report(target.name, 'changed', target, whole(declaration))
    }
    for (const use of needs.self) {
      if (use.via !== 'class' || use.how !== 'write' || use.whileLoading) continue
      const owner = classesOf(file).find((brain) => brain.members.some((member) => member.isStatic && member.name === use.name))
      if (owner) report(`${owner.name}.${use.name}`, 'assigned', use, whole(owner.members.find((member) => member.isStatic && member.name === use.name)!))
    }
  }
}

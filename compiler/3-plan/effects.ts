// In: the members of a brain and of its bases. Out: which of them a task runs, and what a use of an attribute does to it.
// Must not know where a task runs.

import type { Member, SelfUse } from '../model.ts'
import type { ChainLink } from './chain.ts'

export interface ReachedMember {
  readonly link: ChainLink
  readonly member: Member
}

/** The members that a task runs, itself among them, by the names it uses on `this`. */
export function reachedFrom(task: string, chain: readonly ChainLink[]): ReachedMember[] {
  const reached: ReachedMember[] = []
  const queue = [task]
  const seen = new Set<string>()
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (seen.has(name)) continue
    seen.add(name)
    for (const link of chain)
      for (const member of link.brain.members) {
        const runs = member.kind === 'method' || member.kind === 'accessor' || member.holdsFunction
        if (member.name !== name || !runs) continue
        reached.push({ link, member })
        queue.push(...member.needs.self.map((use) => use.name))
      }
  }
  return reached
}

/** What was rewritten as one step, such as `this.n += 1` or `this.list.push(v)`, reads and writes. */
export function effectOf(use: SelfUse, member: Member): { reads: boolean; writes: boolean; assigns: boolean } {
  const isUpdate = use.isChanged || member.needs.edits.some((edit) => edit.kind === 'replace' && edit.start <= use.start && use.start < edit.end)
  return { reads: isUpdate || use.how !== 'write', writes: isUpdate || use.how === 'write', assigns: !isUpdate && use.how === 'write' }
}


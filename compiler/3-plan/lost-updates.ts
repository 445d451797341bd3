// In: the brains with all they inherit. Out: nothing but diagnostics, for values that one task makes of an earlier read while another
// one, on another thread, may write the attribute. Must not take two tasks of the main thread for such: each goes on alone until it waits.

import { lostUpdate } from '../diagnostics.ts'
import { type DiagnosticLog, spanIn } from '../log.ts'
import type { BrainPlan, PlannedTask, StaleWrite } from '../model.ts'
import { chainOf, type Files } from './chain.ts'
import { effectOf, type ReachedMember, reachedFrom } from './effects.ts'

export function reportLostUpdates(brains: readonly BrainPlan[], files: Files, log: DiagnosticLog): void {
  const reported = new Set<StaleWrite>()
  for (const plan of brains) {
    const chain = chainOf(plan, files)
    if (!chain.some(({ brain }) => brain.members.some(({ staleWrites }) => staleWrites.length > 0))) continue
    const runs = plan.tasks.map((planned) => ({ planned, members: reachedFrom(planned.task.name, chain) }))
    for (const { planned, members } of runs)
      for (const { link, member } of members)
        for (const stale of member.staleWrites) {
          const others = runs.filter((other) => other.planned !== planned && (other.planned.worker ?? planned.worker) !== undefined && writes(other.members, stale))
          if (others.length === 0 || reported.has(stale)) continue
          reported.add(stale)
          const related = [{ message: 'read here', span: spanIn(link.file, stale.read) }]
          log.add(lostUpdate(stale.path, planned.task.name, othersText(others.map((other) => other.planned))), spanIn(link.file, stale), related)
        }
  }
}

// --- internal ---

function writes(members: readonly ReachedMember[], { name, path }: StaleWrite): boolean {
  const [, key] = path.split('.')
  return members.some(({ member }) => member.needs.self.some((use) => use.via === 'this' && use.name === name && effectOf(use, member).writes
    // Of an object another part may be written.
    && (key === undefined || use.how !== 'write' || use.next === undefined || use.next.name === key)))
}

/** "task a writes", "tasks a and b write" */
function othersText(others: readonly PlannedTask[]): string {
  const names = others.map(({ task }) => `\`${task.name}\``)
  return names.length === 1 ? `task ${names[0]} writes` : `tasks ${names.slice(0, -1).join(', ')} and ${names.at(-1)} write`
}

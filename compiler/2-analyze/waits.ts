// In: the uses of the brain in one of its members. Out: nothing but diagnostics, for calls of `until`, `block`, `watch`, `atomic` and
// `change` that can't work. Must not look beyond the call: what a function does that is handed over by name, the runtime sees.

import { ts } from 'ts-morph'
import { bareExpression } from '../1-parse/expressions.ts'
import { hasModifier } from '../1-parse/imports.ts'
import { conditionAsync, stepAsync } from '../diagnostics.ts'
import type { DiagnosticLog, SourceText } from '../log.ts'
import { callOf, type SelfAccess } from './scope.ts'

/** Which argument is called and must return at once. */
const CONDITIONS: Readonly<Record<string, number>> = { until: 0, block: 0, watch: 0 }
export const STEPS: Readonly<Record<string, number>> = { atomic: 0, change: 1 }

export function checkWaits(accesses: readonly SelfAccess[], source: SourceText, log: DiagnosticLog): void {
  for (const access of accesses) {
    const { name, via } = access
    if (via !== 'this') continue
    const argument = callOf(access)?.arguments[CONDITIONS[name] ?? STEPS[name] ?? Infinity]
    const work = argument && bareExpression(argument)
    if (!work || !(ts.isArrowFunction(work) || ts.isFunctionExpression(work)) || !hasModifier(work, ts.SyntaxKind.AsyncKeyword)) continue
    log.add((Object.hasOwn(STEPS, name) ? stepAsync : conditionAsync)(name), { file: source, start: work.getStart(), end: work.getEnd() })
  }
}

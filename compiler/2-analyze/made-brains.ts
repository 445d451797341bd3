// In: a parsed file. Out: the constants that stand for a brain which a mixin makes, without a class that would be built. Must not report them:
// one that a class extends is only a base, and that class may stand in any file.

import { ts } from 'ts-morph'
import { DOORS } from '../../src/contract/names.ts'
import { extendsBrain, leadsToBrain, meaningOf } from '../1-parse/classes.ts'
import { bareExpression } from '../1-parse/expressions.ts'
import { localDeclaration } from '../1-parse/functions.ts'
import { hasModifier } from '../1-parse/imports.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'
import { brainFromMixin } from '../diagnostics.ts'
import { placeOf } from '../log.ts'
import type { Stretch } from '../model.ts'
import { readSuppressions } from './suppressions.ts'

export interface MadeBrain extends Stretch {
  readonly name: string
  /** `Timed(Brain)` */
  readonly made: string
  /** A comment above is against saying it: asked where no model of the file has its comments. */
  readonly isSuppressed: boolean
}

/** Those that others can take, or that the file itself makes instances of. */
export function madeBrains(unit: SourceUnit, project: SourceProject): MadeBrain[] {
  const { code } = brainFromMixin('', '')
  const isSuppressed = (node: ts.Node): boolean =>
    readSuppressions(unit.tree).some((comment) => comment.line === placeOf(unit.source.text, node.getStart()).line && (comment.code === code || comment.code === ''))
  return [...unit.constants].flatMap(([name, value]) => {
    const made = bareExpression(value)
    if (!ts.isCallExpression(made) || !isGivenBrain(made, unit, project)) return []
    const meaning = meaningOf(made, unit, project)
    if (meaning.kind !== 'mixed' || !leadsToBrain(meaning, project)) return []
    const isExported = [...unit.exports.values()].some((target) => target.kind === 'local' && target.name === name)
    // An abstract one is there to be extended.
    const isBrain = isInstantiated(name, unit) || (isExported && !hasModifier(meaning.node, ts.SyntaxKind.AbstractKeyword))
    return isBrain ? [{ name, made: made.getText().split('\n', 1)[0]!, start: made.getStart(), end: made.getEnd(), isSuppressed: isSuppressed(made) }] : []
  })
}

// --- internal ---

/** Told without a look into other files: most calls make no brain. */
function isGivenBrain({ arguments: given }: ts.CallExpression, unit: SourceUnit, project: SourceProject): boolean {
  return given.map(bareExpression).some((each) => {
    if (ts.isCallExpression(each)) return isGivenBrain(each, unit, project)
    const root = ts.isPropertyAccessExpression(each) ? each.expression : each
    const own = ts.isIdentifier(root) ? unit.classByName.get(root.text) : undefined
    if (own) return extendsBrain(own, unit, project)
    return ts.isIdentifier(root) && unit.imports.some(({ specifier, names }) => specifier === DOORS.user && names.some(({ local }) => local === root.text))
  })
}

function isInstantiated(name: string, { tree }: SourceUnit): boolean {
  const isIt = (node: ts.Node): boolean => {
    const made = ts.isNewExpression(node) ? bareExpression(node.expression) : undefined
    return (made !== undefined && ts.isIdentifier(made) && made.text === name && !localDeclaration(made)) || (ts.forEachChild(node, (child) => isIt(child) || undefined) ?? false)
  }
  return isIt(tree)
}

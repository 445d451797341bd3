// In: code that may be given a brain by a name that says nothing of it. Out: edits that make a step on whatever has a property of an attribute's name
// ask, as it runs, whose it is. Must not find out who has what: on anything but a brain such a step does what JavaScript does.

import { ts } from 'ts-morph'
import { bareExpression, outerExpression } from '../1-parse/expressions.ts'
import { SHOWN } from '../../src/contract/names.ts'
import type { Edit } from '../model.ts'
import { quoted } from '../quoted.ts'
import { contains, waits } from './cancel-points.ts'
import { writtenKey } from './leaf-accesses.ts'
import { type Access, attributesAmong, isAccess, isOfPart, mayBePart, type UnnamedSteps } from './may-be-brain.ts'
import { isMutator } from './regions/methods.ts'
import { isInside } from './regions/order.ts'
import { isAssignment, isStep, targetsOf } from './scope.ts'
import { isArithmetic, isStatement, LOGICAL, semicolon } from './updates.ts'

export function unnamedStepEdits(node: ts.Node, steps: UnnamedSteps): Edit[] {
  const edits: Edit[] = []
  const visit = (at: ts.Node): void => {
    if (ts.isTypeNode(at)) return
    const step = stepOf(at)
    const accesses = step ? unnamedIn(step, steps) : []
    const part = step && accesses.length === 0 ? partIn(step, steps) : undefined
    if (step && accesses.length > 0) edits.push(...stepEdits(step, accesses, steps.prefix))
    else if (step && part) edits.push(...partEdits(step, part, steps.prefix))
    else if (ts.isExpression(at)) edits.push(...togetherEdits(at, steps))
    ts.forEachChild(at, visit)
  }
  if (steps.names) visit(node)
  return edits
}

/** Those of the attributes that a text may name, and all parts. Where keys are worked out it matters whether there are attributes at all: one is left. */
export function namedIn(text: string, names: readonly string[]): string[] {
  const [first, ...others] = names.filter((name) => !isOfPart(name))
  if (first === undefined) return [...names]
  return [first, ...others.filter((name) => text.includes(name)), ...names.filter(isOfPart)]
}

// --- internal ---

/** An assignment that reads what it writes, or a call of a method that changes what it is called on: then that is the target. */
interface Step {
  readonly node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression | ts.BinaryExpression | ts.CallExpression
  readonly target: ts.Expression
  /** The function that makes it on a property, what comes behind the name of that in place of all up to `rest`, and what at the end. */
  readonly call: string
  readonly behind: string
  readonly rest: number
  readonly close: string
}

function stepOf(node: ts.Node): Step | undefined {
  if (isStep(node)) {
    const isUsed = ts.isPostfixUnaryExpression(node) && !isStatement(outerExpression(node))
    const by = node.operator === ts.SyntaxKind.PlusPlusToken ? 1 : -1
    return { node, target: node.operand, call: isUsed ? 'postIncrement' : 'increment', behind: `, ${by}`, rest: node.getEnd(), close: ')' }
  }
  if (ts.isCallExpression(node)) return isChange(node) && !isWithinStep(node) ? { node, target: node.expression, call: '', behind: '', rest: node.getEnd(), close: '' } : undefined
  if (!ts.isBinaryExpression(node) || !isAssignment(node)) return undefined
  const { left, right } = node
  const operator = node.operatorToken.getText()
  const assignment = (call: string, given: string, value: ts.Node): Step => ({ node, target: left, call, behind: `${given}, () => (`, rest: value.getStart(), close: '))' })
  if (operator !== '=') return assignment(LOGICAL.has(operator) ? 'logical' : 'assignLate', `, '${operator}'`, right)
  const target = bareExpression(left)
  if (!isAccess(target) || !contains(right, (inner) => isAccess(inner) && isAlike(inner, target))) return undefined
  return addsTo(target, right) ? assignment('assignLate', `, '${right.operatorToken.getText()}='`, right.right) : assignment('update', '', right)
}

const isChange = ({ expression }: ts.CallExpression): boolean => {
  const method = bareExpression(expression)
  return ts.isPropertyAccessExpression(method) && isMutator(method.name.text, undefined)
}

/** Whether what a call gives is changed further: `robot.tags.add(1).add(2)`, `robot.list.sort()[0].x++`. */
function isWithinStep(call: ts.CallExpression): boolean {
  for (let at = outerExpression(call); ; at = outerExpression(at.parent)) {
    const { parent } = at
    if (ts.isCallExpression(parent)) {
      if (parent.expression !== at) return false
      if (isChange(parent)) return true
    } else if (!isAccess(parent)) return stepOf(parent)?.target === at
    else if (parent.expression !== at) return false
  }
}

/** What of its target may be an attribute, and behind that a part of another one: `holder.poses[0].x`. */
function unnamedIn({ node, target }: Step, steps: UnnamedSteps): readonly Access[] {
  const whole = bareExpression(target)
  const stepped = isAccess(whole) && !ts.isCallExpression(node) ? whole : undefined
  const found = attributesAmong(accessesIn(target), stepped, steps)
  // `robot?.list.push(1)` may do nothing at all.
  if (found.length === 0 || found.some(ts.isOptionalChain)) return []
  const isWithin = stepped && found.at(-1) !== stepped && found.at(-1) !== bareExpression(stepped.expression)
  return isWithin && mayBePart(stepped, steps) ? [...found, stepped] : found
}

/** The target, where that may be a part of an attribute. */
function partIn({ node, target }: Step, steps: UnnamedSteps): Access | undefined {
  const whole = bareExpression(target)
  return isAccess(whole) && !ts.isCallExpression(node) && mayBePart(whole, steps) ? whole : undefined
}

/** `robot.n = robot.n + 1`, where nothing comes behind what is added. */
function addsTo(target: Access, value: ts.Expression): value is ts.BinaryExpression {
  const isSimple = ts.isPropertyAccessExpression(target) && (ts.isIdentifier(target.expression) || target.expression.kind === ts.SyntaxKind.ThisKeyword)
  return isSimple && ts.isBinaryExpression(value) && isArithmetic(value.operatorToken.kind) && isAlike(value.left, target)
}

/** Whether two expressions say the same. */
function isAlike(one: ts.Expression, other: ts.Expression): boolean {
  const [bare, like] = [bareExpression(one), bareExpression(other)]
  if (!isAccess(bare) || !isAccess(like)) return bare.getText() === like.getText()
  return keyOf(bare) === keyOf(like) && isAlike(bare.expression, like.expression)
}

function keyOf(access: Access): string {
  return writtenKey(access) ?? `[${(access as ts.ElementAccessExpression).argumentExpression.getText()}]`
}

/** Of `robot.pose.x` `robot.pose` and the whole; no method that is called on the way. */
function accessesIn(target: ts.Expression): Access[] {
  const accesses: Access[] = []
  for (let at = bareExpression(target); isAccess(at) || ts.isCallExpression(at); at = bareExpression(at.expression)) {
    const outer = outerExpression(at)
    const isCalled = ts.isCallExpression(outer.parent) && outer.parent.expression === outer
    if (isAccess(at) && !isCalled) accesses.unshift(at)
  }
  return accesses
}

/**
 * `$.during(robot, 'n', () => ([robot.n] = [robot.n + 1]))`, and the same around `Object.assign(robot, { n: robot.n + 1 })`: where an attribute
 * is given among others what was made of it. Each brain is held of which there is one: but in the main process a thread has only its own, so no two wait for each other.
 */
function togetherEdits(node: ts.Expression, steps: UnnamedSteps): Edit[] {
  const targets = givenTogether(node)
  const unnamed = targets.flatMap((target) => {
    const attributes = attributesAmong(accessesIn(target), target, steps)
    return attributes.length === 0 && mayBePart(target, steps) ? [target] : attributes
  })
  const given = new Map(unnamed.filter(isSimple).map((access) => [access.expression.getText(), access]))
  if (given.size === 0 || waits(node)) return []
  return [...given].map(([object, access]) => {
    const key = writtenKey(access)
    const name = key === undefined ? (access as ts.ElementAccessExpression).argumentExpression.getText() : quoted(key)
    return { kind: 'wrap', start: node.getStart(), end: node.getEnd(), open: `${steps.prefix}.during(${object}, ${name}, () => (`, close: '))' }
  })
}

/** The targets of a pattern that are read in it too, and what `Object.assign` and `Reflect.set` read of what they give to. */
function givenTogether(node: ts.Expression): Access[] {
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
    const left = bareExpression(node.left)
    const targets = ts.isArrayLiteralExpression(left) || ts.isObjectLiteralExpression(left) ? targetsOf(left).filter(isAccess) : []
    return targets.filter((target) => contains(node, (inner) => inner !== target && isAccess(inner) && isAlike(inner, target)))
  }
  if (!ts.isCallExpression(node) || !/^(?:Object\.assign|Reflect\.set)$/.test(node.expression.getText())) return []
  const [object, ...values] = node.arguments
  return object ? values.flatMap((value) => readsOf(object, value)) : []
}

function readsOf(object: ts.Expression, within: ts.Node): Access[] {
  const found: Access[] = isAccess(within) && isAlike(within.expression, object) ? [within] : []
  ts.forEachChild(within, (child) => void found.push(...readsOf(object, child)))
  return found
}

/** Whether reading once more what it is an access of does nothing, and gives the same. */
function isSimple(access: Access): boolean {
  const object = bareExpression(access.expression)
  const isNamed = ts.isPropertyAccessExpression(access) || ts.isIdentifier(access.argumentExpression) || writtenKey(access) !== undefined
  return isNamed && (ts.isIdentifier(object) || object.kind === ts.SyntaxKind.ThisKeyword || (isAccess(object) && !ts.isOptionalChain(object) && isSimple(object)))
}

/**
 * `$.assignLate(robot, 'n', '+=', () => (1))` for `robot.n += 1`, `$.change(robot, 'pose', ($value) => ($value.x += 1))` for `robot.pose.x += 1`.
 * One within the other where both `pose` and `x` are attributes.
 */
function stepEdits(step: Step, accesses: readonly Access[], prefix: string): Edit[] {
  const { node, target } = step
  const [first, last] = [accesses[0]!, accesses.at(-1)!]
  if (contains(node, (inner) => (ts.isAwaitExpression(inner) || ts.isYieldExpression(inner)) && !isInside(inner, first.expression))) return []
  const value = `${prefix}value`
  const isWhole = last === bareExpression(target)
  const openOf = (access: Access): string => `${prefix}.${isWhole && access === last ? step.call : 'change'}(`
  const operator = !isWhole && ts.isPrefixUnaryExpression(node) ? ts.tokenToString(node.operator)! : ''
  const atKeys = accesses.flatMap((access, index) => {
    if (isWhole && access === last) return keyEdits(access, step.rest, step.behind)
    const next = accesses[index + 1]
    return keyEdits(access, outerExpression(access).getEnd(), `, (${value}) => (${next ? openOf(next) : operator}${opened(access, next?.expression ?? target)}${value}`)
  })
  const close = (isWhole ? step.close : '))') + '))'.repeat(accesses.length - 1)
  return [...atKeys, ...callEdits(node, first, openOf(first), close)]
}

/**
 * `$.onPart(p, 'x', ($part) => ($part.x += 1), ($part) => $part.$taskbrainShown)` for `p.x += 1`. Where the right side does something it runs first, and outside of the step:
 * it may be one on another brain.
 */
function partEdits(step: Step, access: Access, prefix: string): Edit[] {
  const { node, target } = step
  if (ts.isBinaryExpression(node) && contains(node.right, isDoing)) return stepEdits(step, [access], prefix)
  const operator = ts.isPrefixUnaryExpression(node) ? ts.tokenToString(node.operator)! : ''
  let parentheses = ''
  for (let at: ts.Node = access; at !== target; at = at.parent) if (ts.isParenthesizedExpression(at.parent)) parentheses += '('
  return [...partKeyEdits(access, operator + parentheses, prefix), ...callEdits(node, access, `${prefix}.onPart(`, `), (${prefix}part) => ${prefix}part.${SHOWN})`)]
}

/** `, 'x', ($part) => ($part` before `.x`, and `, key, ($part, $key) => ($part[$key]` in the place of `[key]`. */
function partKeyEdits(access: Access, before: string, prefix: string): Edit[] {
  const start = access.expression.getEnd()
  const part = `${prefix}part`
  const key = writtenKey(access)
  if (key !== undefined) return [{ kind: 'insert', at: start, text: `, ${quoted(key)}, (${part}) => (${before}${part}` }]
  const { argumentExpression } = access as ts.ElementAccessExpression
  return [
    { kind: 'replace', start, end: argumentExpression.getStart(), text: ', ' },
    { kind: 'replace', start: argumentExpression.getEnd(), end: access.getEnd(), text: `, (${part}, ${prefix}key) => (${before}${part}[${prefix}key]` },
  ]
}

/** Whether it may do more than read. */
const isDoing = (node: ts.Node): boolean =>
  (ts.isCallExpression(node) && !/^Math\.\w+$/.test(node.expression.getText())) || ts.isNewExpression(node) || ts.isTaggedTemplateExpression(node) || ts.isDeleteExpression(node)
  || ts.isAwaitExpression(node) || ts.isYieldExpression(node) || isStep(node) || (ts.isBinaryExpression(node) && isAssignment(node))

/** Around a step whose target begins with `access`. What stands before that, as `++` or the beginning of a parenthesis, goes. */
function callEdits(node: ts.Expression, access: Access, open: string, close: string): Edit[] {
  const [start, end] = [node.getStart(), node.getEnd()]
  const ending: Edit[] = semicolon(node) ? [{ kind: 'insert', at: end, text: ';' }] : []
  if (access.getStart() === start) return [{ kind: 'wrap', start, end, open, close }, ...ending]
  return [{ kind: 'replace', start, end: access.getStart(), text: open }, { kind: 'wrap', start, end, open: '', close }, ...ending]
}

/** The parentheses that begin before an access and end behind it. */
function opened(access: Access, within: ts.Node): string {
  let parentheses = ''
  for (let at = outerExpression(access); at !== within; at = at.parent) if (ts.isParenthesizedExpression(at.parent)) parentheses += '('
  return parentheses
}

/** From behind the object on: the key, and what comes instead of all that stands between that and `end`. */
function keyEdits(access: Access, end: number, rest: string): Edit[] {
  const start = access.expression.getEnd()
  const key = writtenKey(access)
  if (key !== undefined) return [{ kind: 'replace', start, end, text: `, ${quoted(key)}${rest}` }]
  const { argumentExpression } = access as ts.ElementAccessExpression
  return [
    { kind: 'replace', start, end: argumentExpression.getStart(), text: ', ' },
    { kind: 'replace', start: argumentExpression.getEnd(), end, text: rest },
  ]
}

// In: code that may be given a brain by a name that says nothing of it. Out: edits that make a step on whatever has a property of an attribute's name
// ask, as it runs, whose it is. Must not find out who has what: on anything but a brain such a step does what JavaScript does.

import { ts } from 'ts-morph'
import { bareExpression, outerExpression } from '../1-parse/expressions.ts'
import { isConstant, localDeclaration } from '../1-parse/functions.ts'
import type { Edit } from '../model.ts'
import { quoted } from '../quoted.ts'
import { contains } from './cancel-points.ts'
import { writtenKey } from './leaf-accesses.ts'
import { isInside } from './regions/order.ts'
import { isAssignment, isStep } from './scope.ts'
import { isArithmetic, isStatement, LOGICAL, semicolon } from './updates.ts'

export interface UnnamedSteps {
  /** Of attributes. */
  readonly names: ReadonlySet<string>
  readonly prefix: string
  /** Whether what an access begins with is an attribute of the brain itself: that is seen to elsewhere. */
  readonly isKnown?: (access: ts.Node) => boolean
  /** The brain's, where it is a member of that: what `this` is there. */
  readonly ownClass?: ts.Node
}

export function unnamedStepEdits(node: ts.Node, steps: UnnamedSteps): Edit[] {
  const edits: Edit[] = []
  const visit = (at: ts.Node): void => {
    if (ts.isTypeNode(at)) return
    const step = stepOf(at)
    const accesses = step ? accessesIn(step.target).filter((access) => isUnnamed(access, steps)) : []
    if (step && accesses.length > 0) edits.push(...stepEdits(step, accesses, steps.prefix))
    ts.forEachChild(at, visit)
  }
  if (steps.names.size > 0) visit(node)
  return edits
}

// --- internal ---

type Access = ts.PropertyAccessExpression | ts.ElementAccessExpression

/** An assignment that reads what it writes. */
interface Step {
  readonly node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression | ts.BinaryExpression
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
  if (!ts.isBinaryExpression(node) || !isAssignment(node)) return undefined
  const { left, right } = node
  const operator = node.operatorToken.getText()
  const assignment = (call: string, given: string, value: ts.Node): Step => ({ node, target: left, call, behind: `${given}, () => (`, rest: value.getStart(), close: '))' })
  if (operator !== '=') return assignment(LOGICAL.has(operator) ? 'logical' : 'assignLate', `, '${operator}'`, right)
  const target = bareExpression(left)
  if (!isAccess(target) || !contains(right, (inner) => isAccess(inner) && isAlike(inner, target))) return undefined
  return addsTo(target, right) ? assignment('assignLate', `, '${right.operatorToken.getText()}='`, right.right) : assignment('update', '', right)
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

const isAccess = (node: ts.Node): node is Access => ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)

/** Of `robot.pose.x` `robot.pose` and the whole. */
function accessesIn(target: ts.Expression): Access[] {
  const accesses: Access[] = []
  for (let at = bareExpression(target); isAccess(at); at = bareExpression(at.expression)) accesses.unshift(at)
  return accesses
}

function isUnnamed(access: Access, { names, isKnown = () => false, ownClass }: UnnamedSteps): boolean {
  const key = writtenKey(access)
  if (key !== undefined) return names.has(key) && mayBeBrain(access, isKnown, ownClass)
  // `this[key] += 1`
  return ownClass !== undefined && bareExpression(access.expression).kind === ts.SyntaxKind.ThisKeyword
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
  const close = (isWhole ? step.close : '))') + '))'.repeat(accesses.length - 1) + (ts.isBinaryExpression(node) ? '' : semicolon(node))
  return [...atKeys, ...callEdits(node, first, openOf(first), close)]
}

/** Around a step whose target begins with `access`. What stands before that, as `++` or the beginning of a parenthesis, goes. */
function callEdits(node: ts.Expression, access: Access, open: string, close: string): Edit[] {
  const [start, end] = [node.getStart(), node.getEnd()]
  if (access.getStart() === start) return [{ kind: 'wrap', start, end, open, close }]
  return [{ kind: 'replace', start, end: access.getStart(), text: open }, { kind: 'wrap', start, end, open: '', close }]
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

/** What a literal makes is no brain, nor is a part of what an attribute holds, nor the instance of another class within its own code. */
function mayBeBrain(access: Access, isKnown: (access: ts.Node) => boolean, ownClass: ts.Node | undefined): boolean {
  if (isKnown(access)) return false
  const { expression } = access
  let root: ts.Expression = expression
  for (;;) {
    const bare = bareExpression(root)
    if (isKnown(bare)) return false
    if (ts.isPropertyAccessExpression(bare) || ts.isElementAccessExpression(bare) || ts.isCallExpression(bare)) root = bare.expression
    else {
      root = bare
      break
    }
  }
  if (root.kind === ts.SyntaxKind.SuperKeyword) return false
  if (root.kind === ts.SyntaxKind.ThisKeyword) return root !== bareExpression(expression) || mayBeThis(root, ownClass)
  const declared = root === bareExpression(expression) && ts.isIdentifier(root) ? localDeclaration(root) ?? constantOfModule(root) : undefined
  return !(declared && isConstant(declared) && declared.initializer && isLiteral(bareExpression(declared.initializer)))
}

/** `this` of a function may be anything; of a class it is an instance of that. */
function mayBeThis(node: ts.Node, ownClass: ts.Node | undefined): boolean {
  const holder = ts.findAncestor(node, (each) => (ts.isFunctionLike(each) && !ts.isArrowFunction(each)) || ts.isClassLike(each))
  const classAround = holder && (ts.isClassLike(holder) ? holder : ts.isClassLike(holder.parent) ? holder.parent : undefined)
  return classAround === undefined || classAround === ownClass
}

function constantOfModule(name: ts.Identifier): ts.VariableDeclaration | undefined {
  for (const statement of name.getSourceFile().statements)
    if (ts.isVariableStatement(statement))
      for (const declaration of statement.declarationList.declarations) if (ts.isIdentifier(declaration.name) && declaration.name.text === name.text) return declaration
  return undefined
}

function isLiteral(node: ts.Expression): boolean {
  return ts.isObjectLiteralExpression(node) || ts.isArrayLiteralExpression(node) || ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isLiteralExpression(node)
}

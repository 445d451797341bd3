// In: code that may be given a brain by a name that says nothing of it. Out: edits that make a step on whatever has a property of an attribute's name
// ask, as it runs, whose it is. Must not find out who has what: on anything but a brain such a step does what JavaScript does.

import { ts } from 'ts-morph'
import { bareExpression, outerExpression } from '../1-parse/expressions.ts'
import { isConstant, localDeclaration } from '../1-parse/functions.ts'
import type { Edit } from '../model.ts'
import { contains } from './cancel-points.ts'
import { isAssignment, isStep } from './scope.ts'
import { isArithmetic, isStatement, LOGICAL, quoted, semicolon } from './updates.ts'

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
    const target = isStep(at) ? at.operand : ts.isBinaryExpression(at) && isAssignment(at) ? at.left : undefined
    const access = target && bareExpression(target)
    // Where a parenthesis opens before it, the rest would not close it.
    if (access && isUnnamed(access, steps) && access.getStart() === target.getStart())
      edits.push(...(isStep(at) ? incrementEdits(at, access, steps.prefix) : assignmentEdits(at as ts.BinaryExpression, access, steps.prefix)))
    ts.forEachChild(at, visit)
  }
  if (steps.names.size > 0) visit(node)
  return edits
}

// --- internal ---

type Access = ts.PropertyAccessExpression | ts.ElementAccessExpression

function isUnnamed(access: ts.Expression, { names, isKnown = () => false, ownClass }: UnnamedSteps): access is Access {
  if (ts.isPropertyAccessExpression(access)) return names.has(access.name.text) && mayBeBrain(access, isKnown, ownClass)
  // `this[key] += 1`
  return ownClass !== undefined && ts.isElementAccessExpression(access) && !ts.isStringLiteralLike(access.argumentExpression) && bareExpression(access.expression).kind === ts.SyntaxKind.ThisKeyword
}

function incrementEdits(node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression, access: Access, prefix: string): Edit[] {
  const isUsed = ts.isPostfixUnaryExpression(node) && !isStatement(outerExpression(node))
  const open = `${prefix}.${isUsed ? 'postIncrement' : 'increment'}(`
  const by = node.operator === ts.SyntaxKind.PlusPlusToken ? 1 : -1
  const [start, end] = [node.getStart(), node.getEnd()]
  return [
    ...(ts.isPrefixUnaryExpression(node) ? [{ kind: 'replace', start, end: access.getStart(), text: open } as const] : []),
    ...keyEdits(access, end, `, ${by}`),
    { kind: 'wrap', start, end, open: ts.isPrefixUnaryExpression(node) ? '' : open, close: `)${semicolon(node)}` },
  ]
}

function assignmentEdits(node: ts.BinaryExpression, access: Access, prefix: string): Edit[] {
  const step = node.operatorToken.kind === ts.SyntaxKind.EqualsToken ? repeated(node, access) : { operator: node.operatorToken.getText(), value: node.right }
  if (!step || contains(step.value, (inner) => ts.isAwaitExpression(inner) || ts.isYieldExpression(inner))) return []
  const { operator, value } = step
  const open = `${prefix}.${LOGICAL.has(operator) ? 'logical' : 'assignLate'}(`
  return [
    ...keyEdits(access, value.getStart(), `, '${operator}', () => (`),
    { kind: 'wrap', start: node.getStart(), end: node.getEnd(), open, close: '))' },
  ]
}

/** From behind the object on: the key, and what comes instead of all that stands between that and `end`. */
function keyEdits(access: Access, end: number, rest: string): Edit[] {
  const start = access.expression.getEnd()
  if (ts.isPropertyAccessExpression(access)) return [{ kind: 'replace', start, end, text: `, ${quoted(access.name.text)}${rest}` }]
  const key = access.argumentExpression
  return [
    { kind: 'replace', start, end: key.getStart(), text: ', ' },
    { kind: 'replace', start: key.getEnd(), end, text: rest },
  ]
}

/** `robot.n = robot.n + 1`, where nothing comes behind what is added. */
function repeated({ right }: ts.BinaryExpression, access: Access): { readonly operator: string; readonly value: ts.Expression } | undefined {
  if (!ts.isBinaryExpression(right) || !ts.isPropertyAccessExpression(access) || !(ts.isIdentifier(access.expression) || access.expression.kind === ts.SyntaxKind.ThisKeyword)) return undefined
  const isSame = isArithmetic(right.operatorToken.kind) && right.left.getText() === access.getText()
  return isSame ? { operator: `${right.operatorToken.getText()}=`, value: right.right } : undefined
}

/** What a literal makes is no brain, nor is a part of what an attribute holds, nor the instance of another class within its own code. */
function mayBeBrain(access: ts.PropertyAccessExpression, isKnown: (access: ts.Node) => boolean, ownClass: ts.Node | undefined): boolean {
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

// In: `object.key` where it is stepped. Out: whether the object may be a brain with an attribute of that name, or a part of what one holds, as far
// as the text around tells. Must not ask for types: what may be, is asked as it runs.

import { ts } from 'ts-morph'
import { bareExpression } from '../1-parse/expressions.ts'
import { isConstant, localDeclaration } from '../1-parse/functions.ts'
import { memberName } from './attributes.ts'
import { constantOfModule, declarationAround, isContainer, isLiteral, isNumeric } from './keys-and-containers.ts'
import { writtenKey } from './leaf-accesses.ts'

export interface UnnamedSteps {
  /** Of attributes; `undefined` where no brain is known by another name than `this`. */
  readonly names: ReadonlySet<string> | undefined
  readonly prefix: string
  /** Whether what an access begins with is an attribute of the brain itself: that is seen to elsewhere. */
  readonly isKnown?: (access: ts.Node) => boolean
  /** The brain's, where it is a member of that: what `this` is there. */
  readonly ownClass?: ts.Node
}

export type Access = ts.PropertyAccessExpression | ts.ElementAccessExpression

export const isAccess = (node: ts.Node): node is Access => ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)

/** Which of the accesses of a target, the outermost last, may be attributes; where none is, whether `whole`, the target itself, may be a part of one. */
export function unnamedAmong(accesses: readonly Access[], whole: Access | undefined, steps: UnnamedSteps): readonly Access[] {
  const attributes = accesses.filter((access) => isAttribute(access, access === whole, steps))
  return attributes.length === 0 && whole && mayBePart(whole.expression, steps) ? [whole] : attributes
}

// --- internal ---

/** Whether a value is that of such an expression, or a part of it. */
function comesFrom(value: ts.Expression, isIt: (node: ts.Node) => boolean = () => false): boolean {
  const bare = bareExpression(value)
  if (isIt(bare)) return true
  if (isAccess(bare) || ts.isCallExpression(bare)) return comesFrom(bare.expression, isIt)
  if (ts.isConditionalExpression(bare)) return comesFrom(bare.whenTrue, isIt) || comesFrom(bare.whenFalse, isIt)
  return ts.isBinaryExpression(bare) && (comesFrom(bare.left, isIt) || comesFrom(bare.right, isIt))
}

function isAttribute(access: Access, isWhole: boolean, steps: UnnamedSteps): boolean {
  const key = writtenKey(access)
  if (key !== undefined) return steps.names!.has(key) && mayBeBrain(access, steps)
  const { expression, argumentExpression } = access as ts.ElementAccessExpression
  // `this[key] += 1`
  if (steps.ownClass !== undefined && bareExpression(expression).kind === ts.SyntaxKind.ThisKeyword) return true
  return isWhole && !isNumeric(argumentExpression) && !isContainer(expression) && mayBeBrain(access, steps)
}

/** What a literal makes is no brain, nor is a part of what an attribute holds, nor the instance of another class within its own code. */
function mayBeBrain(access: Access, { isKnown, ownClass }: UnnamedSteps): boolean {
  if (comesFrom(access, isKnown)) return false
  const { expression } = access
  let root = bareExpression(expression)
  while (isAccess(root) || ts.isCallExpression(root)) root = bareExpression(root.expression)
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

/** `p` after `const p = robot.pose` or `const { pose: p } = robot`, `robot[key]`, and what such a thing has. */
function mayBePart(value: ts.Expression, steps: UnnamedSteps, depth = 0): boolean {
  const bare = bareExpression(value)
  if (depth > MAX_NAMES || comesFrom(bare, steps.isKnown)) return false
  if (ts.isIdentifier(bare)) return isNameOfPart(bare, steps, depth)
  if (!ts.isPropertyAccessExpression(bare) && !ts.isElementAccessExpression(bare)) return false
  return isAttribute(bare, true, steps) || mayBePart(bare.expression, steps, depth)
}

/** Names that are given each other's values. */
const MAX_NAMES = 8

function isNameOfPart(name: ts.Identifier, steps: UnnamedSteps, depth: number): boolean {
  const declared = declarationAround(name)
  if (!declared || !(ts.isVariableDeclaration(declared) || ts.isParameter(declared))) return false
  if (ts.isIdentifier(declared.name)) return declared.initializer !== undefined && mayBePart(declared.initializer, steps, depth + 1)
  for (const element of elementsTo(name.text, declared.name)) {
    const key = element.propertyName ?? element.name
    const isAttributeTaken = ts.isObjectBindingPattern(element.parent) && ts.isPropertyName(key) && steps.names!.has(memberName(key) ?? '')
    if (isAttributeTaken && !steps.isKnown?.(element)) return true
  }
  return declared.initializer !== undefined && mayBePart(declared.initializer, steps, depth + 1)
}

/** The elements of a pattern from the outermost to the one that a name is. */
function elementsTo(name: string, pattern: ts.BindingPattern): readonly ts.BindingElement[] {
  for (const element of pattern.elements) {
    if (!ts.isBindingElement(element)) continue
    if (ts.isIdentifier(element.name)) {
      if (element.name.text === name) return [element]
    } else {
      const inner = elementsTo(name, element.name)
      if (inner.length > 0) return [element, ...inner]
    }
  }
  return []
}

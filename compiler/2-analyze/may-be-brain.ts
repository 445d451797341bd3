// In: `object.key` where it is stepped. Out: whether the object may be a brain with an attribute of that name, or what an attribute holds, as far
// as the text around tells. Must not ask for types: what may be, is asked as it runs.

import { ts } from 'ts-morph'
import { TYPED_ARRAY_NAMES } from '../../src/contract/schema.ts'
import { bareExpression } from '../1-parse/expressions.ts'
import { isConstant, localDeclaration } from '../1-parse/functions.ts'
import { constantOfModule, declarationAround, isContainer, isLiteral, isNumeric } from './keys-and-containers.ts'
import { writtenKey } from './leaf-accesses.ts'

export interface UnnamedSteps {
  /** Of attributes, and `pose.x` of the parts of those that lie inline; `undefined` where no brain is known by another name than `this`. */
  readonly names: ReadonlySet<string> | undefined
  readonly prefix: string
  /** Whether what an access begins with is an attribute of the brain itself: that is seen to elsewhere. */
  readonly isKnown?: (access: ts.Node) => boolean
  /** The brain's, where it is a member of that: what `this` is there. */
  readonly ownClass?: ts.Node
}

export type Access = ts.PropertyAccessExpression | ts.ElementAccessExpression

export const isAccess = (node: ts.Node): node is Access => ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)

/** `pose.x`, of what a brain holds. */
export const isOfPart = (name: string): boolean => name.includes('.')

/** Which of the accesses of a target, the outermost last, may be attributes. `whole` is the target itself. */
export function attributesAmong(accesses: readonly Access[], whole: Access | undefined, steps: UnnamedSteps): Access[] {
  return accesses.filter((access) => isAttribute(access, access === whole, steps))
}

/** Whether an access may be one of a part of an attribute that lies inline, which everybody may have by any name: another value would be frozen. */
export function mayBePart(access: Access, steps: UnnamedSteps): boolean {
  const { keys } = readNames(steps.names!)
  const key = writtenKey(access)
  const isNumber = key === undefined && isNumeric((access as ts.ElementAccessExpression).argumentExpression)
  // Of a tuple `0` is a key.
  const isKey = key !== undefined ? keys.has(key) : isNumber ? keys.has('0') : keys.size > 0
  return isKey && mayBeBrain(access, steps) && !isMadeOtherwise(access.expression) && !isOfOwn(access.expression, steps)
}

// --- internal ---

interface Names {
  /** Where no brain is handed on, parts of what one holds may be. */
  readonly hasAttributes: boolean
  /** Of parts. */
  readonly keys: ReadonlySet<string>
}

function readNames(names: ReadonlySet<string>): Names {
  const known = namesRead.get(names)
  if (known) return known
  const parts = [...names].filter(isOfPart)
  const read = { hasAttributes: parts.length < names.size, keys: new Set(parts.map((name) => name.slice(name.lastIndexOf('.') + 1))) }
  namesRead.set(names, read)
  return read
}

const namesRead = new WeakMap<ReadonlySet<string>, Names>()

/** `p` after `const p = this.pose`, which is seen to elsewhere. */
function isOfOwn(object: ts.Expression, { isKnown }: UnnamedSteps): boolean {
  const bare = bareExpression(object)
  const declared = ts.isIdentifier(bare) ? declarationAround(bare) : undefined
  return declared !== undefined && isConstant(declared) && declared.initializer !== undefined && comesFrom(declared.initializer, isKnown)
}

const OTHERWISE_MADE = new RegExp(`^(?:${TYPED_ARRAY_NAMES.join('|')}|Buffer|(?:Readonly|Weak)?(?:Map|Set))$`)

/** By its type, or by `new`. */
function isMadeOtherwise(object: ts.Expression): boolean {
  const bare = bareExpression(object)
  const declared = ts.isIdentifier(bare) ? declarationAround(bare) ?? constantOfModule(bare) : undefined
  if (!declared || !(ts.isVariableDeclaration(declared) || ts.isParameter(declared)) || !ts.isIdentifier(declared.name)) return false
  if (declared.type && ts.isTypeReferenceNode(declared.type) && OTHERWISE_MADE.test(declared.type.typeName.getText())) return true
  return isConstant(declared) && declared.initializer !== undefined && ts.isNewExpression(bareExpression(declared.initializer))
}

/** Whether a value is surely that of such an expression, or a part of it. */
function comesFrom(value: ts.Expression, isIt: (node: ts.Node) => boolean = () => false): boolean {
  const bare = bareExpression(value)
  if (isIt(bare)) return true
  if (isAccess(bare) || ts.isCallExpression(bare)) return comesFrom(bare.expression, isIt)
  if (ts.isConditionalExpression(bare)) return comesFrom(bare.whenTrue, isIt) && comesFrom(bare.whenFalse, isIt)
  if (!ts.isBinaryExpression(bare)) return false
  return comesFrom(bare.right, isIt) && (bare.operatorToken.kind === ts.SyntaxKind.CommaToken || comesFrom(bare.left, isIt))
}

function isAttribute(access: Access, isWhole: boolean, steps: UnnamedSteps): boolean {
  const key = writtenKey(access)
  if (key !== undefined) return steps.names!.has(key) && mayBeBrain(access, steps)
  const { expression, argumentExpression } = access as ts.ElementAccessExpression
  // `this[key] += 1`
  if (steps.ownClass !== undefined && bareExpression(expression).kind === ts.SyntaxKind.ThisKeyword) return true
  return isWhole && readNames(steps.names!).hasAttributes && !isNumeric(argumentExpression) && !isContainer(expression) && mayBeBrain(access, steps)
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

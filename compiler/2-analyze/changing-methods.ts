// In: the classes whose instances an attribute may hold. Out: which of their methods may change their instance. Must not follow a call out of these classes: what is not known may change it.

import { ts } from 'ts-morph'
import type { ClassNode } from '../1-parse/declarations.ts'
import { bareExpression } from '../1-parse/expressions.ts'
import { hasModifier } from '../1-parse/imports.ts'
import type { InstanceMethods } from '../model.ts'
import { isMutator } from './regions/methods.ts'
import { isAssignment, isStep, targetsOf } from './scope.ts'

export function methodsOf(classes: readonly ClassNode[]): InstanceMethods {
  const scalars = new Set(classes.flatMap(scalarFields))
  const definitions = classes.flatMap((node) => node.members.flatMap(definitionOf))
  const names = new Set(definitions.map(({ name }) => name))
  const changing = new Set<string>()
  for (let size = -1; size !== changing.size; ) {
    size = changing.size
    for (const { name, node } of definitions) if (!changing.has(name) && mayChange(node.body!, { names, changing, scalars })) changing.add(name)
  }
  return {
    changing: [...changing].sort(),
    reading: [...names].filter((name) => !changing.has(name)).sort(),
  }
}

// --- internal ---

type Definition = ts.MethodDeclaration | ts.AccessorDeclaration

interface Known {
  /** Methods and accessors of the classes. */
  readonly names: ReadonlySet<string>
  readonly changing: ReadonlySet<string>
  readonly scalars: ReadonlySet<string>
}

/** What reads, of whatever built-in type its receiver is. */
const READERS = /^(?:at|charAt|charCodeAt|codePointAt|concat|endsWith|entries|every|filter|find|findIndex|findLast|findLastIndex|flat|flatMap|forEach|get|get[A-Z]\w*|has|includes|indexOf|join|keys|lastIndexOf|localeCompare|map|match|normalize|padEnd|padStart|reduce|reduceRight|repeat|replace|replaceAll|search|slice|some|split|startsWith|substring|to[A-Z]\w*|trim|trimEnd|trimStart|valueOf|values)$/
const TAKES_FUNCTION = /^(?:every|filter|find|findIndex|findLast|findLastIndex|flatMap|forEach|map|reduce|reduceRight|some|toSorted)$/
const READING_GLOBALS = /^(?:(?:Math|Number|JSON|console)\.\w+|Object\.(?:keys|values|entries|is|hasOwn)|Array\.(?:isArray|from)|String|Number|Boolean|BigInt|isNaN|parseInt|parseFloat|performance\.now|Date\.now|structuredClone|Promise\.(?:resolve|reject|all))$/

function definitionOf(member: ts.ClassElement): { name: string; node: Definition }[] {
  if (!(ts.isMethodDeclaration(member) || ts.isAccessor(member)) || !member.body || hasModifier(member, ts.SyntaxKind.StaticKeyword)) return []
  return [{ name: member.name.getText(), node: member }]
}

function mayChange(body: ts.Node, known: Known): boolean {
  let found = false
  const visit = (node: ts.Node): void => {
    if (found || ts.isTypeNode(node)) return
    if (changesProperty(node) || ts.isTaggedTemplateExpression(node)) found = true
    else if (ts.isCallExpression(node)) found = !isReading(node, known)
    else if (ts.isNewExpression(node)) found = node.arguments?.some((argument) => isPartOfThis(argument, known)) ?? false
    // A getter that changes something, or a method that is handed on.
    else if (ts.isPropertyAccessExpression(node)) found = known.changing.has(node.name.text)
    if (!found) ts.forEachChild(node, visit)
  }
  visit(body)
  return found
}

/** An assignment to anything but a variable. */
function changesProperty(node: ts.Node): boolean {
  const isProperty = (target: ts.Expression): boolean => !ts.isIdentifier(bareExpression(target))
  if (ts.isDeleteExpression(node)) return true
  if (isStep(node)) return isProperty(node.operand)
  if (ts.isBinaryExpression(node) && isAssignment(node)) return targetsOf(node.left).some(isProperty)
  return (ts.isForOfStatement(node) || ts.isForInStatement(node)) && !ts.isVariableDeclarationList(node.initializer)
}

function isReading(call: ts.CallExpression, { names, changing }: Known): boolean {
  const callee = bareExpression(call.expression)
  const takesReaders = call.arguments.every((argument) => isReadingArgument(bareExpression(argument)))
  if (READING_GLOBALS.test(callee.getText())) return callee.getText() === 'Array.from' ? takesReaders : true
  if (!ts.isPropertyAccessExpression(callee)) return false
  const name = callee.name.text
  if (names.has(name)) return !changing.has(name) && !isMutator(name, undefined)
  return READERS.test(name) && (!TAKES_FUNCTION.test(name) || takesReaders)
}

/** A function that stands here is looked through with the rest; one that is named is not known. */
function isReadingArgument(argument: ts.Expression): boolean {
  if (ts.isIdentifier(argument)) return /^(?:Boolean|Number|String|undefined)$/.test(argument.text)
  return !ts.isPropertyAccessExpression(argument) && !(ts.isCallExpression(argument))
}

/** `this`, or an object that it has: who is given it may change it. */
function isPartOfThis(argument: ts.Expression, { scalars }: Known): boolean {
  let at = bareExpression(argument)
  if (ts.isPropertyAccessExpression(at) && scalars.has(at.name.text)) return false
  while (ts.isPropertyAccessExpression(at) || ts.isElementAccessExpression(at)) at = bareExpression(at.expression)
  return at.kind === ts.SyntaxKind.ThisKeyword || (ts.isIdentifier(at) && at !== bareExpression(argument))
}

/** Fields that hold numbers, texts or booleans, in whatever class. */
function scalarFields(node: ClassNode): string[] {
  const isScalar = ({ type, initializer }: ts.PropertyDeclaration | ts.ParameterDeclaration): boolean => {
    if (type) return type.kind === ts.SyntaxKind.NumberKeyword || type.kind === ts.SyntaxKind.StringKeyword || type.kind === ts.SyntaxKind.BooleanKeyword
    const value = initializer && bareExpression(initializer)
    return value !== undefined && (ts.isNumericLiteral(value) || ts.isStringLiteralLike(value) || value.kind === ts.SyntaxKind.TrueKeyword || value.kind === ts.SyntaxKind.FalseKeyword)
  }
  return node.members.flatMap((member) => {
    if (ts.isPropertyDeclaration(member)) return isScalar(member) ? [member.name.getText()] : []
    if (!ts.isConstructorDeclaration(member)) return []
    return member.parameters.filter((parameter) => ts.isParameterPropertyDeclaration(parameter, member) && isScalar(parameter)).map((parameter) => parameter.name.getText())
  })
}

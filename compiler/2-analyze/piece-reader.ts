// In: a piece of a module. Out: the names it uses, and what it does to those of them that may be state. Must not know what they mean.

import { ts } from 'ts-morph'
import type { ClassNode } from '../1-parse/declarations.ts'
import { bareExpression, outerExpression } from '../1-parse/expressions.ts'
import { isConstant, isUse, localDeclaration, namesAround } from '../1-parse/functions.ts'
import { bindingNames, declaredNames, hasModifier } from '../1-parse/imports.ts'
import type { Stretch } from '../model.ts'
import { DEFAULT_NAME } from '../names.ts'
import type { Piece, Touch } from '../state-model.ts'
import { isOnlyFilled } from './filled-arguments.ts'
import type { RunsLater } from './load-time.ts'
import type { PieceNode } from './pieces.ts'
import { isInDecision, type PlaceUse, useOf } from './place-uses.ts'
import type { Callees } from './regions/callees.ts'
import { readScope, type ScopeReading } from './scope.ts'

export interface PieceContext {
  /** Names whose uses are told. */
  readonly known: ReadonlySet<string>
  readonly runsLater: RunsLater
  readonly callees: Callees
  /** Every piece: none is read with another one; and what is none. */
  readonly without: Set<ts.Node>
}

export function readPiece(piece: PieceNode, context: PieceContext): Piece {
  context.without.delete(piece.node)
  const read = new PieceReader(piece, context).read()
  context.without.add(piece.node)
  return read
}

// --- internal ---

class PieceReader {
  readonly #piece: PieceNode
  readonly #context: PieceContext
  readonly #around: ReadonlySet<string>
  readonly #scope: ScopeReading
  readonly #mentions = new Set<string>()
  readonly #touches = new Map<string, Touch>()
  /** Variables that get back what they had. */
  readonly #restored = new Set<string>()
  /** Constants of the piece for what stands behind a name of the module. */
  readonly #aliases = new Map<ts.Node, Path>()
  readonly #aliasNames = new Set<string>()
  #gives = false

  constructor(piece: PieceNode, context: PieceContext) {
    this.#piece = piece
    this.#context = context
    this.#around = namesAround(piece.node)
    this.#scope = readScope(piece.node, { without: context.without, locals: this.#around })
  }

  read(): Piece {
    const { node, declares, member } = this.#piece
    this.#visit(node)
    this.#readInner()
    const touches = [...this.#touches.values()].filter(({ name, how }) => how !== 'assigned' || !this.#restored.has(name))
    return { ...at(node), declares, ...(member !== undefined && { member }), names: [...this.#scope.names], mentions: [...this.#mentions], touches, gives: this.#gives }
  }

  #visit(node: ts.Node): void {
    const { known, runsLater, without } = this.#context
    if (without.has(node) || (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node))) return
    if ((ts.isReturnStatement(node) && node.expression) || (ts.isArrowFunction(node) && !ts.isBlock(node.body))) this.#gives = true
    if (ts.isBinaryExpression(node) && isRestoring(node)) this.#restored.add(node.left.getText())
    if ((ts.isIdentifier(node) || ts.isPrivateIdentifier(node) || ts.isStringLiteralLike(node)) && !isOnlyHandedOn(node)) this.#mentions.add(node.text)
    if (ts.isVariableDeclaration(node) && this.#takesAlias(node)) return
    if (ts.isIdentifier(node) && isUse(node)) {
      const alias = this.#aliasOf(node)
      const isKnown = known.has(node.text) && this.#scope.names.has(node.text) && !isShadowed(node)
      if ((alias ?? isKnown) && runsLater(node)) this.#add(alias ? this.#touchBy(alias, this.#useOf(node)) : this.#touchOf(node.text, this.#useOf(node)))
    } else if (node.kind === ts.SyntaxKind.ThisKeyword) {
      const owner = staticOwner(node)
      const use = owner !== undefined && useOf(node as ts.Expression)
      if (use && use.keys.length > 0 && runsLater(node)) this.#add(this.#touchOf(owner!, use))
    }
    ts.forEachChild(node, (child) => this.#visit(child))
  }

  /** With what a function does that it is given to. */
  #useOf(name: ts.Identifier): PlaceUse {
    const use = useOf(name)
    return use.how === undefined && isOnlyFilled(use.node, this.#context.callees) ? { ...use, how: 'changed', isRead: false } : use
  }

  /** `const stats = tools.stats`: what is done by that name is done to that. */
  #takesAlias(node: ts.VariableDeclaration): boolean {
    const path = isConstant(node) && !ts.isSourceFile(node.parent.parent.parent) ? pathOf(node.initializer, this.#context.known) : undefined
    if (!path) return false
    this.#aliases.set(node, path)
    this.#aliasNames.add(node.name.getText())
    for (const word of [path.root.text, ...path.keys]) this.#mentions.add(word)
    return true
  }

  #aliasOf(name: ts.Identifier): Path | undefined {
    const declared = this.#aliasNames.has(name.text) ? localDeclaration(name) : undefined
    return declared && this.#aliases.get(declared)
  }

  #add(touch: Touch): void {
    const { name, key, below, how = below?.how, start, isRead } = touch
    this.#touches.set([name, key, below?.key, how ? start : '', isRead].join('\n'), touch)
  }

  #touchOf(name: string, use: PlaceUse): Touch {
    const [key, second] = use.keys
    const below = use.below && { key: second!, ...(use.below.how && { how: use.below.how }) }
    const change = use.how && !use.isReset && { how: use.how, ...(isMemo(use.node, this.#scope.assigned) && { isMemo: true }), ...(use.isStep && { isStep: true }) }
    return { name, ...(key !== undefined && { key }), ...(below && { below }), ...at(use.node), ...change, isRead: use.isRead }
  }

  #touchBy({ root, keys: [key] }: Path, use: PlaceUse): Touch {
    if (key === undefined) return this.#touchOf(root.text, use)
    const [part] = use.keys
    const isChange = use.how !== undefined && use.how !== 'called' && part !== undefined
    return { name: root.text, key, ...at(use.node), ...(isChange && { how: 'changed' }), ...(part !== undefined && { below: { key: part, ...(use.how && { how: use.how }) } }), isRead: use.isRead }
  }

  /** Variables of the function that made what the piece is part of, while the module was loaded. */
  #readInner(): void {
    const { runsLater } = this.#context
    const [name] = this.#piece.declares
    for (const target of this.#scope.assigned) {
      const declared = localDeclaration(target)
      if (!declared || name === undefined || !this.#around.has(target.text) || runsLater(declared) || !runsLater(target)) continue
      const use = useOf(target)
      // A value that is made once is the same on every thread.
      if (use.isReset || isMemo(target, this.#scope.assigned)) continue
      this.#add({ name, ...at(target), how: 'assigned', isRead: use.isRead, ...(use.isStep && { isStep: true }), inner: { name: target.text, ...at(declared) } })
    }
  }
}

const at = (node: ts.Node): Stretch => ({ start: node.getStart(), end: node.getEnd() })

/** `tools.pool`: a name of the module, and at most one behind it. */
interface Path {
  readonly root: ts.Identifier
  readonly keys: readonly string[]
}

function pathOf(value: ts.Expression | undefined, known: ReadonlySet<string>): Path | undefined {
  const bare = value && bareExpression(value)
  const [root, keys] = bare && ts.isPropertyAccessExpression(bare) ? [bareExpression(bare.expression), [bare.name.text]] : [bare, []]
  return root && ts.isIdentifier(root) && known.has(root.text) && !isShadowed(root) ? { root, keys } : undefined
}

/** `const before = current; current = own; … current = before`: what is set so is set for a while. */
function isRestoring({ left, operatorToken, right }: ts.BinaryExpression): boolean {
  const kept = operatorToken.kind === ts.SyntaxKind.EqualsToken && ts.isIdentifier(left) && ts.isIdentifier(right) ? localDeclaration(right) : undefined
  return kept !== undefined && ts.isVariableDeclaration(kept) && kept.initializer?.getText() === left.getText()
}

/** `{ next }` and `{ next: next }` name a function without running it. */
function isOnlyHandedOn(name: ts.Node): boolean {
  const { parent } = name
  if (ts.isShorthandPropertyAssignment(parent)) return true
  return ts.isPropertyAssignment(parent) || ((ts.isFunctionLike(parent) || ts.isVariableDeclaration(parent) || ts.isClassElement(parent)) && (parent as ts.NamedDeclaration).name === name)
}

/** Whether something around a name gives it another meaning than the module does. */
function isShadowed(name: ts.Identifier): boolean {
  if (localDeclaration(name)) return true
  for (let node: ts.Node = name.parent; !ts.isSourceFile(node); node = node.parent) {
    if ((ts.isForStatement(node) || ts.isForOfStatement(node) || ts.isForInStatement(node)) && node.initializer && ts.isVariableDeclarationList(node.initializer) && !ts.isSourceFile(node.parent)
      && node.initializer.declarations.some((declaration) => bindingNames(declaration.name).includes(name.text))) return true
    if (ts.isCatchClause(node) && node.variableDeclaration && bindingNames(node.variableDeclaration.name).includes(name.text)) return true
    if (ts.isCaseBlock(node) && node.clauses.some((clause) => clause.statements.some((statement) => declaredNames(statement).includes(name.text)))) return true
    if ((ts.isFunctionExpression(node) || ts.isClassExpression(node)) && node.name?.text === name.text) return true
  }
  return false
}

/** The name of the class that `this` is, in a static member. */
function staticOwner(node: ts.Node): string | undefined {
  const holder = ts.findAncestor(node.parent, (each) => (ts.isFunctionLike(each) && !ts.isArrowFunction(each)) || ts.isClassElement(each))
  const owner = holder && (hasModifier(holder, ts.SyntaxKind.StaticKeyword) || ts.isClassStaticBlockDeclaration(holder)) && ts.isClassLike(holder.parent) ? holder.parent : undefined
  return owner && nameOfClass(owner)
}

function nameOfClass(node: ClassNode): string | undefined {
  if (ts.isClassDeclaration(node)) return node.name?.text ?? DEFAULT_NAME
  const { parent } = outerExpression(node)
  return ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? parent.name.text : node.name?.text
}

/** `client ??= connect()`, `if (!client) client = connect()`, `if (client) return`: also where what is asked is another variable that is set with it. */
function isMemo(node: ts.Node, assigned: readonly ts.Identifier[]): boolean {
  const { parent } = outerExpression(node)
  if (ts.isBinaryExpression(parent) && (parent.operatorToken.kind === ts.SyntaxKind.QuestionQuestionEqualsToken || parent.operatorToken.kind === ts.SyntaxKind.BarBarEqualsToken)) return true
  return isInDecision(node, new Set(assigned.map(({ text }) => text)))
}

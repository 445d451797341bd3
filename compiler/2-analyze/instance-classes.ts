// In: the type of a value that crosses between threads, or the expression that makes it. Out: the classes of the project whose
// instances may be in it, through fields, base classes and subclasses, and why one of them can't be copied. Read from syntax alone.
// Must not decide what loads them.

import { ts } from 'ts-morph'
import { extendsBrain, heritageOf, meaningOf } from '../1-parse/classes.ts'
import type { ClassNode } from '../1-parse/declarations.ts'
import { bareExpression } from '../1-parse/expressions.ts'
import { hasModifier } from '../1-parse/imports.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'
import type { Span } from '../log.ts'
import type { ClassObstacle, ClassReference, InstanceClasses } from '../model.ts'
import { methodsOf } from './changing-methods.ts'
import { hiddenMember, isNamedClass, shownMember } from './class-names.ts'
import { derivedClasses } from './derived-classes.ts'
import { madeBy, type MadeValue } from './made-values.ts'
import { registeredClasses } from './registrations.ts'
import { declarationOf, type DeclaredType, unserialisableGlobal } from './types.ts'
import { wayBack } from './ways-back.ts'

export interface ValueSource {
  readonly type?: ts.TypeNode | undefined
  readonly value?: ts.Expression | undefined
  readonly instanceOf?: ClassReference | undefined
}

/** The classes of a value with this annotation, or made by this expression. Subclasses are looked for where `home` leads to. */
export function instanceClasses({ type, value, instanceOf }: ValueSource, unit: SourceUnit, project: SourceProject, home = unit): InstanceClasses {
  const walk = new ClassWalk(home, project)
  if (type) walk.type(type, unit)
  if (value) walk.value(value, unit)
  if (instanceOf) walk.reference(instanceOf)
  return walk.result()
}

/** The classes of what a function gives back. */
export function classesOfResult(node: ts.SignatureDeclaration, unit: SourceUnit, project: SourceProject): InstanceClasses {
  const walk = new ClassWalk(unit, project)
  if (node.type) walk.type(node.type, unit)
  else for (const made of madeBy(node, unit, project)) walk.made(made)
  return walk.result()
}

// --- internal ---

/** Types that have their arguments in them. */
const CONTAINERS = new Set(['Array', 'ReadonlyArray', 'Map', 'ReadonlyMap', 'Set', 'ReadonlySet', 'Record', 'Promise', 'PromiseLike', 'Awaited', 'Readonly', 'NonNullable'])
/** Built-in classes whose content is not in their properties. */
const WITH_CONTENT = /^(?:Map|Set|WeakMap|WeakSet|Array|Date|RegExp|Promise|ArrayBuffer|SharedArrayBuffer|DataView|\w+Array)$/
const ERROR = /^\w*Error$/

/** A field that a type stands in. */
interface Field {
  readonly className: string
  readonly field: string
  readonly at: Span
}

class ClassWalk {
  readonly #home: SourceUnit
  readonly #project: SourceProject
  /** Classes and interfaces that were looked through. */
  readonly #seen = new Map<ts.Node, SourceUnit>()
  readonly #openAliases = new Set<ts.Node>()
  readonly #classes = new Map<ts.Node, ClassReference>()
  #obstacle: ClassObstacle | undefined

  constructor(home: SourceUnit, project: SourceProject) {
    this.#home = home
    this.#project = project
  }

  result(): InstanceClasses {
    const obstacle = this.#obstacle
    for (let size = 0; size < this.#seen.size; ) {
      size = this.#seen.size
      for (const { node, unit } of derivedClasses(this.#seen, this.#home, this.#project)) this.#derived(node, unit)
    }
    const key = ({ file, name }: ClassReference): string => `${file}#${name}`
    const classes = [...this.#classes.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1)).map((each) => ({ ...each, wayBack: this.#wayBack(each.file) }))
    const methods = methodsOf([...this.#seen.keys()].filter(ts.isClassLike) as ClassNode[])
    return { classes, methods, obstacle: obstacle && this.#registered() === 'unknown' ? undefined : obstacle }
  }

  /** Asked for a class only: it looks through all that the file leads to. */
  #registered(): ReadonlySet<string> | 'unknown' {
    return registeredClasses(this.#home, this.#project)
  }

  value(expression: ts.Expression, unit: SourceUnit): void {
    for (const made of madeBy(expression, unit, this.#project)) this.made(made)
  }

  made(made: MadeValue): void {
    if (made.kind === 'type') return this.type(made.node, made.unit)
    this.#class(made.node, made.unit)
    made.arguments.forEach((argument) => this.type(argument, made.from))
  }

  reference({ file, name }: ClassReference): void {
    const unit = this.#project.unit(file)
    const node = unit?.classByName.get(name)
    if (node) this.#class(node, unit!)
  }

  /** `field` is the one of a class that the type stands in: what is in none is judged as the type of an attribute. */
  type(node: ts.TypeNode, unit: SourceUnit, field?: Field): void {
    const further = (inner: ts.TypeNode): void => this.type(inner, unit, field)
    if (ts.isParenthesizedTypeNode(node) || ts.isRestTypeNode(node) || ts.isOptionalTypeNode(node) || ts.isNamedTupleMember(node)) return further(node.type)
    if (ts.isArrayTypeNode(node)) return further(node.elementType)
    if (ts.isTypeOperatorNode(node)) return node.operator === ts.SyntaxKind.ReadonlyKeyword ? further(node.type) : undefined
    if (ts.isUnionTypeNode(node) || ts.isIntersectionTypeNode(node)) return node.types.forEach(further)
    if (ts.isTupleTypeNode(node)) return node.elements.forEach(further)
    if (ts.isTypeLiteralNode(node)) return this.#properties(node.members, unit, field)
    if (ts.isFunctionTypeNode(node) || ts.isConstructorTypeNode(node)) return this.#refuseField(field, 'a function')
    if (node.kind === ts.SyntaxKind.SymbolKeyword) return this.#refuseField(field, 'a symbol')
    if (ts.isTypeReferenceNode(node)) return this.#reference(node, unit, field)
  }

  #reference({ typeName, typeArguments }: ts.TypeReferenceNode, unit: SourceUnit, field: Field | undefined): void {
    if (ts.isIdentifier(typeName) && isTypeParameter(typeName)) return
    const declared = declarationNamed(typeName, unit, this.#project)
    // A promise is what a task gives back, and no value of a field.
    const isContainer = ts.isIdentifier(typeName) && CONTAINERS.has(typeName.text) && !(field && unserialisableGlobal(typeName.text, unit))
    if (declared || isContainer) typeArguments?.forEach((argument) => this.type(argument, unit, field))
    if (declared) return this.#declaration(declared, field)
    const global = ts.isIdentifier(typeName) && !isContainer ? unserialisableGlobal(typeName.text, unit) : undefined
    if (global) this.#refuseField(field, global)
  }

  #declaration({ node, unit }: DeclaredType, field: Field | undefined): void {
    if (ts.isEnumDeclaration(node)) return
    if (ts.isClassDeclaration(node)) return this.#class(node, unit)
    if (ts.isTypeAliasDeclaration(node)) {
      if (this.#openAliases.has(node)) return
      this.#openAliases.add(node)
      this.type(node.type, unit, field)
      return void this.#openAliases.delete(node)
    }
    if (this.#seen.has(node)) return
    this.#seen.set(node, unit)
    for (const { expression } of node.heritageClauses?.flatMap((clause) => [...clause.types]) ?? []) {
      const declared = ts.isIdentifier(expression) ? declarationNamed(expression, unit, this.#project) : undefined
      if (declared) this.#declaration(declared, undefined)
    }
    this.#properties(node.members, unit, undefined)
  }

  #properties(members: ts.NodeArray<ts.TypeElement>, unit: SourceUnit, field: Field | undefined): void {
    for (const member of members) if (ts.isPropertySignature(member) && member.type) this.type(member.type, unit, field)
  }

  #class(node: ClassNode, unit: SourceUnit): void {
    if (this.#seen.has(node)) return
    this.#seen.set(node, unit)
    if (!isNamedClass(node) || extendsBrain(node, unit, this.#project)) return
    const className = node.name.text
    this.#classes.set(node, { file: unit.path, name: className })
    // An error crosses in any case, as the built-in class that it extends where it can't as its own.
    if (isErrorClass(node, unit, this.#project)) return
    // One that is registered crosses as it says, with what is in it.
    const registered = this.#registered()
    if (registered === 'unknown' || !registered.has(className)) return this.#parts(node, className, unit)
    const obstacle = this.#obstacle
    this.#parts(node, className, unit)
    this.#obstacle = obstacle
  }

  #parts(node: ClassNode, className: string, unit: SourceUnit): void {
    const hidden = hiddenMember(node)
    if (hidden) this.#refuse({ className, why: `\`${shownMember(hidden)}\` is private to it, and no copy can have it`, at: spanOf(hidden.name, unit) })
    this.#base(node, className, unit)
    for (const member of node.members) {
      if (ts.isPropertyDeclaration(member) && !hasModifier(member, ts.SyntaxKind.StaticKeyword)) this.#field(member, className, unit)
      if (!ts.isConstructorDeclaration(member)) continue
      for (const parameter of member.parameters) if (ts.isParameterPropertyDeclaration(parameter, member)) this.#field(parameter, className, unit)
    }
  }

  #field({ type, initializer, name }: ts.PropertyDeclaration | ts.ParameterDeclaration, className: string, unit: SourceUnit): void {
    const field = { className, field: name.getText(), at: spanOf(name, unit) }
    const value = initializer && bareExpression(initializer)
    if (type) this.type(type, unit, field)
    else if (value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value))) this.#refuseField(field, 'a function')
    else if (value && ts.isNewExpression(value) && ts.isIdentifier(value.expression)) {
      const global = unserialisableGlobal(value.expression.text, unit)
      if (global) this.#refuseField(field, global)
    }
    if (initializer) this.value(initializer, unit)
  }

  #base(node: ClassNode, className: string, unit: SourceUnit): void {
    const heritage = heritageOf(node)
    if (!heritage) return
    const meaning = meaningOf(heritage.expression, unit, this.#project)
    heritage.typeArguments?.forEach((argument) => this.type(argument, unit))
    if (meaning.kind === 'class') return this.#class(meaning.node, meaning.unit)
    const shown = heritage.expression.getText().split('\n', 1)[0]!
    const what = WITH_CONTENT.test(shown) ? 'whose content is not in its fields' : 'which is no class of the project that can be read'
    this.#refuse({ className, why: `it extends \`${shown}\`, ${what}`, at: spanOf(heritage, unit) })
  }

  /**
   * A subclass, or a class that implements what is mentioned: in the value or not. It is left out where it can't cross, and where
   * loading it would load the main module of a brain.
   */
  #derived(node: ClassNode, unit: SourceUnit): void {
    const before = new Set(this.#classes.keys())
    this.#obstacle = undefined
    this.#class(node, unit)
    const added = [...this.#classes].filter(([known]) => !before.has(known))
    const leadsBack = added.some(([, { file }]) => this.#wayBack(file).length > 0)
    if (this.#obstacle || leadsBack) for (const [known] of added) this.#classes.delete(known)
  }

  #wayBack(file: string): readonly string[] {
    return file === this.#home.path ? [] : wayBack(file, this.#project)
  }

  #refuseField(field: Field | undefined, what: string): void {
    if (field) this.#refuse({ className: field.className, why: `its field \`${field.field}\` holds ${what}`, at: field.at })
  }

  #refuse(obstacle: ClassObstacle): void {
    this.#obstacle ??= obstacle
  }
}

/** `Pose`, `shapes.Pose` */
function declarationNamed(name: ts.EntityName, unit: SourceUnit, project: SourceProject): DeclaredType | undefined {
  if (ts.isIdentifier(name)) return declarationOf(name.text, unit, project)
  const namespace = ts.isIdentifier(name.left) ? name.left.text : undefined
  for (const statement of unit.tree.statements) {
    const bindings = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : undefined
    if (!bindings || !ts.isNamespaceImport(bindings) || bindings.name.text !== namespace) continue
    const target = project.target(((statement as ts.ImportDeclaration).moduleSpecifier as ts.StringLiteral).text, unit)
    return target && declarationOf(name.right.text, target, project)
  }
  return undefined
}

function spanOf(node: ts.Node, unit: SourceUnit): Span {
  return { file: unit.source, start: node.getStart(), end: node.getEnd() }
}

function isTypeParameter(name: ts.Identifier): boolean {
  for (let at: ts.Node | undefined = name.parent; at; at = at.parent) {
    const parameters = (at as { typeParameters?: readonly ts.TypeParameterDeclaration[] }).typeParameters
    if (parameters?.some((parameter) => parameter.name.text === name.text)) return true
  }
  return false
}

/** An error crosses in any case: as the built-in class that it extends, where it can't as its own. */
function isErrorClass(node: ClassNode, unit: SourceUnit, project: SourceProject, depth = 0): boolean {
  const heritage = heritageOf(node)
  if (!heritage || depth > 32) return false
  const meaning = meaningOf(heritage.expression, unit, project)
  if (meaning.kind === 'class') return isErrorClass(meaning.node, meaning.unit, project, depth + 1)
  return ts.isIdentifier(heritage.expression) && ERROR.test(heritage.expression.text)
}

// In: an expression. Out: what it was declared with, in whatever module of the project: a function, a class, a field, a value.
// Must not look into functions.

import { ts } from 'ts-morph'
import { basesOf, meaningOf } from '../../1-parse/classes.ts'
import type { ClassNode } from '../../1-parse/declarations.ts'
import { bareExpression } from '../../1-parse/expressions.ts'
import type { SourceProject, SourceUnit } from '../../1-parse/project.ts'
import { memberName } from '../attributes.ts'
import { writtenKey } from '../leaf-accesses.ts'
import { type Binding, type Bindings, initialValue, readBindings } from './bindings.ts'

/** A function whose body can be read. */
export type KnownFunction = ts.FunctionLikeDeclaration & { readonly body: ts.Node }

export interface KnownClass {
  readonly node: ClassNode
  readonly unit: SourceUnit
}

/** What a name was declared with. */
type Declaration = KnownFunction | ts.FunctionDeclaration | ts.Expression

/** `owner.name`, `owner['name']` */
export interface Access {
  readonly owner: ts.Expression
  readonly name: string
}

/** With its type and its value; parameter properties too. */
export type Field = ts.PropertyDeclaration | ts.ParameterDeclaration

export const MAX_DEPTH = 32

export class Declarations {
  protected readonly project: SourceProject
  readonly #units = new Map<ts.SourceFile, SourceUnit>()
  readonly #bindings = new Map<ts.Node, Bindings>()

  constructor(project: SourceProject, unit: SourceUnit) {
    this.project = project
    this.#units.set(unit.tree, unit)
  }

  /** The file of a node, which declarations have led to. */
  unitOf(node: ts.Node): SourceUnit | undefined {
    return this.#units.get(node.getSourceFile())
  }

  protected enter(unit: SourceUnit): void {
    this.#units.set(unit.tree, unit)
  }

  bindingOf(name: ts.Identifier): Binding | undefined {
    const statement = ts.findAncestor(name, (node) => ts.isSourceFile(node.parent))!
    let bindings = this.#bindings.get(statement)
    if (!bindings) this.#bindings.set(statement, bindings = readBindings(statement))
    return bindings.get(name)
  }

  /**
   * The function, or the expression, that an expression stands for: names are followed through modules, properties through object literals,
   * classes and namespaces. The expression itself where it is no name of anything.
   */
  declaredBy(expression: ts.Expression, depth = 0): Declaration | undefined {
    if (depth > MAX_DEPTH) return undefined
    const bare = bareExpression(expression)
    if (ts.isIdentifier(bare)) return this.#declaredByName(bare, depth)
    const access = accessOf(bare)
    if (access) return this.#property(bare, access, depth)
    const bound = boundFunction(bare)
    return bound ? this.declaredBy(bound, depth + 1) : bare
  }

  /** The class that an expression, or the name of a type, means. */
  classOf(name: ts.Expression): KnownClass | undefined {
    const unit = this.unitOf(name)
    const meaning = unit && meaningOf(name, unit, this.project)
    if (meaning?.kind !== 'class') return undefined
    this.enter(meaning.unit)
    return meaning
  }

  /** A method of a class or of what it extends. */
  method(node: ClassNode, unit: SourceUnit, name: string): KnownFunction | undefined {
    return this.#own(node, unit, name) ?? this.#inherited(node, unit, name)
  }

  /** What `this.name` means where `at` stands: a method, a getter, or a field that holds a function. */
  ofThis(at: ts.Node, name: string): KnownFunction | undefined {
    const node = ts.findAncestor(at, ts.isClassLike) as ClassNode | undefined
    const unit = this.unitOf(at)
    return node && unit && this.method(node, unit, name)
  }

  /** The declaration of a field or parameter property of the class around `at`, or of one that it extends. */
  fieldOf(at: ts.Node, name: string): Field | undefined {
    return this.fieldsAround(at).find((field) => field.name.getText() === name)
  }

  /** All fields of the class around `at`, and of those that it extends. */
  fieldsAround(at: ts.Node): Field[] {
    const node = ts.findAncestor(at, ts.isClassLike) as ClassNode | undefined
    const unit = this.unitOf(at)
    return node && unit ? this.allFieldsOf(node, unit) : []
  }

  /** All fields of a class and of those that it extends. */
  allFieldsOf(node: ClassNode, unit: SourceUnit): Field[] {
    return [{ node, unit }, ...basesOf(node, unit, this.project)].flatMap((owner) => {
      this.enter(owner.unit)
      return fieldsOf(owner.node)
    })
  }

  /** Of a class, or of the nearest that it extends and that has one; `super` is the class that the one around extends. */
  constructorOf(callee: ts.Expression): KnownFunction | undefined {
    const unit = this.unitOf(callee)
    if (!unit || (ts.isIdentifier(callee) && this.bindingOf(callee))) return undefined
    const own = callee.kind === ts.SyntaxKind.SuperKeyword ? undefined : meaningOf(callee, unit, this.project)
    if (own && own.kind !== 'class') return undefined
    const node = own?.node ?? (ts.findAncestor(callee, ts.isClassLike) as ClassNode)
    for (const owner of [...(own ? [own] : []), ...basesOf(node, own?.unit ?? unit, this.project)]) {
      const found = owner.node.members.find((member) => ts.isConstructorDeclaration(member) && member.body)
      if (!found) continue
      this.enter(owner.unit)
      return withBody(found)
    }
    return undefined
  }

  /** What a name is another name of, or what it was taken from: `const list = box.list`, `const { list } = box`. */
  takenFrom(name: ts.Identifier): { readonly from: ts.Expression; readonly name: string | undefined } | undefined {
    const binding = this.bindingOf(name)
    const value = binding && initialValue(binding)
    if (value) return ts.isFunctionDeclaration(value) ? undefined : { from: value, name: undefined }
    return binding && takenValue(binding)
  }

  /** The name of the method that an expression takes, also by another name: `const { push } = list`. */
  methodName(method: ts.Expression): string | undefined {
    const taken = ts.isIdentifier(method) ? this.takenFrom(method) : undefined
    return taken?.name ?? accessOf(taken?.from ?? method)?.name
  }

  /** `const self = this`. */
  isThisAlias(node: ts.Node): boolean {
    const binding = ts.isIdentifier(node) ? this.bindingOf(node) : undefined
    return binding !== undefined && initialValue(binding)?.kind === ts.SyntaxKind.ThisKeyword
  }

  #own(node: ClassNode, unit: SourceUnit, name: string): KnownFunction | undefined {
    this.enter(unit)
    for (const member of node.members) {
      if (!member.name || memberName(member.name) !== name) continue
      if ((ts.isMethodDeclaration(member) || ts.isGetAccessor(member)) && member.body) return withBody(member)
      const value = ts.isPropertyDeclaration(member) && member.initializer && bareExpression(member.initializer)
      if (value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value))) return value
    }
    return undefined
  }

  #inherited(node: ClassNode, unit: SourceUnit, name: string): KnownFunction | undefined {
    for (const base of basesOf(node, unit, this.project)) {
      const found = this.#own(base.node, base.unit, name)
      if (found) return found
    }
    return undefined
  }

  #ofSuper(at: ts.Node, name: string): KnownFunction | undefined {
    const node = ts.findAncestor(at, ts.isClassLike) as ClassNode | undefined
    const unit = this.unitOf(at)
    return node && unit && this.#inherited(node, unit, name)
  }

  #declaredByName(name: ts.Identifier, depth: number): Declaration | undefined {
    const binding = this.bindingOf(name)
    if (!binding) {
      const unit = this.unitOf(name)
      return unit && this.#ofModule(name.text, unit, depth)
    }
    const value = initialValue(binding)
    if (value) return ts.isFunctionDeclaration(value) ? value : this.declaredBy(value, depth + 1)
    const taken = takenValue(binding)
    return taken && this.#property(taken.from, { owner: taken.from, name: taken.name }, depth + 1)
  }

  #property(at: ts.Node, { owner, name }: Access, depth: number): Declaration | undefined {
    const holder = bareExpression(owner)
    if (holder.kind === ts.SyntaxKind.ThisKeyword || holder.kind === ts.SyntaxKind.SuperKeyword || this.isThisAlias(holder)) {
      const own = holder.kind === ts.SyntaxKind.SuperKeyword ? this.#ofSuper(at, name) : this.ofThis(at, name)
      return own && ts.isGetAccessor(own) ? undefined : own
    }
    const unit = this.unitOf(holder)
    if (!unit) return undefined
    const meaning = ts.isIdentifier(holder) && this.bindingOf(holder) ? undefined : meaningOf(holder, unit, this.project)
    if (meaning?.kind === 'class') return this.method(meaning.node, meaning.unit, name) ?? this.#staticValue(meaning, name, depth)
    if (meaning?.kind === 'namespace') return meaning.unit === 'taskbrain' ? undefined : this.#ofExport(name, meaning.unit, depth)
    const literal = this.declaredBy(holder, depth + 1)
    const value = literal && ts.isObjectLiteralExpression(literal) ? propertyOf(literal, name) : undefined
    return value && (ts.isExpression(value) ? this.declaredBy(value, depth + 1) : value)
  }

  #staticValue({ node, unit }: KnownClass, name: string, depth: number): Declaration | undefined {
    this.enter(unit)
    const field = node.members.find((member): member is ts.PropertyDeclaration => ts.isPropertyDeclaration(member) && memberName(member.name) === name)
    return field?.initializer && this.declaredBy(field.initializer, depth + 1)
  }

  #ofModule(name: string, unit: SourceUnit, depth: number): Declaration | undefined {
    this.enter(unit)
    for (const { specifier, names } of unit.imports)
      for (const { local, imported } of names) {
        const target = local === name && depth < MAX_DEPTH ? this.project.target(specifier, unit) : undefined
        if (target) return this.#ofExport(imported, target, depth + 1)
      }
    const declared = unit.functions.get(name)
    if (declared) return declared
    const value = unit.constants.get(name)
    if (value) return this.declaredBy(value, depth + 1)
    const taken = unit.taken.get(name)
    return taken && this.#property(taken.from, { owner: taken.from, name: taken.name }, depth + 1)
  }

  #ofExport(name: string, unit: SourceUnit, depth: number): Declaration | undefined {
    const target = unit.exports.get(name)
    if (target?.kind === 'local') return this.#ofModule(target.name, unit, depth)
    if (depth > MAX_DEPTH) return undefined
    const from = target ? [target.specifier] : unit.stars
    for (const specifier of from) {
      const next = this.project.target(specifier, unit)
      const found = next && this.#ofExport(target?.name ?? name, next, depth + 1)
      if (found) return found
    }
    return undefined
  }
}

/** What an expression takes a property of. */
export function accessOf(expression: ts.Expression): Access | undefined {
  const bare = bareExpression(expression)
  const name = writtenKey(bare)
  return name === undefined ? undefined : { owner: (bare as ts.PropertyAccessExpression | ts.ElementAccessExpression).expression, name }
}

export function asFunction(node: ts.Node | undefined): KnownFunction | undefined {
  return node && ts.isFunctionLike(node) ? withBody(node) : undefined
}

export function fieldsOf(node: ClassNode): Field[] {
  return node.members.flatMap((member): Field[] => {
    if (ts.isPropertyDeclaration(member)) return [member]
    return ts.isConstructorDeclaration(member) ? member.parameters.filter((parameter) => ts.isParameterPropertyDeclaration(parameter, member)) : []
  })
}

// --- internal ---

function withBody(node: ts.Node | undefined): KnownFunction | undefined {
  return node && (node as ts.FunctionLikeDeclaration).body ? (node as KnownFunction) : undefined
}

function propertyOf(object: ts.ObjectLiteralExpression, name: string): KnownFunction | ts.Expression | undefined {
  for (const property of object.properties) {
    if (!property.name || memberName(property.name) !== name) continue
    if (ts.isMethodDeclaration(property)) return withBody(property)
    if (ts.isPropertyAssignment(property)) return property.initializer
    if (ts.isShorthandPropertyAssignment(property)) return property.name
  }
  return undefined
}

/** `fn.bind(owner)`, which gives no arguments. */
export function boundFunction(expression: ts.Expression): ts.Expression | undefined {
  const access = ts.isCallExpression(expression) && expression.arguments.length < 2 ? accessOf(expression.expression) : undefined
  return access?.name === 'bind' ? access.owner : undefined
}

/** `const { name } = from` */
function takenValue({ places }: Binding): { readonly from: ts.Expression; readonly name: string } | undefined {
  for (const place of places) {
    const { parent } = place
    if (!ts.isBindingElement(parent) || parent.name !== place || parent.initializer || parent.dotDotDotToken || !ts.isObjectBindingPattern(parent.parent)) continue
    const { parent: declaration } = parent.parent
    const name = parent.propertyName ? memberName(parent.propertyName) : place.text
    return ts.isVariableDeclaration(declaration) && declaration.initializer && name !== undefined ? { from: declaration.initializer, name } : undefined
  }
  return undefined
}

// In: the callee of a call. Out: the function of the project that it means: local, of the module, imported, or a method of a class.
// Must not look into the function.

import { ts } from 'ts-morph'
import { basesOf, meaningOf } from '../../1-parse/classes.ts'
import type { ClassNode } from '../../1-parse/declarations.ts'
import { bareExpression } from '../../1-parse/expressions.ts'
import type { SourceProject, SourceUnit } from '../../1-parse/project.ts'
import { memberName } from '../attributes.ts'
import { instanceClasses } from '../instance-classes.ts'
import { type Binding, type Bindings, initialValue, readBindings } from './bindings.ts'

/** A function whose body can be read. */
export type KnownFunction = ts.FunctionLikeDeclaration & { readonly body: ts.Node }

interface KnownClass {
  readonly node: ClassNode
  readonly unit: SourceUnit
}

export class Callees {
  readonly #project: SourceProject
  readonly #units = new Map<ts.SourceFile, SourceUnit>()
  readonly #bindings = new Map<ts.Node, Bindings>()
  /** By field or parameter. */
  readonly #classes = new Map<ts.Node, readonly KnownClass[]>()

  constructor(project: SourceProject, unit: SourceUnit) {
    this.#project = project
    this.#units.set(unit.tree, unit)
  }

  bindingOf(name: ts.Identifier): Binding | undefined {
    const statement = ts.findAncestor(name, (node) => ts.isSourceFile(node.parent))!
    let bindings = this.#bindings.get(statement)
    if (!bindings) this.#bindings.set(statement, bindings = readBindings(statement))
    return bindings.get(name)
  }

  functionOf(callee: ts.Expression): KnownFunction | undefined {
    const bare = bareExpression(callee)
    if (ts.isIdentifier(bare)) return this.#ofIdentifier(bare)
    if (ts.isFunctionExpression(bare) || ts.isArrowFunction(bare)) return bare
    if (!ts.isPropertyAccessExpression(bare)) return undefined
    const name = bare.name.text
    const owner = bareExpression(bare.expression)
    if (owner.kind === ts.SyntaxKind.ThisKeyword || owner.kind === ts.SyntaxKind.SuperKeyword || this.isThisAlias(owner)) {
      const own = owner.kind === ts.SyntaxKind.SuperKeyword ? this.#ofSuper(bare, name) : this.ofThis(bare, name)
      // What a getter returns is called, not the getter.
      return own && ts.isGetAccessor(own) ? undefined : own
    }
    const unit = this.#units.get(bare.getSourceFile())
    if (!unit || (ts.isIdentifier(owner) && this.bindingOf(owner))) return undefined
    const meaning = meaningOf(owner, unit, this.#project)
    if (meaning.kind === 'class') return this.method(meaning.node, meaning.unit, name)
    if (meaning.kind === 'namespace') return meaning.unit === 'taskbrain' ? undefined : this.#ofExport(name, meaning.unit)
    const constant = ts.isIdentifier(owner) ? this.#constant(owner.text, unit) : undefined
    return constant && ts.isObjectLiteralExpression(constant) ? propertyOf(constant, name) : undefined
  }

  constructorOf(callee: ts.Expression): KnownFunction | undefined {
    const unit = this.#units.get(callee.getSourceFile())
    if (!unit || (ts.isIdentifier(callee) && this.bindingOf(callee))) return undefined
    const meaning = meaningOf(callee, unit, this.#project)
    return meaning.kind === 'class' ? withBody(meaning.node.members.find((member) => ts.isConstructorDeclaration(member) && member.body)) : undefined
  }

  /** The class that an expression, or the name of a type, means. */
  classOf(name: ts.Expression): KnownClass | undefined {
    const unit = this.#units.get(name.getSourceFile())
    const meaning = unit && meaningOf(name, unit, this.#project)
    if (meaning?.kind !== 'class') return undefined
    this.#units.set(meaning.unit.tree, meaning.unit)
    return meaning
  }

  /** A method of a class or of what it extends. */
  method(node: ClassNode, unit: SourceUnit, name: string): KnownFunction | undefined {
    return this.#own(node, unit, name) ?? this.#inherited(node, unit, name)
  }

  #own(node: ClassNode, unit: SourceUnit, name: string): KnownFunction | undefined {
    this.#units.set(unit.tree, unit)
    for (const member of node.members) {
      if (!member.name || memberName(member.name) !== name) continue
      if ((ts.isMethodDeclaration(member) || ts.isGetAccessor(member)) && member.body) return withBody(member)
      const value = ts.isPropertyDeclaration(member) && member.initializer && bareExpression(member.initializer)
      if (value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value))) return value
    }
    return undefined
  }

  #inherited(node: ClassNode, unit: SourceUnit, name: string): KnownFunction | undefined {
    for (const base of basesOf(node, unit, this.#project)) {
      const found = this.#own(base.node, base.unit, name)
      if (found) return found
    }
    return undefined
  }

  #ofSuper(at: ts.Node, name: string): KnownFunction | undefined {
    const node = ts.findAncestor(at, ts.isClassLike) as ClassNode | undefined
    const unit = this.#units.get(at.getSourceFile())
    return node && unit && this.#inherited(node, unit, name)
  }

  /** The declaration of a field or parameter property of the class around `at`, or of one that it extends. */
  fieldOf(at: ts.Node, name: string): ts.PropertyDeclaration | ts.ParameterDeclaration | undefined {
    const node = ts.findAncestor(at, ts.isClassLike) as ClassNode | undefined
    const unit = this.#units.get(at.getSourceFile())
    const owners = node && unit ? [{ node, unit }, ...basesOf(node, unit, this.#project)] : []
    for (const owner of owners) {
      const found = fieldsOf(owner.node).find((field) => field.name.getText() === name)
      if (!found) continue
      this.#units.set(owner.unit.tree, owner.unit)
      return found
    }
    return undefined
  }

  /** Methods of a name in the classes of the project that a field may hold instances of, at whatever depth. */
  methodsIn(field: ts.PropertyDeclaration | ts.ParameterDeclaration, method: string): KnownFunction[] {
    const found = new Set<KnownFunction>()
    for (const { node, unit } of this.#classesIn(field)) {
      const own = this.method(node, unit, method)
      if (own && !ts.isGetAccessor(own)) found.add(own)
    }
    return [...found]
  }

  #classesIn(field: ts.PropertyDeclaration | ts.ParameterDeclaration): readonly KnownClass[] {
    const known = this.#classes.get(field)
    if (known) return known
    const found = new Map<ClassNode, KnownClass>()
    const read = (each: ts.PropertyDeclaration | ts.ParameterDeclaration): void => {
      for (const name of classNamesIn(each)) add(this.classOf(name))
    }
    const add = (each: KnownClass | undefined): void => {
      if (!each || found.has(each.node) || found.size > 100) return
      found.set(each.node, each)
      fieldsOf(each.node).forEach(read)
    }
    this.#instancesIn(field).forEach(add)
    read(field)
    this.#classes.set(field, [...found.values()])
    return [...found.values()]
  }

  /** By the names of types too, and by what functions of the project make. */
  #instancesIn(field: ts.PropertyDeclaration | ts.ParameterDeclaration): KnownClass[] {
    const unit = this.#units.get(field.getSourceFile())
    const classes = unit ? instanceClasses({ type: field.type, value: field.initializer }, unit, this.#project).classes : []
    return classes.flatMap(({ file, name }) => {
      const home = this.#project.unit(file)
      const node = home?.classByName.get(name)
      return node ? [{ node, unit: home! }] : []
    })
  }

  /** The same of what a method finds on its `this`, or a function on an argument, by the types that they declare. */
  methodsOn(fn: KnownFunction, parameter: ts.ParameterDeclaration | 'this', method: string): KnownFunction[] {
    if (parameter !== 'this') return this.methodsIn(parameter, method)
    const owner = ts.isClassLike(fn.parent) ? fn.parent : undefined
    return owner ? fieldsOf(owner).flatMap((field) => this.methodsIn(field, method)) : []
  }

  /** `const self = this`. */
  isThisAlias(node: ts.Node): boolean {
    const binding = ts.isIdentifier(node) ? this.bindingOf(node) : undefined
    return binding !== undefined && initialValue(binding)?.kind === ts.SyntaxKind.ThisKeyword
  }

  #ofIdentifier(name: ts.Identifier): KnownFunction | undefined {
    const binding = this.bindingOf(name)
    if (binding) return asFunction(initialValue(binding))
    const unit = this.#units.get(name.getSourceFile())
    return unit && this.#ofModule(name.text, unit)
  }

  #ofModule(name: string, unit: SourceUnit, depth = 0): KnownFunction | undefined {
    this.#units.set(unit.tree, unit)
    for (const { specifier, names } of unit.imports)
      for (const { local, imported } of names) {
        const target = local === name && depth < 32 ? this.#project.target(specifier, unit) : undefined
        if (target) return this.#ofExport(imported, target, depth + 1)
      }
    const declaration = unit.tree.statements.find((statement): statement is ts.FunctionDeclaration =>
      ts.isFunctionDeclaration(statement) && statement.body !== undefined && statement.name?.text === name)
    return declaration ? withBody(declaration) : asFunction(this.#constant(name, unit))
  }

  #ofExport(name: string, unit: SourceUnit, depth = 0): KnownFunction | undefined {
    const target = unit.exports.get(name)
    if (target?.kind === 'local') return this.#ofModule(target.name, unit, depth) ?? (name === 'default' ? this.#namelessDefault(unit) : undefined)
    if (depth > 32) return undefined
    const from = target ? [target.specifier] : unit.stars
    for (const specifier of from) {
      const next = this.#project.target(specifier, unit)
      const found = next && this.#ofExport(target?.name ?? name, next, depth + 1)
      if (found) return found
    }
    return undefined
  }

  #namelessDefault(unit: SourceUnit): KnownFunction | undefined {
    this.#units.set(unit.tree, unit)
    for (const statement of unit.tree.statements) {
      if (ts.isFunctionDeclaration(statement) && !statement.name && statement.body) return withBody(statement)
      if (ts.isExportAssignment(statement)) return asFunction(bareExpression(statement.expression))
    }
    return undefined
  }

  #constant(name: string, unit: SourceUnit): ts.Expression | undefined {
    const value = unit.constants.get(name)
    return value && bareExpression(value)
  }

  /** What `this.name` means where `at` stands: a method, a getter, or a field that holds a function. */
  ofThis(at: ts.Node, name: string): KnownFunction | undefined {
    const node = ts.findAncestor(at, ts.isClassLike) as ClassNode | undefined
    const unit = this.#units.get(at.getSourceFile())
    return node && unit && this.method(node, unit, name)
  }
}

// --- internal ---

function fieldsOf(node: ClassNode): (ts.PropertyDeclaration | ts.ParameterDeclaration)[] {
  return node.members.flatMap((member): (ts.PropertyDeclaration | ts.ParameterDeclaration)[] => {
    if (ts.isPropertyDeclaration(member)) return [member]
    return ts.isConstructorDeclaration(member) ? member.parameters.filter((parameter) => ts.isParameterPropertyDeclaration(parameter, member)) : []
  })
}

/** Names in its type, and of what is made with `new` for it. */
function classNamesIn(field: ts.PropertyDeclaration | ts.ParameterDeclaration): ts.Expression[] {
  const found: ts.Expression[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName)) found.push(node.typeName)
    if (ts.isNewExpression(node)) found.push(node.expression)
    ts.forEachChild(node, visit)
  }
  if (field.type) visit(field.type)
  if (field.initializer) visit(field.initializer)
  return found
}

function asFunction(node: ts.Node | undefined): KnownFunction | undefined {
  return node && (ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isFunctionDeclaration(node)) ? withBody(node) : undefined
}

function withBody(node: ts.Node | undefined): KnownFunction | undefined {
  return node && (node as ts.FunctionLikeDeclaration).body ? (node as KnownFunction) : undefined
}

function propertyOf(object: ts.ObjectLiteralExpression, name: string): KnownFunction | undefined {
  for (const property of object.properties) {
    if (!property.name || memberName(property.name) !== name) continue
    if (ts.isMethodDeclaration(property)) return withBody(property)
    if (ts.isPropertyAssignment(property)) return asFunction(bareExpression(property.initializer))
  }
  return undefined
}

// In: the callee of a call. Out: the functions of the project that it means: local, of the module, imported, or methods of the classes
// that a value may be an instance of. Must not look into the functions.

import { ts } from 'ts-morph'
import { extendsBrain } from '../../1-parse/classes.ts'
import type { ClassNode } from '../../1-parse/declarations.ts'
import { bareExpression } from '../../1-parse/expressions.ts'
import type { SourceProject, SourceUnit } from '../../1-parse/project.ts'
import { derivedClasses } from '../derived-classes.ts'
import { instanceClasses } from '../instance-classes.ts'
import { madeBy } from '../made-values.ts'
import { declarationOf } from '../types.ts'
import { accessOf, asFunction, type Field, fieldsOf, type KnownClass, type KnownFunction, MAX_DEPTH } from './declared.ts'
import { isBuiltIn } from './methods.ts'
import { functionOf, ownPlaces, selvesIn } from './order.ts'
import { type Value, Values } from './values.ts'

export class Callees extends Values {
  /** The file of the brain: subclasses are looked for where it leads to. */
  readonly #home: SourceUnit
  /** By field or parameter. */
  readonly #classes = new Map<ts.Node, readonly KnownClass[]>()

  constructor(project: SourceProject, unit: SourceUnit) {
    super(project, unit)
    this.#home = unit
  }

  functionOf(callee: ts.Expression): KnownFunction | undefined {
    return this.functionsOf(callee)[0]
  }

  /** More than one where a method is called on what may be of several classes, or a function of a table. What a getter returns is called, not the getter. */
  functionsOf(callee: ts.Expression): readonly KnownFunction[] {
    const declared = asFunction(this.declaredBy(callee))
    if (declared) return [declared]
    const isCalled = (member: KnownFunction): boolean => !ts.isGetAccessor(member)
    const members = this.#membersOf(callee).filter(isCalled)
    return members.length > 0 ? members : this.#functionsAmong(callee).filter(isCalled)
  }

  /** Getters that reading an expression calls, or taking an element of a pattern. */
  gettersOf(access: ts.Expression | ts.BindingElement): readonly KnownFunction[] {
    const members = ts.isBindingElement(access) ? this.partOf(access).flatMap((value) => asFunction(value) ?? []) : this.#membersOf(access)
    return members.filter(ts.isGetAccessor)
  }

  /** Where a method that keeps something in its instance names that again. A brain keeps no more than copies. */
  selvesAfter(at: ts.Node): readonly ts.Node[] {
    let owner = functionOf(at)
    while (ts.isArrowFunction(owner)) owner = functionOf(owner)
    const unit = this.unitOf(owner)
    const isOfBrain = ts.isClassLike(owner.parent) && unit !== undefined && extendsBrain(owner.parent as ClassNode, unit, this.project)
    return isOfBrain ? [] : selvesIn(owner).filter((self) => self.pos >= at.end)
  }

  /** Where a function names something of its module again. */
  placesAfter(name: ts.Identifier, at: ts.Node): readonly ts.Node[] {
    return ownPlaces(functionOf(at), (node) => ts.isIdentifier(node) && node.text === name.text && node.pos >= at.end && !this.bindingOf(node))
  }

  #membersOf(expression: ts.Expression): readonly KnownFunction[] {
    const access = accessOf(expression)
    const methods = access ? this.#receivers(access.owner).flatMap(({ node, unit }) => this.method(node, unit, access.name) ?? []) : []
    return methods.length > 0 ? [...new Set(methods)] : this.#functionsAmong(expression)
  }

  #functionsAmong(expression: ts.Expression): readonly KnownFunction[] {
    return this.valuesOf(expression).flatMap((value) => asFunction(value) ?? [])
  }

  /** Of an element of a list, or a name that is assigned, nothing is known but the name of the method: those in the fields of the class around may be it. */
  methodsNearby(callee: ts.Expression): readonly KnownFunction[] {
    const name = accessOf(callee)?.name
    return name === undefined || isBuiltIn(name) ? [] : [...new Set(this.fieldsAround(callee).flatMap((field) => this.methodsIn(field, name)))]
  }

  /** Methods of a name in the classes of the project that a field may hold instances of, at whatever depth. */
  methodsIn(field: Field, method: string): KnownFunction[] {
    const found = new Set<KnownFunction>()
    for (const { node, unit } of this.#classesIn(field)) {
      const own = this.method(node, unit, method)
      if (own && !ts.isGetAccessor(own)) found.add(own)
    }
    return [...found]
  }

  #classesIn(field: Field): readonly KnownClass[] {
    const known = this.#classes.get(field)
    if (known) return known
    const found = new Map<ClassNode, KnownClass>()
    const read = (each: Field): void => {
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
  #instancesIn(field: Field): KnownClass[] {
    const unit = this.unitOf(field)
    const classes = unit ? instanceClasses({ type: field.type, value: field.initializer }, unit, this.project).classes : []
    return classes.flatMap(({ file, name }) => {
      const home = this.project.unit(file)
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

  /** By `new`, by what functions give back, by the types on the way. */
  #receivers(expression: ts.Expression): readonly KnownClass[] {
    const known = this.#madeOf(expression)
    return known.length > 0 ? known : this.valuesOf(expression).flatMap((value) => this.classesOf(value))
  }

  protected classesOf(value: Value): readonly KnownClass[] {
    if (!ts.isTypeNode(value)) return ts.isExpression(value) ? this.#madeOf(value) : []
    const unit = this.unitOf(value)
    return unit ? this.#classesOfType(value, unit) : []
  }

  #madeOf(expression: ts.Expression): readonly KnownClass[] {
    const unit = this.unitOf(expression)
    const whole = unit ? madeBy(expression, unit, this.project).filter(({ isWhole }) => isWhole) : []
    return whole.flatMap((made) => (made.kind === 'class' ? [made] : this.#classesOfType(made.node, made.unit)))
  }

  #classesOfType(type: ts.TypeNode, unit: SourceUnit, depth = 0): readonly KnownClass[] {
    if (ts.isUnionTypeNode(type)) return type.types.flatMap((each) => this.#classesOfType(each, unit, depth))
    const declared = ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) ? declarationOf(type.typeName.text, unit, this.project) : undefined
    if (!declared) return []
    const { node } = declared
    if (ts.isTypeAliasDeclaration(node)) return depth < MAX_DEPTH ? this.#classesOfType(node.type, declared.unit, depth + 1) : []
    const derived = derivedClasses(new Map([[node, declared.unit]]), this.#home, this.project)
    return ts.isClassLike(node) ? [{ node: node as ClassNode, unit: declared.unit }, ...derived] : derived
  }
}

/** A method that is called on what it is given first. */
export interface BorrowedCall {
  readonly method: ts.Expression
  readonly by: 'call' | 'apply' | 'bind'
}

/** `Array.prototype.push.call`, `bump.apply`, `list.push.bind` */
export function borrowedCall(callee: ts.Expression): BorrowedCall | undefined {
  if (!ts.isPropertyAccessExpression(callee)) return undefined
  const by = callee.name.text
  return by === 'call' || by === 'apply' || by === 'bind' ? { method: bareExpression(callee.expression), by } : undefined
}

// --- internal ---

/** Names in its type, and of what is made with `new` for it. */
function classNamesIn(field: Field): ts.Expression[] {
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

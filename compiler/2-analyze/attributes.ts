// In: the fields and parameter properties of a brain. Out: which are shared, which live in the main process alone and why,
// and the edits that make the main module set them through the shared state. Must not look at what tasks do with them.

import { ts } from 'ts-morph'
import { bareExpression } from '../1-parse/expressions.ts'
import type { ClassNode } from '../1-parse/declarations.ts'
import { hasModifier } from '../1-parse/imports.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'
import type { Attribute, Edit, InstanceClasses } from '../model.ts'
import { quoted } from '../quoted.ts'
import { lacksKeys } from './inline-shape.ts'
import { instanceClasses } from './instance-classes.ts'
import { madeBy } from './made-values.ts'
import type { AskType } from './type-oracle.ts'
import { asValue, typeOfAnnotation, typeOfInitializer, type AttributeType } from './types.ts'

export interface AttributeContext {
  readonly unit: SourceUnit
  readonly project: SourceProject
  readonly askType: AskType
  readonly prefix: string
  /** Whether a decorator is `@Brain.local()`. */
  readonly isLocal: (decorator: ts.Decorator) => boolean
  /** The file of the brain that has them, where they are those of a base class. */
  readonly home?: SourceUnit
  /** Attributes of base classes, the nearest last; `any` of a mixin, which may be given any base class. */
  readonly inherited?: readonly Attribute[] | 'any'
}

export function readAttributes(node: ClassNode, context: AttributeContext): { attributes: Attribute[]; edits: Edit[] } {
  const parameters = parameterProperties(node)
  const read = [
    ...parameters.map((parameter) => ofParameter(parameter, context)),
    ...node.members.filter(ts.isPropertyDeclaration).flatMap((field) => ofField(field, context)),
  ]
  const names = new Set(node.members.map((member) => memberName(member.name)))
  const attributes = read.map((attribute) => (hidesNoLeaf(attribute, names) ? attribute : { ...attribute, share: { ...attribute.share, field: 'value' } as const }))
  const shared = new Set(attributes.filter((attribute) => attribute.share.kind === 'shared').map((attribute) => attribute.name))
  const edits = [
    ...parameterEdits(node, parameters, context),
    ...node.members.filter(ts.isPropertyDeclaration).flatMap((field) => fieldEdits(field, shared, context)),
  ]
  return { attributes, edits }
}

/** The name of a member, with its `#`; `undefined` where it is computed. */
export function memberName(name: ts.PropertyName | undefined): string | undefined {
  if (!name) return undefined
  if (ts.isComputedPropertyName(name)) return ts.isStringLiteralLike(name.expression) ? name.expression.text : undefined
  return name.text
}

export function holdsFunction(field: ts.PropertyDeclaration): boolean {
  const value = field.initializer && bareExpression(field.initializer)
  return value !== undefined && (ts.isArrowFunction(value) || ts.isFunctionExpression(value))
}

// --- internal ---

/** A member may be called `'pose.x'`, as the leaf of an object that lies inline is. */
function hidesNoLeaf({ name, share }: Attribute, names: ReadonlySet<string | undefined>): boolean {
  return share.kind !== 'shared' || share.field !== 'object' || ![...names].some((other) => other?.startsWith(`${name}.`))
}

function ofField(field: ts.PropertyDeclaration, context: AttributeContext): Attribute[] {
  const name = memberName(field.name)
  const isErased = hasModifier(field, ts.SyntaxKind.DeclareKeyword) || hasModifier(field, ts.SyntaxKind.AbstractKeyword)
  if (name === undefined || isErased || ts.isPrivateIdentifier(field.name) || hasModifier(field, ts.SyntaxKind.StaticKeyword) || holdsFunction(field)) return []
  const attribute = { name, at: { start: field.name.getStart(), end: field.name.getEnd() }, origin: hasModifier(field, ts.SyntaxKind.AccessorKeyword) ? 'accessor' : 'field' } as const
  const why = whyLocal(field, name, context)
  if (why) return [{ ...attribute, classes: [], share: { kind: 'local', why } }]
  const type = typeOfField(field, context)
  return [{ ...attribute, ...shareOf(type, classesOf(type, field, context)) }]
}

/** Why a field lives in the main process alone, as the end of a sentence. */
function whyLocal(field: ts.PropertyDeclaration, name: string, { isLocal }: AttributeContext): string | undefined {
  const decorators = ts.getDecorators(field) ?? []
  if (decorators.some(isLocal)) return 'it is marked `@Brain.local()`'
  if (name.startsWith('_')) return 'its name begins with `_`'
  if (!field.initializer) return 'it has no initial value'
  // What another library makes of a field, it makes of a field of this process.
  return decorators[0] && `it carries the decorator \`${decorators[0].getText().split('(', 1)[0]}\``
}

function ofParameter(parameter: ts.ParameterDeclaration, context: AttributeContext): Attribute {
  const { unit, project } = context
  const name = parameter.name.getText()
  const attribute = { name, at: { start: parameter.name.getStart(), end: parameter.name.getEnd() }, origin: 'parameter' } as const
  if (name.startsWith('_')) return { ...attribute, classes: [], share: { kind: 'local', why: 'its name begins with `_`' } }
  const type = parameter.type ? typeOfAnnotation(parameter.type, unit, project) : parameter.initializer && typeOfInitializer(parameter.initializer, unit, project)
  const known: AttributeType = type ?? { field: 'value', category: 'unknown', text: undefined }
  return { ...attribute, ...shareOf(parameter.questionToken ? orUndefined(known) : asGiven(known, parameter.initializer), classesOf(known, parameter, context)) }
}

/** What may be missing is no plain number or boolean. */
function orUndefined(type: AttributeType): AttributeType {
  return { ...type, field: 'value', fields: undefined, text: type.text === undefined ? undefined : `${type.text} | undefined` }
}

function typeOfField(field: ts.PropertyDeclaration, { unit, project, askType }: AttributeContext): AttributeType {
  if (!field.type) return asGiven(typeOfInitializer(field.initializer!, unit, project) ?? typeOfMade(field.initializer!, unit, project) ?? askType(unit, field), field.initializer)
  const declared = typeOfAnnotation(field.type, unit, project)
  return field.questionToken ? orUndefined(declared) : asGiven(declared, field.initializer)
}

function asGiven(type: AttributeType, initializer: ts.Expression | undefined): AttributeType {
  return type.fields && lacksKeys(initializer, type.fields) ? asValue(type) : type
}

/** `arena = newArena()`, where the function is seen to make an instance, or says so. What else it gives is not judged here. */
function typeOfMade(expression: ts.Expression, unit: SourceUnit, project: SourceProject): AttributeType | undefined {
  const made = madeBy(expression, unit, project)
  const isInstance = made.every((each) => each.isWhole && (each.kind === 'class' || typeOfAnnotation(each.node, each.unit, project).category === 'instance'))
  return made.length > 0 && isInstance ? { field: 'value', category: 'instance', text: undefined } : undefined
}

function shareOf(type: AttributeType, { classes, methods, obstacle }: InstanceClasses): Pick<Attribute, 'share' | 'classes' | 'methods'> {
  if (type.unserialisable) return { classes: [], share: { kind: 'unshared', why: type.unserialisable } }
  if (obstacle) return { classes: [], share: { kind: 'unshared', why: `a \`${obstacle.className}\` can't be serialised: ${obstacle.why}`, obstacle } }
  return { classes, methods, share: sharedAs(type) }
}

function sharedAs(type: AttributeType): Attribute['share'] {
  const base = { kind: 'shared', category: type.category, typeText: type.text } as const
  if (type.field === 'object') return { ...base, field: 'object', fields: type.fields! }
  return type.field === 'typed-array' ? { ...base, field: 'typed-array', array: type.array! } : { ...base, field: type.field }
}

/** Only what is kept as a value may be an instance, or have one in it. */
function classesOf({ field, instanceOf }: AttributeType, { type, initializer }: ts.PropertyDeclaration | ts.ParameterDeclaration, { unit, project, home }: AttributeContext): InstanceClasses {
  return field === 'value' ? instanceClasses({ type, value: initializer, instanceOf }, unit, project, home) : { classes: [], methods: { changing: [], reading: [] }, obstacle: undefined }
}

/** `frames = 0` becomes `#shared_frames = void (this.frames = 0)`: the order of evaluation stays, and the accessor of the prototype is not hidden. */
function fieldEdits(field: ts.PropertyDeclaration, shared: ReadonlySet<string>, { prefix, inherited }: AttributeContext): Edit[] {
  const name = memberName(field.name)
  if (name === undefined || !field.initializer || !shared.has(name) || hasModifier(field, ts.SyntaxKind.StaticKeyword) || ts.isPrivateIdentifier(field.name)) return []
  const open = mayHide(name, inherited) ? `${prefix}.override(this, ${quoted(name)}, ` : `void (this${ts.isIdentifier(field.name) ? `.${name}` : `[${quoted(name)}]`} = `
  return [
    // Decorators and modifiers stand before the name; the member's own decorators are removed with it.
    { kind: 'replace', start: field.getStart(), end: field.initializer.getStart(), text: `#shared_${privateName(field, name)} = ${open}` },
    { kind: 'wrap', start: field.initializer.getStart(), end: field.initializer.getEnd(), open: '', close: ')' },
  ]
}

/** Whether a base class may have an attribute of the name in the main process alone: a property, which hides the accessor. */
function mayHide(name: string, inherited: AttributeContext['inherited']): boolean {
  if (inherited === 'any') return true
  const base = inherited?.findLast((attribute) => attribute.name === name)
  return base !== undefined && base.share.kind !== 'shared'
}

/** A name that is no identifier gets its place in the class, so that no two are alike. */
function privateName(field: ts.PropertyDeclaration, name: string): string {
  if (ts.isIdentifier(field.name)) return name
  return `${name.replace(/[^\p{ID_Continue}$]/gu, '_')}_${field.parent.members.indexOf(field)}`
}

function parameterProperties(node: ClassNode): ts.ParameterDeclaration[] {
  const constructor = node.members.find((member): member is ts.ConstructorDeclaration => ts.isConstructorDeclaration(member) && member.body !== undefined)
  return constructor?.parameters.filter((parameter) => ts.isParameterPropertyDeclaration(parameter, constructor)) ?? []
}

/** Parameter properties are set before every field, as TypeScript has it: they ride on the call of `super`. */
function parameterEdits(node: ClassNode, parameters: readonly ts.ParameterDeclaration[], { prefix, inherited }: AttributeContext): Edit[] {
  if (parameters.length === 0) return []
  const call = superCall(node)
  if (!call) return []
  const names = parameters.map((parameter) => parameter.name.getText())
  // The fields and parameter properties of a base class are set meanwhile: one of the same name gives way.
  const overriding = inherited === 'any' ? names : names.filter((name) => inherited?.some((attribute) => attribute.name === name))
  const list = overriding.length > 0 ? `, [${overriding.map((name) => `'${name}'`).join(', ')}]` : ''
  const spread = `...${prefix}.parameters(new.target, { ${names.join(', ')} }${list})`
  const last = call.arguments.at(-1)
  const place = last ? last.getEnd() : call.getEnd() - 1
  return [
    ...parameters.map((parameter) => ({ kind: 'remove', start: ts.getModifiers(parameter)![0]!.getStart(), end: parameter.name.getStart() }) as const),
    { kind: 'insert', at: place, text: last ? `, ${spread}` : spread },
    ...(overriding.length > 0 ? [{ kind: 'insert', at: node.members.pos, text: ` #shared_ = ${prefix}.again(this);` } as const] : []),
  ]
}

function superCall(node: ClassNode): ts.CallExpression | undefined {
  const constructor = node.members.find((member) => ts.isConstructorDeclaration(member) && member.body)
  const find = (inner: ts.Node): ts.CallExpression | undefined => {
    if (ts.isCallExpression(inner) && inner.expression.kind === ts.SyntaxKind.SuperKeyword) return inner
    return ts.isClassLike(inner) ? undefined : ts.forEachChild(inner, find)
  }
  return constructor && ts.forEachChild(constructor, find)
}

// In: a method with `@Brain.task`. Out: the task it makes, its body split where it has a loop of its own. Must not look at other members.

import { ts } from 'ts-morph'
import { bareExpression } from '../1-parse/expressions.ts'
import { extendsBrain, meaningOf } from '../1-parse/classes.ts'
import { hasModifier } from '../1-parse/imports.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'
import { classNotPortable, taskNotCalled, taskRepeated, taskTarget } from '../diagnostics.ts'
import { placeOf, type DiagnosticLog, type Span } from '../log.ts'
import type { ArrivingClass, ClassObstacle, TaskModel } from '../model.ts'
import { memberName } from './attributes.ts'
import { classesOfResult, instanceClasses } from './instance-classes.ts'
import { constantOf } from './fold.ts'
import { findLoopMarker } from './marker.ts'
import { readOptions } from './options.ts'
import { readScope } from './scope.ts'
import { splitEdits } from './split.ts'

export interface TaskContext {
  readonly unit: SourceUnit
  readonly project: SourceProject
  readonly log: DiagnosticLog
  readonly prefix: string
}

/** Which of Brain's decorators a decorator is; `undefined` for one of somebody else. */
export function brainDecorator(decorator: ts.Decorator, unit: SourceUnit, project: SourceProject): { readonly name: 'task' | 'local'; readonly call: ts.CallExpression | undefined } | undefined {
  const expression = bareExpression(decorator.expression)
  const call = ts.isCallExpression(expression) ? expression : undefined
  const name = memberOfBrain(call ? call.expression : expression, unit, project)
  return name === 'task' || name === 'local' ? { name, call } : undefined
}

/** `Brain.task`, or a constant that is the same: `const { task } = Brain`. */
function memberOfBrain(expression: ts.Expression, unit: SourceUnit, project: SourceProject, depth = 0): string | undefined {
  const bare = bareExpression(expression)
  if (ts.isPropertyAccessExpression(bare)) return namesBrain(bare.expression, unit, project) ? bare.name.text : undefined
  if (!ts.isIdentifier(bare) || depth > 8) return undefined
  const taken = unit.taken.get(bare.text)
  if (taken) return namesBrain(taken.from, unit, project) ? taken.name : undefined
  const constant = constantOf(bare.text, unit, project)
  return constant && memberOfBrain(constant.expression, constant.unit, project, depth + 1)
}

/** `@Brain.task` on a member of any class, each time that it stands there. */
export function taskDecorators(member: ts.ClassElement, unit: SourceUnit, project: SourceProject): readonly ts.Decorator[] {
  const decorators = ts.canHaveDecorators(member) ? ts.getDecorators(member) : undefined
  return decorators?.filter((decorator) => brainDecorator(decorator, unit, project)?.name === 'task') ?? []
}

/** Whether an expression names Brain, or a class that extends it and so has its decorators too. */
export function namesBrain(expression: ts.Expression, unit: SourceUnit, project: SourceProject): boolean {
  const meaning = meaningOf(expression, unit, project)
  return meaning.kind === 'brain' || (meaning.kind === 'class' && extendsBrain(meaning.node, meaning.unit, project))
}

export function readTask(member: ts.ClassElement, context: TaskContext): TaskModel | undefined {
  const { unit, project, log } = context
  const [decorator, second] = taskDecorators(member, unit, project)
  if (!decorator) return undefined
  const at = (node: ts.Node): Span => ({ file: unit.source, start: node.getStart(), end: node.getEnd() })
  const shown = (member.name?.getText() ?? 'constructor').slice(0, 60)
  const obstacle = whyNoTask(member)
  if (obstacle) {
    log.add(taskTarget(shown, obstacle), at(decorator))
    return undefined
  }
  if (second) log.add(taskRepeated(shown), at(second))
  const argument = brainDecorator(decorator, unit, project)?.call?.arguments[0]
  if (!argument) {
    log.add(taskNotCalled(shown), at(decorator))
    return undefined
  }
  const method = member as ts.MethodDeclaration
  const name = memberName(method.name)!
  const options = readOptions(name, argument, method, unit, project, log)
  if (!options) return undefined
  const marker = findLoopMarker(method.body!, {
    task: name, options, source: unit.source, log, namesBrain: (expression) => namesBrain(expression, unit, project),
  })
  return {
    name,
    at: { start: method.name.getStart(), end: method.name.getEnd() },
    place: placeOf(unit.source.text, method.name.getStart()),
    process: options.process,
    options: { start: argument.getStart(), end: argument.getEnd() },
    optionNames: [...readScope(argument).names],
    optionTexts: options.texts,
    takes: classesTaken(name, method, context),
    gives: classesGiven(name, method, options.process, context),
    split: marker !== undefined,
    loopStart: marker?.start,
    splitEdits: marker ? splitEdits(method, marker, { task: name, source: unit.source, log, prefix: context.prefix }) : [],
  }
}

/** `@Brain.task` where it can only be a slip: on the class itself, or on a parameter. */
export function reportStrayDecorators(node: ts.ClassLikeDeclaration, { unit, project, log }: TaskContext): void {
  const report = (holder: ts.HasDecorators, name: string, what: string): void => {
    for (const decorator of ts.getDecorators(holder) ?? [])
      if (brainDecorator(decorator, unit, project)?.name === 'task') log.add(taskTarget(name, what), { file: unit.source, start: decorator.getStart(), end: decorator.getEnd() })
  }
  report(node, node.name?.text ?? 'default', 'a class')
  for (const member of node.members)
    if (ts.isFunctionLike(member)) for (const parameter of member.parameters) if (ts.isParameter(parameter)) report(parameter, parameter.name.getText(), 'a parameter')
}

// --- internal ---

/** Arguments cross in any case: a task of the main process gets copies too. */
function classesTaken(task: string, method: ts.MethodDeclaration, { unit, project, log }: TaskContext): ArrivingClass[] {
  return method.parameters.flatMap((parameter) => {
    const { classes, obstacle } = instanceClasses({ type: parameter.type, value: parameter.initializer }, unit, project)
    // What may be left out, and isn't given by anybody, does not cross.
    const isRequired = !parameter.initializer && !parameter.questionToken
    if (obstacle && isRequired) reportObstacle(`\`${parameter.name.getText()}\` of task \`${task}\``, obstacle, parameter, unit, log)
    return classes
  })
}

/** What a task of the main process gives back crosses only where a worker calls it. */
function classesGiven(task: string, method: ts.MethodDeclaration, isProcess: boolean, { unit, project, log }: TaskContext): readonly ArrivingClass[] {
  const { classes, obstacle } = classesOfResult(method, unit, project)
  if (obstacle && isProcess) reportObstacle(`The result of task \`${task}\``, obstacle, method.type ?? method.name, unit, log)
  return classes
}

function reportObstacle(what: string, { className, why, at }: ClassObstacle, node: ts.Node, { source }: SourceUnit, log: DiagnosticLog): void {
  log.add(classNotPortable(what, className, why), { file: source, start: node.getStart(), end: node.getEnd() }, [{ message: 'what keeps it from crossing', span: at }])
}

/** What keeps a decorated member from being a task, as the end of a sentence. */
function whyNoTask(member: ts.ClassElement): string | undefined {
  if (ts.isGetAccessor(member) || ts.isSetAccessor(member)) return 'a getter or setter'
  if (ts.isPropertyDeclaration(member)) return member.initializer && ts.isArrowFunction(member.initializer) ? 'a field that holds an arrow function, not a method' : 'a field'
  if (!ts.isMethodDeclaration(member)) return 'not a method'
  if (hasModifier(member, ts.SyntaxKind.StaticKeyword)) return 'static'
  if (ts.isPrivateIdentifier(member.name)) return 'private, so nobody could call it'
  if (memberName(member.name) === undefined) return 'a method with a computed name'
  if (hasModifier(member, ts.SyntaxKind.AbstractKeyword)) return 'abstract, without a body'
  if (!member.body) return 'an overload signature; the decorator belongs on the implementation'
  if (member.asteriskToken) return 'a generator'
  if (memberName(member.name) === '__proto__') return 'the name by which every object knows its prototype'
  return undefined
}

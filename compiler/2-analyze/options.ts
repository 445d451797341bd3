// In: the decorator of a method. Out: the options that must be known at compile time, all options checked. Must not look at the body.

import { ts } from 'ts-morph'
import { durationSeconds } from '../../src/contract/duration.ts'
import { DEFAULT_LOOP_MARKER, PACES, RESTARTS, TASK_OPTIONS } from '../../src/contract/task.ts'
import type { SourceProject, SourceUnit } from '../1-parse/project.ts'
import {
  durationNotPositive, durationUnreadable, featureLater, loopWithoutRate, optionMissing, optionNotStatic, optionsUnreadable, optionType,
  optionUnknown, paceWithoutRate, refreshRateLong, restartInMain, startWithParameters,
} from '../diagnostics.ts'
import { type DiagnosticLog, renameFix, type Span } from '../log.ts'
import type { OptionTexts } from '../model.ts'
import { closest } from '../names.ts'
import { fold, foldProperty, type Folded } from './fold.ts'

export interface StaticOptions {
  readonly process: boolean
  readonly defineLoopLater: boolean
  readonly startLoopMarker: string
  /** Where `defineLoopLater` is said, for a message about it. */
  readonly loopAt: ts.Node
  readonly texts: OptionTexts
}

const LONG_PAUSE_SECONDS = 10
const STRUCTURAL = ['process', 'defineLoopLater']

export function readOptions(task: string, argument: ts.Expression, method: ts.MethodDeclaration, unit: SourceUnit, project: SourceProject, log: DiagnosticLog): StaticOptions | undefined {
  const at = (node: ts.Node): Span => ({ file: unit.source, start: node.getStart(), end: node.getEnd() })
  const whole = fold(argument, unit, project)
  if (whole?.kind !== 'object') {
    log.add(optionsUnreadable(task), at(argument))
    return undefined
  }
  const given = propertiesOf(whole, project)
  const place = (option: string): Span => {
    const found = given.get(option)
    return found && found.unit === unit ? at(found.node) : at(argument)
  }
  const textOf = (option: string): string | undefined => {
    const found = given.get(option)
    const folded = found && foldProperty(whole, option, project)
    if (folded?.kind === 'value') return typeof folded.value === 'string' ? `'${folded.value}'` : String(folded.value)
    return found && valueText(found.node)
  }
  const open = openSpread(whole, project)
  // It may hold one of those that decide how the task is built, and what comes later in the literal wins.
  if (open && STRUCTURAL.some((option) => !given.has(option))) {
    log.add(optionsUnreadable(task), whole.unit === unit ? at(open) : at(argument))
    return undefined
  }
  checkNames(task, given, place, log)
  for (const option of ['process', 'runOnStart']) if (!given.has(option) && !open) log.add(optionMissing(task, option), at(argument))

  const staticOption = <T extends 'boolean' | 'string'>(option: string, type: T, wanted: string): (T extends 'boolean' ? boolean : string) | undefined => {
    if (!given.has(option)) return undefined
    const folded = foldProperty(whole, option, project)
    if (folded?.kind === 'value' && typeof folded.value === type) return folded.value as never
    if (folded?.kind === 'value' && folded.value === undefined) return undefined
    log.add(folded ? optionType(task, option, wanted) : optionNotStatic(task, option), place(option))
    return undefined
  }
  const isProcess = staticOption('process', 'boolean', '`true` or `false`')
  const defineLoopLater = staticOption('defineLoopLater', 'boolean', '`true` or `false`') ?? false
  const marker = staticOption('startLoopMarker', 'string', 'a text')
  checkValues(task, whole, given, method, project, place, log)
  if (defineLoopLater && !given.has('refreshRate')) log.add(loopWithoutRate(task), place('defineLoopLater'))
  if (given.has('restart') && isProcess === false) log.add(restartInMain(task), place('restart'))
  if (given.has('pace') && !given.has('refreshRate') && !open) log.add(paceWithoutRate(task), place('pace'))
  if (isProcess === undefined) return undefined
  return {
    process: isProcess,
    defineLoopLater,
    startLoopMarker: marker ?? DEFAULT_LOOP_MARKER,
    texts: { runOnStart: textOf('runOnStart') ?? '', ...optionalText('refreshRate', textOf), ...optionalText('pace', textOf), ...optionalText('timeout', textOf) },
    loopAt: given.get('defineLoopLater')?.unit === unit ? given.get('defineLoopLater')!.node : argument,
  }
}

// --- internal ---

function optionalText<K extends string>(option: K, textOf: (option: string) => string | undefined): { readonly [name in K]?: string } {
  const text = textOf(option)
  return (text === undefined ? {} : { [option]: text }) as { readonly [name in K]?: string }
}

function valueText(property: ts.Node): string {
  return ts.isPropertyAssignment(property) ? property.initializer.getText() : property.getText()
}

type Given = ReadonlyMap<string, { readonly node: ts.Node; readonly unit: SourceUnit }>

/** Option names as written, those of spread objects too. */
function propertiesOf(object: Folded & { kind: 'object' }, project: SourceProject): Given {
  const given = new Map<string, { node: ts.Node; unit: SourceUnit }>()
  for (const property of object.node.properties) {
    if (ts.isSpreadAssignment(property)) {
      const spread = fold(property.expression, object.unit, project)
      if (spread?.kind === 'object') for (const [name, found] of propertiesOf(spread, project)) given.set(name, found)
    } else if (property.name && !ts.isComputedPropertyName(property.name)) given.set(property.name.text, { node: property, unit: object.unit })
  }
  return given
}

/** A spread of what does not fold. */
function openSpread(object: Folded & { kind: 'object' }, project: SourceProject): ts.Node | undefined {
  return object.node.properties.find((property) => ts.isSpreadAssignment(property) && fold(property.expression, object.unit, project)?.kind !== 'object')
}

function checkNames(task: string, given: Given, place: (option: string) => Span, log: DiagnosticLog): void {
  const known: Record<string, string> = TASK_OPTIONS
  for (const option of given.keys()) {
    if (known[option] === 'later') log.add(featureLater(option), place(option))
    if (option in known) continue
    const meant = closest(option, Object.keys(known).filter((name) => known[name] !== 'later'))
    log.add(optionUnknown(task, option, meant), place(option), [], renameFix(place(option), option, meant))
  }
}

function checkValues(
  task: string, whole: Folded & { kind: 'object' }, given: Given, method: ts.MethodDeclaration, project: SourceProject,
  place: (option: string) => Span, log: DiagnosticLog,
): void {
  const folded = (option: string): Folded | undefined => (given.has(option) ? foldProperty(whole, option, project) : undefined)
  for (const option of ['refreshRate', 'timeout', 'grace']) {
    const found = folded(option)
    if (!found || (found.kind === 'value' && found.value === undefined)) continue
    if (found.kind === 'object') log.add(optionType(task, option, 'a number of seconds or a text with its unit'), place(option))
    else checkDuration(task, option, found.value, place(option), log)
  }
  const start = folded('runOnStart')
  if (start?.kind === 'object' || (start?.kind === 'value' && typeof start.value !== 'boolean'))
    log.add(optionType(task, 'runOnStart', '`true`, `false`, or a function of the brain'), place('runOnStart'))
  const required = method.parameters.find((parameter) => !parameter.initializer && !parameter.questionToken && !parameter.dotDotDotToken && parameter.name.getText() !== 'this')
  if (start?.kind === 'value' && start.value === true && required) log.add(startWithParameters(task, required.name.getText()), place('runOnStart'))
  const check = (option: string, wanted: string, isRight: (value: unknown) => boolean): void => {
    const found = folded(option)
    if (found && !(found.kind === 'value' && (found.value === undefined || isRight(found.value)))) log.add(optionType(task, option, wanted), place(option))
  }
  check('pace', PACES.map((pace) => `\`'${pace}'\``).join(' or '), (value) => PACES.some((pace) => pace === value))
  check('concurrency', 'an integer of 1 or more', (value) => Number.isInteger(value) && Number(value) >= 1)
  if (folded('restart')?.kind === 'value') check('restart', `${RESTARTS.map((restart) => `\`'${restart}'\``).join(', ')}, or an object with limits`, (value) => RESTARTS.some((restart) => restart === value))
  check('queueLimit', 'an integer of 0 or more', (value) => Number.isInteger(value) && Number(value) >= 0)
}

function checkDuration(task: string, option: string, value: unknown, span: Span, log: DiagnosticLog): void {
  const seconds = durationSeconds(value)
  if (seconds === undefined) return log.add(durationUnreadable(task, option, typeof value === 'string' ? `'${value}'` : String(value)), span)
  if (option === 'grace' ? seconds < 0 : seconds <= 0) return log.add(durationNotPositive(task, option), span)
  if (option === 'refreshRate' && typeof value === 'number' && value >= LONG_PAUSE_SECONDS) log.add(refreshRateLong(task, String(value)), span)
}

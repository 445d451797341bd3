// In: the name of a method of arrays, maps, sets and the like. Out: what it does to a value, and what it gives of it.

import type { TypeCategory } from '../../model.ts'

const MUTATORS: Partial<Record<TypeCategory, RegExp>> = {
  array: /^(push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin)$/,
  // A Buffer is one too.
  'typed-array': /^(set|fill|sort|reverse|copyWithin|write\w*|swap\d+)$/,
  map: /^(set|delete|clear)$/,
  set: /^(add|delete|clear)$/,
  date: /^set[A-Z]/,
  instance: /./,
}
const ANY_MUTATOR = /^(push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin|set|add|delete|clear|set(Time|Date|Hours|Minutes|Seconds|Milliseconds|Month|FullYear)|(set|write)(Big)?(U?[Ii]nt|Float|Double)\w*)$/

/** Whether a method changes what it is called on. `category` is that of the value itself, where it is known. */
export function isMutator(method: string, category: TypeCategory | undefined): boolean {
  return ((category && MUTATORS[category]) || ANY_MUTATOR).test(method)
}

/** What a method returns: the value itself, one of its elements, or something new that holds elements of it. */
export function resultOf(method: string): 'itself' | 'element' | 'container' | 'pairs' | undefined {
  return RESULTS.get(method)
}

const RESULTS = new Map<string, 'itself' | 'element' | 'container' | 'pairs'>([
  ...['sort', 'reverse', 'fill', 'copyWithin', 'set', 'add', 'valueOf', 'subarray'].map((name) => [name, 'itself'] as const),
  ...['find', 'findLast', 'at', 'get'].map((name) => [name, 'element'] as const),
  ...['filter', 'slice', 'concat', 'toSorted', 'toReversed', 'toSpliced', 'with', 'values', 'keys', 'flat', 'union', 'intersection', 'difference'].map((name) => [name, 'container'] as const),
  ['entries', 'pairs'],
])

export interface CallbackShape {
  /** Places of parameters that are elements of the value, the value itself, and what the callback returned before. */
  readonly elements: readonly number[]
  readonly whole?: number
  readonly result?: number
  /** What the method makes of what the callback returns. */
  readonly returns?: 'itself' | 'element' | 'container'
}

export function callbackOf(method: string): CallbackShape | undefined {
  return CALLBACKS.get(method)
}

const CALLBACKS = new Map<string, CallbackShape>([
  ...['forEach', 'filter', 'find', 'findLast', 'findIndex', 'findLastIndex', 'some', 'every'].map((name) => [name, { elements: [0], whole: 2 }] as const),
  ['map', { elements: [0], whole: 2, returns: 'container' }],
  ['flatMap', { elements: [0], whole: 2, returns: 'element' }],
  ['sort', { elements: [0, 1] }],
  ['toSorted', { elements: [0, 1] }],
  ['reduce', { elements: [1], whole: 3, result: 0, returns: 'itself' }],
  ['reduceRight', { elements: [1], whole: 3, result: 0, returns: 'itself' }],
])

/** Methods by which a container of one's own takes a value in. */
export const TAKES_IN = /^(push|unshift|add|set|splice|fill)$/

/** Whether a method by which something takes a value in is one of arrays, rather than of anything else. */
export function isOfArrays(method: string): boolean {
  return MUTATORS.array!.test(method)
}

/** Methods that call no function: neither one that they are handed, to look for it, nor one that is among what they are called on. */
export const NEVER_CALLS = /^(indexOf|lastIndexOf|includes|has|delete|off|removeListener|removeEventListener|join|toString)$/

/** Whether arrays, maps, sets and the like have a method of this name. */
export function isBuiltIn(method: string): boolean {
  return isMutator(method, undefined) || RESULTS.has(method) || CALLBACKS.has(method)
}

/** Functions of Node and of the language that write to what they are given: the place of that argument, by the end of their name. */
export function writtenArgument(callee: string): number | undefined {
  if (/^(Object\.(assign|defineProperty|defineProperties|setPrototypeOf)|Reflect\.(set|deleteProperty|defineProperty|setPrototypeOf))$/.test(callee)) return 0
  if (/^Atomics\.(store|add|sub|and|or|xor|exchange|compareExchange)$/.test(callee)) return 0
  if (/(^|\.)(getRandomValues|randomFillSync)$/.test(callee)) return 0
  return /(^|\.)(readSync|encodeInto)$/.test(callee) ? 1 : undefined
}

/** Callees that keep a function and call it when the statement has ended. */
export const CALLS_LATER = /^(setTimeout|setInterval|setImmediate|queueMicrotask|nextTick|then|catch|finally|on|once|addListener|addEventListener|prependListener|subscribe|watch|requestAnimationFrame|defer)$/

import { TaskbrainError } from '../errors.ts'

/** The built-in class that an error is rebuilt from. */

const ERROR_CLASSES: Readonly<Record<string, new (message?: string) => Error>> =
  { Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError }

export function newError(base: string, message: string): Error {
  // Its code and name follow with its properties.
  if (base === 'TaskbrainError') return new TaskbrainError('', message)
  if (base === 'AggregateError') return new AggregateError([], message)
  return new (ERROR_CLASSES[base] ?? Error)(message)
}

export function baseOfError(error: Error): string {
  for (let link: any = Object.getPrototypeOf(error); link !== null; link = Object.getPrototypeOf(link)) {
    if (link === TaskbrainError.prototype) return 'TaskbrainError'
    const name: unknown = Object.hasOwn(link, 'constructor') ? link.constructor?.name : undefined
    if (typeof name === 'string' && (Object.hasOwn(ERROR_CLASSES, name) || name === 'AggregateError')) return name
  }
  return 'Error'
}

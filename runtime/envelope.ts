import { inspect, types } from 'node:util'
import { TaskbrainError } from './errors.ts'
import { isA } from './is-a.ts'
import { errorClassId, errorPrototype, fromPortable, toPortable } from './serializable/index.ts'

/**
 * An error on its way between threads. Structured clone keeps neither a class of one's own, nor `code`, nor other fields,
 * nor the `errors` of an AggregateError; and it fails on an error that holds a function.
 */
export type Envelope =
  | {
      readonly kind: 'error'
      readonly name: string
      /** The class of the project that it is of. */
      readonly class?: string
      readonly message: string
      readonly stack: string
      readonly cause?: Envelope
      readonly errors?: readonly Envelope[]
      /** Its own enumerable fields, `code` among them, as far as they can cross. */
      readonly fields: Readonly<Record<string, unknown>>
    }
  /** Something else was thrown. */
  | { readonly kind: 'value'; readonly value: unknown }

const BUILTIN: Readonly<Record<string, ErrorConstructor>> = {
  Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError,
}
const MAX_DEPTH = 8

/** Also for errors of another realm. */
export function isError(value: unknown): value is Error {
  return isA(value, Error) || types.isNativeError(value)
}

/** A thrown value as a message can show it. */
export function shownValue(value: unknown): string {
  try {
    return inspect(value, { depth: 1, breakLength: Infinity, maxStringLength: 200 })
  } catch {
    return typeof value
  }
}

/** Never throws. */
export function toEnvelope(thrown: unknown, depth = 0): Envelope {
  if (!isError(thrown) || depth >= MAX_DEPTH) return { kind: 'value', value: portableOrShown(thrown) }
  const errors = read(() => (thrown as AggregateError).errors)
  const cause = read(() => thrown.cause)
  const className = read(() => errorClassId(thrown))
  return {
    kind: 'error',
    ...(className === undefined ? {} : { class: className }),
    name: text(read(() => thrown.name), 'Error'),
    message: text(read(() => thrown.message), ''),
    stack: text(read(() => thrown.stack), ''),
    ...(cause === undefined ? {} : { cause: toEnvelope(cause, depth + 1) }),
    ...(Array.isArray(errors) ? { errors: errors.map((error) => toEnvelope(error, depth + 1)) } : {}),
    fields: fieldsOf(thrown),
  }
}

/** What was thrown, rebuilt: of the same class where that is a built-in one or was loaded here, else an Error with its name. */
export function fromEnvelope(envelope: Envelope): unknown {
  if (envelope.kind === 'value') return fromPortable(envelope.value)
  const error = blank(envelope)
  const prototype = envelope.class === undefined ? undefined : errorPrototype(envelope.class)
  if (prototype) Object.setPrototypeOf(error, prototype)
  // An error with a message cut off or lost in its stack would mislead: the stack is taken as it was.
  hidden(error, 'stack', envelope.stack)
  if (envelope.cause) hidden(error, 'cause', fromEnvelope(envelope.cause))
  for (const [name, value] of Object.entries(envelope.fields)) {
    try {
      Object.defineProperty(error, name, { value: fromPortable(value), configurable: true, writable: true, enumerable: true })
    } catch {
      // A field that can't be rebuilt is left out: the error itself matters more.
    }
  }
  return error
}

function blank(envelope: Envelope & { kind: 'error' }): Error {
  const { name, message, errors, fields } = envelope
  if (errors) return named(new AggregateError(errors.map(fromEnvelope), message), name)
  if (name === 'TaskbrainError') return new TaskbrainError(String(fields['code']), message)
  return named(new (BUILTIN[name] ?? Error)(message), name)
}

function named(error: Error, name: string): Error {
  if (error.name !== name) hidden(error, 'name', name)
  return error
}

function hidden(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, configurable: true, writable: true, enumerable: false })
}

function fieldsOf(error: Error): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const name of read(() => Object.keys(error)) ?? []) {
    if (name === 'name' || name === 'message' || name === 'stack' || name === 'cause' || name === 'errors' || name === '__proto__') continue
    try {
      fields[name] = toPortable((error as unknown as Record<string, unknown>)[name], name)
    } catch {
      // What can't cross stays behind.
    }
  }
  // DOMException, and many a class, has it on the prototype.
  const code = read(() => (error as { code?: unknown }).code)
  if (typeof code === 'string' || typeof code === 'number') fields['code'] ??= code
  return fields
}

function portableOrShown(value: unknown): unknown {
  try {
    return toPortable(value, 'thrown')
  } catch {
    return shownValue(value)
  }
}

function read<T>(getter: () => T): T | undefined {
  try {
    return getter()
  } catch {
    return undefined
  }
}

function text(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise
}

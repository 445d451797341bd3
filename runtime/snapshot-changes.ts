// In: what a body threw. Out: the same error, which says more where the engine tells of a frozen object: that may be a snapshot.

import { isA } from './is-a.ts'

/** The words of V8 (Node 20 to 24) for a write to what is frozen; it knows nothing of where that comes from. */
const FROZEN = /^Cannot (?:assign to read only property|add property|delete property|define property)\b|\bobject is not extensible$/
const HINT = 'If this was taken from a shared attribute, it is a snapshot, and the change would be lost: make it on the attribute itself, as in `this.list.push(v)`, or with `change(name, work)`.'

export function explained(error: unknown): unknown {
  if (!isA(error, TypeError) || !FROZEN.test(error.message) || error.message.includes(HINT) || Object.isFrozen(error)) return error
  const { message, stack } = error
  error.message = `${message}. ${HINT}`
  if (stack?.includes(message)) error.stack = stack.replace(message, () => error.message)
  return error
}

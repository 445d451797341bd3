import { writtenPath } from '../../src/contract/schema.ts'
import { TaskbrainError } from '../errors.ts'

/** Every error of the shared state that a user can meet, one factory each. */

export const wrongType = (attribute: string, expected: string, value: unknown): TaskbrainError =>
  new TaskbrainError(
    'state-type',
    `\`${writtenPath(attribute)}\` holds a ${expected} and can't be set to ${describeValue(value)}. `
      + `Convert the value first, or declare \`${writtenPath(attribute)}\` with a type that allows both.`,
  )

export const wrongArray = (attribute: string, array: string, value: unknown): TaskbrainError =>
  new TaskbrainError(
    'state-type',
    `\`${attribute}\` holds elements of type ${array} and can't be set to ${describeValue(value)}. `
      + `Convert the value first, as in \`new ${array}(values)\`, or declare \`${attribute}\` with a type that allows both.`,
  )

export const arrayBufferRefused = (attribute: string): TaskbrainError =>
  new TaskbrainError(
    'array-buffer',
    `The buffer of \`${attribute}\` is the memory of all shared values, and can't be had. Use the array itself or a \`subarray\` of it, or make one of your own: `
      + `\`${attribute}.slice()\`.`,
  )

export const noObject = (path: string, keys: readonly string[], value: unknown): TaskbrainError =>
  new TaskbrainError(
    'state-type',
    `\`${writtenPath(path)}\` holds an object with ${keyList(keys)} and can't be set to ${describeValue(value)}. `
      + `Set an object that has them, or declare \`${writtenPath(path)}\` with a type that allows both.`,
  )

export const incompleteObject = (path: string, key: string, keys: readonly string[]): TaskbrainError =>
  new TaskbrainError(
    'state-type',
    `\`${writtenPath(path)}.${key}\` is missing in what \`${writtenPath(path)}\` was set to, which has ${keyList(keys)}. `
      + `Set all of them, or declare \`${key}\` as one that may be missing (\`${key}?\`).`,
  )

export const unknownKey = (path: string, key: string, keys: readonly string[]): TaskbrainError =>
  new TaskbrainError(
    'state-type',
    `\`${writtenPath(path)}.${key}\` has no place in \`${writtenPath(path)}\`, which has ${keyList(keys)} and no others. `
      + `Leave \`${key}\` out, or add it to the type of \`${writtenPath(path)}\`.`,
  )

export const noTuple = (path: string, length: number, value: unknown): TaskbrainError =>
  new TaskbrainError(
    'state-type',
    `\`${writtenPath(path)}\` holds ${elements(length)} and can't be set to ${describeValue(value)}. `
      + `Set an array that has them, or declare \`${writtenPath(path)}\` with a type that allows both.`,
  )

export const wrongLength = (path: string, length: number, found: number): TaskbrainError =>
  new TaskbrainError(
    'state-type',
    `\`${writtenPath(path)}\` holds ${elements(length)} and can't be set to an array of ${found}. `
      + `Set as many, or declare \`${writtenPath(path)}\` as an array of any length (\`number[]\`).`,
  )

export const lengthChanged = (path: string, length: number, method: string): TaskbrainError =>
  new TaskbrainError(
    'state-type',
    `${method}() was called on \`${writtenPath(path)}\`, which holds ${elements(length)}, no more and no less. `
      + `Assign its elements, or declare \`${writtenPath(path)}\` as an array of any length (\`number[]\`).`,
  )

export const snapshotChanged = (attribute: string, method: string): TaskbrainError =>
  new TaskbrainError(
    'state-snapshot',
    `${method}() was called on a snapshot of \`${attribute}\`, where the change would be lost: it was taken before a wait, or by code that `
      + `the compiler does not follow. Make the change on the attribute itself, as in \`this.list.push(v)\`, or assign a new value to \`${attribute}\`.`,
  )

export const notShared = (attribute: string, why: string): TaskbrainError =>
  new TaskbrainError(
    'attribute-not-shared',
    `\`${attribute}\` exists in the main process alone. ${why} Use it in a task with \`process: false\`.`,
  )

export const detached = (attribute: string): TaskbrainError =>
  new TaskbrainError(
    'state-detached',
    `\`${attribute}\` was set on something that has no shared state. Make the brain with \`new\` and set \`${attribute}\` on it.`,
  )

export const writtenByCondition = (attribute: string): TaskbrainError =>
  new TaskbrainError(
    'condition-writes',
    `\`${attribute}\` is set by a condition, which would wake itself again and again. Let the condition only read, and write after it holds.`,
  )

export const wrongLayout = (brain: string): TaskbrainError =>
  new TaskbrainError(
    'state-layout',
    `The main process and this thread were built from different versions of ${brain}. Run \`taskbrain build\` and start again.`,
  )

export const stateFull = (attribute: string, byteLength: number, stateByteLength: number): RangeError =>
  new RangeError(
    `\`${attribute}\` needs ${byteLength} bytes, which the shared state (${stateByteLength} bytes) has no room for. `
      + `The old value was kept. Give the brain more: \`super(logger, { stateBytes: … })\`.`,
  )

export const arenaFull = (byteLength: number, arenaByteLength: number): RangeError =>
  new RangeError(
    `The attributes of one more brain need ${byteLength} bytes, and those of the brains that are alive fill the ${arenaByteLength} bytes `
      + 'that a process has for them. Stop brains that are no longer used, and let go of them.',
  )

export const badStateBytes = (bytes: unknown, minimumBytes: number, maximumBytes: number): RangeError =>
  new RangeError(`\`stateBytes\` must be an integer from ${minimumBytes} to ${maximumBytes}, not ${describeValue(bytes)}.`)

function keyList(keys: readonly string[]): string {
  const shown = keys.length > 8 ? [...keys.slice(0, 8), '…'] : keys
  return `the key${keys.length > 1 ? 's' : ''} ${shown.map((key) => `\`${key}\``).join(', ')}`
}

const elements = (length: number): string => (length === 1 ? 'one element' : `${length} elements`)

function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return `the string ${JSON.stringify(value.length > 30 ? `${value.slice(0, 30)}…` : value)}`
  if (typeof value === 'number' || typeof value === 'boolean') return `the ${typeof value} ${value}`
  if (typeof value === 'bigint') return `the bigint ${value}n`
  if (ArrayBuffer.isView(value)) return `elements of type ${(value as Uint8Array)[Symbol.toStringTag]}`
  return Array.isArray(value) ? 'an array' : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`
}

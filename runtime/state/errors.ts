import { TaskbrainError } from '../errors.ts'

/** Every error of the shared state that a user can meet, one factory each. */

export const wrongType = (attribute: string, expected: string, value: unknown): TaskbrainError =>
  new TaskbrainError(
    'state-type',
    `\`${attribute}\` holds a ${expected} and can't be set to ${describeValue(value)}. `
      + `Convert the value first, or declare \`${attribute}\` with a type that allows both.`,
  )

export const snapshotChanged = (attribute: string, method: string): TaskbrainError =>
  new TaskbrainError(
    'state-snapshot',
    `${method}() was called on a snapshot of \`${attribute}\`, where the change would be lost. Inside a task write the change `
      + `on the attribute itself, as in \`this.list.push(v)\`, or assign a new value to \`${attribute}\`.`,
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
      + `The old value was kept. Raise the \`stateBytes\` option of the brain.`,
  )

export const arenaFull = (byteLength: number, arenaByteLength: number): RangeError =>
  new RangeError(
    `The attributes of one more brain need ${byteLength} bytes, and those of the brains that are alive fill the ${arenaByteLength} bytes `
      + 'that a process has for them. Stop brains that are no longer used, and let go of them.',
  )

export const badStateBytes = (bytes: unknown, minimumBytes: number, maximumBytes: number): RangeError =>
  new RangeError(`\`stateBytes\` must be an integer from ${minimumBytes} to ${maximumBytes}, not ${describeValue(bytes)}.`)

function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return `the string ${JSON.stringify(value.length > 30 ? `${value.slice(0, 30)}…` : value)}`
  if (typeof value === 'number' || typeof value === 'boolean') return `the ${typeof value} ${value}`
  if (typeof value === 'bigint') return `the bigint ${value}n`
  return Array.isArray(value) ? 'an array' : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`
}

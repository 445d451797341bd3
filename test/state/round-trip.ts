import * as assert from 'uvu/assert'
import { TaskbrainError } from '../../runtime/errors.ts'
import { decode, encode, fromPortable, toPortable } from '../../runtime/serializable/index.ts'

/** There and back, in each form in which a value crosses between threads. */
export type RoundTrip = (value: unknown) => any

export const throughBytes: RoundTrip = (value) => decode(encode(value, 'pose'))
const throughClone: RoundTrip = (value) => fromPortable(structuredClone(toPortable(value, 'pose')))
export const BOTH_WAYS: ReadonlyArray<readonly [way: string, roundTrip: RoundTrip]> = [
  ['as bytes', throughBytes],
  ['as a message', throughClone],
]

/** What `work` throws, which must be a refusal to serialise. */
export function refusal(work: () => unknown): TaskbrainError {
  try {
    work()
  } catch (error) {
    assert.instance(error, TaskbrainError)
    assert.is((error as TaskbrainError).code, 'not-serializable')
    return error as TaskbrainError
  }
  throw new Error('nothing was refused')
}

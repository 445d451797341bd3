import { wrongType } from './errors.ts'
import type { Slot } from './layout.ts'

/** Numbers and booleans as the bits of their slots. */

/** `undefined`: never written. */
export type Scalar = number | boolean | undefined

/** A quiet NaN with a payload of ours. Every NaN of a user is stored as the ordinary one. */
export const ABSENT_NUMBER = 0x7ff8_7a5b_0000_0001n
/**
 * While a function that runs once makes a number's next value, its slot holds a NaN that says so, with the number of
 * the step in its lower half; what the number is until then stands in the slot's second half.
 */
const IN_STEP = 0x7ff8_7a5cn
const ABSENT_BOOLEAN = 0
export const FALSE = 1
export const TRUE = 2

export function checkedScalar({ name, kind }: Slot, value: unknown): number | boolean {
  if (typeof value !== kind) throw wrongType(name, kind, value)
  return value as number | boolean
}

export const markOfStep = (step: number): bigint => (IN_STEP << 32n) | BigInt(step >>> 0)
/** As a word of shared memory has it. */
export const stepOfMark = (mark: bigint): number => Number(BigInt.asIntN(32, mark))
export const isMarkOfStep = (bits: bigint): boolean => bits >> 32n === IN_STEP

const scratchFloat = new Float64Array(1)
const scratchBits = new BigInt64Array(scratchFloat.buffer)

export function numberOfBits(bits: bigint): number | undefined {
  if (bits === ABSENT_NUMBER) return undefined
  scratchBits[0] = bits
  return scratchFloat[0]!
}

export function bitsOfNumber(value: number): bigint {
  scratchFloat[0] = value === value ? value : NaN
  return scratchBits[0]!
}

export const wordOfBoolean = (value: boolean): number => (value ? TRUE : FALSE)

export function booleanOfWord(word: number): boolean | undefined {
  return word === ABSENT_BOOLEAN ? undefined : word === TRUE
}

import type { WasmMemory } from './arena.ts'
import { WAITERS_BYTES } from './layout.ts'
import { bitsOfNumber } from './scalar.ts'

/**
 * Atomic steps on the numbers of a memory, without a lock: nothing is lost, and a thread that is killed leaves nothing
 * behind. Addresses are bytes. Neither takes or makes a NaN: a slot that holds one is in a step under the lock, or was
 * never written. Both wake who waits for the number.
 */
export interface NumberSteps {
  /** Adds, and returns what was there before. NaN where that or the sum is NaN: then nothing was changed. */
  readonly add: (address: number, by: number) => number
  /** Puts `next` where `expected` is, bit for bit. 1 where it was, 0 where it was not and nothing was changed. */
  readonly exchange: (address: number, expected: number, next: number) => number
}

/** Called with the word of who waits, where it is not 0. */
export type Ring = (waitersWord: number) => void

interface WebAssemblyNamespace {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

/** Half the price of an atomic builtin of JavaScript, since V8 compiles these into the caller. Undefined where they are not allowed. */
export function wasmSteps(memory: WasmMemory, ring: Ring): NumberSteps | undefined {
  const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyNamespace }
  try {
    const module = new WebAssembly.Module(Uint8Array.from(MODULE))
    const ringFor = (address: number): void => ring((address + WAITERS_BYTES) >>> 2)
    return new WebAssembly.Instance(module, { state: { memory, ringFor } }).exports as NumberSteps
  } catch {
    return undefined
  }
}

export function plainSteps(floats: Float64Array, floatBits: BigInt64Array, words: Int32Array, ring: Ring): NumberSteps {
  const exchange = (address: number, expected: number, next: number): number => {
    const bits = bitsOfNumber(expected)
    if (Atomics.compareExchange(floatBits, address >>> 3, bits, bitsOfNumber(next)) !== bits) return 0
    const waiters = (address + WAITERS_BYTES) >>> 2
    if (Atomics.load(words, waiters) !== 0) ring(waiters)
    return 1
  }
  return {
    exchange,
    add(address, by) {
      for (;;) {
        const before = floats[address >>> 3]!
        const after = before + by
        if (after !== after || exchange(address, before, after)) return after === after ? before : after
      }
    },
  }
}

const I32 = 0x7f
const I64 = 0x7e
const F64 = 0x7c
const NO_RESULT = 0x40
const END = 0x0b
/** Aligned to 8 bytes, no offset. */
const ALIGNED = [3, 0]

const local = { get: (index: number) => [0x20, index], tee: (index: number) => [0x22, index] }
const asBits = [0xbd]
const asFloat = [0xbf]
const loadBits = [0xfe, 0x11, ...ALIGNED]
const exchangeBits = [0xfe, 0x49, ...ALIGNED]
/** The one function that is imported comes first. */
const RING = 0
/** Behind the exchange. On x64 every load stays there, elsewhere an atomic one does. */
const loadWaiters = [...(process.arch === 'x64' || process.arch === 'ia32' ? [0x28] : [0xfe, 0x10]), 2, WAITERS_BYTES]
const wake = [0x20, 0, ...loadWaiters, 0x04, NO_RESULT, 0x20, 0, 0x10, RING, 0x0b]

/** `add(0 address, 1 by)` with the locals 2 bits and 3 sum. */
const ADD = [
  2, 1, I64, 1, F64,
  0x03, NO_RESULT, // loop
  ...local.get(0), ...loadBits, ...local.tee(2), ...asFloat, ...local.get(1), 0xa0 /* f64.add */, ...local.tee(3),
  ...local.get(3), 0x62 /* f64.ne */, 0x04, NO_RESULT, ...local.get(3), 0x0f, END, // a NaN: return it
  ...local.get(0), ...local.get(2), ...local.get(3), ...asBits, ...exchangeBits,
  ...local.get(2), 0x52 /* i64.ne */, 0x0d, 0, // somebody was faster: again
  END,
  ...wake,
  ...local.get(2), ...asFloat,
  END,
]

/** `exchange(0 address, 1 expected, 2 next)`. */
const EXCHANGE = [
  0,
  ...local.get(0), ...local.get(1), ...asBits, ...local.get(2), ...asBits, ...exchangeBits,
  ...local.get(1), ...asBits, 0x52 /* i64.ne */, 0x04, NO_RESULT, 0x41, 0 /* i32.const */, 0x0f, END,
  ...wake,
  0x41, 1,
  END,
]

const unsigned = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)])
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes]
const text = (value: string): number[] => sized([...Buffer.from(value)])
const section = (id: number, ...items: readonly (readonly number[])[]): number[] => [id, ...sized([items.length, ...items.flat()])]

const FUNCTION_IMPORT = 0
const MEMORY_IMPORT = 2
const SHARED_WITH_MAXIMUM = 3
const MODULE = [
  0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  ...section(1, [0x60, 2, I32, F64, 1, F64], [0x60, 3, I32, F64, F64, 1, I32], [0x60, 1, I32, 0]),
  ...section(
    2,
    [...text('state'), ...text('memory'), MEMORY_IMPORT, SHARED_WITH_MAXIMUM, ...unsigned(1), ...unsigned(65_536)],
    [...text('state'), ...text('ringFor'), FUNCTION_IMPORT, 2],
  ),
  ...section(3, [0], [1]),
  ...section(7, [...text('add'), 0, 1], [...text('exchange'), 0, 2]),
  ...section(10, sized(ADD), sized(EXCHANGE)),
]

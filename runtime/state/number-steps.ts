import type { WasmMemory } from './arena.ts'
import { IN_STEP, WAITERS_BYTES } from './layout.ts'
import { bitsOfNumber, isMarkOfStep, markOfStep } from './scalar.ts'

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
  /** Puts the mark of a step there, and what was there before beside it; what a mark stood for, where there was one. */
  readonly claim: (address: number, step: number) => void
  /** Puts what stands `by` bytes beside it where the mark of the step is; nothing where it is no more. */
  readonly settle: (address: number, step: number, by: number) => void
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
    claim(address, step) {
      const index = address >>> 3
      const beside = index + (IN_STEP.before >>> 3)
      for (;;) {
        const found = Atomics.load(floatBits, index)
        Atomics.store(floatBits, beside, isMarkOfStep(found) ? Atomics.load(floatBits, beside) : found)
        if (Atomics.compareExchange(floatBits, index, found, markOfStep(step)) === found) return
      }
    },
    settle(address, step, by) {
      Atomics.compareExchange(floatBits, address >>> 3, markOfStep(step), Atomics.load(floatBits, (address + by) >>> 3))
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
/**
 * Who lost a race waits about half a microsecond, in which the other one does dozens of steps without one: the cache line would else go from core to
 * core for each.
 */
const PAUSE_TURNS = 1000n
/** Behind the exchange. On x64 every load stays there, elsewhere an atomic one does. */
const loadWaiters = [...(process.arch === 'x64' || process.arch === 'ia32' ? [0x28] : [0xfe, 0x10]), 2, WAITERS_BYTES]
const wake = [0x20, 0, ...loadWaiters, 0x04, NO_RESULT, 0x20, 0, 0x10, RING, 0x0b]

const signed = (value: bigint): number[] => {
  const [low, rest] = [Number(value & 0x7fn), value >> 7n]
  return rest === (low & 0x40 ? -1n : 0n) ? [low] : [low | 0x80, ...signed(rest)]
}

/** `add(0 address, 1 by)` with the locals 2 bits, 3 sum and 4 what is left of a pause. */
const ADD = [
  3, 1, I64, 1, F64, 1, I32,
  0x03, NO_RESULT, // loop
  ...local.get(0), ...loadBits, ...local.tee(2), ...asFloat, ...local.get(1), 0xa0 /* f64.add */, ...local.tee(3),
  ...local.get(3), 0x62 /* f64.ne */, 0x04, NO_RESULT, ...local.get(3), 0x0f, END, // a NaN: return it
  ...local.get(0), ...local.get(2), ...local.get(3), ...asBits, ...exchangeBits,
  ...local.get(2), 0x52 /* i64.ne */, 0x04, NO_RESULT, // somebody was faster: again
  0x41, ...signed(PAUSE_TURNS), 0x21, 4, // local.set
  0x03, NO_RESULT, ...local.get(4), 0x41, 1, 0x6b /* i32.sub */, ...local.tee(4), 0x0d, 0, END,
  0x0c, 1, END,
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

const bits = (value: bigint): number[] => [0x42, ...signed(value)]
const markOfLocal = (index: number): number[] => [...local.get(index), 0xad /* i64.extend_i32_u */, ...bits(markOfStep(0)), 0x84 /* i64.or */]
const loadBefore = [0xfe, 0x11, 3, IN_STEP.before]
const storeBefore = [0xfe, 0x18, 3, IN_STEP.before]

/** `claim(0 address, 1 step)` with the local 2 bits. */
const CLAIM = [
  1, 1, I64,
  0x03, NO_RESULT, // loop
  ...local.get(0),
  ...local.get(0), ...loadBefore, ...local.get(0), ...loadBits, ...local.tee(2),
  ...local.get(2), ...bits(32n), 0x88 /* i64.shr_u */, ...bits(markOfStep(0) >> 32n), 0x51 /* i64.eq */, 0x1b /* select */,
  ...storeBefore,
  ...local.get(0), ...local.get(2), ...markOfLocal(1), ...exchangeBits,
  ...local.get(2), 0x52 /* i64.ne */, 0x0d, 0, // somebody was faster: again
  END,
  END,
]

/** `settle(0 address, 1 step, 2 by)`. */
const SETTLE = [
  0,
  ...local.get(0), ...markOfLocal(1), ...local.get(0), ...local.get(2), 0x6a /* i32.add */, ...loadBits, ...exchangeBits, 0x1a /* drop */,
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
  ...section(
    1, [0x60, 2, I32, F64, 1, F64], [0x60, 3, I32, F64, F64, 1, I32], [0x60, 2, I32, I32, 0], [0x60, 3, I32, I32, I32, 0], [0x60, 1, I32, 0],
  ),
  ...section(
    2,
    [...text('state'), ...text('memory'), MEMORY_IMPORT, SHARED_WITH_MAXIMUM, ...unsigned(1), ...unsigned(65_536)],
    [...text('state'), ...text('ringFor'), FUNCTION_IMPORT, 4],
  ),
  ...section(3, [0], [1], [2], [3]),
  ...section(7, [...text('add'), 0, 1], [...text('exchange'), 0, 2], [...text('claim'), 0, 3], [...text('settle'), 0, 4]),
  ...section(10, sized(ADD), sized(EXCHANGE), sized(CLAIM), sized(SETTLE)),
]

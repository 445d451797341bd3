import { arenaFull } from './errors.ts'
import { Bells, ringWaiters } from './bells.ts'
import { FreeRegions, type Region } from './free-regions.ts'
import { ARENA, ARENA_BYTES, ARENA_UNIT_BYTES, SILENT, SINK, SLOT_BYTES, WAITERS_BYTES } from './layout.ts'
import { type NumberSteps, plainSteps, wasmSteps } from './number-steps.ts'
import { Tracking } from './tracking.ts'
import { Watching } from './watching.ts'

/**
 * The memory in which the slots of all brains of a process lie, one region for each brain:
 *
 *   byte 0       64      192      32960  65728
 *        ├ header ┼ bells ┼ silent ┼ sink ┼ region ─┼ region ─┼ …
 *
 * There is one, so that an accessor has its views as constants and takes only the region's place from `this`; views that
 * belong to an instance cost half as much again over many instances. It is reserved whole, and only taken where it is
 * written: a memory that can grow would make each access eight times as slow.
 */
export interface Arena {
  /** Goes to other threads as it is. */
  readonly memory: ArenaMemory
  readonly words: Int32Array
  readonly floats: Float64Array
  /**
   * Of the slot at the same index in `floats`: above 0 where somebody waits for it. Both have one length and one index, so that
   * V8 checks only once whether that is within. As a number a word with a zero behind it is at least a tiny one, and one
   * comparison with `>` is one branch.
   */
  readonly waiters: Float64Array
  readonly floatBits: BigInt64Array
  readonly steps: NumberSteps
  /** Of this thread, whichever brain it waits for. */
  readonly bells: Bells
  readonly tracking: Tracking
  readonly watching: Watching
}

/** A memory of WebAssembly, for its atomic steps on numbers; a plain one where there is no WebAssembly. */
export type ArenaMemory = WasmMemory | SharedArrayBuffer

export interface WasmMemory {
  readonly buffer: SharedArrayBuffer
}

interface WasmMemoryConstructor {
  new(limits: { readonly initial: number; readonly maximum: number; readonly shared: true }): WasmMemory
}

const WASM_PAGE_BYTES = 65_536

/** The arena of this thread, once it has one. */
let own: Arena | undefined

/** What became free in an arena. Only the thread that took a region gives it back. */
const freed = new WeakMap<Arena, FreeRegions>()
/** What holds a region is reachable as long as a thread of its brain lives, so by then nobody knows the region any more. */
const abandoned = new FinalizationRegistry(({ arena, region }: { readonly arena: Arena; readonly region: Region }) => freedOf(arena).give(region))

/** Makes the memory at the first call. */
export function ownArena(): Arena {
  return own ??= open(create())
}

/** The arena that another thread has sent. The same object for the same memory: a memory arrives as a new object each time. */
export function arenaOf(memory: ArenaMemory): Arena {
  if (own && isSame(own, memory)) return own
  const arena = open(memory)
  own ??= arena
  return arena
}

/** A region full of zeros. Throws RangeError where the arena is full. */
export function takeRegion(arena: Arena, byteLength: number): Region {
  const units = Math.ceil(byteLength / ARENA_UNIT_BYTES)
  return retaken(arena, units) ?? extended(arena, units)
}

/** Gives the region to another brain once `holder` is collected. */
export function freeWith(holder: object, arena: Arena, region: Region): void {
  abandoned.register(holder, { arena, region })
}

function retaken(arena: Arena, units: number): Region | undefined {
  const region = freedOf(arena).take(units * ARENA_UNIT_BYTES)
  if (region) arena.words.fill(0, region.start >>> 2, (region.start + region.byteLength) >>> 2)
  return region
}

function extended({ words }: Arena, units: number): Region {
  const byteLength = units * ARENA_UNIT_BYTES
  const start = Atomics.add(words, ARENA.top, units) * ARENA_UNIT_BYTES
  if (start + byteLength <= words.byteLength) return { start, byteLength }
  Atomics.sub(words, ARENA.top, units)
  throw arenaFull(byteLength, words.byteLength)
}

function freedOf(arena: Arena): FreeRegions {
  const known = freed.get(arena)
  if (known) return known
  const made = new FreeRegions()
  freed.set(arena, made)
  return made
}

function create(): ArenaMemory {
  const memory = wasmMemory() ?? new SharedArrayBuffer(ARENA_BYTES)
  const words = new Int32Array(bufferOf(memory))
  words[ARENA.id] = randomWord()
  words[ARENA.id + 1] = randomWord()
  words[ARENA.top] = (SINK.start + SINK.byteLength) / ARENA_UNIT_BYTES
  new Float64Array(words.buffer, SILENT.start, SILENT.byteLength >>> 3).fill(NaN)
  for (let slot = 0; slot < SINK.byteLength; slot += SLOT_BYTES) words[(SINK.start + slot + WAITERS_BYTES) >>> 2] = 1
  return memory
}

function wasmMemory(): WasmMemory | undefined {
  const { WebAssembly } = globalThis as unknown as { readonly WebAssembly?: { readonly Memory: WasmMemoryConstructor } }
  const pages = ARENA_BYTES / WASM_PAGE_BYTES
  try {
    return WebAssembly && new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  } catch {
    // It asks for more address space than a plain memory does, which a limit of the system may refuse.
    return undefined
  }
}

function open(memory: ArenaMemory): Arena {
  const buffer = bufferOf(memory)
  const count = (buffer.byteLength - WAITERS_BYTES) >>> 3
  const floats = new Float64Array(buffer, 0, count)
  const waiters = new Float64Array(buffer, WAITERS_BYTES, count)
  const floatBits = new BigInt64Array(buffer)
  const words = new Int32Array(buffer)
  const ring = (word: number): void => ringWaiters(words, word)
  const steps = (buffer === memory ? undefined : wasmSteps(memory as WasmMemory, ring)) ?? plainSteps(floats, floatBits, words, ring)
  const bells = new Bells(words)
  return { memory, words, floats, waiters, floatBits, steps, bells, tracking: new Tracking(), watching: new Watching(bells) }
}

function isSame({ words }: Arena, memory: ArenaMemory): boolean {
  const other = new Int32Array(bufferOf(memory), 0, ARENA.id + 2)
  return words[ARENA.id] === other[ARENA.id] && words[ARENA.id + 1] === other[ARENA.id + 1]
}

const bufferOf = (memory: ArenaMemory): SharedArrayBuffer => (memory instanceof SharedArrayBuffer ? memory : memory.buffer)

const randomWord = (): number => (Math.random() * 2 ** 32) | 0

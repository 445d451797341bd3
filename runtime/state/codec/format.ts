/**
 * A value as bytes. The first says how the rest is to be read, the rest is one value:
 *
 *   lead    0 as the general serialiser wrote it, 1 a tree, 2 with references back to objects
 *   value   [ tag ][ content … ]
 *
 *   tag     0 to 63    the integer itself
 *           64 to 127  a string of tag - 64 characters, one byte each
 *           else       one of TAG
 *
 * Counts have four bytes, lowest first. Doubles and packed integers begin on a multiple of their size, with zeros
 * before them. The same value always gives the same bytes, in every thread: whether a change changed something is
 * found by comparing them.
 *
 * An object names its keys once per value: the first of its kind has them in a header, which a reader finds again in
 * its table of shapes without making strings of it; those that follow have the header's number.
 */
export const LEAD = { general: 0, tree: 1, graph: 2 } as const

export const SMALL_INTEGERS = 64
export const SHORT_TEXT = 64

export const TAG = {
  undefined: 128,
  null: 129,
  true: 130,
  false: 131,
  int16: 132,
  int32: 133,
  double: 134,
  /** Characters below 256. */
  latin1: 135,
  /** Two bytes for each character, lone surrogates too. */
  utf16: 136,
  bigint64: 137,
  /** Digits, as a string. */
  bigint: 138,
  date: 139,
  array: 140,
  doubles: 141,
  integers: 142,
  /** [ hash 2 ][ header's length 2 ][ header: count 1, keys ][ values ] */
  object: 143,
  /** [ number of the header 1 ][ values ] */
  sameObject: 144,
  /** [ count ][ key, value … ] */
  dictionary: 145,
  /** Before an object that has no prototype. */
  bare: 146,
  map: 147,
  set: 148,
  /** [ kind 1 ][ byte length ][ bytes ]: a view of the whole of its buffer. */
  view: 149,
  buffer: 150,
  /** [ which of the objects, in the order in which they begin ] */
  reference: 151,
} as const

/** Longer keys are rather data. */
export const MOST_HEADER_BYTES = 1024
/** How many headers of a value have numbers. */
export const NUMBERED_SHAPES = 255

/**
 * A level here is one of the general serialiser, or two. What is nested deeper is left to that one, so that its limit
 * is the only one.
 */
export const DEEPEST = 300

/** The views that have bytes, in the order of their numbers. */
export const VIEWS = [
  Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array,
  BigInt64Array, BigUint64Array, DataView,
] as const

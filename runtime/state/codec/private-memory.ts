/** Bytes of this thread alone, under the views by which they are written and read. They begin on a multiple of 8. */
export interface PrivateMemory {
  readonly bytes: Uint8Array
  readonly words: Int32Array
  readonly floats: Float64Array
  readonly text: Text
}

/** What Node's buffers have for text below `write` and `toString`, which look the encoding up by its name each time. */
export interface Text {
  latin1Write(text: string, start: number, byteLength: number): number
  ucs2Write(text: string, start: number, byteLength: number): number
  latin1Slice(start: number, end: number): string
  ucs2Slice(start: number, end: number): string
}

const LEAST_BYTES = 4096
/** What is larger than this is let go of once a small value comes. */
const KEPT_BYTES = 1 << 20

export function newPrivateMemory(leastBytes = LEAST_BYTES): PrivateMemory {
  const byteLength = Math.ceil(leastBytes / LEAST_BYTES) * LEAST_BYTES
  const buffer = new ArrayBuffer(byteLength)
  return { bytes: new Uint8Array(buffer), words: new Int32Array(buffer), floats: new Float64Array(buffer), text: Buffer.from(buffer) as Buffer & Text }
}

/** The same memory if it has room for so many bytes, else another one with nothing in it. */
export function roomIn(memory: PrivateMemory, byteLength: number): PrivateMemory {
  const room = memory.bytes.length
  const isWasteful = room > KEPT_BYTES && byteLength < room >>> 4
  return byteLength <= room && !isWasteful ? memory : newPrivateMemory(byteLength)
}

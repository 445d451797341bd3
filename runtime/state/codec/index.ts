export type { PrivateMemory } from './private-memory.ts'
export { incoming, unpack } from './reader.ts'
export { guardPacked, pack, packed } from './writer.ts'

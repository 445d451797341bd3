export { isLongText, longTextBytes, putLongText, takeText } from './long-text.ts'
export type { PrivateMemory, Text } from './private-memory.ts'
export { incoming, unpack } from './reader.ts'
export { guardPacked, pack, packed } from './writer.ts'

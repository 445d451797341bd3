import { hash } from 'node:crypto'
import { bytesOf } from './source-text.ts'

export const hashOf = (content: string | Uint8Array): string => hash('sha256', content, 'base64url')

/** `undefined` where there is no such file. */
export function hashOfFile(path: string): string | undefined {
  const content = bytesOf(path)
  return content && hashOf(content)
}

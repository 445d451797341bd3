import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isFile } from './config.ts'

export const hashOf = (content: string | Uint8Array): string => hash('sha256', content, 'base64url')

/** `undefined` where there is no such file. */
export const hashOfFile = (path: string): string | undefined => (isFile(path) ? hashOf(readFileSync(path)) : undefined)

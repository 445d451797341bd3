// The project's files as they stand on the disk, each read once, and a record of all that was read and looked for.
import { hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { CompilerHost } from '../compiler/model.ts'
import { isFile, isFolder } from './config.ts'
import { createResolver, type Resolve } from './resolve.ts'
import { bytesOf, textOf, unreadableByte, type UnreadableByte } from './source-text.ts'

/** What a build saw. Paths are absolute and POSIX. */
export interface Seen {
  /** Path → hash of the content, of everything that was read or looked for; `null` where nothing was. */
  readonly files: ReadonlyMap<string, string | null>
  /** Folder → specifier → the file it means there; `undefined` for a package. */
  readonly imports: ReadonlyMap<string, ReadonlyMap<string, string | undefined>>
}

export interface ProjectFiles extends CompilerHost {
  lookedUp(path: string): void
  seen(): Seen
  /** By path: the first byte that is no text, of each file that was read and has one. */
  unreadable(): ReadonlyMap<string, UnreadableByte>
}

export const hashOf = (content: string | Uint8Array): string => hash('sha256', content, 'base64url')

/** `undefined` where there is no such file. */
export function hashOfFile(path: string): string | undefined {
  const content = bytesOf(path)
  return content && hashOf(content)
}

/** Whether a build would see the same now. What an import means is asked anew: a file that came, or a tsconfig, may lead it elsewhere. */
export function isSeenStill({ files, imports }: Seen, resolve: Resolve): boolean {
  for (const [path, hash] of files) if (hash === null ? existsSync(path) : hashOfFile(path) !== hash) return false
  for (const [folder, meanings] of imports) {
    for (const [specifier, file] of meanings) if (resolve(specifier, `${folder}/any.ts`) !== file) return false
  }
  return true
}

/** Make a new one for each build. */
export function openProjectFiles(resolve: Resolve = createResolver()): ProjectFiles {
  const texts = new Map<string, string | undefined>()
  const files = new Map<string, string | null>()
  const imports = new Map<string, Map<string, string | undefined>>()
  const unreadable = new Map<string, UnreadableByte>()

  return {
    readFile(path) {
      if (!texts.has(path)) texts.set(path, readAndRecord(path))
      return texts.get(path)
    },
    fileExists: isFile,
    lookedUp(path) {
      if (!files.has(path) && !isFolder(path)) files.set(path, hashOfFile(path) ?? null)
    },
    resolve(specifier, fromFile) {
      const folder = dirname(fromFile)
      const known = imports.get(folder) ?? new Map<string, string | undefined>()
      imports.set(folder, known)
      if (!known.has(specifier)) known.set(specifier, resolve(specifier, fromFile))
      return known.get(specifier)
    },
    seen: () => ({ files, imports }),
    unreadable: () => unreadable,
  }

  function readAndRecord(path: string): string | undefined {
    const content = bytesOf(path)
    // The hash is that of the very bytes which are compiled, whatever is saved meanwhile.
    files.set(path, content ? hashOf(content) : null)
    const byte = content && unreadableByte(content)
    if (byte) unreadable.set(path, byte)
    return content && textOf(content)
  }
}

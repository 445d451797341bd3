// The project's files as they stand on the disk, and a record of all that was read and looked for.
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { CompilerHost } from '../compiler/model.ts'
import { isFile, isFolder } from './config.ts'
import { hashOf, hashOfFile } from './hash.ts'
import { createPackages, packageFolderOf, type Packages } from './packages.ts'
import { createResolver, type Resolve } from './resolve.ts'
import { bytesOf, textOf, unreadableByte, type UnreadableByte } from './source-text.ts'

/** What a build saw. Paths are absolute and POSIX. */
export interface Seen {
  /** Path → hash of the content, of everything that was read or looked for; `null` where nothing was. */
  readonly files: ReadonlyMap<string, string | null>
  /** Folder → specifier → the file it means there; `undefined` for a package. */
  readonly imports: ReadonlyMap<string, ReadonlyMap<string, string | undefined>>
}

export interface ProjectFiles extends Omit<CompilerHost, 'nameOf'>, Pick<Packages, 'nameOf' | 'fileUnseenFrom' | 'isInstalled'> {
  lookedUp(path: string): void
  seen(): Seen
  /** By path: the first byte that is no text, of each file that was read and has one. */
  unreadable(): ReadonlyMap<string, UnreadableByte>
}

/** Whether a build would see the same now. What an import means is asked anew: a file that came, or a tsconfig, may lead it elsewhere. */
export function isSeenStill({ files, imports }: Seen, resolve: Resolve): boolean {
  for (const [path, hash] of files) if (hash === null ? existsSync(path) : hashOfFile(path) !== hash) return false
  for (const [folder, meanings] of imports) {
    for (const [specifier, file] of meanings) if (resolve(specifier, `${folder}/any.ts`) !== file) return false
  }
  return true
}

/** Characters that are held at once: what more there is is read again where it is asked for again. */
const ROOM_FOR_TEXTS = 16_000_000
/** Of a file that was not the same whenever it was read: no content has it. */
const UNSTEADY = ''

/** Make a new one for each build. */
export function openProjectFiles(packages = createPackages(), resolve: Resolve = createResolver(packages), room = ROOM_FOR_TEXTS): ProjectFiles {
  const texts = new Map<string, string | undefined>()
  let held = 0
  const files = new Map<string, string | null>()
  const imports = new Map<string, Map<string, string | undefined>>()
  const unreadable = new Map<string, UnreadableByte>()

  return {
    readFile(path) {
      if (texts.has(path)) return texts.get(path)
      const text = readAndRecord(path)
      if (held > room) {
        texts.clear()
        held = 0
      }
      texts.set(path, text)
      held += text?.length ?? 0
      return text
    },
    fileExists: isFile,
    lookedUp,
    resolve(specifier, fromFile) {
      const folder = dirname(fromFile)
      const known = imports.get(folder) ?? new Map<string, string | undefined>()
      imports.set(folder, known)
      if (!known.has(specifier)) known.set(specifier, resolveAndRecord(specifier, fromFile))
      return known.get(specifier)
    },
    whyUnread: packages.whyUnread,
    nameOf: packages.nameOf,
    isInstalled: packages.isInstalled,
    fileUnseenFrom(folder, specifier, fromFile) {
      packages.placesOf(specifier, fromFile).forEach(lookedUp)
      return packages.fileUnseenFrom(folder, specifier, fromFile)
    },
    seen: () => ({ files, imports }),
    unreadable: () => unreadable,
  }

  function lookedUp(path: string): void {
    if (!files.has(path) && !isFolder(path)) files.set(path, hashOfFile(path) ?? null)
  }

  /** A package.json says what the classes of its package are known by. */
  function resolveAndRecord(specifier: string, fromFile: string): string | undefined {
    const file = resolve(specifier, fromFile)
    const folder = file && packageFolderOf(file)
    if (folder !== undefined) lookedUp(`${folder}/package.json`)
    return file
  }

  function readAndRecord(path: string): string | undefined {
    const content = bytesOf(path)
    // The hash is that of the very bytes which are compiled, whatever is saved meanwhile.
    const hash = content ? hashOf(content) : null
    files.set(path, files.has(path) && files.get(path) !== hash ? UNSTEADY : hash)
    const byte = content && unreadableByte(content)
    if (byte) unreadable.set(path, byte)
    return content && textOf(content)
  }
}

// In: the disk, as the type checker reads it by itself. Out: the same, and what of it is no longer as it was seen. Must not read a file for more than its content.

import { hash } from 'node:crypto'
import { type FileSystemHost, Project } from 'ts-morph'

/** A look at the disk, and what was seen: a text, or a list, as its hash. */
export interface Noted {
  readonly look: keyof Looks
  readonly path: string
  readonly answer: string | undefined
}

interface Looks {
  text(path: string): string
  file(path: string): boolean
  folder(path: string): boolean
  /** What is in a folder. */
  entries(path: string): ReturnType<FileSystemHost['readDirSync']>
  /** Where symbolic links lead. */
  place(path: string): string
}

export class NotedDisk {
  readonly fileSystem: FileSystemHost
  readonly #looks: Looks
  readonly #onLook: (path: string) => void
  readonly #noted = new Map<string, Noted>()

  /** `root`: the folder from which declarations of globals are looked for. `onLook` is told of each path before it is looked at. */
  constructor(root: string, onLook: (path: string) => void) {
    this.#onLook = onLook
    const disk = new Project({ skipAddingFilesFromTsConfig: true }).getFileSystem()
    this.#looks = {
      text: disk.readFileSync.bind(disk), file: disk.fileExistsSync.bind(disk), folder: disk.directoryExistsSync.bind(disk),
      entries: disk.readDirSync.bind(disk), place: disk.realpathSync.bind(disk),
    }
    this.fileSystem = Object.assign(disk, {
      readFileSync: this.#noting('text'), fileExistsSync: this.#noting('file'), directoryExistsSync: this.#noting('folder'),
      readDirSync: this.#noting('entries'), realpathSync: this.#noting('place'), getCurrentDirectory: () => root,
    })
  }

  /** Every path that was looked at. */
  paths(): ReadonlySet<string> {
    return new Set([...this.#noted.values()].map(({ path }) => path))
  }

  /** What is otherwise than it was seen, as it is now. */
  changed(): Noted[] {
    return [...this.#noted.values()].flatMap(({ look, path, answer }) => {
      const now = this.#see(look, path).answer
      return now === answer ? [] : [{ look, path, answer: now }]
    })
  }

  /** Looks, and returns what gives what was seen, or throws. */
  note(look: keyof Looks, path: string): () => unknown {
    this.#onLook(path)
    const { answer, give } = this.#see(look, path)
    this.#noted.set(`${look} ${path}`, { look, path, answer })
    return give
  }

  #noting<Look extends keyof Looks>(look: Look): Looks[Look] {
    return ((path: string) => this.note(look, path)()) as Looks[Look]
  }

  #see(look: keyof Looks, path: string): { readonly answer: string | undefined; readonly give: () => unknown } {
    try {
      const seen = this.#looks[look](path)
      return { answer: typeof seen === 'boolean' ? String(seen) : hash('sha256', JSON.stringify(seen), 'base64url'), give: () => seen }
    } catch (error) {
      return { answer: undefined, give: () => { throw error } }
    }
  }
}

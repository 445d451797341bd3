import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SCRATCH = fileURLToPath(new URL('../../.test/', import.meta.url))
let made = 0

/** A small project of its own in a folder that git ignores. `[Symbol.dispose]` removes it. */
export interface ScratchProject extends Disposable {
  /** Absolute. */
  readonly dir: string
  write(path: string, text: string): void
  read(path: string): string
  /** Every file below a folder, sorted, POSIX; empty where there is none. */
  list(folder: string): readonly string[]
  remove(path: string): void
}

/** `files`: path → text. A package.json is added, so that the project is found as one. */
export function scratchProject(files: Readonly<Record<string, string>>, name = 'project'): ScratchProject {
  made += 1
  const home = join(SCRATCH, `${process.pid}-${made}`)
  const dir = join(home, name)
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }
  for (const [path, text] of Object.entries({ 'package.json': '{ "type": "module" }\n', ...files })) write(path, text)
  return {
    dir,
    write,
    read: (path) => readFileSync(join(dir, path), 'utf8'),
    list: (folder) => filesBelow(join(dir, folder)),
    remove: (path) => rmSync(join(dir, path), { recursive: true, force: true }),
    // A server that was closed may still be writing what it keeps for the next time.
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }),
  }
}

function filesBelow(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll('\\', '/'))
      .sort()
  } catch {
    return []
  }
}

/** A brain with one task on a thread and one in the main process, and a helper module. */
export const SMALL_BRAIN = {
  'src/main.brain.ts': `import { Brain } from 'taskbrain'
import { square } from './square.js'

export class MainBrain extends Brain {
  total = 0

  @Brain.task({ process: true, runOnStart: false })
  compute(n: number) {
    this.total += 1
    return square(n)
  }

  @Brain.task({ process: false, runOnStart: true })
  async play() {
    const out = await this.tasks.compute(4)
    return out.result
  }
}
`,
  'src/square.ts': `export function square(n: number): number {
  if (n < 0) throw new RangeError('negative')
  return n * n
}
`,
} as const

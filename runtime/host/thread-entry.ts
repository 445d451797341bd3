import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { threadEntryMissing } from '../errors.ts'

/** The file that every worker thread begins with. Throws `thread-entry-missing`. */
export function threadEntry(): string {
  for (const find of [byName, byRequire, beside]) {
    const path = find()
    if (path !== undefined && existsSync(path)) return path
  }
  throw threadEntryMissing()
}

/** The package names itself; in a bundle of the user's, what is installed beside it. */
function byName(): string | undefined {
  try {
    return fileURLToPath(import.meta.resolve('taskbrain/thread'))
  } catch {
    return undefined
  }
}

function byRequire(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('taskbrain/thread')
  } catch {
    return undefined
  }
}

/** As built, all files of taskbrain lie in one folder. */
function beside(): string | undefined {
  try {
    return fileURLToPath(new URL('./thread.mjs', import.meta.url))
  } catch {
    return undefined
  }
}

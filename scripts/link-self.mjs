// Links node_modules/taskbrain to this folder, so that compiled programs inside the repository find `taskbrain` as a user's do.
import { lstatSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')

export function linkSelf() {
  const link = resolve(ROOT, 'node_modules/taskbrain')
  const found = lstatSync(link, { throwIfNoEntry: false })
  if (found?.isSymbolicLink() && resolve(dirname(link), readlinkSync(link)) === ROOT) return
  if (found) rmSync(link, { recursive: true })
  // A junction needs no rights on Windows, and its target must be absolute there.
  symlinkSync(process.platform === 'win32' ? ROOT : '..', link, 'junction')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) linkSelf()

// What a folder takes from the nearest one upward.
import { dirname, resolve } from 'node:path'
import { isFile, posix } from './config.ts'

/** What the nearest folder upward says that says anything. Each folder is asked once. */
export function nearest<Found>(read: (folder: string) => Found | undefined): (folder: string) => Found | undefined {
  const known = new Map<string, Found | undefined>()
  const at = (folder: string): Found | undefined => {
    if (known.has(folder)) return known.get(folder)
    const parent = dirname(folder)
    const found = read(folder) ?? (parent === folder ? undefined : at(parent))
    known.set(folder, found)
    return found
  }
  return at
}

/** The nearest file of that name; absolute and POSIX. */
export const nearestFile = (name: string): ((folder: string) => string | undefined) =>
  nearest((folder) => (isFile(`${folder}/${name}`) ? posix(resolve(folder, name)) : undefined))

// How one file names another: in an import, and in a URL.
import { posix } from 'node:path'

/** `./x`, `../y/x`: never what could be taken for a package. Paths are POSIX. */
export function relativeSpecifier(fromFolder: string, path: string): string {
  const steps = posix.relative(fromFolder, path)
  return steps.startsWith('../') ? steps : `./${steps}`
}

export const relativeUrl = (fromFile: string, file: string): string => encodeSteps(relativeSpecifier(posix.dirname(fromFile), file))

/** A folder or a file may be called `100% #1`: in a URL these are written otherwise. */
export const encodeSteps = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

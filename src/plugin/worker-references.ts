// Where a worker's file will lie is known once all is built: until then its URL is a name, which no minifier changes.
import { type Mapped, replaceInLines } from '../line-edits.ts'
import { relativeUrl } from '../relative.ts'

const REFERENCE = /(["'`])taskbrain:worker\/([\w.!~*()%-]+)\1/g

/** The expression that stands for the URL of a worker. */
export const referenceTo = (id: string): string => `new URL("taskbrain:worker/${encode(id)}", import.meta.url)`

export const referencedIn = (code: string): readonly string[] => [...code.matchAll(REFERENCE)].map(([, , id]) => decodeURIComponent(id!))

/** `path` is that of the file itself, `fileOf` gives that of a worker. */
export const settleReferences = (path: string, output: Mapped, fileOf: (id: string) => string | undefined): Mapped =>
  replaceInLines(output, REFERENCE, ([, , id]) => {
    const file = fileOf(decodeURIComponent(id!))
    return file === undefined ? undefined : JSON.stringify(relativeUrl(path, file))
  })

const encode = (text: string): string => encodeURIComponent(text).replaceAll("'", '%27')

// Whether a bundler's output has each worker as a file of its own, which loads no main module: groups of modules can be asked for that leave neither.
import { posix } from '../config.ts'

/** Of a file of the output what is used here. */
export interface OutputFile {
  readonly type: 'asset' | 'chunk'
  readonly fileName: string
  readonly facadeModuleId?: string | null
  readonly moduleIds?: readonly string[]
  /** Files that it loads before itself. */
  readonly imports?: readonly string[]
}

/** What is wrong with the file of a worker, for a person; `undefined` where nothing is. `nameOf` says what a person calls a module. */
export function workerFault(worker: string, mains: ReadonlySet<string>, bundle: Readonly<Record<string, OutputFile>>, nameOf: (path: string) => string): string | undefined {
  const remedy = 'Let it hold packages alone, as with `test: /node_modules/`.'
  const own = Object.values(bundle).find(({ facadeModuleId }) => facadeModuleId && posix(facadeModuleId) === worker)
  if (!own) return `The worker ${nameOf(worker)} must be a file of its own, and a group of modules in the output options takes it in. ${remedy}`
  const main = modulesLoadedBy(own, bundle).find((path) => mains.has(path))
  return main && `The worker ${nameOf(worker)} would load ${nameOf(main)}, which is for the main process: a group of modules in the output options joins what they need. ${remedy}`
}

function modulesLoadedBy(file: OutputFile, bundle: Readonly<Record<string, OutputFile>>): string[] {
  const files = new Set([file])
  for (const { imports = [] } of files) for (const name of imports) if (bundle[name]) files.add(bundle[name])
  return [...files].flatMap(({ moduleIds = [] }) => moduleIds.map(posix))
}

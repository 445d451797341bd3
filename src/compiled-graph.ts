// In: compiled modules. Out: the same by the paths that a bundler knows them by. The main module stands in the place of its
// source; the others have a path beside it that is on no disk, so that their imports are found as those of the source are.
import { posix as posixPath } from 'node:path'
import type { CompiledModule } from '../compiler/model.ts'

/** An import of taskbrain itself. */
export const RUNTIME = /^taskbrain(?:\/|$)/

/** What may be the path of a module that is on no disk. */
export const MADE_PATH = /\.(?:state|worker)\.tsx?$/

export class CompiledGraph {
  readonly #byPath = new Map<string, CompiledModule>()
  readonly #byId = new Map<string, CompiledModule>()

  constructor(modules: readonly CompiledModule[]) {
    for (const module of modules) {
      this.#byPath.set(pathOf(module), module)
      this.#byId.set(module.id, module)
    }
  }

  at(path: string): CompiledModule | undefined {
    return this.#byPath.get(path)
  }

  named(id: string): CompiledModule | undefined {
    return this.#byId.get(id)
  }
}

/** What a bundler loads a script as, by its name. */
export function loaderOf(path: string): 'ts' | 'tsx' | 'js' | 'jsx' {
  const kind = path.endsWith('x') ? 'x' : ''
  return /\.[cm]?tsx?$/.test(path) ? `ts${kind}` : `js${kind}`
}

/** Absolute and POSIX. */
export function pathOf(module: CompiledModule): string {
  if (module.kind === 'main' || module.kind === 'mixin') return module.source
  // A slice is called `<its file>~<the worker it is for>`: two workers of one name may come from different folders.
  const [own = '', worker] = module.id.split('~', 2)
  const name = `${posixPath.basename(own)}${worker === undefined ? '' : `~${worker.replaceAll('/', '~')}`}`
  return `${posixPath.dirname(module.source)}/${name}${module.source.endsWith('x') ? '.tsx' : '.ts'}`
}

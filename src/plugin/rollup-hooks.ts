// The hooks of rollup and of those like it: Vite and rolldown. A worker is one more entry of the same graph.
import { posix as posixPath } from 'node:path'
import type { UnpluginBuildContext, UnpluginContext, UnpluginOptions } from 'unplugin'
import { SCRIPT } from '../../compiler/1-parse/prefilter.ts'
import type { Diagnostic } from '../../compiler/log.ts'
import type { CompiledModule } from '../../compiler/model.ts'
import { posix } from '../config.ts'
import { MADE_PATH, pathOf, RUNTIME } from '../compiled-graph.ts'
import { encodeSteps } from '../relative.ts'
import { withContent } from '../inline-map.ts'
import { readText } from '../source-text.ts'
import { linkModule } from './linked-module.ts'
import { rollupError, rollupWarning } from './messages.ts'
import type { ProjectBrains } from './project-brains.ts'
import { type OutputFile, workerFault } from './worker-files.ts'

/** What one bundler does in its own way. */
export interface RollupHost {
  /** Called once the bundler's configuration is known. */
  brains(): ProjectBrains
  /** Whether imports of the runtime stay imports. */
  keepsRuntimeOutside(context: unknown): boolean
  /** Why the brain in a file can't be built as things stand, for a person; `undefined` where it can. */
  refusal(context: unknown, path: string): string | undefined
}

/** As the compiler writes it into a class. */
const TELLS_OF_CLASS = /static \{ [\w$]+\.named\(this, /

interface EmittedUrl {
  readonly referenceId: string
  readonly format: string
  /** From the file that refers to it. */
  readonly relativePath: string
}

export interface RollupHooks extends Pick<UnpluginOptions, 'buildStart' | 'resolveId' | 'load' | 'transform'> {
  resolveFileUrl(url: EmittedUrl): string | undefined
  generateBundle(this: { error(message: string): never }, options: unknown, bundle: Readonly<Record<string, OutputFile>>): void
}

type Context = UnpluginBuildContext & UnpluginContext
type EmitChunk = (chunk: { readonly type: 'chunk'; readonly id: string; readonly name: string }) => string

export function rollupHooks(host: RollupHost): RollupHooks {
  /** Of each worker its path, by what a bundler calls its file. */
  const ownReferences = new Map<string, string>()
  /** Those that an output in the making has. */
  const workers = new Set<string>()
  const mains = new Set<string>()

  const load = async (context: Context, path: string): Promise<{ code: string; map: string | { mappings: '' } } | undefined> => {
    const file = await host.brains().load(path)
    if (!file) return undefined
    for (const watched of file.watched) context.addWatchFile(watched)
    report(context, file.diagnostics, host.brains().config.projectDir)
    if (!file.module) return undefined
    const refusal = file.module.kind === 'main' ? host.refusal(context, path) : undefined
    if (file.module.kind === 'main') mains.add(path)
    if (refusal !== undefined) context.error({ message: refusal, id: path })
    const workerUrl = (worker: CompiledModule): string => {
      const referenceId = (context.emitFile as unknown as EmitChunk)({ type: 'chunk', id: pathOf(worker), name: worker.id })
      ownReferences.set(referenceId, pathOf(worker))
      // What stands for it is a URL, or its text where a bundler does not ask us.
      return `new URL(import.meta.ROLLUP_FILE_URL_${referenceId})`
    }
    const { code, map } = linkModule(file.module, file.graph, workerUrl)
    return { code, map: map === undefined ? { mappings: '' } : withContent(map, readText(file.module.source)) }
  }

  return {
    buildStart: () => host.brains().begin(),
    resolveId: {
      filter: { id: new RegExp(`${RUNTIME.source}|${MADE_PATH.source}|^[@\\w]`) },
      async handler(specifier, importer) {
        // A brain and its workers must meet one runtime, the one that is installed.
        if (RUNTIME.test(specifier)) return host.keepsRuntimeOutside(this) ? { id: specifier, external: true } : undefined
        // The workers of a package lie beside what it was built to.
        if (importer !== undefined && host.brains().isCompiledPackage(specifier, posix(importer)) && host.keepsRuntimeOutside(this)) return { id: specifier, external: true }
        // A worker's own entry has no importer, and an absolute path.
        const path = /^\.\.?\//.test(specifier) && importer !== undefined ? posixPath.join(posixPath.dirname(posix(importer)), specifier) : posix(specifier)
        return (await host.brains().isMade(path)) ? path : undefined
      },
    },
    load: {
      filter: { id: /\.(?:tsx?|[cm]ts)$/ },
      handler(id) {
        return load(this, posix(id))
      },
    },
    transform: {
      order: 'pre',
      filter: { id: SCRIPT },
      async handler(code: string, id: string) {
        report(this, await host.brains().findings(posix(id)), host.brains().config.projectDir)
        const changed = await host.brains().transform(posix(id), code)
        // A module that is loaded for the instances of its classes is used, though nothing is taken from it by name.
        return changed && { code: changed.code, map: changed.map!, ...(TELLS_OF_CLASS.test(changed.code) && { moduleSideEffects: true }) }
      },
    } as NonNullable<UnpluginOptions['transform']>,
    resolveFileUrl({ referenceId, relativePath, format }) {
      const worker = ownReferences.get(referenceId)
      if (worker === undefined) return undefined
      if (format !== 'es') throw new Error(`A brain needs the output format \`es\`, not \`${format}\`: its workers are ES modules.`)
      workers.add(worker)
      return `new URL(${JSON.stringify(encodePath(relativePath))}, import.meta.url)`
    },
    generateBundle(_options, bundle) {
      const { projectDir } = host.brains().config
      const faults = [...workers].map((worker) => workerFault(worker, mains, bundle, (path) => posixPath.relative(projectDir, path)))
      workers.clear()
      const fault = faults.find((each) => each !== undefined)
      if (fault !== undefined) this.error(fault)
    },
  }
}

function report(context: Context, diagnostics: readonly Diagnostic[], projectDir: string): void {
  const errors: Diagnostic[] = []
  for (const diagnostic of diagnostics) {
    if (diagnostic.severity === 'error') errors.push(diagnostic)
    else context.warn(rollupWarning(diagnostic, projectDir))
  }
  const [first, ...others] = errors
  if (first) context.error(rollupError([first, ...others], projectDir))
}

/** What stands for a hash that is not known yet stays as it is. */
function encodePath(path: string): string {
  const encoded = path.split(/(!~\{\w+\}~)/).map((part, index) => (index % 2 ? part : encodeSteps(part))).join('')
  return encoded.startsWith('.') ? encoded : `./${encoded}`
}

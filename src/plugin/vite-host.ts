import { realpathSync } from 'node:fs'
import { resolveConfig } from '../config.ts'
import type { TaskbrainOptions } from './options.ts'
import { ProjectBrains } from './project-brains.ts'
import type { RollupHost } from './rollup-hooks.ts'
import type { Alias } from './recorded-files.ts'

/** Of Vite's configuration what is used here. */
export interface ViteConfig {
  readonly root: string
  readonly command: 'build' | 'serve'
  readonly resolve: { readonly alias: readonly Alias[] }
}

export interface ViteHost extends RollupHost {
  configured(config: ViteConfig): void
}

interface ViteContext {
  readonly environment?: { readonly config: { readonly consumer: string } }
}

const INSTEAD = 'Compile it with `taskbrain build` and import the output instead.'

export function viteHost({ root }: TaskbrainOptions): ViteHost {
  let brains: ProjectBrains | undefined
  let command: ViteConfig['command'] = 'build'
  const isForBrowser = (context: unknown): boolean => (context as ViteContext).environment?.config.consumer === 'client'
  return {
    configured(config) {
      command = config.command
      brains = new ProjectBrains(resolveConfig({ cwd: realpathSync(config.root), patterns: [], root }), config.resolve.alias)
    },
    brains() {
      if (!brains) throw new Error('taskbrain/vite was asked for a file before Vite had told its configuration.')
      return brains
    },
    keepsRuntimeOutside: (context) => command === 'build' && !isForBrowser(context),
    refusal(context, path) {
      if (command === 'serve') return `A brain does not run in the dev server of Vite yet. ${INSTEAD}`
      if (path.endsWith('.cts')) return `Vite takes a \`.cts\` file for CommonJS, and a brain is built to an ES module. Call the file \`.mts\`. Or: ${INSTEAD}`
      return isForBrowser(context) ? `A brain does not run in a browser yet: build it for Node with \`build.ssr\`. ${INSTEAD}` : undefined
    },
  }
}

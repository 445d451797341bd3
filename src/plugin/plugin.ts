// One plugin for every bundler: the same compiler, and for each a small part that says how it takes in a worker's file.
import { createUnplugin, type UnpluginInstance } from 'unplugin'
import { esbuildSetup } from './esbuild-hooks.ts'
import { rollupHooks } from './rollup-hooks.ts'
import { viteHost, type ViteConfig } from './vite-host.ts'

export interface TaskbrainOptions {
  /** The folder that the names of workers mirror, from the project's folder. Default: `src` where it is there, else the project's folder. */
  readonly root?: string
}

const NAME = 'taskbrain'

export const plugin: UnpluginInstance<TaskbrainOptions | undefined> = createUnplugin((options, meta) => {
  if (meta.framework === 'esbuild') return { name: NAME, esbuild: { setup: (build) => esbuildSetup(build, options ?? {}) } }
  if (meta.framework !== 'vite') throw new Error(`taskbrain has no plugin for ${meta.framework} yet: use taskbrain/vite, taskbrain/esbuild or the command \`taskbrain build\`.`)
  const host = viteHost(options ?? {})
  const { resolveFileUrl, ...hooks } = rollupHooks(host)
  return {
    name: NAME,
    // Before TypeScript and decorators are gone.
    enforce: 'pre',
    ...hooks,
    vite: { resolveFileUrl, configResolved: (config: ViteConfig) => host.configured(config) },
  }
})

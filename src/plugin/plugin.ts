// One plugin for every bundler: the same compiler, and for each a small part that says how it takes in a worker's file.
import { createUnplugin, type UnpluginInstance, type UnpluginOptions } from 'unplugin'
import { esbuildSetup } from './esbuild-hooks.ts'
import type { TaskbrainOptions } from './options.ts'
import { rolldownHost, type RolldownOptions } from './rolldown-host.ts'
import { rollupHooks } from './rollup-hooks.ts'
import { viteHost, type ViteConfig } from './vite-host.ts'

const NAME = 'taskbrain'

export const plugin: UnpluginInstance<TaskbrainOptions | undefined> = createUnplugin((options, meta) => {
  if (meta.framework === 'esbuild') return { name: NAME, esbuild: { setup: (build) => esbuildSetup(build, options ?? {}) } }
  if (meta.framework === 'rolldown') return rolldownPlugin(options ?? {})
  if (meta.framework !== 'vite') throw new Error(`taskbrain has no plugin for ${meta.framework} yet: use taskbrain/vite, taskbrain/rolldown, taskbrain/esbuild or the command \`taskbrain build\`.`)
  const host = viteHost(options ?? {})
  const { resolveFileUrl, generateBundle, ...hooks } = rollupHooks(host)
  return {
    name: NAME,
    // Before TypeScript and decorators are gone.
    enforce: 'pre',
    ...hooks,
    vite: { resolveFileUrl, generateBundle, configResolved: (config: ViteConfig) => host.configured(config) },
  }
})

function rolldownPlugin(options: TaskbrainOptions): UnpluginOptions {
  const host = rolldownHost(options)
  const { resolveFileUrl, generateBundle, ...hooks } = rollupHooks(host)
  const own = { resolveFileUrl, generateBundle, options: (given: RolldownOptions) => host.configured(given) }
  return { name: NAME, enforce: 'pre', ...hooks, rolldown: own as unknown as NonNullable<UnpluginOptions['rolldown']> }
}

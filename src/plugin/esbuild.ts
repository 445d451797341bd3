import type { Plugin } from 'esbuild'
import { plugin, type TaskbrainOptions } from './plugin.ts'

/** The plugin for esbuild, `plugins: [taskbrain()]`, and for tsup, `esbuildPlugins: [taskbrain()]`. Throws where `root` is no folder. */
export const taskbrain = (options?: TaskbrainOptions): Plugin => plugin.esbuild(options)

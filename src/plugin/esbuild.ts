import type { Plugin } from 'esbuild'
import type { TaskbrainOptions } from './options.ts'
import { plugin } from './plugin.ts'

/** The plugin for esbuild, `plugins: [taskbrain()]`, and for tsup, `esbuildPlugins: [taskbrain()]`. Throws where `root` is no folder. */
export const taskbrain = (options?: TaskbrainOptions): Plugin => plugin.esbuild(options)

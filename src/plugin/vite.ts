import type { Plugin } from 'vite'
import type { TaskbrainOptions } from './options.ts'
import { plugin } from './plugin.ts'

/** The plugin for Vite 8: `plugins: [taskbrain()]`. Throws where `root` is no folder. */
export const taskbrain = (options?: TaskbrainOptions): Plugin => plugin.vite(options) as Plugin

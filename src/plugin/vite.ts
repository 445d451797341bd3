import type { Plugin } from 'vite'
import { plugin, type TaskbrainOptions } from './plugin.ts'

/** The plugin for Vite 8: `plugins: [taskbrain()]`. Throws where `root` is no folder. */
export const taskbrain = (options?: TaskbrainOptions): Plugin => plugin.vite(options) as Plugin

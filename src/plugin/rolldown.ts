import type { Plugin } from 'rolldown'
import { plugin, type TaskbrainOptions } from './plugin.ts'

/** The plugin for rolldown, and for tsdown: `plugins: [taskbrain()]`. Throws where `root` is no folder. */
export const taskbrain = (options?: TaskbrainOptions): Plugin => plugin.rolldown(options) as Plugin

import type { Plugin } from 'rolldown'
import type { TaskbrainOptions } from './options.ts'
import { plugin } from './plugin.ts'

/** The plugin for rolldown, and for tsdown: `plugins: [taskbrain()]`. Throws where `root` is no folder. */
export const taskbrain = (options?: TaskbrainOptions): Plugin => plugin.rolldown(options) as Plugin

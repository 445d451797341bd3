export { taskbrain } from './plugin/esbuild.ts'
export type { TaskbrainOptions } from './plugin/options.ts'

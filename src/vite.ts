export { taskbrain } from './plugin/vite.ts'
export type { TaskbrainOptions } from './plugin/options.ts'

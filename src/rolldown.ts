export { taskbrain } from './plugin/rolldown.ts'
export type { TaskbrainOptions } from './plugin/options.ts'

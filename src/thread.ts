export { default } from '../runtime/worker/thread.ts'

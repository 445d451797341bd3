export { defineWorker } from '../runtime/worker/classes.ts'

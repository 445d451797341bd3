export { defineBrain } from '../runtime/engine.ts'

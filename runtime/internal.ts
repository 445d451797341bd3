/**
 * All that emitted code may call. The compiler knows these names; nothing else of the runtime is promised to it.
 */
export { pass, point, points, report, shield } from './cancel.ts'
export { named } from './named.ts'
export { override } from './override.ts'
export { again, parameters } from './parameters.ts'
export { tasks } from './registry.ts'
export { assign, assignLate, change, close, defineState, during, failed, increment, logical, onPart, open, postIncrement, update } from './state/index.ts'

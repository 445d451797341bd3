import { ownAttribute } from './state/index.ts'

/**
 * For an emitted attribute that overrides one of the main process alone: that one is a property of the instance itself, and would
 * hide the accessor of the shared one. On what has no such accessor it does what a field does.
 */
export function override(object: object, name: string, value: unknown): void {
  if (ownAttribute(object, name)) (object as Record<string, unknown>)[name] = value
  else Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
}

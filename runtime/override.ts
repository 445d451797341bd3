import { ownAttribute } from './state/index.ts'

/**
 * For an emitted attribute that overrides one of the main process alone: that one is a property of the instance itself, and would
 * hide the accessor of the shared one.
 */
export function override(brain: object, name: string, value: unknown): void {
  ownAttribute(brain, name)
  ;(brain as Record<string, unknown>)[name] = value
}

import { override } from './override.ts'

type Values = Readonly<Record<string, unknown>>

export interface Parameters {
  readonly newTarget: object
  readonly values: Values
  /** Those that a base class sets too. */
  readonly overriding: readonly string[]
}

// A constructor hands its parameter properties over in the arguments of `super(...)`, so Brain's constructor takes them
// out right after. Keyed by `new.target`: all constructors of one instance see the same, those of others another.
const pending: Parameters[] = []
/** By brain: what is still to be set again, the class nearest to Brain first. */
const overridden = new WeakMap<object, Parameters[]>()

/** For emitted constructors: `super(logger, ...$.parameters(new.target, { width }))`. Adds no argument. */
export function parameters(newTarget: object, values: Values, overriding: readonly string[] = []): [] {
  pending.push({ newTarget, values, overriding })
  return []
}

/** What the constructors of the instance that is being made have left, the class nearest to Brain first. */
export function takeParameters(newTarget: object): Parameters[] {
  const taken: Parameters[] = []
  while (pending.at(-1)?.newTarget === newTarget) taken.push(pending.pop()!)
  return taken
}

/** Where two classes have one of a name, it is that of the base class until this is made. */
export function setParameters(brain: object, taken: readonly Parameters[]): void {
  for (const { values } of taken.toReversed()) Object.assign(brain, values)
  const again = taken.filter(({ overriding }) => overriding.length > 0)
  if (again.length > 0) overridden.set(brain, again)
}

/** For emitted classes, before their fields: `#shared_ = $.again(this)`. What the base class has set gives way. */
export function again(brain: object): void {
  const { values, overriding } = overridden.get(brain)!.shift()!
  for (const name of overriding) override(brain, name, values[name])
}

type Values = Readonly<Record<string, unknown>>

// A constructor hands its parameter properties over in the arguments of `super(...)`, so Brain's constructor takes them
// out right after. Keyed by `new.target`: all constructors of one instance see the same, those of others another.
const pending: { readonly newTarget: object; readonly values: Values }[] = []

/** For emitted constructors: `super(logger, ...$.parameters(new.target, { width }))`. Adds no argument. */
export function parameters(newTarget: object, values: Values): [] {
  pending.push({ newTarget, values })
  return []
}

/** What the constructors of the instance that is being made have left, the class nearest to Brain first. */
export function takeParameters(newTarget: object): Values[] {
  const taken: Values[] = []
  while (pending.at(-1)?.newTarget === newTarget) taken.push(pending.pop()!.values)
  return taken
}

import { taskUnseen } from './errors.ts'

/** Prototypes whose class was decorated in the older way, by which a decorator learns of no instance. */
const decorated = new WeakMap<object, string>()

/**
 * What is left of `@Brain.task` once a class is compiled, the compiler did not see, and the method would never be a task: no
 * brain of such a class can be made.
 */
export function refuseUnseen(target: unknown, context: unknown): void {
  if (typeof context === 'object' && context !== null) {
    const { name, addInitializer } = context as Partial<ClassMethodDecoratorContext>
    addInitializer?.(function (this: unknown) {
      throw taskUnseen((this as object).constructor.name, String(name))
    })
  } else if (typeof target === 'object' && target !== null) decorated.set(target, String(context))
}

export function checkUnseen(brain: object): void {
  for (let at = Object.getPrototypeOf(brain) as object | null; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const name = decorated.get(at)
    if (name !== undefined) throw taskUnseen(brain.constructor.name, name)
  }
}

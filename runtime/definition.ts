import type { TaskSpec } from '../src/contract/spec.ts'
import type { AbstractBrainClass } from './brain.ts'
import { buildStale, tasksMissing } from './errors.ts'
import { checkOptions, type CheckedTask } from './options.ts'
import { taskSpecsOf } from './registry.ts'

/** A task of a brain class, with what its class and the classes below say of it. */
export interface DefinedTask extends CheckedTask {
  readonly name: string
  readonly worker: string | undefined
  readonly split: boolean
  readonly site: string
}

/** All tasks of a class, inherited ones first. Throws where an option says something that can't be. */
export function tasksOf(Class: AbstractBrainClass): ReadonlyMap<string, DefinedTask> {
  const specs = new Map<string, TaskSpec>()
  for (const tasks of specsOf(Class)) {
    for (const [name, task] of Object.entries(tasks)) {
      // An inherited task that is listed again has another worker and the options of the class that it came from.
      const options = task.options ?? specs.get(name)?.options
      specs.set(name, options ? { ...task, options } : task)
    }
  }
  return new Map([...specs].map(([name, spec]) => [name, define(Class, name, spec)]))
}

function define(Class: AbstractBrainClass, name: string, spec: TaskSpec): DefinedTask {
  if (!spec.options) throw tasksMissing(Class.name, name)
  const options = checkOptions(name, spec.options())
  if (options.process && !spec.worker) throw buildStale(name, 'it has no worker entry')
  return { ...options, name, worker: spec.worker?.href, split: spec.split ?? false, site: spec.site }
}

/** From the class nearest to Brain to `Class`. Classes between them that are no brains of their own have none. */
function specsOf(Class: AbstractBrainClass): Readonly<Record<string, TaskSpec>>[] {
  const specs: Readonly<Record<string, TaskSpec>>[] = []
  for (let each: object | null = Class; each; each = Object.getPrototypeOf(each)) {
    const tasks = taskSpecsOf(each)
    if (tasks) specs.unshift(tasks)
  }
  return specs
}

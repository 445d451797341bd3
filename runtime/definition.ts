import type { BrainSpec, TaskSpec } from '../src/contract/spec.ts'
import { buildStale, tasksMissing } from './errors.ts'
import { checkOptions, type CheckedTask } from './options.ts'
import { type BrainClass, entryOf } from './registry.ts'

/** A task of a brain class, with what its class and the classes below say of it. */
export interface DefinedTask extends CheckedTask {
  readonly name: string
  readonly worker: string | undefined
  readonly split: boolean
  readonly site: string
}

/** All tasks of a class, inherited ones first. Throws where an option says something that can't be. */
export function tasksOf(Class: BrainClass): ReadonlyMap<string, DefinedTask> {
  const specs = new Map<string, TaskSpec>()
  for (const spec of specsOf(Class)) {
    for (const [name, task] of Object.entries(spec.tasks)) {
      // An inherited task that is listed again has another worker and the options of the class that it came from.
      const options = task.options ?? specs.get(name)?.options
      specs.set(name, options ? { ...task, options } : task)
    }
  }
  return new Map([...specs].map(([name, spec]) => [name, define(Class, name, spec)]))
}

function define(Class: BrainClass, name: string, spec: TaskSpec): DefinedTask {
  if (!spec.options) throw tasksMissing(Class.name, name)
  const options = checkOptions(name, spec.options())
  if (options.process && !spec.worker) throw buildStale(name, 'it has no worker entry')
  return { ...options, name, worker: spec.worker?.href, split: spec.split ?? false, site: spec.site }
}

/** From the class nearest to Brain to `Class`. Classes between them that are no brains of their own have none. */
function specsOf(Class: BrainClass): BrainSpec[] {
  const specs: BrainSpec[] = []
  for (let each: object | null = Class; each; each = Object.getPrototypeOf(each)) {
    const spec = entryOf(each)?.spec
    if (spec && 'tasks' in spec) specs.unshift(spec)
  }
  return specs
}

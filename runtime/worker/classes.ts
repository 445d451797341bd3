import type { WorkerSpec } from '../../src/contract/spec.ts'
import type { AbstractBrainClass, Brain } from '../brain.ts'
import { workerOutsideThread } from '../errors.ts'
import { type BrainLink, registerBrain } from '../registry.ts'
import { attachStore, defineAccessors, type Layout, layoutOf, type Store } from '../state/index.ts'

export interface WorkerClass {
  readonly Class: AbstractBrainClass
  readonly spec: WorkerSpec
  readonly layout: Layout
}

const classes = new Map<string, WorkerClass>()
/** Set while an instance is made: what stands behind it. */
let construction: { readonly store: Store; readonly link: BrainLink } | undefined

/** What a worker entry calls. */
export function defineWorker(Class: AbstractBrainClass, spec: WorkerSpec): void {
  const layout = layoutOf(spec.state)
  defineAccessors(Class.prototype as object, layout)
  classes.set(keyOf(spec.id, spec.task), { Class, spec, layout })
  registerBrain(Class, { spec, attach: (brain) => attach(brain, spec) })
}

export function workerClass(id: string, task: string): WorkerClass | undefined {
  return classes.get(keyOf(id, task))
}

export function construct({ Class }: WorkerClass, store: Store, link: BrainLink): Brain {
  construction = { store, link }
  try {
    return new (Class as new () => Brain)()
  } finally {
    construction = undefined
  }
}

function attach(brain: Brain, spec: WorkerSpec): BrainLink {
  if (!construction) throw workerOutsideThread(spec.id, spec.task)
  const { store, link } = construction
  attachStore(brain, store)
  return link
}

function keyOf(id: string, task: string): string {
  return `${id}#${task}`
}

import { workerData } from 'node:worker_threads'
import { openStore } from '../../../runtime/state/index.ts'
import { textOf } from './long-texts.ts'
import { layout, TEXT } from './schema.ts'
import type { ThreadJob } from './start.ts'

export interface Job extends ThreadJob {
  /** So many texts are written. */
  readonly count: number
}

const job = workerData as Job
const store = openStore(layout, job.state, job.owner)
for (let n = 0; n < job.count; n++) store.write(TEXT, textOf(n + job.owner))

import { workerData } from 'node:worker_threads'
import { openStore } from '../../../runtime/state/index.ts'
import { layout, type Play, play, Robot } from './ball.ts'
import type { ThreadJob } from './start.ts'

export type BallJob = ThreadJob & Play

const job = workerData as BallJob
const store = openStore(layout, job.state, job.owner)
await play(job, store, new Robot(store), false)

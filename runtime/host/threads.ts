import type { EndReason } from '../scope.ts'
import type { Host, RunEvents, RunOrder, RunningBody } from './host.ts'
import { createThread, type Thread, type ThreadContext, type WorkerBody } from './thread.ts'

export interface ThreadHostOptions extends ThreadContext {
  readonly bodyOf: (task: string) => WorkerBody
  /** Threads that stay when nothing runs on them. */
  readonly idleThreads: number
}

/** Runs tasks on worker threads: `calls` on ones that are used again, `routines` each on a thread of its own. */
export function createThreadHosts(options: ThreadHostOptions): { readonly calls: Host; readonly routines: Host } {
  const idle: Thread[] = []
  const alive = new Set<Thread>()
  const numbers = new Set<number>()
  let count = 0

  function take(entry: string): Thread {
    const usable = idle.findLastIndex((thread) => thread.loaded.has(entry))
    const [thread] = idle.length === 0 ? [] : idle.splice(usable < 0 ? idle.length - 1 : usable, 1)
    if (!thread) return spawn()
    if (!thread.ended && !thread.retired) return thread
    void thread.kill()
    return take(entry)
  }

  function spawn(): Thread {
    let number = 1
    while (numbers.has(number)) number += 1
    count += 1
    const thread = createThread(number, count, options)
    numbers.add(number)
    alive.add(thread)
    const forget = (): void => {
      alive.delete(thread)
      numbers.delete(number)
      const index = idle.indexOf(thread)
      if (index >= 0) idle.splice(index, 1)
    }
    void thread.gone.then(forget)
    return thread
  }

  function giveBack(thread: Thread, lasting: boolean): void {
    if (thread.ended) return
    if (lasting && !thread.retired && idle.length < options.idleThreads) idle.push(thread)
    else void thread.kill()
  }

  function start(order: RunOrder, events: RunEvents, first: Thread, lasting: boolean): RunningBody {
    const body = options.bodyOf(order.task)
    let thread = first
    let told: EndReason | undefined
    const begin = (): void => {
      let started = false
      const isFresh = thread.loaded.size === 0
      void thread.run(order, body, {
        ...events,
        started() {
          started = true
          events.started()
        },
        ended(outcome) {
          // What did not load may have loaded in part: it is not tried again in the same thread.
          giveBack(thread, lasting && outcome.kind !== 'lost')
          // Something that an earlier task left behind has ended the thread under a run that had not begun.
          if (outcome.kind === 'lost' && thread.ended && !started && !isFresh) return beginAnew(outcome.error)
          events.ended(outcome)
        },
      })
    }
    const beginAnew = (error: Error): void => {
      options.line.diedIdle(thread.place, error)
      thread = spawn()
      if (told) thread.tell(order.run, told)
      begin()
    }
    begin()
    return {
      get place() {
        return thread.place
      },
      tell(reason) {
        told = reason
        thread.tell(order.run, reason)
      },
      hear: () => thread.hear(),
      kill: () => thread.kill(),
    }
  }

  async function close(): Promise<void> {
    await Promise.all([...alive].map((thread) => thread.kill()))
  }

  return {
    calls: { start: (order, events) => start(order, events, take(options.bodyOf(order.task).entry), true), close },
    routines: { start: (order, events) => start(order, events, spawn(), false), close },
  }
}

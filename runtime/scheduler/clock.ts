/** Time, as the scheduler sees it. Milliseconds from any start, never backwards. */
export interface Clock {
  now(): number
  /** Calls `due` once, after at least `delayMs`, and never before the event loop has turned. Returns what takes it back. */
  setTimer(delayMs: number, due: () => void): () => void
}

/** Longest delay that one timer of Node can hold. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Node's timers count whole milliseconds: what is left of a delay below one is waited for by `rest`, which then calls `again`. */
function createClock(rest: (leftMs: number, again: () => void) => NodeJS.Immediate): Clock {
  return {
    now: () => performance.now(),
    setTimer(delayMs, due) {
      const dueAt = performance.now() + delayMs
      let timer: NodeJS.Timeout | undefined
      let immediate: NodeJS.Immediate | undefined
      const arm = (): void => {
        const leftMs = dueAt - performance.now()
        if (leftMs <= 0) due()
        else if (leftMs < 1) immediate = rest(leftMs, arm)
        else timer = setTimeout(arm, Math.min(leftMs, MAX_TIMER_MS))
      }
      // Never due at once, however long it took to get here.
      if (delayMs < 1) immediate = setImmediate(arm)
      else timer = setTimeout(arm, Math.min(delayMs, MAX_TIMER_MS))
      return () => {
        clearTimeout(timer)
        clearImmediate(immediate)
      }
    },
  }
}

/** Below a millisecond the event loop turns until the time has come. */
export const systemClock = createClock((_, again) => setImmediate(again))

const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))

/** Below a millisecond the thread sleeps, which the main thread must not. */
export const threadClock = createClock((leftMs, again) => {
  Atomics.wait(never, 0, 0, leftMs)
  return setImmediate(again)
})

export interface ManualClock extends Clock {
  /** Moves time on, firing every timer that comes due in order, each after what the one before set going has settled. */
  advance(byMs: number): Promise<void>
}

/** A clock that stands still until it is moved. */
export function createManualClock(): ManualClock {
  let nowMs = 0
  let order = 0
  const timers = new Set<{ readonly dueAt: number; readonly order: number; readonly due: () => void }>()
  const next = (untilMs: number): { readonly dueAt: number; readonly order: number; readonly due: () => void } | undefined =>
    [...timers].filter((timer) => timer.dueAt <= untilMs).sort((a, b) => a.dueAt - b.dueAt || a.order - b.order)[0]
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return {
    now: () => nowMs,
    setTimer(delayMs, due) {
      const timer = { dueAt: nowMs + Math.max(0, delayMs), order: order++, due }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    async advance(byMs) {
      const untilMs = nowMs + byMs
      await settle()
      for (let timer = next(untilMs); timer; timer = next(untilMs)) {
        timers.delete(timer)
        nowMs = Math.max(nowMs, timer.dueAt)
        timer.due()
        await settle()
      }
      nowMs = untilMs
    },
  }
}

/** Time, as the scheduler sees it. Milliseconds from any start, never backwards. */
export interface Clock {
  now(): number
  /** Calls `due` once, after at least `delayMs`, and never before the event loop has turned. Returns what takes it back. */
  setTimer(delayMs: number, due: () => void): () => void
}

/** Longest delay that one timer of Node can hold. */
const MAX_TIMER_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer(delayMs, due) {
    if (delayMs < 1) {
      const immediate = setImmediate(due)
      return () => clearImmediate(immediate)
    }
    let timer: NodeJS.Timeout
    const dueAt = performance.now() + delayMs
    const arm = (): void => {
      const leftMs = dueAt - performance.now()
      timer = leftMs > MAX_TIMER_MS ? setTimeout(arm, MAX_TIMER_MS) : setTimeout(due, leftMs)
    }
    arm()
    return () => clearTimeout(timer)
  },
}

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

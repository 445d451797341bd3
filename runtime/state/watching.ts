import { type Bells, LOOK_AGAIN_MS } from './bells.ts'
import type { Condition } from './condition.ts'

/** Waits for a condition without blocking the thread. */
export interface Watcher {
  readonly condition: Condition
  /** An attribute of the condition may have changed. Never throws. */
  changed(): void
}

interface WaitAsync {
  (words: Int32Array, index: number, value: number): { readonly async: boolean; readonly value: string | Promise<string> }
}

/**
 * All that waits on this thread without blocking it: one sleep on its bell, whatever the number of conditions. It keeps no
 * process alive.
 */
export class Watching {
  readonly #bells: Bells
  readonly #watchers = new Set<Watcher>()
  #isOn = false
  #hasChanged = false
  #lookAgain: NodeJS.Timeout | undefined

  constructor(bells: Bells) {
    this.#bells = bells
  }

  /** The condition has been evaluated. */
  add(watcher: Watcher): void {
    this.#watchers.add(watcher)
    this.#lookAgainSoon()
    if (!this.#isOn) void this.#wait()
  }

  delete(watcher: Watcher): void {
    if (!this.#watchers.delete(watcher) || this.#watchers.size > 0) return
    clearTimeout(this.#lookAgain)
    this.#lookAgain = undefined
    // A sleep that nobody needs would be kept for ever, and with it what its conditions know.
    this.#bells.ringOwn()
  }

  async #wait(): Promise<void> {
    this.#isOn = true
    // Nobody is called before `add` has returned.
    await undefined
    const { waitAsync } = Atomics as unknown as { readonly waitAsync: WaitAsync }
    while (this.#watchers.size > 0) {
      const seen = this.#bells.count
      if (this.#look()) this.#lookAgainSoon()
      if (this.#watchers.size === 0) break
      const sleep = waitAsync(this.#bells.words, this.#bells.word, seen)
      // Rung already: a writer that never pauses must not keep this thread from all else.
      await (sleep.async ? sleep.value : new Promise(setImmediate))
    }
    this.#isOn = false
  }

  /** Whether somebody waits on. */
  #look(): boolean {
    for (const watcher of [...this.#watchers]) {
      if (!this.#watchers.has(watcher) || !watcher.condition.isStale()) continue
      this.#hasChanged = true
      watcher.changed()
    }
    return this.#watchers.size > 0
  }

  /** A condition that was evaluated anew may have read other attributes, whose bits nobody had set before. */
  #lookOnceMore(): void {
    this.#hasChanged = false
    if (this.#look() && this.#hasChanged) this.#lookAgainSoon()
  }

  #lookAgainSoon(): void {
    if (this.#lookAgain) this.#lookAgain.refresh()
    else this.#lookAgain = setTimeout(() => this.#lookOnceMore(), LOOK_AGAIN_MS).unref()
  }
}

/** What `block` gives back where the time was over. */
export const TIMED_OUT: unique symbol = Symbol('timed out')

/**
 * Blocks the thread until the condition holds, and returns its value. `check` is called each time that the thread is woken,
 * and may throw.
 */
export function blockUntil(bells: Bells, condition: Condition, timeoutMs: number, check: () => void): unknown {
  const { words, word } = bells
  const endsAt = performance.now() + timeoutMs
  // The bounded sleep is behind it: whatever was on its way to the memory is there.
  let hasLookedAgain = false
  for (let isFirst = true; ; isFirst = false) {
    const seen = bells.count
    check()
    if (isFirst || condition.isStale()) {
      const value = condition.evaluate()
      if (value || condition.names.length === 0) return value
      hasLookedAgain = false
    }
    const leftMs = endsAt - performance.now()
    if (leftMs <= 0) return TIMED_OUT
    hasLookedAgain = Atomics.wait(words, word, seen, hasLookedAgain ? leftMs : Math.min(leftMs, LOOK_AGAIN_MS)) === 'timed-out'
  }
}

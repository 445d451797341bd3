/** Longest delay of a timer: one that only keeps the process alive. */
const LONG_MS = 2 ** 31 - 1

let waiting = 0
let timer: NodeJS.Timeout | undefined

/**
 * Keeps the thread alive until what it returns is called. Whatever waits for shared memory alone needs it: Node ends a
 * process although it waits there.
 */
export function keepAlive(): () => void {
  waiting += 1
  timer ??= setInterval(() => {}, LONG_MS)
  let isHeld = true
  return () => {
    if (!isHeld) return
    isHeld = false
    waiting -= 1
    if (waiting > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** What waits for a signal. All share one handler: one for each brain would be taken for a leak of listeners. */
const waiting = new Set<(signal: string) => void>()

/**
 * Calls `onSignal` at the first signal that asks the process to end. The handler is gone by then, so that a second signal
 * ends the process as it always does. Returns what takes `onSignal` back.
 */
export function onEndSignal(onSignal: (signal: string) => void): () => void {
  // A function of its own for each call, so that none takes back another's.
  const entry = (signal: string): void => onSignal(signal)
  if (waiting.size === 0) for (const signal of SIGNALS) process.on(signal, handle)
  waiting.add(entry)
  return () => {
    if (waiting.delete(entry) && waiting.size === 0) forget()
  }
}

function handle(signal: string): void {
  const called = [...waiting]
  waiting.clear()
  forget()
  for (const onSignal of called) onSignal(signal)
}

function forget(): void {
  for (const signal of SIGNALS) process.off(signal, handle)
}

/** What a program gets to end by itself after a signal. */
const LINGER_MS = 1000
/** The standard streams: they keep no process alive. */
const STREAMS = new Set(['TTYWrap', 'PipeWrap'])

/** Calls `say` where the process is still there a while from now, with what keeps it: `Timeout, TCPSocketWrap`. */
export function watchLingering(say: (resources: string) => void): void {
  setTimeout(() => {
    const resources = new Set(process.getActiveResourcesInfo().filter((resource) => !STREAMS.has(resource)))
    say([...resources].join(', '))
  }, LINGER_MS).unref()
}

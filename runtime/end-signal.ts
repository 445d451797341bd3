const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/**
 * Calls `onSignal` at the first signal that asks the process to end. The handlers are gone by then, so that a second signal
 * ends the process as it always does. Returns what takes them away.
 */
export function onEndSignal(onSignal: (signal: string) => void): () => void {
  const forget = (): void => {
    for (const signal of SIGNALS) process.off(signal, handle)
  }
  const handle = (signal: string): void => {
    forget()
    onSignal(signal)
  }
  for (const signal of SIGNALS) process.on(signal, handle)
  return forget
}

import { StringDecoder } from 'node:string_decoder'

type Write = (type: string, text: string) => void

/** Levels of the methods that don't write to stdout at the level `log`. */
const METHOD_TYPES = {
  debug: 'debug', info: 'info', warn: 'warn', error: 'error', trace: 'trace', assert: 'error',
} as const

/**
 * Sends all that this thread prints to `write`, line by line: `console.*` at the level of its method, `process.stdout` at
 * `log` and `process.stderr` at `warn`. Returns what sends the last line where it has no end yet.
 */
export function captureOutput(write: Write): () => void {
  let level: string | undefined
  const flushes = [captureStream(process.stdout, 'log'), captureStream(process.stderr, 'warn')]

  for (const [name, type] of Object.entries(METHOD_TYPES)) {
    const method = name as keyof typeof METHOD_TYPES
    const print = console[method].bind(console) as (...args: unknown[]) => void
    console[method] = (...args: unknown[]) => {
      const before = level
      level = type
      try {
        print(...args)
      } finally {
        level = before
      }
    }
  }

  function captureStream(stream: NodeJS.WriteStream, usual: string): () => void {
    const decoder = new StringDecoder('utf8')
    let rest = ''
    const send = (text: string): void => {
      // What a console method prints is one message, however many lines it has.
      if (level !== undefined && rest === '' && text.endsWith('\n')) return write(level, text.slice(0, -1))
      const lines = (rest + text).split('\n')
      rest = lines.pop()!
      for (const line of lines) write(level ?? usual, line)
    }
    stream.write = (chunk: Uint8Array | string, encoding?: unknown, callback?: unknown): boolean => {
      const text = typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk))
      send(text)
      const done = typeof encoding === 'function' ? encoding : callback
      if (typeof done === 'function') process.nextTick(done)
      return true
    }
    return () => {
      const last = rest + decoder.end()
      rest = ''
      if (last !== '') write(usual, last)
    }
  }

  return () => {
    for (const flush of flushes) flush()
  }
}

import { createConsola } from 'consola/core'
import { asLogger, messageText } from '../logger.ts'
import type { Logger } from '../types.ts'

/**
 * `this.logger` in a worker: everything goes to main, whose logger knows what passes. Setting its level sets main's; kept
 * here it would hold for whatever task comes to this thread next, and for no other.
 */
export function createWorkerLogger(
  identifier: string, write: (type: string, tag: string, text: string) => void, setLevel: (level: number) => void,
): Logger {
  const consola = createConsola({
    level: Number.POSITIVE_INFINITY,
    throttle: Number.NEGATIVE_INFINITY,
    reporters: [{ log: (line) => write(line.type, line.tag, messageText(line.args, false)) }],
  })
  Object.defineProperty(consola, 'level', { get: () => Number.POSITIVE_INFINITY, set: setLevel })
  return asLogger(consola, identifier)
}

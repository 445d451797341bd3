import { createConsola } from 'consola/core'
import { asLogger, messageText } from '../logger.ts'
import type { Logger } from '../types.ts'

/** `this.logger` in a worker: everything goes to main, whose logger knows what passes. */
export function createWorkerLogger(identifier: string, write: (type: string, tag: string, text: string) => void): Logger {
  const consola = createConsola({
    level: Number.POSITIVE_INFINITY,
    throttle: Number.NEGATIVE_INFINITY,
    reporters: [{ log: (line) => write(line.type, line.tag, messageText(line.args, false)) }],
  })
  return asLogger(consola, identifier)
}

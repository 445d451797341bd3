import { type ConsolaReporter, createConsola, type LogObject, LogLevels } from 'consola/core'
import { formatWithOptions, inspect } from 'node:util'
import { logLevelUnknown } from './errors.ts'
import { isError } from './envelope.ts'
import { addSerializableType } from './serializable/index.ts'
import { mapError } from './stack.ts'
import type { LineStream, Logger, LoggerOptions } from './types.ts'

const IDENTIFIER_WIDTH = 12
const RESET = '\u001B[0m'
const COLOURS: Readonly<Record<string, string>> = {
  fatal: '\u001B[1;31m', error: '\u001B[31m', fail: '\u001B[31m', warn: '\u001B[33m', success: '\u001B[32m', ready: '\u001B[32m',
  debug: '\u001B[90m', trace: '\u001B[90m', verbose: '\u001B[90m',
}

/**
 * A logger whose lines read `14:49:30 -> [   Brain    ]  INFO    | message`, coloured on a terminal unless `NO_COLOR` is set.
 * `level` is one of consola's names or numbers; its `level` can be changed at any time and holds in every task.
 * Throws `log-level-unknown`.
 */
export function createLogger(options: LoggerOptions = {}): Logger {
  const identifier = options.identifier ?? 'Brain'
  const reporter: ConsolaReporter = {
    log(line) {
      // Looked up for each line: a program may replace the streams of its process.
      const stream = line.level <= LogLevels.warn ? options.stderr ?? process.stderr : options.stdout ?? process.stdout
      stream.write(`${lineText(line, identifier, isColoured(stream))}\n`)
    },
  }
  // A throttle would hold repeated lines back, in an order of its own.
  const logger = asLogger(createConsola({ level: levelNumber(options.level ?? 'info'), throttle: Number.NEGATIVE_INFINITY, reporters: [reporter] }), identifier)
  loggersByIdentifier.set(identifier, new WeakRef(logger))
  return logger
}

/** Gives a consola its name. */
export function asLogger(consola: object, identifier: string): Logger {
  return Object.defineProperty(consola, 'identifier', { value: identifier, enumerable: true }) as Logger
}

/** Makes loggers shareable: they travel by their identifier, and `loggerOf` finds the one that is meant on this thread. */
export function shareLoggers(loggerOf: (identifier: string) => Logger): void {
  const Consola = createConsola({}).constructor as abstract new () => Logger
  addSerializableType(Consola, undefined, { encode: ({ identifier }) => identifier ?? 'Brain', decode: loggerOf, handle: true })
}

const loggersByIdentifier = new Map<string, WeakRef<Logger>>()

/** The logger of this process that was made last with an identifier, else a new one. */
export function knownLogger(identifier: string): Logger {
  return loggersByIdentifier.get(identifier)?.deref() ?? createLogger({ identifier })
}

function levelNumber(level: unknown): number {
  if (typeof level === 'number' && !Number.isNaN(level)) return level
  if (typeof level === 'string' && Object.hasOwn(LogLevels, level)) return LogLevels[level as keyof typeof LogLevels]
  throw logLevelUnknown(level, Object.keys(LogLevels))
}

function isColoured(stream: LineStream): boolean {
  return stream.isTTY === true && !process.env['NO_COLOR']
}

function lineText(line: LogObject, identifier: string, coloured: boolean): string {
  const name = line.tag ? `${identifier}:${line.tag}` : identifier
  const level = line.type.toUpperCase().padEnd(8)
  const colour = coloured ? COLOURS[line.type] : undefined
  const time = line.date.toTimeString().slice(0, 8)
  const text = messageText(line.args, coloured)
  return `${time} -> [${centred(name)}]  ${colour ? `${colour}${level}${RESET}` : level}| ${text}`
}

/** The arguments of a log call as one text, with the stacks of errors mapped to the source. */
export function messageText(args: readonly unknown[], colours: boolean): string {
  for (const argument of args) if (isError(argument)) mapError(argument)
  try {
    return formatWithOptions({ colors: colours }, ...args)
  } catch (error) {
    return args.map(shownAnyhow).join(' ') + ` (showing it threw: ${shownAnyhow(error)})`
  }
}

/** For what throws where it is looked at: an error whose `message` is a getter that throws, an object with such an `inspect`. */
function shownAnyhow(value: unknown): string {
  if (typeof value !== 'object' && typeof value !== 'function') return String(value)
  try {
    return inspect(value, { customInspect: false, depth: 1 })
  } catch {
    return Object.prototype.toString.call(value)
  }
}

function centred(name: string): string {
  const left = Math.max(0, Math.floor((IDENTIFIER_WIDTH - name.length) / 2))
  return `${' '.repeat(left)}${name}`.padEnd(IDENTIFIER_WIDTH)
}

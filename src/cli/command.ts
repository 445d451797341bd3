import type { Reporter } from '../report.ts'
import type { CommandLine, Flag } from './arguments.ts'

/** 0 done, 1 the input has errors, 2 the call is wrong. */
export type ExitCode = 0 | 1 | 2

export interface CommandContext {
  readonly cwd: string
  readonly report: Reporter
  /** Milliseconds, monotonic. */
  readonly now: () => number
  /** Aborted when the process is told to end. */
  readonly signal: AbortSignal
  /** Makes this process that of a program. Settles when its module has run, which may be long before it ends. */
  readonly become: (program: string, args: readonly string[]) => Promise<void>
}

export interface Command {
  readonly name: string
  /** What stands behind the name in the usage line. */
  readonly usage: string
  readonly summary: string
  readonly details: string
  readonly flags: Readonly<Record<string, Flag>>
  /** From the first word on that is no flag all belongs to the program that it names. */
  readonly takesProgram?: boolean
  /** `undefined`: the program that this process has become says how it ends. */
  run(line: CommandLine, context: CommandContext): Promise<ExitCode | undefined>
}

export const HELP_FLAG: Flag = { type: 'boolean', short: 'h', help: 'Show this help.' }
export const JSON_FLAG: Flag = { type: 'boolean', help: 'Print one JSON document on stdout and nothing else.' }
export const ROOT_FLAG: Flag = { type: 'string', value: 'DIR', help: 'The folder that output paths mirror. Default: src, where there is one.' }

export const PATTERNS = 'Patterns are files, folders or globs. Without any, all TypeScript files of the project are looked at.'

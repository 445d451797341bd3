import { UsageError } from '../config.ts'
import { didYouMean, parseCommandLine, splitAtProgram } from './arguments.ts'
import { buildCommand } from './build.ts'
import { checkCommand } from './check.ts'
import type { Command, CommandContext, ExitCode } from './command.ts'
import { devCommand } from './dev.ts'
import { explainCommand } from './explain.ts'
import { commandHelp, generalHelp } from './help.ts'
import { initCommand } from './init.ts'
import { runProgramCommand } from './run-program.ts'

const COMMANDS: readonly Command[] = [initCommand, buildCommand, runProgramCommand, devCommand, checkCommand, explainCommand]
const NAMES = COMMANDS.map((command) => command.name)
const HELP = new Set(['help', '--help', '-h'])
const VERSION = new Set(['--version', '-v'])
const PROGRAM_OR_NODE = ' Flags of the program stand behind its file; for flags of Node call node --import taskbrain/register.'

/** One call of `taskbrain`. Never throws for what a person did. */
export async function runCommandLine(args: readonly string[], version: string, context: CommandContext): Promise<ExitCode | undefined> {
  const [name, ...rest] = args
  const { report } = context
  if (name === undefined) {
    report.line(generalHelp(COMMANDS))
    return 2
  }
  const command = COMMANDS.find((candidate) => candidate.name === name)
  try {
    if (command) return await runCommand(command, rest, context)
    if (VERSION.has(name)) report.line(version)
    else if (HELP.has(name)) report.line(helpOn(rest[0]))
    else throw new UsageError(unknownCommand(name))
    return 0
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    if (command && args.includes('--json')) report.json({ ok: false, error: error.message, diagnostics: [], brains: [] })
    else report.usageError(error.message, `See taskbrain ${command ? `${command.name} ` : ''}--help.`)
    return 2
  }
}

async function runCommand(command: Command, args: readonly string[], context: CommandContext): Promise<ExitCode | undefined> {
  const [own, rest] = command.takesProgram ? splitAtProgram(args, command.flags) : [args, []]
  const line = { ...parseCommandLine(own, command.flags, command.takesProgram ? PROGRAM_OR_NODE : ''), rest }
  if (!line.has('help')) return command.run(line, context)
  context.report.line(commandHelp(command))
  return 0
}

function helpOn(name: string | undefined): string {
  if (name === undefined) return generalHelp(COMMANDS)
  const command = COMMANDS.find((candidate) => candidate.name === name)
  if (!command) throw new UsageError(unknownCommand(name))
  return commandHelp(command)
}

function unknownCommand(name: string): string {
  const kind = name.startsWith('-') ? 'flag' : 'command'
  const known = kind === 'flag' ? ['--help', '--version'] : NAMES
  const mean = didYouMean(name, known)
  return `There is no ${kind} ${name}.${mean || ` The commands are ${NAMES.slice(0, -1).join(', ')} and ${NAMES.at(-1)}.`}`
}

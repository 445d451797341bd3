import { type ProgramConfig, programConfig, UsageError } from '../config.ts'
import { buildProgram } from '../program.ts'
import type { CommandLine, Flag } from './arguments.ts'
import { type Command, HELP_FLAG, ROOT_FLAG } from './command.ts'

export const PROGRAM_FLAGS: Readonly<Record<string, Flag>> = { root: ROOT_FLAG, help: HELP_FLAG }

/** The program that a call names, and its arguments. Throws UsageError where there is none. */
export function programOf(command: string, line: CommandLine, cwd: string): { readonly config: ProgramConfig; readonly args: readonly string[] } {
  const [program, ...args] = line.rest
  if (program === undefined) throw new UsageError(`Name the script to run, such as taskbrain ${command} src/main.ts.`)
  return { config: programConfig({ cwd, patterns: [], root: line.text('root') }, program), args }
}

export const runProgramCommand: Command = {
  name: 'run',
  usage: '<file> [arguments...]',
  summary: 'Build the brains and a program that imports their sources, and run it.',
  details: 'The file is a script of the project. What stands behind it are its arguments. Where nothing has changed nothing is built.',
  flags: PROGRAM_FLAGS,
  takesProgram: true,

  async run(line, { cwd, report, become }) {
    const { config, args } = programOf('run', line, cwd)
    const file = await buildProgram(config, report)
    if (file === undefined) return 1
    await become(file, args)
    return undefined
  },
}

import type { Flag } from './arguments.ts'
import type { Command } from './command.ts'

export function generalHelp(commands: readonly Command[]): string {
  const rows = commands.map((command) => [`${command.name} ${command.usage}`.trim(), command.summary] as const)
  return [
    'taskbrain: write one class, run its methods as tasks on threads.',
    '',
    'Usage: taskbrain <command> [flags]',
    '',
    ...columns(rows),
    '',
    ...columns([['-h, --help', 'Show this help, or that of a command.'], ['-v, --version', 'Show the version.']]),
    '',
    'Exit codes: 0 done, 1 the input has errors, 2 the call is wrong.',
  ].join('\n')
}

export function commandHelp(command: Command): string {
  const flags = Object.entries(command.flags).map(([name, flag]) => [flagText(name, flag), flag.help] as const)
  return [
    `Usage: ${['taskbrain', command.name, ...(command.takesProgram ? ['[flags]', command.usage] : [command.usage, '[flags]'])].filter(Boolean).join(' ')}`,
    '',
    command.summary,
    command.details,
    '',
    ...columns(flags),
  ].join('\n')
}

const flagText = (name: string, { short, value }: Flag): string =>
  `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}

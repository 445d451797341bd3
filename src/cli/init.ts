import { resolveConfig, UsageError } from '../config.ts'
import { initProject } from '../init.ts'
import { type Command, HELP_FLAG, JSON_FLAG } from './command.ts'

export const initCommand: Command = {
  name: 'init',
  usage: '',
  summary: 'Set a project up: scripts, #brain/* for its output, an example where it has no brain.',
  details: 'Works in the folder of the nearest package.json, or makes one here. Adds what is missing and leaves alone what is there.',
  flags: { json: JSON_FLAG, help: HELP_FLAG },

  async run(line, { cwd, report }) {
    if (line.positionals.length > 0) throw new UsageError('init takes no arguments: call it in the folder of the project.')
    const { files, toInstall } = await initProject(resolveConfig({ cwd, patterns: [] }))
    if (line.has('json')) {
      report.json({ ok: true, files, toInstall })
      return 0
    }
    for (const { path, outcome } of files) report.line(`${path}: ${outcome}`)
    report.line(`\nThen: ${[...toInstall.map((name) => `npm install ${name}`), 'npm start'].join(' && ')}`)
    return 0
  },
}

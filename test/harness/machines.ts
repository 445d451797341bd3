import { cpSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import { taskbrain } from './command.ts'
import { type ScratchProject, scratchProject } from './project.ts'

/** A package that ships a brain, as its author has it. */
export const MACHINES = {
  'package.json': `{
  "name": "machines", "version": "1.0.0", "type": "module",
  "exports": "./index.js",
  "files": ["index.js", ".taskbrain", "src"],
  "peerDependencies": { "taskbrain": "*" }
}
`,
  'index.js': "export { Load, Machine } from './.taskbrain/machine.brain.js'\n",
  'src/machine.brain.ts': `import { Brain, type Logger } from 'taskbrain'
import { heavier, Load } from './load.js'

export { Load }

export class Machine extends Brain {
  turns = 0
  pose = { x: 0, y: 0 }
  load = new Load(1)

  constructor(logger: Logger, public width: number) {
    super(logger)
  }

  kind() {
    return 'machine'
  }

  @Brain.task({ process: true, runOnStart: false })
  weigh(by: number) {
    this.turns += by
    this.pose.x += 1
    this.load = heavier(this.load)
    return \`\${this.kind()} \${this.width} carries \${this.load.shown()}\`
  }

  @Brain.task({ process: false, runOnStart: false })
  async park() {
    this.pose = { x: 7, y: 7 }
    return this.kind()
  }
}
`,
  'src/load.ts': `export class Load {
  constructor(public kilos: number) {}

  shown() {
    return \`\${this.kilos} kg\`
  }
}

export const heavier = (load: Load) => new Load(load.kilos + 1)
`,
} as const

/** Builds a package with those files in a folder of its own, and copies what it would publish to where `node_modules` has it. */
export async function installPackage(project: ScratchProject, files: Readonly<Record<string, string>>, folder = 'node_modules/machines'): Promise<void> {
  using author = scratchProject(files, 'author')
  await builtAt(author.dir)
  const target = join(project.dir, folder)
  mkdirSync(dirname(target), { recursive: true })
  cpSync(author.dir, target, { recursive: true })
}

/** What `taskbrain build` prints in that folder, where all is good. */
export async function builtAt(cwd: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await taskbrain(['build', ...args], { cwd })
  assert.is(exitCode, 0, stdout + stderr)
  return stdout
}

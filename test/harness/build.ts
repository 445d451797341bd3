import { build, type BuildContext, type BuildResult } from '../../src/build.ts'
import { resolveConfig } from '../../src/config.ts'
import type { ScratchProject } from './project.ts'

export interface Call {
  readonly patterns?: readonly string[]
  readonly root?: string
  readonly outDir?: string
}

export const built = (project: ScratchProject, call: Call = {}, context: BuildContext = {}): Promise<BuildResult> =>
  build(resolveConfig({ cwd: project.dir, patterns: [], ...call }), context)

export const codes = (result: { diagnostics: readonly { code: string; file: string; line: number; column: number }[] }): readonly string[] =>
  result.diagnostics.map(({ code, file, line, column }) => `${code} ${file}:${line}:${column}`)

export const outputs = (project: ScratchProject, folder = '.taskbrain'): Record<string, string> =>
  Object.fromEntries(project.list(folder).map((path) => [path, project.read(`${folder}/${path}`)]))

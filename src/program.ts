// A program that imports the sources of brains: built with them, as one graph, and what there is to say of it said.
import { createReachTest } from '../compiler/1-parse/module-graph.ts'
import { build, hasErrors, isGood } from './build.ts'
import { isWithin, outputOf, type ProgramConfig } from './config.ts'
import { openProjectFiles } from './project-files.ts'
import type { Reporter } from './report.ts'

/** The file that the program became, absolute; `undefined` where something is wrong. What the program prints is the whole of stdout. */
export async function buildProgram(config: ProgramConfig, report: Reporter): Promise<string | undefined> {
  const result = await build(config, { onPhase: report.progress })
  report.diagnostics(result.diagnostics)
  report.done()
  if (isGood(result)) return programOutput(config)
  if (!hasErrors(result.diagnostics)) report.noBrain(config, result)
  return undefined
}

/** The file that a program becomes, absolute. */
export const programOutput = (config: ProgramConfig): string => `${config.outDir}/${outputOf(config, config.program)}.js`

/** JavaScript that leads to nothing but JavaScript, and to nothing that was built: a CommonJS script would lose `__dirname` and `require.main` for no brain. */
export function isForNodeItself({ program, outDir }: ProgramConfig): boolean {
  const reaches = createReachTest(openProjectFiles())
  return !reaches(program, (path) => !/\.[cm]?js(?:on)?$/.test(path) || isWithin(outDir, path))
}

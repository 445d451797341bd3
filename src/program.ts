// A program that imports the sources of brains: built with them, as one graph, and what there is to say of it said.
import { createReachTest } from '../compiler/1-parse/module-graph.ts'
import { build, hasErrors } from './build.ts'
import { type BuildConfig, isWithin, outputOf } from './config.ts'
import { openProjectFiles } from './project-files.ts'
import type { Reporter } from './report.ts'

/** The file that the program became, absolute; `undefined` where something is wrong. What the program prints is the whole of stdout. */
export async function buildProgram(config: BuildConfig & { readonly program: string }, report: Reporter): Promise<string | undefined> {
  const result = await build(config, { onPhase: report.progress })
  report.diagnostics(result.diagnostics)
  report.done()
  if (hasErrors(result.diagnostics)) return undefined
  if (result.brains.length > 0) return `${config.outDir}/${outputOf(config, config.program)}.js`
  report.noBrain(config, result)
  return undefined
}

/** JavaScript that leads to nothing but JavaScript, and to nothing that was built: a CommonJS script would lose `__dirname` and `require.main` for no brain. */
export function isForNodeItself({ program, outDir }: BuildConfig & { readonly program: string }): boolean {
  const reaches = createReachTest(openProjectFiles())
  return !reaches(program, (path) => !/\.[cm]?js(?:on)?$/.test(path) || isWithin(outDir, path))
}

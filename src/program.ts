// A program that imports the sources of brains: built with them, as one graph, and what there is to say of it said.
import { build, hasErrors } from './build.ts'
import { type BuildConfig, outputOf } from './config.ts'
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

import { check } from '../../src/build.ts'
import { createReporter } from '../../src/report.ts'

/** What a person sees when the sources below a folder are checked, and the codes of it. */
export async function printedCheck(folder: string): Promise<{ readonly text: string; readonly codes: readonly string[] }> {
  const config = { cwd: folder, projectDir: folder, sourceRoot: folder, outDir: `${folder}/.taskbrain`, patterns: [] }
  const { diagnostics } = await check(config)
  let text = ''
  const stderr = { write: (part: string) => (text += part) }
  createReporter({ stdout: stderr, stderr, env: {} }).diagnostics(diagnostics)
  return { text, codes: diagnostics.map((found) => found.code) }
}

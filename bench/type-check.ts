/** What `tsc` needs to check a made up project as a user's editor does: the declarations of the built taskbrain. */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** A file of its own, that no build reads. Returns the arguments for `node`. */
export function typeCheck(folder: string): string[] {
  const compilerOptions = { target: 'es2023', module: 'nodenext', strict: true, skipLibCheck: true, noEmit: true, types: ['node'], paths: { taskbrain: [resolve('dist/index.d.mts')] } }
  writeFileSync(`${folder}/tsconfig.check.json`, JSON.stringify({ compilerOptions, include: ['src'] }))
  return [resolve('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.check.json']
}

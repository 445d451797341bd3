import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { compile, type CompileResult, type CompilerHost } from '../../compiler/index.ts'
import { createResolver } from '../../src/resolve.ts'

/** The disk, as the compiler sees it. */
export function diskHost(): CompilerHost {
  const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile()
  return { fileExists: isFile, readFile: (path) => (isFile(path) ? readFileSync(path, 'utf8') : undefined), resolve: createResolver() }
}

/** Compiles every source below `src` of a folder, in memory. */
export function compileFolder(folder: string): CompileResult {
  const files = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => /\.m?tsx?$/.test(name)).sort()
  return compile({ root: folder, sourceRoot: `${folder}/src`, outDir: `${folder}/.taskbrain`, files: files.map((name) => join(folder, 'src', name)), host: diskHost() })
}

import { readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { dirname, resolve } from 'node:path'
import * as assert from 'uvu/assert'
import type { ScratchProject } from './project.ts'

/** File, line and word in the sources that the first `token` of an output came from. */
export function originOf(project: ScratchProject, output: string, token: string): string {
  const code = project.read(output)
  const at = code.indexOf(token)
  assert.ok(at !== -1, `${token} is in ${output}`)
  const before = code.slice(0, at).split('\n')
  const map = new SourceMap(JSON.parse(project.read(`${output}.map`)) as SourceMapPayload)
  const entry = map.findEntry(before.length - 1, before.at(-1)?.length ?? 0)
  if (!('originalSource' in entry)) return 'nowhere'
  const file = resolve(project.dir, dirname(output), decodeURIComponent(entry.originalSource))
  const line = readFileSync(file, 'utf8').split('\n')[entry.originalLine] ?? ''
  const word = /^[\w$.]*/.exec(line.slice(entry.originalColumn))?.[0] ?? ''
  return `${file.slice(project.dir.length + 1)}:${entry.originalLine + 1} ${word}`
}

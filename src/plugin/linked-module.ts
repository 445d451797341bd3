// In: a compiled module, which names others by id. Out: its text and its source map, with imports that any bundler can follow.
import { posix as posixPath } from 'node:path'
import { invariant } from '../../compiler/log.ts'
import type { CompiledModule } from '../../compiler/model.ts'
import { separateMap } from '../inline-map.ts'
import { type Mapped, replaceInLines } from '../line-edits.ts'
import { type CompiledGraph, pathOf } from '../compiled-graph.ts'
import { relativeSpecifier } from '../relative.ts'

const IMPORTED = /(["'`])taskbrain:(?:state|slice)\/([^"'`\n]+)\1/g
const WORKER_URL = /\bnew URL\((["'`])taskbrain:worker\/([^"'`\n]+)\1, import\.meta\.url\)/g

/** `workerUrl` gives the expression that stands for the URL of a worker's file. */
export function linkModule(module: CompiledModule, graph: CompiledGraph, workerUrl: (worker: CompiledModule) => string): Mapped {
  const named = (id: string): CompiledModule => {
    const found = graph.named(id)
    invariant(found, `the module "${id}" that "${module.id}" names was compiled`)
    return found
  }
  const folder = posixPath.dirname(pathOf(module))
  const imported = replaceInLines(separateMap(module.code), IMPORTED, ([, , id]) => JSON.stringify(relativeSpecifier(folder, pathOf(named(id!)))))
  return replaceInLines(imported, WORKER_URL, ([, , id]) => workerUrl(named(id!)))
}

// In: a compiled module, which names others by id. Out: its text and its source map, with imports that any bundler can follow.
import { posix as posixPath } from 'node:path'
import { invariant } from '../../compiler/log.ts'
import type { CompiledModule } from '../../compiler/model.ts'
import { type Mapped, replaceInLines } from '../line-edits.ts'
import { type CompiledGraph, pathOf } from '../compiled-graph.ts'
import { relativeSpecifier } from '../relative.ts'

const IMPORTED = /(["'`])taskbrain:(?:state|slice)\/([^"'`\n]+)\1/g
const WORKER_URL = /\bnew URL\((["'`])taskbrain:worker\/([^"'`\n]+)\1, import\.meta\.url\)/g
const INLINE_MAP = /\n\/\/# sourceMappingURL=data:application\/json;[^,\n]*base64,([\w+/=]+)\s*$/

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

/** The text of a module and the map that stands at its end. */
export function separateMap(code: string): Mapped {
  const found = INLINE_MAP.exec(code)
  if (!found) return { code, map: undefined }
  return { code: `${code.slice(0, found.index)}\n`, map: Buffer.from(found[1]!, 'base64').toString() }
}

export function withInlineMap({ code, map }: Mapped): string {
  if (map === undefined) return code
  return `${code}//# sourceMappingURL=data:application/json;charset=utf-8;base64,${Buffer.from(map).toString('base64')}\n`
}

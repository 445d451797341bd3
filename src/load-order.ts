// In: an output file of a bundle, and what esbuild tells of all. Out: its text, with what it imports in the order in which the sources
// load it: esbuild sorts chunks by their names, and puts packages behind them. A chunk stands where its first module would.
import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { RUNTIME } from './compiled-graph.ts'

/** What the bundler tells: modules by their paths, and which of them are in which file. */
export interface BundledGraph {
  readonly inputs: Readonly<Record<string, { readonly imports: readonly { readonly path: string; readonly kind?: string }[] }>>
  readonly outputs: Readonly<Record<string, { readonly entryPoint?: string | undefined; readonly inputs: Readonly<Record<string, unknown>> }>>
}

/** The imports of chunks that esbuild puts before everything else. */
const HEAD = /^(?:import [^"]*"[^"]+";\n)+/
const STATEMENT = /import [^"]*"([^"]+)";\n/g
const IMPORT_FOR_EFFECTS = /^import "([^"]+)";$/gm

/** No statement moves to another line, and none of those that do move is in the source map. `path` is one of the outputs. */
export function inLoadOrder(code: string, path: string, { inputs, outputs }: BundledGraph): string {
  const head = HEAD.exec(code)?.[0]
  if (head === undefined) return code
  const { entryPoint, inputs: own } = outputs[path]!
  const order = loadOrder(entryPoint === undefined ? Object.keys(own) : [entryPoint], inputs)
  const placeOf = (module: string): number => order.get(module) ?? order.size
  const chunks = [...head.matchAll(STATEMENT)].map(([text, specifier]) => {
    const chunk = outputs[posix.join(posix.dirname(path), specifier!)]
    return { text, place: Math.min(order.size, ...Object.keys(chunk?.inputs ?? {}).map(placeOf)) }
  })
  const packages = [...code.matchAll(IMPORT_FOR_EFFECTS)].flatMap(([text, specifier]) => (order.has(specifier!) && mayMatter(specifier!) ? { text: `${text} `, place: placeOf(specifier!) } : []))
  const last = Math.max(...chunks.map(({ place }) => place))
  const sorted = [...chunks, ...packages.filter(({ place }) => place < last)].sort((a, b) => a.place - b.place)
  return sorted.map(({ text }) => text).join('') + code.slice(head.length)
}

// --- internal ---

/** Modules and packages → when each is done, as imports are written. */
function loadOrder(roots: readonly string[], inputs: BundledGraph['inputs']): ReadonlyMap<string, number> {
  const done = new Map<string, number>()
  const seen = new Set<string>()
  // A list, because modules may import each other deeper than a stack is. Each comes twice: to be opened, and to be done.
  const stack = roots.map((path) => ({ path, isOpen: false })).reverse()
  for (let at = stack.pop(); at; at = stack.pop()) {
    const { path, isOpen } = at
    if (isOpen) done.set(path, done.size)
    if (isOpen || seen.has(path)) continue
    seen.add(path)
    const imports = inputs[path]?.imports.filter(({ kind }) => kind === 'import-statement') ?? []
    stack.push({ path, isOpen: true }, ...imports.map((each) => ({ path: each.path, isOpen: false })).reverse())
  }
  return done
}

/** The runtime and what Node has built in do nothing that could come too late. */
function mayMatter(specifier: string): boolean {
  return !RUNTIME.test(specifier) && !specifier.startsWith('node:') && !builtinModules.includes(specifier)
}

import { build, type Plugin } from 'esbuild'
import { readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { MagicString } from 'magic-string'
import ts from 'typescript'

const PLAIN_BRAIN = fileURLToPath(new URL('plain-brain.mjs', import.meta.url))

/** Sources with brains as plain modules: each loop marker is a counted loop, and Brain an ordinary class. Written to `outdir`. */
export async function buildPlain(entryPoints: readonly string[], outdir: string): Promise<void> {
  await build({
    entryPoints: [PLAIN_BRAIN, ...entryPoints], entryNames: '[name]', outdir, bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20', keepNames: true, logLevel: 'silent',
    outExtension: { '.js': '.mjs' }, plugins: [plainBrains], external: ['node:*'],
  })
}

/** The text of a module in which a split task goes round `ROUNDS` times. */
export function plainText(path: string, text: string): string {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const edited = new MagicString(text)
  visit(source)
  return edited.toString()

  function visit(node: ts.Node): void {
    if (ts.isMethodDeclaration(node) && node.body && isSplit(node)) replaceMarker(node.body)
    ts.forEachChild(node, visit)
  }

  function replaceMarker(body: ts.Block): void {
    const marker = markerOf(body)
    const setup = body.statements.filter((statement) => statement.end <= marker.start)
    const loop = body.statements.filter((statement) => statement.getStart() >= marker.end)
    edited.overwrite(marker.start, marker.end, '\n$loop: for (let $round = 0; $round < ROUNDS; $round++) {')
    for (const statement of loop.flatMap(ownReturns)) {
      const value = statement.expression
      edited.overwrite(statement.getStart(), statement.getEnd(), value ? `{ void (${value.getText()}); continue $loop }` : `continue $loop;`)
    }
    // A function is known above the loop too.
    for (const statement of loop.filter(ts.isFunctionDeclaration))
      if (statement.name && setup.some((each) => each.getText().includes(`${statement.name!.text}(`))) edited.move(statement.getStart(), statement.getEnd(), marker.start)
    edited.appendLeft(body.end - 1, '\n}\nreturn LOOPED\n')
  }

  function markerOf(body: ts.Block): { readonly start: number; readonly end: number } {
    const first = body.getStart() + 1
    const found = /\/\/\s*---Loop---|\/\*\s*---Loop---\s*\*\//.exec(text.slice(first, body.end))
    if (!found) throw new Error(`${path} has a split task without a marker`)
    return { start: first + found.index, end: first + found.index + found[0].length }
  }
}

// --- internal ---

const plainBrains: Plugin = {
  name: 'plain-brains',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^taskbrain$/ }, () => ({ path: PLAIN_BRAIN }))
    onLoad({ filter: /\.[mc]?tsx?$/ }, ({ path }) => ({ loader: path.endsWith('x') ? 'tsx' : 'ts', contents: inOwnPlace(path, textOf(path)) }))
  },
}

const textOf = (path: string): string => {
  const text = readFileSync(path, 'utf8')
  return /\.brain\.[mc]?tsx?$/.test(path) ? `import { LOOPED, ROUNDS } from 'taskbrain'\n${plainText(path, text)}` : text
}

/** What lies beside the source is found from where the program is built to. */
const inOwnPlace = (path: string, text: string): string => text.replaceAll('import.meta.url', `'${pathToFileURL(path).href}'`)

const isSplit = (method: ts.MethodDeclaration): boolean =>
  (ts.getDecorators(method) ?? []).some((decorator) => /defineLoopLater:\s*true/.test(decorator.getText()))

function ownReturns(node: ts.Node): ts.ReturnStatement[] {
  if (ts.isReturnStatement(node)) return [node]
  if (ts.isFunctionLike(node) || ts.isClassLike(node)) return []
  const found: ts.ReturnStatement[] = []
  ts.forEachChild(node, (child) => void found.push(...ownReturns(child)))
  return found
}

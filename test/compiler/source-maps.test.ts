import { readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { basename, resolve } from 'node:path'
import ts from 'typescript'
import * as assert from 'uvu/assert'
import type { CompiledModule } from '../../compiler/model.ts'
import { separateMap } from '../../src/inline-map.ts'
import { compileFolder } from '../harness/compiled.ts'
import { foldersOf } from '../harness/golden.ts'
import { describe } from '../harness/suite.ts'

// Each name in an emitted module that stands in the source too leads to where it stands there: to the token, not to its line.
const folders = [resolve('fixtures/cases'), ...foldersOf(resolve('fixtures/compile')).map((name) => resolve('fixtures/compile', name))]

interface Name {
  readonly text: string
  readonly at: number
}

/** Names of a text, also within templates; not those of imports, which are written anew where some are left out. */
function namesIn(path: string, text: string): Name[] {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false)
  const found: Name[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return
    if ((ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) && node.end > node.pos) found.push({ text: node.getText(tree), at: node.getStart(tree) })
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

const lineStarts = (text: string): number[] => [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]

/** Names that lead to something else, or only to what stands before them; and how many lead to themselves. */
function astray({ code, source }: CompiledModule): { readonly strays: string[]; readonly count: number } {
  const { code: body, map } = separateMap(code)
  const sourceMap = new SourceMap(JSON.parse(map!) as SourceMapPayload)
  const text = readFileSync(source, 'utf8')
  const sourceLines = lineStarts(text)
  const written = new Set(namesIn(source, text).map((name) => name.text))
  const lines = lineStarts(body)
  const strays: string[] = []
  let count = 0
  let line = 0
  for (const name of namesIn(source, body).sort((a, b) => a.at - b.at)) {
    while (lines[line + 1] !== undefined && lines[line + 1]! <= name.at) line++
    if (!written.has(name.text)) continue
    const entry = sourceMap.findEntry(line, name.at - lines[line]!)
    if (!('originalLine' in entry)) continue
    const at = sourceLines[entry.originalLine]! + entry.originalColumn
    const from = lines[entry.generatedLine]! + entry.generatedColumn
    const isExact = from === name.at
    if (isExact) count++
    // Within what was written anew a name leads to where that begins.
    const isRight = isExact ? text.startsWith(name.text, at) : !text.startsWith(body.slice(from, name.at + name.text.length), at)
    if (!isRight) strays.push(`${name.text} at ${line + 1}:${name.at - lines[line]! + 1} leads to ${JSON.stringify(text.slice(at, at + 20))}`)
  }
  return { strays, count }
}

describe('the source map of a module', (it) => {
  for (const folder of folders) {
    it(`leads from each name to where it stands: ${basename(folder)}`, () => {
      for (const module of compileFolder(folder).modules.filter(({ kind }) => kind !== 'state')) {
        const { strays, count } = astray(module)
        assert.ok(count > 0)
        assert.equal(strays, [], module.id)
      }
    })
  }
})

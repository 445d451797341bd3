import { join, resolve } from 'node:path'
import { transformSync } from 'esbuild'
import * as assert from 'uvu/assert'
import { foldersOf, matchesFolder } from '../harness/golden.ts'
import { compileFolder } from '../harness/compiled.ts'
import { describe } from '../harness/suite.ts'

const root = resolve('fixtures/compile')
const withoutMap = (code: string): string => code.replace(/\n\/\/# sourceMappingURL=.*\n$/, '\n')

describe('compiled output', (it) => {
  for (const name of foldersOf(root)) {
    it(`is as the fixture ${name} shows`, () => {
      const { modules, files, diagnostics } = compileFolder(join(root, name))
      const texts = new Map([
        ...modules.map((module) => [`${module.id}.ts`, withoutMap(module.code)] as const),
        ...files.map((file) => [file.path, file.text] as const),
        ...(diagnostics.length > 0 ? [['diagnostics.txt', diagnostics.map((found) => `${found.file}:${found.line}:${found.column} ${found.severity} ${found.code} ${found.message}\n`).join('')] as const] : []),
      ])
      matchesFolder(join(root, name, 'expected'), texts)
    })

    it(`can be parsed, and holds no decorator of ours: ${name}`, () => {
      for (const module of compileFolder(join(root, name)).modules) {
        const { code } = transformSync(module.code, { loader: module.source.endsWith('x') ? 'tsx' : 'ts', target: 'node20', format: 'esm' })
        assert.not.match(code, /Brain\.(task|local)\(/)
      }
    })

    it(`is the same twice: ${name}`, () => {
      const once = compileFolder(join(root, name))
      const again = compileFolder(join(root, name))
      assert.equal(once.modules, again.modules)
      assert.equal(once.files, again.files)
    })
  }
})

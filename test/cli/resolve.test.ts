import * as assert from 'uvu/assert'
import { scratchProject } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'
import { posix } from '../../src/config.ts'
import { createAliasTest, createResolver } from '../../src/resolve.ts'

/** What `specifier` means in `src/main.ts` of a project with those files, relative to it. */
function resolved(specifier: string, files: Readonly<Record<string, string>>): string | undefined {
  using project = scratchProject(files)
  const dir = posix(project.dir)
  return createResolver()(specifier, `${dir}/src/main.ts`)?.slice(dir.length + 1)
}

describe('the meaning of an import', (it) => {
  it('is the TypeScript file where a .js extension is written', () => {
    assert.is(resolved('./a.js', { 'src/a.ts': '', 'src/a.js': '' }), 'src/a.ts')
    assert.is(resolved('./a.js', { 'src/a.tsx': '' }), 'src/a.tsx')
    assert.is(resolved('./a.mjs', { 'src/a.mts': '' }), 'src/a.mts')
    assert.is(resolved('./a.js', { 'src/a.js': '' }), 'src/a.js')
  })
  it('needs no extension and reaches the index of a folder', () => {
    assert.is(resolved('./main.brain', { 'src/main.brain.ts': '' }), 'src/main.brain.ts')
    assert.is(resolved('./a', { 'src/a/index.ts': '' }), 'src/a/index.ts')
    assert.is(resolved('..', { 'index.ts': '' }), 'index.ts')
    assert.is(resolved('./a', { 'src/a/index.ts': '', 'src/a.ts': '' }), 'src/a.ts')
  })
  it('is the file itself where one has just that name', () => {
    assert.is(resolved('./data.json', { 'src/data.json': '{}' }), 'src/data.json')
  })
  it('is nothing for a package, a missing file and a declaration file', () => {
    assert.is(resolved('left-pad', {}), undefined)
    assert.is(resolved('node:fs', {}), undefined)
    assert.is(resolved('./missing', {}), undefined)
    assert.is(resolved('./types', { 'src/types.d.ts': '' }), undefined)
  })
  it('follows the paths of a tsconfig with comments, from its baseUrl, the longest pattern first', () => {
    const tsconfig = `{
  // the usual alias
  "compilerOptions": { "baseUrl": "./src", "paths": { "@/*": ["missing/*", "lib/*"], "@/deep/*": ["other/*"], "exact": ["lib/a.ts"], }, },
}`
    const files = { 'tsconfig.json': tsconfig, 'src/lib/a.ts': '', 'src/other/a.ts': '' }
    assert.is(resolved('@/a', files), 'src/lib/a.ts')
    assert.is(resolved('@/deep/a.js', files), 'src/other/a.ts')
    assert.is(resolved('exact', files), 'src/lib/a.ts')
    assert.is(resolved('exactly', files), undefined)
  })
  it('follows the paths of a tsconfig that another one extends', () => {
    const files = {
      'tsconfig.json': '{ "extends": "./config/base" }',
      'config/base.json': '{ "compilerOptions": { "paths": { "~/*": ["../src/*"] } } }',
      'src/a.ts': '',
    }
    assert.is(resolved('~/a', files), 'src/a.ts')
  })
  it('follows the base of a tsconfig that another one extends, with paths or without', () => {
    const files = {
      'tsconfig.json': '{ "extends": "./config/base", "compilerOptions": { "paths": { "@/*": ["lib/*"] } } }',
      'config/base.json': '{ "compilerOptions": { "baseUrl": "../src", "paths": { "~/*": ["lib/*"] } } }',
      'src/lib/a.ts': '', 'src/util.ts': '',
    }
    assert.is(resolved('@/a', files), 'src/lib/a.ts')
    assert.is(resolved('~/a', files), undefined)
    assert.is(resolved('lib/a.js', files), 'src/lib/a.ts')
    assert.is(resolved('util', files), undefined)
    assert.is(resolved('other', files), undefined)
  })
  it('starts from the folder of the tsconfig itself where one that it extends says so', () => {
    const files = {
      'tsconfig.json': '{ "extends": "./config/base" }',
      'config/base.json': '{ "compilerOptions": { "paths": { "~/*": ["${configDir}/src/*"] } } }',
      'src/a.ts': '',
    }
    assert.is(resolved('~/a', files), 'src/a.ts')
  })
  it('ends where two tsconfigs extend each other', () => {
    const files = { 'tsconfig.json': '{ "extends": "./b.json" }', 'b.json': '{ "extends": "./tsconfig.json" }' }
    assert.is(resolved('~/a', files), undefined)
  })
  it('follows the subpath imports of the package.json, by condition', () => {
    const imports = { '#lib/*': { types: './types/*', import: './src/lib/*' }, '#one': './src/one.ts', '#package': 'left-pad' }
    const files = { 'package.json': JSON.stringify({ imports }), 'src/lib/a.ts': '', 'src/one.ts': '' }
    assert.is(resolved('#lib/a.js', files), 'src/lib/a.ts')
    assert.is(resolved('#one', files), 'src/one.ts')
    assert.is(resolved('#package', files), undefined)
  })
  it('stays a package where an alias leads into node_modules', () => {
    const files = {
      'tsconfig.json': '{ "compilerOptions": { "paths": { "*": ["./node_modules/*"] } } }',
      'node_modules/left-pad/index.js': '',
    }
    assert.is(resolved('left-pad', files), undefined)
  })
  it('is a file of a package that needs taskbrain beside it, as Node finds it', () => {
    const of = (config: object, ...files: readonly string[]): Readonly<Record<string, string>> => ({
      'node_modules/@a/m/package.json': JSON.stringify({ ...config, peerDependencies: { taskbrain: '*' } }),
      ...Object.fromEntries(files.map((file) => [`node_modules/@a/m/${file}`, ''])),
    })
    const found = (specifier: string, files: Readonly<Record<string, string>>): string | undefined => resolved(specifier, files)?.replace('node_modules/@a/m/', '')
    assert.is(found('@a/m', of({}, 'index.js')), 'index.js')
    assert.is(found('@a/m', of({ main: './lib' }, 'lib/index.js', 'index.js')), 'lib/index.js')
    assert.is(found('@a/m/deep.js', of({}, 'deep.js')), 'deep.js')
    assert.is(found('@a/m', of({ main: './old.js', exports: './new.js' }, 'old.js', 'new.js')), 'new.js')
    assert.is(found('@a/m', of({ exports: { types: './a.d.ts', require: './a.cjs', import: { browser: './b.js', default: './a.js' } } }, 'a.d.ts', 'a.cjs', 'b.js', 'a.js')), 'a.js')
    const map = of({ exports: { '.': './a.js', './*': './lib/*.js', './deep/*': './other/*.js', './deep/x': './x.js' } }, 'a.js', 'x.js', 'lib/y.js', 'other/y.js', 'other/x.js')
    assert.equal(['@a/m', '@a/m/y', '@a/m/deep/y', '@a/m/deep/x', '@a/m/none'].map((specifier) => found(specifier, map)), ['a.js', 'lib/y.js', 'other/y.js', 'x.js', undefined])
    assert.is(found('@a/m', { ...of({}, 'index.js'), 'node_modules/@a/m/package.json': '{ "peerDependencies": { "other": "*" } }' }), undefined)
  })
})

describe('an import that is no file', (it) => {
  const isAlias = (specifier: string, files: Readonly<Record<string, string>> = {}): boolean => {
    using project = scratchProject({ 'tsconfig.json': '{ "compilerOptions": { "paths": { "@app/*": ["./src/*"], "*": ["./types/*"] } } }', ...files })
    return createAliasTest()(specifier, `${posix(project.dir)}/src/main.ts`)
  }

  it('is an alias that leads nowhere where it can be no package', () => {
    assert.ok(isAlias('@/missing'))
    assert.ok(isAlias('~/missing'))
    assert.ok(isAlias('@app/missing'))
  })
  it('may be a package else', () => {
    assert.not.ok(isAlias('left-pad'))
    assert.not.ok(isAlias('@other/package'))
    assert.not.ok(isAlias('@app/package/part', { 'node_modules/@app/package/part.js': '' }))
  })
})

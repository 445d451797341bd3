import * as assert from 'uvu/assert'
import { compile } from '../../compiler/index.ts'
import { describe } from '../harness/suite.ts'

interface Code {
  /** The body of a task on a thread, and of one in the main process. */
  readonly thread: string
  readonly main?: string
  /** The body of another task on a thread. */
  readonly other?: string
  /** Modules by their names; all they export is imported. */
  readonly [module: string]: string | undefined
}

/** Which state is told to be copied, and where it is changed. */
function copied({ thread, main = '', other = '', ...modules }: Code, imports?: string): readonly string[] {
  const texts: Record<string, string> = Object.fromEntries(Object.entries(modules).map(([name, text]) => [`/p/${name}.ts`, text!]))
  const names = Object.entries(modules).flatMap(([name, text]) => {
    const exported = [...text!.matchAll(/^export (?:const|let|function|class) (\w+)/gm)].map(([, found]) => found)
    return exported.length > 0 ? [`import { ${exported.join(', ')} } from './${name}'`] : []
  })
  texts['/p/main.ts'] = `import { Brain } from 'taskbrain'
${imports ?? names.join('\n')}
export class Robot extends Brain {
  @Brain.task({ process: true, runOnStart: true }) onThread() { ${thread} }
  @Brain.task({ process: true, runOnStart: true }) onOther() { ${other} }
  @Brain.task({ process: false, runOnStart: true }) inMain() { ${main} }
}
`
  const { diagnostics } = compile({
    root: '/p', sourceRoot: '/p', outDir: '/p/.taskbrain', files: ['/p/main.ts'],
    host: {
      readFile: (path) => texts[path],
      fileExists: (path) => path in texts,
      resolve: (specifier, from) => {
        if (specifier.startsWith('#')) return `/p/node_modules/${specifier.slice(1)}.ts`
        const name = specifier.split('/').at(-1)!
        return specifier.startsWith('.') && from ? Object.keys(texts).find((path) => path === `/p/${name}.ts`) : undefined
      },
    },
  })
  assert.equal(diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message), [])
  return diagnostics.filter(({ code }) => code === 'module-state-copied').map(({ message, file, line }) => `${message.split('`')[1]} ${file}:${line}`)
}

const COUNT = 'let count = 0\nexport function bump() { count++ }\nexport function total() { return count }'

describe('state of a module that a task changes off the main thread', (it) => {
  it('is told where the main process reads it', () => {
    assert.equal(copied({ thread: 'bump()', main: 'total()', counts: COUNT }), ['count counts.ts:2'])
  })
  it('is told where a task on another thread reads it', () => {
    assert.equal(copied({ thread: 'bump()', other: 'total()', counts: COUNT }), ['count counts.ts:2'])
  })
  it('is told where nobody knows who reads it', () => {
    assert.equal(copied({ thread: 'bump()', counts: COUNT }), ['count counts.ts:2'])
  })
  it('is told where a variable itself is exported', () => {
    assert.equal(copied({ thread: 'bump()', main: 'use(count)', counts: 'export let count = 0\nexport const bump = () => { count = 1 }' }, "import { bump, count } from './counts'\ndeclare const use: any"), ['count counts.ts:2'])
  })
  it('is told by whatever name it is imported', () => {
    const all = { thread: 'one()', main: 'two.total()', counts: COUNT, barrel: "export { bump as one } from './counts'\nexport * as two from './counts'" }
    assert.equal(copied(all, "import { one, two } from './barrel'"), ['count counts.ts:2'])
    assert.equal(copied({ thread: 'all.bump()', main: 'all.total()', counts: COUNT }, "import * as all from './counts'"), ['count counts.ts:2'])
    assert.equal(copied({ thread: 'hit()', main: 'all.total()', counts: COUNT, deep: "import { bump } from './counts'\nconst api = { bump }\nexport default () => api.bump()" },
      "import hit from './deep'\nimport * as all from './counts'"), ['count counts.ts:2'])
  })
  it('is told of what an object that is written out keeps', () => {
    const api = 'export default { n: 0, bump() { this.n++ }, get total() { return this.n } }'
    assert.equal(copied({ thread: 'api.bump()', main: 'api.total', api }, "import api from './api'"), ['api main.ts:4'])
  })
  it('is told of what a static field holds', () => {
    const hub = 'class Pool { free = 3; take() { this.free-- } left() { return this.free } }\nexport class Hub { static readonly pool = new Pool(); static level = 1; static seen: string[] = [] }'
    assert.equal(copied({ thread: 'Hub.pool.take(); Hub.level = 2; Hub.seen.push("a")', main: 'use(Hub.pool.left(), Hub.level, Hub.seen.length)', hub }, "import { Hub } from './hub'\ndeclare const use: any"),
      ['Hub.pool main.ts:5', 'Hub.level main.ts:5', 'Hub.seen main.ts:5'])
  })
  it('is told of objects that extend a Map, and of those whose class is in another module', () => {
    const names = "export class Names extends Map<string, number> {}"
    assert.equal(copied({ thread: 'all.set("a", 1)', main: 'all.size', names, all: "import { Names } from './names'\nexport const all = new Names()" }, "import { all } from './all'"), ['all main.ts:4'])
  })
  it('is told where a method of any object changes it', () => {
    const camera = 'let shots = 0\nclass Base { shoot() { shots += 1 } }\nexport class Camera extends Base {}\nexport const taken = () => shots'
    assert.equal(copied({ thread: 'new Camera().shoot()', main: 'taken()', camera }), ['shots camera.ts:2'])
  })
  it('is told of ids that two threads make', () => {
    const ids = 'let id = 0\nexport function makeId() { const made = id; id += 1; return `a${made}` }'
    assert.equal(copied({ thread: 'makeId()', main: 'makeId()', ids }), ['id ids.ts:2'])
    assert.equal(copied({ thread: 'makeId()', ids }), [])
  })
  it('is told where it is changed by a name that was taken from it', () => {
    const stats = 'class Stats { n = 0; bump() { this.n++ } get total() { return this.n } }\nexport class Hub { static readonly stats = new Stats(); static seen = new Set<string>() }\nexport const list: string[] = []'
    assert.equal(copied({ thread: 'const own = Hub.stats; own.bump(); const { seen } = Hub; const all = Hub.seen; all.add("a"); const l = list; l.push("b")', main: 'use(Hub.stats.total, Hub.seen.size, list.length)', stats },
      "import { Hub, list } from './stats'\ndeclare const use: any"), ['Hub.stats main.ts:5', 'Hub.seen main.ts:5', 'list main.ts:5'])
  })
  it('is told where a function changes it that it is given to', () => {
    const helpers = 'export function put(into: Set<number>, n: number) { into.add(n) }\nexport const both = (into: Set<number>, n: number) => { put(into, n); into.add(-n) }\nexport const memo = (into: Set<number>, n: number) => { if (!into.has(n)) into.add(n) }'
    const state = "import { both, memo, put } from './helpers'\nconst seen = new Set<number>()\nconst tools = { seen }\n"
    assert.equal(copied({ thread: 'mark(1)', main: 'total()', helpers, counts: `${state}export function mark(n: number) { put(seen, n) }\nexport const total = () => seen.size` }), ['seen counts.ts:4'])
    assert.equal(copied({ thread: 'mark(1)', main: 'total()', helpers, counts: `${state}export function mark(n: number) { both(seen, n) }\nexport const total = () => [...seen]` }), ['seen counts.ts:4'])
    assert.equal(copied({ thread: 'mark(1)', main: 'total()', helpers, counts: `${state}export function mark(n: number) { memo(seen, n) }\nexport const total = (n: number) => { memo(seen, n); return seen.has(n) }` }), [])
  })
  it('is told once for each file that changes it', () => {
    const names = 'export const names: string[] = []\nexport function add() { names.push("a"); names.push("b") }'
    assert.equal(copied({ thread: 'add(); names.push("c")', other: 'add()', main: 'names.length', names }), ['names main.ts:4', 'names names.ts:2'])
  })
  it('is told of patterns and loops that assign', () => {
    const lasts = 'let last = 0, other = 0\nexport function put(list: number[]) { for (last of list);\n[other] = list }\nexport const lastOf = () => last + other'
    assert.equal(copied({ thread: 'put([1])', main: 'lastOf()', lasts }), ['last lasts.ts:2', 'other lasts.ts:3'])
  })
  it('is told of what Object.assign and delete change', () => {
    const conf = 'export const conf: any = { level: 1 }'
    assert.equal(copied({ thread: 'Object.assign(conf, { level: 2 })', main: 'conf.level', conf }), ['conf main.ts:4'])
    assert.equal(copied({ thread: 'delete conf.level', main: 'conf.level', conf }), ['conf main.ts:4'])
  })
})

describe('state that each thread may have for itself', (it) => {
  it('is a cache, also one that several functions look into', () => {
    const cache = 'const made = new Map<string, number>()\nexport function a(k: string) { if (!made.has(k)) made.set(k, 1); return made.get(k) }\nexport function b(k: string) { return made.get(k) ?? made.set(k, 2).get(k) }'
    assert.equal(copied({ thread: 'a("x")', main: 'a("y")', cache }), [])
    assert.equal(copied({ thread: 'a("x")', main: 'b("y")', cache }), [])
  })
  it('is a value that is made once', () => {
    const once = `let client: object | undefined
export const open = () => client ??= {}
export const lazy = (() => { let value: object | undefined; return () => value ??= {} })()
let isReady = false
export function ready() { if (isReady) return; isReady = true }`
    assert.equal(copied({ thread: 'open(); lazy(); ready()', main: 'open(); lazy(); ready()', once }), [])
  })
  it('is what it is told for itself', () => {
    const level = 'let level = "info"\nexport function setLevel(name: string) { level = name }\nexport function isLoud() { return level === "debug" }'
    assert.equal(copied({ thread: 'setLevel("a"); isLoud()', main: 'setLevel("b"); isLoud()', level }), [])
    assert.equal(copied({ thread: 'setLevel("a"); isLoud()', main: 'isLoud()', level }), ['level level.ts:2'])
  })
  it('is what nobody reads elsewhere, as that of a logger', () => {
    const log = 'let last = 0\nexport function log(line: string) { console.log(Date.now() - last, line); last = Date.now() }\nclass Log { lines = 0; say() { this.lines++ } }\nexport const logger = new Log()'
    assert.equal(copied({ thread: 'log("a"); logger.say()', main: 'log("b"); logger.say()', log }), [])
    assert.equal(copied({ thread: 'const own = logger; own.say()', main: 'use(logger)', log }, "import { logger } from './log'\ndeclare const use: any"), [])
  })
  it('is what is filled as the module is loaded', () => {
    const names = 'const all = new Set<string>()\nfunction add(name: string) { all.add(name) }\nadd("a")\nexport const names = () => [...all]\nlet size = all.size\nsize += 1\nexport const sizeOf = () => size'
    assert.equal(copied({ thread: 'names(); sizeOf()', main: 'names(); sizeOf()', names }), [])
  })
  it('is what is set for a while, and what stands at objects of its own', () => {
    const scope = 'let current = 0\nexport function run(own: number) { const before = current; current = own; try { return read() } finally { current = before } }\nexport const read = () => current'
    assert.equal(copied({ thread: 'run(1)', main: 'run(2); read()', scope }), [])
    assert.equal(copied({ thread: 'known.set(this, 1)', main: 'known.get(this)', known: 'export const known = new WeakMap<object, number>()' }), [])
  })
  it('is what a name of its own hides', () => {
    const hidden = 'export let i = 0\nexport function sum(list: number[]) { for (let i = 0; i < 2; i++) list.push(i); try { list.pop() } catch (i) { i = 2 }; return (function i() { return list })() }'
    assert.equal(copied({ thread: 'sum([])', main: 'use(i)', hidden }, "import { i, sum } from './hidden'\ndeclare const use: any"), [])
  })
  it('is what only a method changes that the task never names', () => {
    const pool = 'export class Pool { static made = 0; take() { return 1 } grow() { Pool.made++ } }'
    assert.equal(copied({ thread: 'new Pool().take()', main: 'new Pool().grow(); use(Pool.made)', pool }, "import { Pool } from './pool'\ndeclare const use: any"), [])
  })
  it('is that of a package', () => {
    assert.equal(copied({ thread: 'bump()', main: 'total()' }, "import { bump, total } from '#counts'"), [])
  })
})

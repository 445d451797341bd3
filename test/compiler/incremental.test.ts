import { readdirSync, readFileSync } from 'node:fs'
import { join, posix, resolve } from 'node:path'
import { env } from 'node:process'
import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { compile, type CompileInput, type CompilerHost, createCompiler, type IncrementalCompiler } from '../../compiler/index.ts'
import { describe } from '../harness/suite.ts'
import { WORLD } from './changing-world.ts'

/** Files in memory. */
type Texts = Map<string, string>

const SEED = Number(env['INCREMENTAL_SEED'] ?? 6)
const RUNS = Number(env['INCREMENTAL_RUNS'] ?? 40)
const TASK = '@Brain.task({ process: true, runOnStart: true })'
const ROOT = '/project'

function inputOf(texts: Texts, onRead = (_path: string): void => {}): CompileInput {
  const host: CompilerHost = {
    readFile(path) {
      onRead(path)
      return texts.get(path)
    },
    fileExists: (path) => texts.has(path),
    resolve(specifier, from) {
      if (!specifier.startsWith('.')) return undefined
      const stem = posix.join(posix.dirname(from), specifier).replace(/\.js$/, '')
      return [stem, `${stem}.ts`, `${stem}.tsx`, `${stem}/index.ts`].find((path) => texts.has(path))
    },
  }
  return { root: ROOT, sourceRoot: `${ROOT}/src`, outDir: `${ROOT}/.taskbrain`, files: [...texts.keys()].sort(), host }
}

/** A kept compiler says and gives what a new one does, and so does one that begins with what it has saved. */
function agrees(compiler: IncrementalCompiler, texts: Texts, changed?: readonly string[]): void {
  const restored = createCompiler(compiler.save())
  const expected = compile(inputOf(texts))
  assert.equal(compiler.compile(inputOf(texts), changed), expected)
  assert.equal(restored.compile(inputOf(texts)), expected)
  const fresh = createCompiler()
  fresh.compile(inputOf(texts))
  assert.is(compiler.save(), fresh.save())
  assert.is(restored.save(), fresh.save())
}

/** A change of one file: another text, or none. */
interface Step {
  readonly path: string
  readonly text: string | undefined
}

function take(texts: Texts, { path, text }: Step): void {
  if (text === undefined) texts.delete(path)
  else texts.set(path, text)
}

const placed = (name: string): string => `${ROOT}/src/${name}`

const worldSteps = fc.array(
  fc.constantFrom(...Object.keys(WORLD)).chain((name) => fc.constantFrom(undefined, ...WORLD[name]!).map((text): Step => ({ path: placed(name), text }))),
  { minLength: 4, maxLength: 12 },
)

const folders = ['compile', 'errors'].flatMap((kind) => readdirSync(resolve('fixtures', kind)).map((name) => resolve('fixtures', kind, name)))

function textsOf(folder: string): Texts {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /^(?!.*(?:expected|node_modules)).*\.m?tsx?$/.test(name))
  return new Map(names.map((name) => [`${ROOT}/${name}`, readFileSync(join(folder, name), 'utf8')]))
}

/** What a person does to a line: takes it out, writes it again, moves it to the end. */
const lineSteps = fc.record({
  folder: fc.constantFrom(...folders),
  edits: fc.array(fc.record({ file: fc.nat(), line: fc.nat(), how: fc.constantFrom('out', 'twice', 'last', 'gone', 'back') }), { minLength: 2, maxLength: 6 }),
})

function edited(text: string, at: number, how: string): string {
  const lines = text.split('\n')
  const index = at % lines.length
  const line = lines[index]!
  if (how === 'twice') lines.splice(index, 0, line)
  else lines.splice(index, 1)
  return (how === 'last' ? [...lines, line] : lines).join('\n')
}

describe('a compiler that is kept', (it) => {
  it('gives what a new one gives, whatever has happened to which files', () => {
    fc.assert(fc.property(worldSteps, fc.boolean(), (steps, isTold) => {
      const texts: Texts = new Map(Object.entries(WORLD).map(([name, [first]]) => [placed(name), first!]))
      const compiler = createCompiler()
      agrees(compiler, texts)
      for (const step of steps) {
        take(texts, step)
        agrees(compiler, texts, isTold ? [step.path] : undefined)
      }
    }), { seed: SEED, numRuns: RUNS })
  })

  it('gives what a new one gives while the sources of a fixture are edited', () => {
    fc.assert(fc.property(lineSteps, ({ folder, edits }) => {
      const original = textsOf(folder)
      const paths = [...original.keys()]
      if (paths.length === 0) return
      const texts: Texts = new Map(original)
      const compiler = createCompiler()
      agrees(compiler, texts)
      for (const { file, line, how } of edits) {
        const path = paths[file % paths.length]!
        const text = how === 'back' ? original.get(path) : how === 'gone' ? undefined : edited(texts.get(path) ?? original.get(path)!, line, how)
        take(texts, { path, text })
        agrees(compiler, texts, [path])
      }
    }), { seed: SEED, numRuns: RUNS })
  })

  it('takes nothing for unchanged at its first call, nor after one that failed', () => {
    const texts: Texts = new Map(Object.entries(WORLD).map(([name, [first]]) => [placed(name), first!]))
    const compiler = createCompiler()
    compiler.compile(inputOf(texts))
    const saved = compiler.save()
    const edit = (name: string, from: string, to: string): void => void texts.set(placed(name), texts.get(placed(name))!.replace(from, to))
    edit('helpers.ts', 'LIMIT = 4', "LIMIT = 'four'")
    assert.equal(createCompiler(saved).compile(inputOf(texts), []), compile(inputOf(texts)))

    edit('base.ts', 'n = 1', 'n = "one"')
    const input = inputOf(texts)
    const failing = { ...input, host: { ...input.host, readFile: (path: string) => { if (path === placed('second.brain.ts')) throw new Error('unplugged'); return input.host.readFile(path) } } }
    assert.throws(() => compiler.compile(failing, [placed('helpers.ts'), placed('base.ts')]), /unplugged/)
    assert.equal(compiler.compile(inputOf(texts), []), compile(inputOf(texts)))
  })

  it('sees a circle of base classes end that some were looked at in the midst of', () => {
    const classText = (name: string, base: string): [string, string] => [
      placed(`${name.toLowerCase()}.ts`),
      `import { Brain } from 'taskbrain'\nimport { ${base} } from './${base.toLowerCase()}.js'\nexport class ${name} extends ${base} {}\n`,
    ]
    const texts: Texts = new Map([['A', 'B'], ['B', 'C'], ['C', 'A'], ['X', 'B'], ['Y', 'C'], ['Z', 'A']].map(([name, base]) => classText(name!, base!)))
    const compiler = createCompiler()
    agrees(compiler, texts)
    for (const [name, base] of [['A', 'B'], ['B', 'C'], ['C', 'A']] as const) {
      const [path, text] = classText(name, base)
      for (const each of [text.replace(`extends ${base}`, 'extends Brain'), text]) {
        texts.set(path, each)
        agrees(compiler, texts)
      }
    }
  })

  it('sees that code comes to have a brain by another name, in whatever file, and no longer has it', () => {
    const makes = "import { Robot } from './robots.js'\nexport const robot = new Robot()\n"
    const brain = (name: string, text: string): string => `import { Brain } from 'taskbrain'\n${text}\nexport class ${name} extends Brain { count = 0; ${TASK} go() {} }\n`
    const texts: Texts = new Map([
      [placed('robot.brain.ts'), brain('Robot', "import './middle.js'")],
      [placed('other.brain.ts'), brain('Other', 'export const step = (counts: { count: number }) => counts.count++')],
      [placed('robots.ts'), "export * from './robot.brain.js'\n"],
      [placed('middle.ts'), "import './robot.js'\n"],
      [placed('robot.ts'), 'export {}\n'],
    ])
    const compiler = createCompiler()
    const isStepOfAny = (): boolean => compiler.compile(inputOf(texts)).modules.some(({ id, code }) => id === 'other.brain' && code.includes('.postIncrement(counts'))
    agrees(compiler, texts)
    assert.not(isStepOfAny())
    for (const text of [makes, 'export {}\n', makes.replace('{ Robot }', 'type { Robot }').replace('new Robot()', '{} as Robot'), "import type {} from './far.js'\n"]) {
      texts.set(placed('robot.ts'), text)
      agrees(compiler, texts, [placed('robot.ts')])
      assert.is(isStepOfAny(), text.includes('Robot'))
    }
    texts.set(placed('robots.ts'), 'export class Robot {}\n')
    texts.set(placed('robot.ts'), makes)
    agrees(compiler, texts, [placed('robot.ts'), placed('robots.ts')])
    assert.not(isStepOfAny())
  })

  it('sees what keys that has which a brain may hand on, in whatever file they are declared', () => {
    const keeps = "import { Brain } from 'taskbrain'\nimport type { Pose } from './pose.js'\nimport { keep } from './keep.js'\n"
      + `export class Robot extends Brain { pose: Pose = { x: 0 }; ${TASK} go() { keep(this.pose) } }\n`
    const texts: Texts = new Map([
      [placed('robot.brain.ts'), keeps],
      [placed('other.brain.ts'), `import { Brain } from 'taskbrain'\nexport const step = (of: { x: number }) => of.x++\nexport class Other extends Brain { ${TASK} go() {} }\n`],
      [placed('keep.ts'), 'export const keep = (kept: unknown) => kept\n'],
      [placed('pose.ts'), 'export interface Pose { x: number }\n'],
    ])
    const compiler = createCompiler()
    const isStepOfAny = (): boolean => compiler.compile(inputOf(texts)).modules.some(({ id, code }) => id === 'other.brain' && code.includes(".onPart(of, 'x'"))
    agrees(compiler, texts)
    assert.ok(isStepOfAny())
    for (const [name, text] of [['pose.ts', 'export interface Pose { y: number }\n'], ['pose.ts', 'export interface Pose { x: number }\n'], ['robot.brain.ts', keeps.replace('this.pose', 'this.pose.x')]] as const) {
      texts.set(placed(name), text)
      agrees(compiler, texts, [placed(name)])
      assert.is(isStepOfAny(), text.includes('Pose { x'))
    }
  })

  it('sees what a module that it does not parse registers, and which classes it derives', () => {
    const texts: Texts = new Map([
      [placed('main.brain.ts'), `import { Brain } from 'taskbrain'\nimport { Pose } from './pose.js'\nimport './far.js'\nexport class Main extends Brain { pose = new Pose(); ${TASK} go() { this.pose.turn() } }\n`],
      [placed('pose.ts'), 'export class Pose { x = 0; turn() {} }\n'],
      [placed('far.ts'), ''],
    ])
    const compiler = createCompiler()
    const imports = "import { addSerializableType } from 'taskbrain'\nimport { Pose } from './pose.js'\n"
    for (const rest of ['', 'addSerializableType(Pose)', 'export class Wide extends Pose { turn() { this.x++ } }', 'export class Wide extends Pose {}', '']) {
      texts.set(placed('far.ts'), imports.replace(rest.includes('Type(') ? '' : 'addSerializableType', rest.includes('Type(') ? '' : 'Brain') + rest)
      agrees(compiler, texts)
    }
  })

  it('reads no file that it is told nothing of', () => {
    const texts: Texts = new Map(Object.entries(WORLD).map(([name, [first]]) => [placed(name), first!]))
    const compiler = createCompiler()
    compiler.compile(inputOf(texts))
    const read = new Set<string>()
    const brain = placed('main.brain.ts')
    texts.set(brain, `${texts.get(brain)!}// changed\n`)
    compiler.compile(inputOf(texts, (path) => void read.add(path)), [brain])
    assert.ok(read.has(brain))
    assert.not.ok(read.has(placed('other.brain.ts')))
  })
})

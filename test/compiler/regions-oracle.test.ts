import { appendFileSync } from 'node:fs'
import { env } from 'node:process'
import { pathToFileURL } from 'node:url'
import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { build } from '../../src/build.ts'
import { resolveConfig } from '../../src/config.ts'
import { REGION } from '../../runtime/state/layout.ts'
import { createLogger } from '../../src/index.ts'
import { ATTRIBUTES, FUNCTION_NAMES, FUNCTIONS, METHODS, NAMES, printBody } from '../harness/alias-bodies.ts'
import { scratchProject } from '../harness/project.ts'
import { describe } from '../harness/suite.ts'

// What a method changes through names taken from attributes, it changes as in a plain class, or it is refused: by the compiler, or by an
// error when it runs; and nothing waits, or ends, while it has attributes open. Bodies made at random are compiled and run;
// REGION_SEED and REGION_RUNS look at others, REGION_REPORT names a file for what became of them.
const SEED = Number(env['REGION_SEED'] ?? 7)
const RUNS = Number(env['REGION_RUNS'] ?? 600)
const BODIES_PER_BUILD = 150

const REFUSED = /read only|not extensible|Cannot delete property|Cannot add property|snapshot of|read-only|Cannot redefine/

/** What `one`, whose shape is known, says where a key of it is deleted under another name. */
const KEEPS_ITS_KEYS = /Cannot delete property 'n'/
const report = (text: string): void => {
  if (env['REGION_REPORT']) appendFileSync(env['REGION_REPORT'], text)
}

interface Probe {
  readonly lines: string[]
  refused: string | undefined
}

/** Whether nobody holds the lock of a brain's state. A plain object has none. */
function isUnlocked({ $taskbrainStore: store }: any): boolean {
  return store === undefined || store.arena.words[(store.shared.start >>> 2) + REGION.lock] === 0
}

function makeProbe(target: object): Probe {
  let flips = 0
  const probe = {
    lines: [] as string[],
    refused: undefined as string | undefined,
    keep: (value: unknown) => void probe.lines.push(String(value)),
    flip: () => [1, 0, 0, 1, 1, 0, 1][flips++ % 7] === 1,
    async tick(value: unknown) {
      await Promise.resolve()
      if (!isUnlocked(target)) probe.lines.push('waits with the attributes open')
      return value
    },
    soon: (work: () => unknown) => work(),
    caught(error: Error) {
      if (REFUSED.test(error.message)) probe.refused ??= error.message
      else probe.lines.push(`caught ${error.message}`)
    },
  }
  return probe
}

/** `warned`: it does something else, and the compiler has said so. */
type Outcome = { readonly kind: 'same' | 'diagnosed' | 'refused' | 'warned' } | { readonly kind: 'differs'; readonly expected: string; readonly actual: string }

const outcomeOf = async (target: any, index: number): Promise<{ text: string; refused: string | undefined }> => {
  const probe = makeProbe(target)
  let end = ''
  try {
    await target[`m${index}`](probe)
  } catch (error: any) {
    if (REFUSED.test(error.message)) probe.refused ??= error.message
    end = `threw ${error.message}`
  }
  if (!isUnlocked(target)) probe.lines.push('leaves the attributes open')
  const state = NAMES.map((name) => `${name} ${JSON.stringify(target[name] instanceof Map || target[name] instanceof Set ? [...target[name]] : target[name])}`)
  return { text: [...probe.lines, end, ...state].join('\n'), refused: probe.refused }
}

async function compareAll(bodies: readonly ReturnType<typeof printBody>[]): Promise<Outcome[]> {
  const method = (index: number): string => `  ${bodies[index]!.isAsync ? 'async ' : ''}m${index}(p) {\n${bodies[index]!.text}\n  }`
  const outcomes: Outcome[] = []
  let indices = bodies.map((_, index) => index)
  const brainText = (): string => `import { Brain } from 'taskbrain'
import { ${FUNCTION_NAMES} } from './functions'
export class Bodies extends Brain {${ATTRIBUTES}${METHODS}
${indices.map(method).join('\n')}
}
`
  const plain = `${FUNCTIONS}\nexport class Bodies {${ATTRIBUTES}${METHODS}\n${indices.map(method).join('\n')}\n}\n`
  using project = scratchProject({ 'src/functions.ts': FUNCTIONS, 'src/bodies.ts': brainText(), 'plain.mjs': plain })
  const load = (path: string): Promise<any> => import(pathToFileURL(`${project.dir}/${path}`).href)
  const warned = new Set<number>()
  for (;;) {
    const text = brainText()
    const bodyAt = (line: number): { readonly index: number; readonly start: number } => {
      const before = [...text.split('\n', line).join('\n').matchAll(/^ {2}(?:async )?m(\d+)\(p\)/gm)].at(-1)!
      return { index: Number(before[1]), start: text.slice(0, before.index).split('\n').length }
    }
    project.write('src/bodies.ts', text)
    const { diagnostics } = await build(resolveConfig({ cwd: project.dir, patterns: [] }))
    const errors = diagnostics.filter(({ severity }) => severity === 'error')
    if (errors.length === 0) {
      for (const { code, line } of diagnostics) if (code === 'change-of-copy') warned.add(bodyAt(line).index)
      break
    }
    const unknown = errors.find(({ code }) => !/^(await-in-change|change-later|change-in-async|await-in-update|attribute-deleted)$/.test(code))
    assert.is(unknown, undefined)
    for (const { line } of errors) {
      const { index, start } = bodyAt(line)
      outcomes[index] = { kind: 'diagnosed' }
      report(`--- ${line - start} ${errors.find((each) => each.line === line)!.message}\n${method(index)}\n`)
    }
    indices = indices.filter((index) => !outcomes[index])
  }
  const [{ Bodies }, { Bodies: Plain }] = await Promise.all([load('.taskbrain/bodies.js'), load('plain.mjs')])
  for (const index of indices) {
    const brain = new Bodies(createLogger({ identifier: 'Bodies', level: 'silent' }))
    const expected = await outcomeOf(new Plain(), index)
    const actual = await outcomeOf(brain, index)
    await brain.stop()
    const isSame = expected.text === actual.text
    outcomes[index] = isSame ? { kind: 'same' } : warned.has(index) ? { kind: 'warned' } : actual.refused ? { kind: KEEPS_ITS_KEYS.test(actual.refused) ? 'diagnosed' : 'refused' } : { kind: 'differs', expected: expected.text, actual: actual.text }
    if (actual.refused) report(`--- ${actual.refused}\n${method(index)}\n`)
  }
  return outcomes
}

const tapes = fc.array(fc.nat(9999), { minLength: 60, maxLength: 200 })

describe('a body that changes attributes through other names', (it) => {
  it('does what it does in a plain class, or is refused', async () => {
    const bodies: ReturnType<typeof printBody>[] = []
    fc.assert(fc.property(tapes, (tape) => void bodies.push(printBody(tape))), { seed: SEED, numRuns: RUNS })
    const outcomes: Outcome[] = []
    for (let start = 0; start < bodies.length; start += BODIES_PER_BUILD) outcomes.push(...(await compareAll(bodies.slice(start, start + BODIES_PER_BUILD))))
    const count = (kind: Outcome['kind']): number => outcomes.filter((outcome) => outcome.kind === kind).length
    report(`same ${count('same')}, diagnosed ${count('diagnosed')}, refused ${count('refused')}, warned ${count('warned')}, differ ${count('differs')}\n`)
    const differing = outcomes.flatMap((outcome, index) => (outcome.kind === 'differs' ? [{ ...outcome, ...bodies[index]!, index }] : []))
    differing.sort((a, b) => a.text.length - b.text.length)
    if (differing.length > 0) {
      const shown = differing.slice(0, Number(env['REGION_SHOWN'] ?? 2)).map(({ index, isAsync, text, expected, actual }) =>
        `REGION_SEED=${SEED}, body ${index}${isAsync ? ', async' : ''}\n${text}\n--- expected\n${expected}\n--- actual\n${actual}`)
      throw new Error(`${differing.length} of ${RUNS} bodies differ\n${shown.join('\n\n')}`)
    }
    // `one` has a known shape, and keeps its keys: there a `delete` is refused, by the compiler or when it runs.
    const isRefusedRightly = ({ isAsync, text }: ReturnType<typeof printBody>): boolean => isAsync || /\bdelete\b/.test(text)
    assert.equal(outcomes.flatMap((outcome, index) => (outcome.kind === 'diagnosed' && !isRefusedRightly(bodies[index]!) ? [bodies[index]!.text] : [])), [])
    assert.ok(count('refused') <= RUNS / 100, `${count('refused')} of ${RUNS} bodies are refused when they run`)
    assert.ok(count('same') > RUNS / 2, `${count('same')} of ${RUNS} bodies do the same`)
  })
})

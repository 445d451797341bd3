// What a program of fixtures/cases tells of itself: each task of its brains is called, one after the other, and the attributes are read.
// As a process: `told.mjs <module of Brain> <module>…` prints a line of JSON for each module.
import { inspect } from 'node:util'
import { pathToFileURL } from 'node:url'

const load = (path) => import(path.startsWith('/') ? pathToFileURL(path).href : path)
const ROUNDS = 3
const PATIENCE_MS = 20_000

/** The lines that a module has to tell. One may say itself what to do with a brain: `export const use = async (brain) => lines`. */
async function linesOf(module, { Brain, createLogger }) {
  const brains = Object.values(module).filter((value) => typeof value === 'function' && value.prototype instanceof Brain)
  const lines = []
  for (const Class of brains) {
    if (module.without?.includes(Class)) continue
    const brain = new Class(createLogger({ identifier: Class.name, level: 'silent' }), ...(module.given ?? []))
    lines.push(Class.name)
    if (module.use) for (const line of await module.use(brain)) lines.push(`  ${shown(line)}`)
    else for (const name of Object.keys(brain.tasks).sort()) lines.push(`  ${name}() ${await outcomeOf(brain, name)}`)
    for (const [name, value] of attributesOf(brain)) lines.push(`  ${name} = ${shown(value)}`)
    await brain.stop()
  }
  return lines
}

/** A routine is ended after it counted to three in `turns`. */
async function outcomeOf(brain, name) {
  const run = brain.tasks[name]()
  if ('turns' in brain) {
    await Promise.race([run, brain.until(() => brain.turns >= ROUNDS)])
    run.cancel?.()
    brain.turns = 0
  }
  const { executionState, result, error } = await run
  return ['gives', 'is late', 'throws', 'went round'][executionState] + (error && executionState === 2 ? ` ${error.name}: ${error.message}` : executionState === 0 ? ` ${shown(result)}` : '')
}

function attributesOf(brain) {
  const names = []
  for (const name in brain) if (typeof brain[name] !== 'function') names.push(name)
  return names.sort().map((name) => [name, brain[name]])
}

const shown = (value) => typeof value === 'string' ? value : inspect(value, { depth: 8, breakLength: 120, sorted: false })

const late = (path) => new Promise((_, reject) => setTimeout(() => reject(new Error(`${path} does not end`)), PATIENCE_MS).unref())

const [brainModule, ...paths] = process.argv.slice(2)
const brains = await load(brainModule)
for (const path of paths) {
  const told = await Promise.race([load(path).then((module) => linesOf(module, brains)), late(path)]).catch((error) => [`fails: ${error.stack}`])
  process.stdout.write(`${JSON.stringify(told)}\n`)
}
process.exit(0)

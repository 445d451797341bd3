// `node --import taskbrain/register src/main.ts`: the brains and the program are built before it is loaded, and what it became is loaded in its
// place. Where there is no such script, or one of a package or of another project, or one in JavaScript that has no use for a build, Node goes on as it would.
import { realpathSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { pathToFileURL } from 'node:url'
import { isMainThread } from 'node:worker_threads'

const program = process.argv[1]
// Worker entries are built already; and a prompt, or `node --eval`, is no program that could have brains.
if (isMainThread && program !== undefined) await register(program)

async function register(given: string): Promise<void> {
  const { isWithin, posix, programConfig, resolveConfig, UsageError } = await import('./config.ts')
  const { buildProgram, isForNodeItself } = await import('./program.ts')
  const { createReporter } = await import('./report.ts')
  const report = createReporter({ stdout: process.stdout, stderr: process.stderr, env: process.env })
  const call = { cwd: process.cwd(), patterns: [] }
  // What was built is a program that forks itself.
  if (tried(() => isWithin(resolveConfig(call).outDir, posix(given)))) return process.setSourceMapsEnabled(true)
  const config = tried(() => programConfig(call, given))
  if (!config || given.includes('node_modules') || isForNodeItself(config)) return
  try {
    const file = await buildProgram(config, report)
    if (file === undefined) process.exit(1)
    loadInstead([given, realpathSync(given)].map((path) => pathToFileURL(path).href), pathToFileURL(file).href)
    // As `taskbrain run` has it: by this a script knows that it was the one started, and what it forks is what it is.
    process.argv[1] = file
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    report.usageError(error.message, '')
    process.exit(1)
  }

  function tried<Value>(get: () => Value): Value | undefined {
    try {
      return get()
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      return undefined
    }
  }
}

/** `from`: the program as it was called, and without links in its path, as Node takes it unless told otherwise. */
function loadInstead(from: readonly string[], to: string): void {
  const { registerHooks } = nodeModule as unknown as { readonly registerHooks?: (hooks: { readonly resolve: Resolve }) => void }
  if (registerHooks) registerHooks({ resolve: (specifier, context, next) => (from.includes(specifier) && context.parentURL === undefined ? { url: to, format: 'module', shortCircuit: true } : next(specifier, context)) })
  else nodeModule.register(`data:text/javascript,${encodeURIComponent(hooksText(from, to))}`)
  process.setSourceMapsEnabled(true)
}

interface ResolveContext {
  readonly parentURL: string | undefined
}

type Resolve = (specifier: string, context: ResolveContext, next: (specifier: string, context: ResolveContext) => unknown) => unknown

/** The same as a module of the thread in which Node 20 resolves. */
function hooksText(from: readonly string[], to: string): string {
  return `export const resolve = (specifier, context, next) =>
  (${JSON.stringify(from)}.includes(specifier) && context.parentURL === undefined ? { url: ${JSON.stringify(to)}, format: 'module', shortCircuit: true } : next(specifier, context))`
}

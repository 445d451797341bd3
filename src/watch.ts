// Builds again whenever a file that was read changes, or one comes that may hold a brain.
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type FSWatcher, watch as watchFiles } from 'chokidar'
import { mayHoldBrain } from '../compiler/1-parse/prefilter.ts'
import { build, type BuildContext, type BuildResult, hasErrors, keepCompiler } from './build.ts'
import { type BuildConfig, isTypeScript, isWithin, posix, shownPath, UsageError } from './config.ts'
import { readText } from './source-text.ts'

export interface WatchContext extends BuildContext {
  /** Ends watching. */
  readonly signal: AbortSignal
  /** Milliseconds, monotonic. */
  readonly now: () => number
  /** Called once the first build is done and every later change will be seen. */
  onFirst(result: BuildResult, durationMs: number): void
  /** `change` names the file, or how many there were. */
  onRebuilt(result: BuildResult, change: string, durationMs: number): void
  /** A build that could not be called: the out dir was taken away, a pattern matches nothing any more. */
  onUnusable(message: string): void
}

/** An editor saves several files: all that comes within this time is one change. */
const SETTLE_MS = 8
/** One that saves a file in steps empties it, or takes it away, before it writes it anew. */
const REWRITE_MS = 60
/** A second change of a file within 50 ms is told by no event of chokidar's. */
const UNTOLD_MS = 60
const MAY_BE_MEANT = /\.(?:[cm]?[jt]sx?|json)$/
const CONFIGS = /\/(?:package|tsconfig[^/]*)\.json$/

/** Settles when `signal` is aborted. Rejects with UsageError where the first build can't be called. */
export async function watchProject(config: BuildConfig, context: WatchContext): Promise<void> {
  // Watching begins before the first build: what is saved during it is seen.
  const watcher = watchFiles([config.projectDir, config.sourceRoot], {
    ignoreInitial: true,
    ignored: (path) => isIgnored(config, posix(path)),
  })
  try {
    await new Promise<void>((ready) => watcher.once('ready', ready))
    await rebuildOnChange(config, watcher, context)
  } finally {
    await watcher.close()
  }
}

async function rebuildOnChange(config: BuildConfig, watcher: FSWatcher, watching: WatchContext): Promise<void> {
  const later: (() => void)[] = []
  const context: WatchContext = { loadCompiler: keepCompiler(), ...watching, later: (work) => void later.push(work) }
  let last: BuildResult | undefined
  let wake = (): void => {}
  const changed = new Set<string>()
  watcher.on('all', (event, path) => {
    const file = posix(resolve(path))
    if (!concerns(file, event, last)) return
    changed.add(file)
    wake()
  })
  context.signal.addEventListener('abort', () => wake(), { once: true })
  const somethingNew = (): Promise<void> | undefined =>
    changed.size > 0 || context.signal.aborted ? undefined : new Promise((resume) => (wake = resume))

  const startedAt = context.now()
  last = await build(config, context)
  context.onFirst(last, context.now() - startedAt)
  for (;;) {
    for (const work of later.splice(0)) work()
    watcher.add(last.read.filter((file) => !isWithin(config.projectDir, file) && !isWithin(config.sourceRoot, file)))
    await somethingNew()
    if (context.signal.aborted) return
    await wait(SETTLE_MS)
    if ([...changed].some((file) => readText(file) === '')) await wait(REWRITE_MS)
    const change = changeText(config, changed)
    const stamps = [...changed].map((file) => [file, stampOf(file)] as const)
    changed.clear()
    const rebuildAt = context.now()
    try {
      last = await build(config, context)
      context.onRebuilt(last, change, context.now() - rebuildAt)
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      context.onUnusable(error.message)
    }
    await wait(UNTOLD_MS)
    for (const [file, stamp] of stamps) if (stampOf(file) !== stamp) changed.add(file)
  }
}

/** Another one where a file has changed. */
function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false })
  return found ? `${found.mtimeMs} ${found.size} ${found.ino}` : ''
}

function isIgnored(config: BuildConfig, path: string): boolean {
  if (isWithin(config.outDir, path)) return true
  const below = path.slice(config.projectDir.length)
  return isWithin(config.projectDir, path) && /\/(?:node_modules|\.[^/]+)(?:\/|$)/.test(below)
}

function concerns(file: string, event: string, last: BuildResult | undefined): boolean {
  if (last?.read.includes(file) || CONFIGS.test(file)) return true
  // An import may mean it from now on, and what is missing may be just this file.
  if (event === 'add' && (MAY_BE_MEANT.test(file) || (last && hasErrors(last.diagnostics)))) return true
  return isTypeScript(file) && mayHoldBrain(readText(file))
}

function changeText(config: BuildConfig, changed: ReadonlySet<string>): string {
  const [first, ...others] = changed
  if (first === undefined || others.length > 0) return `${changed.size} files`
  return shownPath(config, first)
}

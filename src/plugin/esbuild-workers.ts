// In: a build of esbuild that has ended. Out: the same with the workers that its files refer to, and with their URLs in place.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import type { BuildFailure, BuildOptions, BuildResult, Message, Metafile, OnEndResult, OutputFile, PartialMessage, Plugin, PluginBuild } from 'esbuild'
import { posix } from '../config.ts'
import type { Mapped } from '../line-edits.ts'
import { pathOf } from '../compiled-graph.ts'
import { separateMap, withInlineMap } from '../inline-map.ts'
import type { ProjectBrains } from './project-brains.ts'
import { referencedIn, settleReferences } from './worker-references.ts'

export interface EndedBuild {
  readonly build: PluginBuild
  readonly result: BuildResult
  readonly brains: ProjectBrains
  /** The folder that paths are shown from. */
  readonly cwd: string
  readonly watched: ReadonlySet<string>
  /** Loads compiled modules. */
  readonly modules: Plugin
}

/** Path → text of every script and source map of a build. */
type Texts = ReadonlyMap<string, string>

interface WorkerBuild {
  readonly texts: Texts
  readonly metafile: Metafile
  /** The output file of a worker by its id. */
  readonly fileOf: (id: string) => string | undefined
}

const OUTPUT = /\.[cm]?js(?:\.map)?$/

export async function addWorkers(ended: EndedBuild): Promise<OnEndResult | undefined> {
  const main = await outputTexts(ended)
  const wanted = new Set([...main.values()].flatMap(referencedIn))
  if (wanted.size === 0) return undefined
  try {
    const workers = await buildWorkers(ended, wanted)
    const settled = new Map([...settle(main, workers), ...settle(workers.texts, workers)])
    await putOut(ended, settled)
    mention(ended, workers.metafile)
    return undefined
  } catch (error) {
    const { errors } = error as Partial<BuildFailure>
    if (!errors) throw error
    return { errors: await Promise.all(errors.map((message) => placedInSource(message, ended))) }
  }
}

async function outputTexts({ build, result, cwd }: EndedBuild): Promise<Texts> {
  if (result.outputFiles) return new Map(result.outputFiles.filter(({ path }) => OUTPUT.test(path)).map(({ path, text }) => [posix(path), text]))
  if (build.initialOptions.write === false) return new Map()
  const paths = Object.keys(result.metafile!.outputs).filter((path) => OUTPUT.test(path)).map((path) => posix(resolve(cwd, path)))
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')] as const)))
}

/** An ordinary module that a worker takes along may import a brain, which has workers of its own. */
async function buildWorkers(ended: EndedBuild, wanted: Set<string>): Promise<WorkerBuild> {
  for (;;) {
    const workers = await buildOnce(ended, wanted)
    const more = [...workers.texts.values()].flatMap(referencedIn).filter((id) => !wanted.has(id))
    if (more.length === 0) return workers
    for (const id of more) wanted.add(id)
  }
}

async function buildOnce({ build, brains, cwd, modules }: EndedBuild, wanted: ReadonlySet<string>): Promise<WorkerBuild> {
  const { initialOptions } = build
  const entries = await Promise.all([...wanted].sort().map(async (id) => ({ id, path: pathOf(await brains.named(id)) })))
  const { outfile, stdin: _, globalName: __, ...inherited } = initialOptions
  const result = await build.esbuild.build({
    ...inherited,
    entryPoints: entries.map(({ id, path }) => ({ in: path, out: id })),
    outdir: initialOptions.outdir ?? dirname(outfile!),
    bundle: true,
    // A module of the project exists once on a thread, whichever workers run there.
    splitting: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
    plugins: [modules, ...othersOf(initialOptions)],
  })
  const places = new Map(Object.entries(result.metafile.outputs).map(([file, { entryPoint }]) => [entryPoint && posix(resolve(cwd, entryPoint)), posix(resolve(cwd, file))]))
  const files = new Map(entries.map(({ id, path }) => [id, places.get(path)]))
  return {
    texts: new Map(result.outputFiles.map(({ path, text }) => [posix(path), text])),
    metafile: result.metafile,
    fileOf: (id) => files.get(id),
  }
}

/** Other plugins go on to resolve and load, but what they do once a build has ended they have done. */
function othersOf({ plugins = [] }: BuildOptions): readonly Plugin[] {
  const nothing = (): void => {}
  return plugins.filter(({ name }) => name !== 'taskbrain').map(({ name, setup }) => ({
    name,
    // The options hold already what a plugin has changed in them.
    setup: (build) => setup({ ...build, initialOptions: { ...build.initialOptions }, onStart: nothing, onEnd: nothing, onDispose: nothing }),
  }))
}

// --- output ---

function settle(texts: Texts, { fileOf }: WorkerBuild): Texts {
  const settled = new Map(texts)
  for (const [path, text] of texts) {
    if (path.endsWith('.map') || referencedIn(text).length === 0) continue
    const beside = texts.get(`${path}.map`)
    const inline = separateMap(text)
    const output: Mapped = settleReferences(path, beside === undefined ? inline : { code: text, map: beside }, fileOf)
    settled.set(path, beside === undefined ? withInlineMap(output) : output.code)
    if (beside !== undefined) settled.set(`${path}.map`, output.map ?? beside)
  }
  return settled
}

async function putOut({ build, result }: EndedBuild, texts: Texts): Promise<void> {
  const { outputFiles } = result
  if (build.initialOptions.write !== false || !outputFiles) {
    await Promise.all([...texts].map(([path, text]) => writeChanged(path, text)))
    return
  }
  const others = outputFiles.filter(({ path }) => !texts.has(posix(path)))
  outputFiles.splice(0, outputFiles.length, ...others, ...[...texts].map(([path, text]) => outputFile(path, text)))
}

function outputFile(path: string, text: string): OutputFile {
  const contents = Buffer.from(text)
  return { path: resolve(path), contents, hash: '', text }
}

async function writeChanged(path: string, text: string): Promise<void> {
  const last = await readFile(path, 'utf8').catch(() => undefined)
  if (last === text) return
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

/** Those who watch what a build read learn here of the workers' files, and of those that were read for their types. */
function mention({ result, watched, cwd }: EndedBuild, workers: Metafile): void {
  const { inputs, outputs } = result.metafile!
  const types = [...watched].map((path) => [posix(relative(cwd, path)), { bytes: 0, imports: [] }] as const)
  Object.assign(inputs, { ...Object.fromEntries(types), ...workers.inputs, ...inputs })
  Object.assign(outputs, workers.outputs)
}

/** Compiled text stands on the lines of its source, which is the file that a person knows. */
async function placedInSource(message: Message, { brains, cwd }: EndedBuild): Promise<PartialMessage> {
  const { location } = message
  const source = location && (await brains.sourceOf(posix(resolve(cwd, location.file))))
  return source === undefined || source === null ? message : { ...message, location: { ...location, file: posix(relative(cwd, source)) } }
}

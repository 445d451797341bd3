// Sets a project up. Adds what is not there and changes nothing that is.
import { basename } from 'node:path'
import { type BuildConfig, isFile, UsageError } from './config.ts'
import { record } from './json-file.ts'
import { bytesOf, writeText } from './source-text.ts'
import { findSources } from './sources.ts'

export interface InitResult {
  /** Relative to the project's folder, in the order in which a person thinks of them. */
  readonly files: readonly InitFile[]
  /** Packages that the project does not name yet. */
  readonly toInstall: readonly string[]
}

export interface InitFile {
  readonly path: string
  readonly outcome: 'made' | 'added to' | 'left as it is'
}

/** Throws UsageError where package.json is none, or a file can't be written. */
export async function initProject(config: BuildConfig): Promise<InitResult> {
  const { projectDir } = config
  const manifest = readManifest(projectDir)
  const { candidates } = await findSources(config)
  const wanted: readonly (readonly [path: string, text: string | undefined])[] = [
    ['package.json', manifestText(manifest, basename(projectDir))],
    ['tsconfig.json', ifMissing(projectDir, 'tsconfig.json', TSCONFIG)],
    ['.gitignore', ignoreText(readIfThere(`${projectDir}/.gitignore`))],
    // Who has a brain needs no example of one.
    ...(candidates.length > 0 ? [] : Object.entries(EXAMPLE).map(([path, text]) => [path, ifMissing(projectDir, path, text)] as const)),
  ]
  const files = wanted.map(([path, text]): InitFile => {
    const isThere = isFile(`${projectDir}/${path}`)
    if (text === undefined) return { path, outcome: 'left as it is' }
    writeText(`${projectDir}/${path}`, text)
    return { path, outcome: isThere ? 'added to' : 'made' }
  })
  const named = new Set(['dependencies', 'devDependencies', 'peerDependencies'].flatMap((kind) => Object.keys(record(manifest?.content[kind]))))
  return { files, toInstall: ['taskbrain'].filter((name) => !named.has(name) && manifest?.content['name'] !== name) }
}

// --- package.json ---

interface ProjectManifest {
  readonly text: string
  readonly content: Record<string, unknown>
}

function readManifest(projectDir: string): ProjectManifest | undefined {
  const text = readIfThere(`${projectDir}/package.json`)
  if (text === undefined) return undefined
  try {
    const content: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    if (content === record(content)) return { text, content: record(content) }
  } catch {
    // Said below.
  }
  throw new UsageError(`${projectDir}/package.json is no JSON that could be added to. Mend it first.`)
}

const SCRIPTS = { build: 'taskbrain build', start: 'taskbrain run src/main.ts', dev: 'taskbrain dev src/main.ts' }
/** `import { MainBrain } from '#brain/main.brain.js'` is the output of a build, from any folder. */
const IMPORTS = { '#brain/*': './.taskbrain/*' }

/** `undefined` where nothing is to be added. */
function manifestText(manifest: ProjectManifest | undefined, folder: string): string | undefined {
  const { content, text } = manifest ?? { content: { name: folder.toLowerCase().replace(/[^a-z0-9-]+/g, '-').replace(/^-+|-+$/g, '') || 'program', private: true, type: 'module' }, text: '' }
  const next = { ...content, scripts: withMissing(content['scripts'], SCRIPTS), imports: withMissing(content['imports'], IMPORTS) }
  const hasAll = (there: unknown, wanted: object): boolean => Object.keys(wanted).every((key) => Object.hasOwn(record(there), key))
  if (manifest && hasAll(content['scripts'], SCRIPTS) && hasAll(content['imports'], IMPORTS)) return undefined
  const made = `${JSON.stringify(next, null, /^\uFEFF?\{\r?\n([ \t]+)/.exec(text)?.[1] ?? 2)}\n`
  return text.includes('\r\n') ? made.replaceAll('\n', '\r\n') : made
}

/** What is there comes first, in its own order. */
function withMissing(there: unknown, wanted: Readonly<Record<string, string>>): Record<string, unknown> {
  const own = record(there)
  return { ...own, ...Object.fromEntries(Object.entries(wanted).filter(([key]) => !Object.hasOwn(own, key))) }
}

// --- other files ---

const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2022",
    "module": "esnext",
    "moduleResolution": "bundler",
    "strict": true,
    "noEmit": true,
    "types": ["node"]
  },
  "include": ["src"]
}
`

const EXAMPLE = {
  'src/main.brain.ts': `import { Brain } from 'taskbrain'

export class MainBrain extends Brain {
  ticks = 0 // shared by all tasks, wherever they run

  @Brain.task({ process: true, runOnStart: true, refreshRate: '100ms' })
  tick() {
    this.ticks += 1
  }

  @Brain.task({ process: false, runOnStart: true })
  async show() {
    await this.until(() => this.ticks >= 10)
    this.logger.info(\`\${this.ticks} ticks\`)
    void this.stop()
  }
}
`,
  'src/main.ts': [
    "import { createLogger } from 'taskbrain'",
    "import { MainBrain } from './main.brain'",
    '',
    "const brain = new MainBrain(createLogger({ identifier: 'Brain' }))",
    'await brain.run()',
    '',
  ].join('\n'),
}

const ifMissing = (projectDir: string, path: string, text: string): string | undefined => (isFile(`${projectDir}/${path}`) ? undefined : text)

function ignoreText(text = 'node_modules/\n'): string | undefined {
  if (/^\/?\.taskbrain\/?\s*$/m.test(text)) return undefined
  const newLine = text.includes('\r\n') ? '\r\n' : '\n'
  return `${text}${text === '' || text.endsWith('\n') ? '' : newLine}.taskbrain/${newLine}`
}

const readIfThere = (path: string): string | undefined => bytesOf(path)?.toString('utf8')

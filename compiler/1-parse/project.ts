// In: paths and a host that reads them. Out: parsed files with their imports and exports, each read and parsed once.
// Must not look at types: files are parsed one by one, without a tsconfig and without the type checker.

import { Project, ts } from 'ts-morph'
import { relativeName } from '../file-names.ts'
import type { SourceText } from '../log.ts'
import type { CompilerHost } from '../model.ts'
import type { SyntaxMistake } from './config-text.ts'
import type { Facts, Reading } from './facts.ts'
import { SCRIPT } from './prefilter.ts'
import { topLevelClasses, topLevelConstants, topLevelFunctions, topLevelTaken, type ClassNode, type NamedClass, type TakenConstant } from './declarations.ts'
import type { ModuleGraph } from './module-graph.ts'
import { importOf, namesOfExports, type ExportTarget, type ImportDeclaration } from './imports.ts'

/** A parsed file. */
export interface SourceUnit {
  readonly path: string
  readonly source: SourceText
  /** By which instances of its classes are known on every thread: POSIX, relative to the project's folder or led by the name of its package. */
  readonly knownAs: string
  readonly tree: ts.SourceFile
  readonly imports: readonly ImportDeclaration[]
  /** Classes at the top level of the file. */
  readonly classes: readonly NamedClass[]
  /** Of two classes of one name the first. */
  readonly classByName: ReadonlyMap<string, ClassNode>
  /** Functions at the top level of the file. */
  readonly functions: ReadonlyMap<string, ts.FunctionDeclaration>
  /** Constants at the top level of the file: name → initial value. */
  readonly constants: ReadonlyMap<string, ts.Expression>
  /** Those that are taken from an object. */
  readonly taken: ReadonlyMap<string, TakenConstant>
  /** Exported name → where it comes from. `export *` targets stand in `stars`. */
  readonly exports: ReadonlyMap<string, ExportTarget>
  readonly stars: readonly string[]
  readonly syntaxErrors: readonly SyntaxMistake[]
}

const UNDERWAY = Symbol('underway')

/** What was worked out, each with what was asked for it. */
interface Memory<Key, Value> {
  get(key: Key): Reading<Value> | typeof UNDERWAY | undefined
  set(key: Key, reading: Reading<Value> | typeof UNDERWAY): unknown
}

/** Characters. Their trees take some twenty times as many bytes. */
const ROOM_FOR_TREES = 1_000_000

export class SourceProject {
  #project = emptyProject()
  readonly #units = new Map<string, SourceUnit | undefined>()
  readonly #read = new Set<string>()
  #room = ROOM_FOR_TREES
  /** Characters of the files whose trees are held, and of those among them that were parsed before. */
  #held = 0
  #heldAgain = 0
  /** Classes of which it is known whether they extend Brain. */
  readonly brainClasses: Memory<ClassNode, boolean> = new WeakMap()
  /** Files of which it is known whether a brain stands at their top level. */
  readonly brainFiles: Memory<string, boolean> = new Map()
  /** Files with a mixin that a brain applies, or with what stands for one. */
  readonly mixinFiles = new Set<string>()
  /** By file: names of the classes that are registered where it leads. */
  readonly registeredClasses = new Map<string, ReadonlySet<string> | 'unknown'>()
  /** By file: modules it leads to in which a class may extend something. */
  readonly derivingTexts = new Map<string, readonly { readonly path: string; readonly text: string }[]>()
  /** Files whose syntax is nested too deep for the parser. */
  readonly tooDeep = new Set<string>()
  readonly #root: string
  readonly facts: Facts
  readonly host: CompilerHost
  readonly graph: ModuleGraph

  constructor(root: string, facts: Facts) {
    this.#root = root
    this.facts = facts
    this.host = facts.host
    this.graph = facts.graph
  }

  /** Absolute paths of every file that was read. */
  get read(): readonly string[] {
    return [...this.#read]
  }

  unit(path: string): SourceUnit | undefined {
    this.facts.note('tree', path)
    this.facts.note('name', path)
    if (!this.#units.has(path)) this.#units.set(path, this.#parseUnlessTooDeep(path))
    return this.#units.get(path)
  }

  /** Works something out once. Where it leads back to itself it is `meanwhile`, and so may be what is worked out of that. */
  remember<Key, Value>(memory: Memory<Key, Value>, key: Key, meanwhile: Value, work: () => Value): Value {
    const known = memory.get(key)
    if (known === UNDERWAY) {
      this.facts.setUncertain()
      return meanwhile
    }
    if (known) {
      this.facts.noteAll(known.facts)
      return known.value
    }
    memory.set(key, UNDERWAY)
    const reading = this.facts.during(work)
    memory.set(key, reading)
    return reading.value
  }

  /** Lets go of what only the file before needed, and of all trees where they are many: whoever calls this holds none. */
  startFile(): void {
    this.registeredClasses.clear()
    this.derivingTexts.clear()
    if (this.#held < this.#room) return
    // Files that each lead to more than there is room for would have it parsed for every one of them.
    this.#room = this.#heldAgain > this.#held / 2 ? this.#room * 2 : Math.max(ROOM_FOR_TREES, this.#room / 2)
    this.#project = emptyProject()
    this.#units.clear()
    this.#held = this.#heldAgain = 0
  }

  /** The file that an import means, of the project or of a package with brains; `undefined` for any other package. */
  target(specifier: string, from: SourceUnit): SourceUnit | undefined {
    const path = this.host.resolve(specifier, from.path)
    return path === undefined || !SCRIPT.test(path) ? undefined : this.unit(path)
  }

  #parseUnlessTooDeep(path: string): SourceUnit | undefined {
    try {
      return this.#parse(path)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.tooDeep.add(path)
      return undefined
    }
  }

  #parse(path: string): SourceUnit | undefined {
    const text = this.facts.given.readFile(path)?.replace(/^\uFEFF/, '')
    if (text === undefined) return undefined
    this.#held += text.length
    if (this.#read.has(path)) this.#heldAgain += text.length
    this.#read.add(path)
    // The tree is named by its place in the project, so that two projects never share one.
    const tree = this.#project.createSourceFile(`/${relativeName(this.#root, path)}`, text, { overwrite: true }).compilerNode as ts.SourceFile
    const { exports, stars } = namesOfExports(tree)
    const classes = topLevelClasses(tree)
    // The parser's own list: asking the program for it would bind every file.
    const parsed = (tree as unknown as { parseDiagnostics?: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics ?? []
    return {
      path,
      source: { name: relativeName(this.#root, path), text },
      knownAs: this.facts.given.nameOf?.(path) ?? relativeName(this.#root, path),
      tree,
      imports: tree.statements.filter(ts.isImportDeclaration).map(importOf),
      classes,
      classByName: new Map(classes.map(({ name, node }) => [name, node] as const).reverse()),
      functions: topLevelFunctions(tree),
      constants: topLevelConstants(tree),
      taken: topLevelTaken(tree),
      exports,
      stars,
      syntaxErrors: parsed.map((found) => ({
        start: found.start,
        end: found.start + found.length,
        message: ts.flattenDiagnosticMessageText(found.messageText, '\n'),
      })),
    }
  }
}

function emptyProject(): Project {
  return new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    skipFileDependencyResolution: true,
    skipAddingFilesFromTsConfig: true,
    compilerOptions: { target: ts.ScriptTarget.ESNext, allowJs: true, jsx: ts.JsxEmit.Preserve },
  })
}

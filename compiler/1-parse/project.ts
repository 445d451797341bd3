// In: paths and a host that reads them. Out: parsed files with their imports and exports, each read and parsed once.
// Must not look at types: files are parsed one by one, without a tsconfig and without the type checker.

import { Project, ts } from 'ts-morph'
import type { SourceText } from '../log.ts'
import type { CompilerHost } from '../model.ts'
import { SCRIPT } from './prefilter.ts'
import { topLevelClasses, topLevelConstants, topLevelFunctions, type ClassNode, type NamedClass } from './declarations.ts'
import { ModuleGraph } from './module-graph.ts'
import { importOf, namesOfExports, type ExportTarget, type ImportDeclaration } from './imports.ts'

/** A parsed file. */
export interface SourceUnit {
  readonly path: string
  readonly source: SourceText
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
  /** Exported name → where it comes from. `export *` targets stand in `stars`. */
  readonly exports: ReadonlyMap<string, ExportTarget>
  readonly stars: readonly string[]
  readonly syntaxErrors: readonly { readonly start: number; readonly end: number; readonly message: string }[]
}

export class SourceProject {
  readonly #project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    skipFileDependencyResolution: true,
    skipAddingFilesFromTsConfig: true,
    compilerOptions: { target: ts.ScriptTarget.ESNext, allowJs: true, jsx: ts.JsxEmit.Preserve },
  })
  readonly #units = new Map<string, SourceUnit | undefined>()
  /** Classes of which it is known whether they extend Brain. */
  readonly brainClasses = new Map<ClassNode, boolean>()
  /** Files of which it is known whether a brain stands at their top level. */
  readonly brainFiles = new Map<string, boolean>()
  /** Files with a mixin that a brain applies, or with what stands for one. */
  readonly mixinFiles = new Set<string>()
  /** By file: names of the classes that are registered where it leads. */
  readonly registeredClasses = new Map<string, ReadonlySet<string> | 'unknown'>()
  /** By file: modules it leads to in which a class may extend something. */
  readonly derivingTexts = new Map<string, readonly { readonly path: string; readonly text: string }[]>()
  readonly #root: string
  readonly host: CompilerHost
  readonly graph: ModuleGraph

  constructor(root: string, host: CompilerHost) {
    this.#root = root
    this.host = host
    this.graph = new ModuleGraph(host)
  }

  /** Absolute paths of every file that was read. */
  get read(): readonly string[] {
    return [...this.#units].filter(([, unit]) => unit).map(([path]) => path)
  }

  unit(path: string): SourceUnit | undefined {
    if (!this.#units.has(path)) this.#units.set(path, this.#parse(path))
    return this.#units.get(path)
  }

  /** The file of the project that a relative or aliased import means; `undefined` for a package. */
  target(specifier: string, from: SourceUnit): SourceUnit | undefined {
    const path = this.host.resolve(specifier, from.path)
    return path === undefined || !SCRIPT.test(path) ? undefined : this.unit(path)
  }

  #parse(path: string): SourceUnit | undefined {
    const text = this.host.readFile(path)?.replace(/^\uFEFF/, '')
    if (text === undefined) return undefined
    // The tree is named by its place in the project, so that two projects never share one.
    const tree = this.#project.createSourceFile(`/${relativeName(this.#root, path)}`, text, { overwrite: true }).compilerNode as ts.SourceFile
    const { exports, stars } = namesOfExports(tree)
    const classes = topLevelClasses(tree)
    // The parser's own list: asking the program for it would bind every file.
    const parsed = (tree as unknown as { parseDiagnostics?: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics ?? []
    return {
      path,
      source: { name: relativeName(this.#root, path), text },
      tree,
      imports: tree.statements.filter(ts.isImportDeclaration).map(importOf),
      classes,
      classByName: new Map(classes.map(({ name, node }) => [name, node] as const).reverse()),
      functions: topLevelFunctions(tree),
      constants: topLevelConstants(tree),
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

/** POSIX path relative to the project's folder; a file outside of it keeps its `../` steps. */
export function relativeName(root: string, path: string): string {
  const from = root.split('/').filter(Boolean)
  const to = path.split('/').filter(Boolean)
  let common = 0
  while (common < from.length && common < to.length - 1 && from[common] === to[common]) common++
  return [...from.slice(common).map(() => '..'), ...to.slice(common)].join('/')
}

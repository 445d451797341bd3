// In: a field whose type the syntax does not tell. Out: what the type checker says. Starts the checker at the first question,
// never before: it costs a second or more. Must not be asked about what types.ts can read.

import { Node, Project, ts, type Type } from 'ts-morph'
import { configMistake } from '../1-parse/config-text.ts'
import type { SourceUnit } from '../1-parse/project.ts'
import type { CompilerHost } from '../model.ts'
import { type Noted, NotedDisk } from './noted-disk.ts'
import type { AttributeType } from './types.ts'

const UNKNOWN: AttributeType = { field: 'value', category: 'unknown', text: undefined }

const DEFAULT_OPTIONS = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, strict: true }

export type AskType = (unit: SourceUnit, field: ts.PropertyDeclaration) => AttributeType

/** A checker may serve one compilation after the other: it reads the disk by itself, and notes what it was told. */
export class TypeOracle {
  readonly #root: string
  #host: CompilerHost
  #opened: { readonly project: Project; readonly disk: NotedDisk } | undefined
  /** Counts what the disk was seen to be. */
  #state = 0

  constructor(root: string, host: CompilerHost) {
    this.#root = root
    this.#host = host
  }

  /** Begins a compilation: this host is told of all that the answers rest on. */
  begin(host: CompilerHost): void {
    this.#host = host
  }

  /** A word for all that the answers rest on: another one, once the disk is no longer as it was. */
  state(): string {
    const changed = this.#opened?.disk.changed() ?? []
    if (changed.length > 0) {
      this.#state++
      if (!this.#readAgain(changed)) this.#opened = undefined
    }
    for (const path of this.#opened?.disk.paths() ?? []) this.#host.lookedUp?.(path)
    return String(this.#state)
  }

  typeOf(unit: SourceUnit, field: ts.PropertyDeclaration): AttributeType {
    const { project } = (this.#opened ??= this.#open())
    const source = project.getSourceFile(unit.path) ?? project.addSourceFileAtPathIfExists(unit.path)
    // The class may stand in a function: that of a mixin does.
    const found = source?.getDescendantAtPos(field.name.getStart())?.getParentIfKind(ts.SyntaxKind.PropertyDeclaration)
    return found?.getName() === field.name.getText() ? attributeType(found.getType()) : UNKNOWN
  }

  #open(): { project: Project; disk: NotedDisk } {
    const disk = new NotedDisk(this.#root, (path) => this.#host.lookedUp?.(path))
    const tsConfigFilePath = `${this.#root}/tsconfig.json`
    const config = this.#host.readFile(tsConfigFilePath)
    // Also of one that is not there, or can't be used, it is seen when that changes.
    disk.note('text', tsConfigFilePath)
    // What is wrong with it is said by the build.
    const isReadable = config !== undefined && !configMistake(config)
    const options = isReadable ? { tsConfigFilePath, skipAddingFilesFromTsConfig: true } : { compilerOptions: DEFAULT_OPTIONS }
    return { disk, project: new Project({ fileSystem: disk.fileSystem, ...options }) }
  }

  /** Where sources alone have other texts, the checker keeps what it knows of all others. */
  #readAgain(changed: readonly Noted[]): boolean {
    const sources = changed.map(({ look, path, answer }) => (look === 'text' && answer !== undefined ? this.#opened?.project.getSourceFile(path) : undefined))
    if (!sources.every((source) => source !== undefined)) return false
    for (const source of sources) source.refreshFromFileSystemSync()
    return true
  }
}

// --- internal ---

function attributeType(type: Type): AttributeType {
  if (type.getCallSignatures().length > 0 || type.getConstructSignatures().length > 0) return { ...UNKNOWN, unserialisable: "a function can't be serialised" }
  if (type.isNumber() || type.isNumberLiteral() || (type.isEnum() && !type.isString())) return { field: 'number', category: 'number', text: 'number' }
  if (type.isBoolean() || type.isBooleanLiteral()) return { field: 'boolean', category: 'boolean', text: 'boolean' }
  if (type.isString() || type.isStringLiteral()) return { field: 'value', category: 'string', text: 'string' }
  if (type.isArray() || type.isTuple()) return { field: 'value', category: 'array', text: undefined }
  const symbol = type.getSymbol()?.getName()
  if (symbol === 'Map' || symbol === 'Set' || symbol === 'Date') return { field: 'value', category: symbol.toLowerCase() as 'map' | 'set' | 'date', text: undefined }
  if (symbol === 'Promise' || symbol === 'WeakMap' || symbol === 'WeakSet') return { ...UNKNOWN, unserialisable: `a ${symbol} can't be serialised` }
  return instanceType(type) ?? UNKNOWN
}

/** An instance of a class of the project: not of a package, whose declarations have no bodies. */
function instanceType(type: Type): AttributeType | undefined {
  const declaration = type.getNonNullableType().getSymbol()?.getDeclarations().find((found) => Node.isClassDeclaration(found))
  const name = declaration?.getName()
  if (!declaration || name === undefined || declaration.getSourceFile().isDeclarationFile()) return undefined
  return { field: 'value', category: 'instance', text: undefined, instanceOf: { file: declaration.getSourceFile().getFilePath(), name } }
}

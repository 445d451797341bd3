// In: a field whose type the syntax does not tell. Out: what the type checker says. Starts the checker at the first question,
// never before: it costs a second or more. Must not be asked about what types.ts can read.

import { type FileSystemHost, Node, Project, ts, type Type } from 'ts-morph'
import { configMistake } from '../1-parse/config-text.ts'
import type { SourceUnit } from '../1-parse/project.ts'
import type { CompilerHost } from '../model.ts'
import type { AttributeType } from './types.ts'

export type TypeOracle = (unit: SourceUnit, field: ts.PropertyDeclaration) => AttributeType

const UNKNOWN: AttributeType = { field: 'value', category: 'unknown', text: undefined }

export function createTypeOracle(root: string, host: CompilerHost): TypeOracle {
  let project: Project | undefined
  return (unit, field) => {
    project ??= openProject(root, host)
    const source = project.getSourceFile(unit.path) ?? project.addSourceFileAtPathIfExists(unit.path)
    // The class may stand in a function: that of a mixin does.
    const found = source?.getDescendantAtPos(field.name.getStart())?.getParentIfKind(ts.SyntaxKind.PropertyDeclaration)
    const type = found?.getName() === field.name.getText() ? found.getType() : undefined
    if (!type) return UNKNOWN
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
}

/** An instance of a class of the project: not of a package, whose declarations have no bodies. */
function instanceType(type: Type): AttributeType | undefined {
  const declaration = type.getNonNullableType().getSymbol()?.getDeclarations().find((found) => Node.isClassDeclaration(found))
  const name = declaration?.getName()
  if (!declaration || name === undefined || declaration.getSourceFile().isDeclarationFile()) return undefined
  return { field: 'value', category: 'instance', text: undefined, instanceOf: { file: declaration.getSourceFile().getFilePath(), name } }
}

function openProject(root: string, host: CompilerHost): Project {
  const fileSystem = tellingFileSystem(host)
  const tsConfigFilePath = `${root}/tsconfig.json`
  const config = host.readFile(tsConfigFilePath)
  // What is wrong with it is said by the build.
  if (config !== undefined && !configMistake(config)) return new Project({ fileSystem, tsConfigFilePath, skipAddingFilesFromTsConfig: true })
  return new Project({ fileSystem, compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, strict: true } })
}

/** The checker reads the disk by itself: the host is told of all that its answer rests on. */
function tellingFileSystem(host: CompilerHost): FileSystemHost {
  const disk = new Project({ skipAddingFilesFromTsConfig: true }).getFileSystem()
  const told = <Value>(look: (path: string) => Value) => (path: string): Value => {
    host.lookedUp?.(path)
    return look(path)
  }
  return Object.assign(disk, {
    readFileSync: told(disk.readFileSync.bind(disk)),
    fileExistsSync: told(disk.fileExistsSync.bind(disk)),
    directoryExistsSync: told(disk.directoryExistsSync.bind(disk)),
  })
}

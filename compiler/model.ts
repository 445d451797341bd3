/**
 * Every type that passes between the phases. From `FileModel` on there is no syntax tree: spans, names and edits only.
 * A span is `[start, end)` in UTF-16 units of the file's text.
 */
import type { BrainManifest } from '../src/contract/manifest.ts'
import type { PartSchema, ScalarKind, TypedArrayName } from '../src/contract/schema.ts'
import type { Diagnostic, SourceText, Span } from './log.ts'

// --- what the API takes and gives ---

/** The files of a project as the compiler sees them. Paths are absolute and POSIX. */
export interface CompilerHost {
  readFile(path: string): string | undefined
  fileExists(path: string): boolean
  /** The source file that an import means, of the project or of a package that ships brains; `undefined` for any other package. */
  resolve(specifier: string, fromFile: string): string | undefined
  /** Why nothing of a package with brains can be read: the end of a sentence about it. */
  whyUnread?(specifier: string, fromFile: string): string | undefined
  /** What a file of a package is called wherever it is compiled; `undefined` for a file that no other project builds upon. */
  nameOf?(path: string): string | undefined
  /** Told of every path that was read, or looked for in vain, without this host: by the type checker. */
  lookedUp?(path: string): void
}

export interface CompileInput {
  /** The project's folder, absolute. */
  readonly root: string
  /** Output names mirror the path below this folder, where a file lies in it; else below `root`. */
  readonly sourceRoot: string
  /** Files that may hold a brain, absolute. */
  readonly files: readonly string[]
  readonly host: CompilerHost
  /** Where the output will lie, absolute: declarations refer to the sources from there. */
  readonly outDir: string
}

/** A module to be bundled with all others as one graph. */
export interface CompiledModule {
  /** Output name below the out dir without `.js`. */
  readonly id: string
  /** `mixin`: a file without a brain whose mixins brains apply. As a main module it stands in the place of its source. */
  readonly kind: 'main' | 'mixin' | 'worker' | 'slice' | 'state'
  /** The source file that it is made from, absolute: its imports resolve from there. */
  readonly source: string
  /** TypeScript with an inline source map, which names the source and does not hold it. */
  readonly code: string
}

export interface CompileResult {
  readonly modules: readonly CompiledModule[]
  /** Declarations, written as they are. Paths are relative to the out dir. */
  readonly files: readonly EmittedFile[]
  readonly diagnostics: readonly Diagnostic[]
  readonly brains: readonly BrainManifest[]
  /** Every file that was read, absolute: what to watch. */
  readonly sources: readonly string[]
  /** Attributes of brains that code may have by another name than `this`: any module may step one of them. For `transformModule`. */
  readonly handedOn: readonly string[]
  /** Those of all brains. For `transformProgram`. */
  readonly attributes: readonly string[]
}

export interface EmittedFile {
  readonly path: string
  readonly text: string
}

// --- what the compiler understood ---

/**
 * One change of the text. A `wrap` encloses an expression, or statements; of two that nest, the inner one is applied first. A statement without
 * a semicolon may be as long as its expression: what encloses the statement is the outer one.
 */
export type Edit =
  | { readonly kind: 'wrap'; readonly start: number; readonly end: number; readonly open: string; readonly close: string; readonly ofStatements?: true }
  | { readonly kind: 'insert'; readonly at: number; readonly text: string }
  | { readonly kind: 'replace'; readonly start: number; readonly end: number; readonly text: string }
  | { readonly kind: 'remove'; readonly start: number; readonly end: number }
  | { readonly kind: 'move'; readonly start: number; readonly end: number; readonly to: number }

export interface Stretch {
  readonly start: number
  readonly end: number
}

/** A use of a member of the brain through `this`, an alias of it, `super` or the class name. */
export interface SelfUse extends Stretch {
  readonly name: string
  readonly via: 'this' | 'super' | 'class'
  /** `call`: `this.x(…)`. `write`: assigned, in any way. */
  readonly how: 'read' | 'write' | 'call'
  /** What it holds is changed through a name that is taken from it. */
  readonly isChanged?: boolean
  /** Of the class: it is used as the module loads, and not again. */
  readonly whileLoading?: boolean
  /** The property taken from it: `plan` of `this.tasks.plan`. */
  readonly next?: Stretch & { readonly name: string }
}

/** An attribute, or a leaf of it, is assigned what was made of an earlier read of it. */
export interface StaleWrite extends Stretch {
  readonly name: string
  /** `pose.x` for the leaf of an object. */
  readonly path: string
  readonly read: Stretch
}

/** Statements that are one step, because attributes are changed in them through other names. */
export interface HeldStretch extends Stretch {
  readonly names: readonly string[]
  /** Something in it waits: there it ends. */
  readonly waits: boolean
}

export interface Assigned extends Stretch {
  readonly name: string
  readonly declared?: Stretch
}

/** What a stretch of code needs from around it. */
export interface Needs {
  /** Names of the module or of the global scope that it uses as values. */
  readonly names: readonly string[]
  /** Names of the module that it assigns once that is loaded, and of the function around it: then also where that declares them. */
  readonly assigned: readonly Assigned[]
  /** Module names whose value it changes in place once the module is loaded, each with the change. */
  readonly changed: readonly (Stretch & { readonly name: string })[]
  readonly self: readonly SelfUse[]
  /** `this` is handed on as a whole: every member may be used. */
  readonly selfEscapes: boolean
  /** The class is handed on as a whole: every static member may be used. */
  readonly classEscapes: boolean
  /** Direct calls of `eval`. */
  readonly evals: readonly Stretch[]
  readonly edits: readonly Edit[]
}

export interface ImportSpecifier {
  /** `default`, `*` or the exported name. */
  readonly imported: string
  readonly local: string
  /** The file of the project that declares it, and its name there; `*` is all that the file exports. */
  readonly origin?: { readonly file: string; readonly name: string }
}

export interface ImportItem {
  readonly specifier: string
  /** The file of the project that it means, absolute. */
  readonly target?: string | undefined
  /** Value specifiers only. Empty: a bare import, or one of types. */
  readonly names: readonly ImportSpecifier[]
  readonly bare: boolean
  /** `with { type: 'json' }`, verbatim. */
  readonly attributes: string
  /** Files on the way by which a module without a brain leads to one with a brain, or with a mixin, which comes last; empty where it does not. */
  readonly wayBack: readonly string[]
}

/** `globalThis.limit = 4`: `globalThis`, known as `globalThis` and `limit`. */
export interface GlobalSetting {
  readonly root: string
  readonly names: readonly string[]
}

/** A statement at the top level of a module. */
export interface Item extends Stretch {
  /** Start without leading comments. */
  readonly textStart: number
  readonly kind: 'import' | 'declaration' | 'effect' | 'export' | 'type' | 'brain'
  /** Names it declares as values. */
  readonly declares: readonly string[]
  /** `let` or `var`. */
  readonly mutable: boolean
  /** Names of those declared whose value is written as an array, an object, a Map, a Set: state, where something changes it. */
  readonly containers: readonly string[]
  readonly needs: Needs
  /** Of an effect: names whose objects it changes; it is kept where one of them is. */
  readonly touches: readonly string[]
  /** Of an effect: what it assigns, by the names that code knows it by where `root` is no name of the module. */
  readonly sets: readonly GlobalSetting[]
  readonly import?: ImportItem
  /** `export`, `default`: removed in a worker. */
  readonly exportKeywords?: Stretch
  /** Where a name goes into a function or class that is exported as default without one. */
  readonly nameAt?: number
}

export type MemberKind = 'method' | 'accessor' | 'field' | 'constructor' | 'static-block' | 'type'

export interface Member extends Stretch {
  readonly textStart: number
  readonly kind: MemberKind
  /** With its `#` where it is private. */
  readonly name: string
  readonly isStatic: boolean
  /** A field whose value is a function: it is taken along as a method is. */
  readonly holdsFunction: boolean
  readonly needs: Needs
  /** Those of the names that only its decorators use. */
  readonly decoratorNames: readonly string[]
  readonly staleWrites: readonly StaleWrite[]
  readonly held: readonly HeldStretch[]
  /** Removed in every output: `@Brain.task(…)`, `@Brain.local()`. */
  readonly decorators: readonly Stretch[]
}

/** An attribute of a brain: a field, also an automatic accessor, or a parameter property. */
export interface Attribute {
  readonly name: string
  readonly at: Stretch
  /** An `accessor` is no property of the instance: nothing lists it. */
  readonly origin: 'field' | 'parameter' | 'accessor'
  readonly share:
    | Shared
    /** Main process only by the user's word: no initial value, `_name`, `@Brain.local()`. */
    | { readonly kind: 'local'; readonly why: string }
    /** Main process only because its type can't be serialised: a warning at run time names it. */
    | { readonly kind: 'unshared'; readonly why: string; readonly obstacle?: ClassObstacle | undefined }
  /** Classes of the project whose instances it may hold: who reads it has to have loaded them. */
  readonly classes: readonly ArrivingClass[]
  readonly methods?: InstanceMethods
}

export type Shared = {
  readonly kind: 'shared'
  readonly category: TypeCategory
  readonly typeText: string | undefined
} & ({ readonly field: ScalarKind | 'value' } | { readonly field: 'object'; readonly fields: readonly PartSchema[] } | { readonly field: 'typed-array'; readonly array: TypedArrayName })

/** What is known of a shared value: decides which calls on it change it. */
export type TypeCategory =
  | 'number' | 'boolean' | 'string' | 'bigint' | 'array' | 'map' | 'set' | 'date' | 'typed-array' | 'object' | 'instance' | 'unknown'

/** Options that a person is told of, as the source says them. */
export interface OptionTexts {
  readonly runOnStart: string
  readonly refreshRate?: string
  readonly pace?: string
  readonly timeout?: string
}

export interface TaskModel {
  readonly name: string
  readonly at: Stretch
  readonly place: { readonly line: number; readonly column: number }
  readonly process: boolean
  /** The decorator's argument, code. */
  readonly options: Stretch
  /** What the options need from the module. */
  readonly optionNames: readonly string[]
  readonly optionTexts: OptionTexts
  readonly split: boolean
  /** Classes of the project whose instances its arguments may hold. */
  readonly takes: readonly ArrivingClass[]
  /** The same of its result. */
  readonly gives: readonly ArrivingClass[]
  /** Where the marker begins. */
  readonly loopStart: number | undefined
  /** Edits that turn the method into the generator of its setup and loop. */
  readonly splitEdits: readonly Edit[]
}

/** A class that becomes parts of modules: a brain, or the class of a mixin that some brain applies. */
export interface ClassModel {
  /** Of a mixin the name of its function. */
  readonly name: string
  /** The name it has in the module's scope; DEFAULT_NAME for `export default class extends Brain`. */
  readonly localName: string
  readonly item: number
  readonly at: Stretch
  /** Decorators of the class itself: of no use in a worker. */
  readonly decorators: readonly Stretch[]
  readonly body: Stretch
  readonly members: readonly Member[]
  readonly attributes: readonly Attribute[]
  readonly tasks: readonly TaskModel[]
  /** Edits of the class where its instances get their initial values: fields and parameter properties. */
  readonly mainEdits: readonly Edit[]
}

export interface BrainModel extends ClassModel {
  readonly kind: 'brain'
  readonly id: string
  /** What it is nested in, where it does not stand at the top level of its file: `a function`. */
  readonly holder: string | undefined
  /** The name that the module exports it by; `undefined` where it does not. */
  readonly exportedAs: string | undefined
  readonly heritage: Stretch
  readonly heritageNames: readonly string[]
  /** The classes that it extends, the nearest first, those of mixins among them; empty: extends Brain itself. */
  readonly bases: readonly ClassReference[]
  /** Functions and constants that its base class comes from; empty where it is named. */
  readonly heritageWay: readonly ClassReference[]
  /** By the name of an attribute of a base class: what it may hold, as far as this file leads. */
  readonly inheritedClasses: ReadonlyMap<string, readonly ArrivingClass[]>
}

/** What is true of its class in every brain that applies it. */
export interface MixinModel extends ClassModel {
  readonly kind: 'mixin'
}

/** A class in a file of the project, by its name there. */
export interface ClassReference {
  readonly file: string
  readonly name: string
}

/** Classes of the project whose instances may be in a value that crosses between threads. */
export interface InstanceClasses {
  readonly classes: readonly ArrivingClass[]
  readonly methods: InstanceMethods
  readonly obstacle: ClassObstacle | undefined
}

/** Names of methods of classes whose instances may be in a value. */
export interface InstanceMethods {
  /** May change their instance. */
  readonly changing: readonly string[]
  /** Surely don't. */
  readonly reading: readonly string[]
}

/** Why instances of a class can't cross, though nobody says how they do. */
export interface ClassObstacle {
  readonly className: string
  /** The end of a sentence. */
  readonly why: string
  readonly at: Span
}

/** A class whose instances arrive somewhere. */
export interface ArrivingClass extends ClassReference {
  /** As of an import: files on the way by which loading its module loads the main module of a brain. */
  readonly wayBack: readonly string[]
}

/** A comment against the warnings of a code on a line; its place is that of the code in it. */
export interface Suppression extends Stretch {
  /** Empty where the comment names none. */
  readonly code: string
  /** Counts from 1. */
  readonly line: number
}

/** A decorator that puts something into the state of a module, which others read. */
export interface Filling extends Stretch {
  /** What it stands at: the name of a member, or `the class Robot`. */
  readonly of: string
  /** As it is written, without its arguments. */
  readonly decorator: string
  readonly state: ClassReference
  /** What does it. */
  readonly fillers: readonly ClassReference[]
  /** What leads to the state, its own name among them. */
  readonly readers: readonly ClassReference[]
}

export interface FileModel {
  readonly path: string
  readonly source: SourceText
  /** Output name below the out dir without its extension. */
  readonly output: string
  readonly items: readonly Item[]
  /** Name → indices of the items that declare it. */
  readonly declaredBy: ReadonlyMap<string, readonly number[]>
  /** Exported name → name here, of what is declared here. */
  readonly exports: ReadonlyMap<string, string>
  readonly brains: readonly BrainModel[]
  /** Those that a brain applies. */
  readonly mixins: readonly MixinModel[]
  /** The attributes that it was read for; see `Uses`. */
  readonly handedOn: readonly string[] | undefined
  readonly hasDefaultExport: boolean
  /** What names of emitted code begin with; alone, the name of the closed list of runtime functions. */
  readonly prefix: string
  /** Modules of the project that register serialisable types: loaded in every process. */
  readonly registrations: readonly string[]
  readonly fillings: readonly Filling[]
  /** Whether there is state at its top level that is neither a variable nor a container. */
  readonly keepsObjects: boolean
  readonly suppressions: readonly Suppression[]
}

// --- what the compiler decided ---

/** A part of a module: items and members that are live, all else is removed. */
export interface Slice {
  readonly id: string
  readonly kind: 'main' | 'mixin' | 'worker' | 'slice'
  readonly file: FileModel
  readonly items: ReadonlySet<number>
  /** By the name of a brain or mixin: indices of its live members; without an entry a mixin is kept whole. */
  readonly members: ReadonlyMap<string, ReadonlySet<number>>
  /** By item: the specifiers of an import that are live. */
  readonly imports: ReadonlyMap<number, readonly ImportSpecifier[]>
  /** Modules loaded for what they do: they register serialisable types. */
  readonly bareImports: readonly string[]
  /** Modules loaded, after those that the source imports, for a class whose instances arrive here. */
  readonly classImports: readonly string[]
  /** Names taken from modules of packages that a worker has from their sources. */
  readonly packageImports: readonly { readonly specifier: string; readonly imported: string; readonly local: string }[]
  /** Names taken from slices of other files; none where a slice is loaded for what it does. */
  readonly sliceImports: readonly { readonly slice: string; readonly imported: string; readonly local: string }[]
  /** By the name of a brain: the name that its base class has here. */
  readonly heritage: ReadonlyMap<string, string>
  /** Names that other slices take from this one: exported name → name here, or DEFAULT_NAME. */
  readonly exports: ReadonlyMap<string, string>
  /** The task that a worker module runs. */
  readonly entry?: { readonly plan: BrainPlan; readonly task: PlannedTask }
}

/** The task of a brain as it will run: own or inherited. */
export interface PlannedTask {
  readonly task: TaskModel
  readonly owner: { readonly file: FileModel; readonly brain: BrainModel | MixinModel }
  readonly inherited: boolean
  /** Id of its worker module. */
  readonly worker: string | undefined
}

export interface BrainPlan {
  readonly file: FileModel
  readonly brain: BrainModel
  readonly stateId: string
  /** Inherited ones first. */
  readonly shared: readonly Attribute[]
  readonly unshared: readonly string[]
  readonly tasks: readonly PlannedTask[]
}

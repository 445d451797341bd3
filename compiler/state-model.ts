/** What a module of the project keeps from one call to the next, and which parts of it use and change that. No syntax tree is in it. */
import type { SourceText } from './log.ts'
import type { Stretch, Suppression } from './model.ts'

/** What a name of a module, or a static field, keeps from one call to the next: each thread has its own. */
export interface ModuleState extends Stretch {
  /** It can be given another value. */
  readonly isVariable: boolean
  /** What it holds can be changed in place: a Map and its like, or an object that has code of its own. */
  readonly holds?: 'container' | 'object'
  /** Of an object: its class, by the name that the module knows it by. */
  readonly madeOf?: string
}

/** A method of a class, or of an object that is written out. */
export interface MethodState {
  /** Properties of its object that it changes, and where; `*` are all. */
  readonly changes: ReadonlyMap<string, Stretch>
  readonly reads: readonly string[]
  /** Methods of its own object that it calls. */
  readonly calls: readonly string[]
}

export interface ClassState {
  /** By the name that the module knows it by. */
  readonly base: string | undefined
  readonly methods: ReadonlyMap<string, MethodState>
}

/** What may change what stands behind a name. `called`: a method of it; `mutated`: one that is named as those are that change containers. */
export type PlaceChange = 'assigned' | 'changed' | 'called' | 'mutated'

/** A use of a name of the module, with the name of the part that is used: `seen`, `Robot.made`, `pool.take()`. */
export interface Touch extends Stretch {
  readonly name: string
  readonly key?: string
  /** What happens to it once the module is loaded. */
  readonly how?: PlaceChange
  /** Of `tools.pool.take()` what happens to `pool`, where `tools` is a module. */
  readonly below?: { readonly key: string; readonly how?: PlaceChange }
  /** Whether something comes of it but a change. */
  readonly isRead: boolean
  /** A value is made where there is none yet. */
  readonly isMemo?: boolean
  /** It is given what is made of what it had. */
  readonly isStep?: boolean
  /** What is assigned is a variable of a function that made the value of `name`. */
  readonly inner?: Stretch & { readonly name: string }
}

/** What of a module runs on its own: a function, a method, else a statement. */
export interface Piece extends Stretch {
  /** Names of the module by which code comes to it. */
  readonly declares: readonly string[]
  /** Of a part of what these name: its own name, which code must mention too. */
  readonly member?: string
  /** Names of the module, or of the global scope, that it uses as values. */
  readonly names: readonly string[]
  /** Whatever it says as the name of a property or of a value. */
  readonly mentions: readonly string[]
  readonly touches: readonly Touch[]
  /** Whether it returns something. */
  readonly gives: boolean
}

/** A name of another module: `*` is all that it exports. */
export interface ForeignName {
  readonly file: string
  readonly name: string
}

/** A module of the project, as far as its state goes. */
export interface ModuleModel {
  readonly path: string
  readonly source: SourceText
  readonly pieces: readonly Piece[]
  readonly states: ReadonlyMap<string, ModuleState>
  readonly classes: ReadonlyMap<string, ClassState>
  readonly imports: ReadonlyMap<string, ForeignName>
  /** What it exports, by the name of its own or of another module that it has. */
  readonly exports: ReadonlyMap<string, string | ForeignName>
  /** Modules all of whose names it exports. */
  readonly stars: readonly string[]
  readonly suppressions: readonly Suppression[]
}

/** `undefined` for what is no module of the project, or can't be read. */
export type ModuleOf = (path: string) => ModuleModel | undefined
